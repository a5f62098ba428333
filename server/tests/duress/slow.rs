//! Fifty clients that do not read.

use super::common::client::{Client, Handshake};
use super::common::process::{Inkling, command};
use super::common::register;
use super::common::tab::WholeTab;
use shared::id::ClientId;
use shared::wire::Codec;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::http::header;

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_that_do_not_read_are_closed_and_cost_others_nothing() {
    const SLOW: u32 = 50;
    const PIECE: usize = 32 * 1024;
    const MEMORY_MAX: u64 = 128 << 20;
    let directory = TempDir::new().unwrap();
    let mut program = command(directory.path());
    program.args(["--limit-queue-bytes", "262144"]);
    let server = Inkling::spawn(program).await;
    let ada = register(&server.browser(), "ada").await;
    let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
    let headers = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
    let tab = |number| {
        WholeTab::at(
            server.address(),
            headers.clone(),
            Codec::Binary,
            document,
            ClientId(number),
        )
    };
    let (mut typist, mut reader) = (tab(1), tab(2));
    tokio::join!(typist.until(WholeTab::is_saved), reader.until(WholeTab::is_saved));
    let mut slow = Vec::new();
    for number in 0..SLOW {
        let handshake = Handshake {
            receive_buffer: Some(4096),
            ..Handshake::new(Codec::Binary, headers.clone())
        };
        let mut client = Client::connect(server.address(), &handshake).await.unwrap();
        client.open_document(document, ClientId(100 + number), None).await;
        slow.push(client);
    }
    let before = server.own_memory();
    let mut length = 0;
    let closed = r#"inkling_socket_closes_total{result="slow_consumer"}"#;
    while server.metric(closed).await < u64::from(SLOW) {
        typist.types(&"x".repeat(PIECE));
        length += PIECE;
        tokio::join!(
            typist.until(WholeTab::is_saved),
            reader.until(|tab| tab.text().len() == length)
        );
    }
    let grown = server.own_memory().saturating_sub(before);
    assert!(grown < MEMORY_MAX, "{grown} bytes more");
    assert_eq!((typist.connected, reader.connected), (1, 1));
    assert!(server.metric("inkling_wal_bytes").await > 0);
    drop(slow);
}
