//! Floods: whoever sends too much waits, and nobody else does.

use super::common::client::{Client, Handshake};
use super::common::process::{Inkling, command};
use super::common::register;
use bytes::Bytes;
use shared::id::{Channel, ClientId, DocumentId};
use shared::replica::{Replica, Splice};
use shared::wire::{ClientFrame, Codec};
use std::path::Path;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::http::{HeaderName, header};

/// The program with other limits than usual.
async fn start(directory: &Path, limits: &[(&str, &str)]) -> Inkling {
    let mut command = command(directory);
    for (name, value) in limits {
        command.arg(format!("--limit-{name}")).arg(value);
    }
    Inkling::spawn(command).await
}

/// What a new account shows, and a document of its own.
async fn newcomer(server: &Inkling, name: &str) -> (Vec<(HeaderName, String)>, DocumentId) {
    let person = register(&server.browser(), name).await;
    let document = person.new_document(person.new_room("Kitchen").await, "Soup").await;
    let bearer = format!("Bearer {}", person.token().await);
    (vec![(header::AUTHORIZATION, bearer)], document)
}

/// A socket with the document open.
async fn enter(server: &Inkling, headers: &[(HeaderName, String)], document: DocumentId, id: u32) -> Client {
    let handshake = Handshake::new(Codec::Binary, headers.to_vec());
    let mut client = Client::connect(server.address(), &handshake).await.unwrap();
    client.open_document(document, ClientId(id), None).await;
    client
}

/// Edits of one replica, each a character.
fn edits(id: u32, count: u32) -> Vec<Bytes> {
    let mut replica = Replica::new(ClientId(id));
    let edit = |at| {
        let splice = Splice {
            from: at,
            to: at,
            insert: "x".to_owned(),
        };
        replica.edit(&[splice], 0, None).unwrap().pop().unwrap()
    };
    (0..count).map(edit).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_too_fast_is_read_later_and_all_of_it_is_stored() {
    const EDITS: u32 = 240;
    let directory = TempDir::new().unwrap();
    let server = start(directory.path(), &[("socket-frames", "20")]).await;
    let (ada, soup) = newcomer(&server, "ada").await;
    let mut client = enter(&server, &ada, soup, 1).await;
    for (number, edit) in (1..).zip(edits(1, EDITS)) {
        client.edit(number, &edit).await;
    }
    client.saved(u64::from(EDITS)).await;
    assert!(server.metric(r#"inkling_slowed_total{result="connection"}"#).await > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_never_stops_is_closed_as_too_fast() {
    let directory = TempDir::new().unwrap();
    let limits = [("socket-frames", "20"), ("slowed-ms", "100")];
    let server = start(directory.path(), &limits).await;
    let (ada, soup) = newcomer(&server, "ada").await;
    let mut client = enter(&server, &ada, soup, 1).await;
    // Fewer answers than may wait for it: it does not read either.
    let unknown = ClientFrame::Close { channel: Channel(9) };
    for _ in 0..300 {
        client.send(&unknown).await;
    }
    assert_eq!(client.closed().await, Some(4429));
}

/// Ada floods over twenty sockets, none of which is too fast by itself; Ben types next door.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_one_account_over_many_sockets_waits_and_others_do_not() {
    const SOCKETS: u32 = 20;
    const EDITS_EACH: u32 = 100;
    const EDITS_OF_BEN: u32 = 40;
    let directory = TempDir::new().unwrap();
    // Five hundred at once, and then thirty seconds for the rest.
    let server = start(directory.path(), &[("user-frames", "50")]).await;
    let (ada, soup) = newcomer(&server, "ada").await;
    let (ben, bread) = newcomer(&server, "ben").await;
    let mut flood = JoinSet::new();
    for id in 1..=SOCKETS {
        let mut client = enter(&server, &ada, soup, id).await;
        flood.spawn(async move {
            for (number, edit) in (1..).zip(edits(id, EDITS_EACH)) {
                client.edit(number, &edit).await;
            }
            client.saved(u64::from(EDITS_EACH)).await;
        });
    }
    super::common::until(async || server.metric(r#"inkling_slowed_total{result="account"}"#).await > 0).await;
    let mut client = enter(&server, &ben, bread, 1).await;
    for (number, edit) in (1..).zip(edits(1, EDITS_OF_BEN)) {
        client.edit(number, &edit).await;
        client.saved(number).await;
    }
    let stored = server.metric(r#"inkling_updates_total{result="stored"}"#).await;
    let of_ada = stored - u64::from(EDITS_OF_BEN);
    assert!(of_ada < u64::from(SOCKETS * EDITS_EACH), "the flood was stored first");
    while let Some(ended) = flood.try_join_next() {
        // Whoever was within the five hundred.
        ended.expect("nobody is closed for it");
    }
}

/// The same into a document that many accounts may write in: the document has its rate, whoever they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_into_one_document_waits_and_other_documents_do_not() {
    const EDITS: u32 = 600;
    const EDITS_NEXT_DOOR: u32 = 40;
    let directory = TempDir::new().unwrap();
    let server = start(directory.path(), &[("target-frames", "20")]).await;
    let (ada, soup) = newcomer(&server, "ada").await;
    let (ben, bread) = newcomer(&server, "ben").await;
    let mut client = enter(&server, &ada, soup, 1).await;
    let flood = tokio::spawn(async move {
        for (number, edit) in (1..).zip(edits(1, EDITS)) {
            client.edit(number, &edit).await;
        }
        client.saved(u64::from(EDITS)).await;
    });
    super::common::until(async || server.metric(r#"inkling_slowed_total{result="target"}"#).await > 0).await;
    let mut client = enter(&server, &ben, bread, 1).await;
    for (number, edit) in (1..).zip(edits(1, EDITS_NEXT_DOOR)) {
        client.edit(number, &edit).await;
        client.saved(number).await;
    }
    let stored = server.metric(r#"inkling_updates_total{result="stored"}"#).await;
    assert!(stored < u64::from(EDITS), "the flood was stored first");
    assert!(!flood.is_finished(), "nobody is closed for it");
    flood.abort();
}
