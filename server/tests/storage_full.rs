//! A disk that is full while people have the document open, as whole tabs see it.

mod common;

use common::tab::WholeTab;
use common::{Person, TestServer};
use shared::error::ErrorCode;
use shared::id::{ClientId, DocumentId};
use shared::session::SaveState;
use shared::wire::Codec;
use tokio_tungstenite::tungstenite::http::header;

/// More than the pages that are left.
const LONG: usize = 20_000;

async fn tab(server: &TestServer, person: &Person, document: DocumentId, codec: Codec, client_id: u32) -> WholeTab {
    let bearer = format!("Bearer {}", person.token().await);
    let headers = vec![(header::AUTHORIZATION, bearer)];
    WholeTab::new(server, headers, codec, document, ClientId(client_id))
}

#[tokio::test]
async fn a_full_disk_stops_storing_and_nothing_else_and_loses_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    let (ben, cleo) = (server.register("ben").await, server.register("cleo").await);
    ada.invite(room, &ben, "editor").await;
    ada.invite(room, &cleo, "viewer").await;
    let mut adas = tab(&server, &ada, document, Codec::Binary, 11).await;
    let mut bens = tab(&server, &ben, document, Codec::Json, 12).await;
    let mut cleos = tab(&server, &cleo, document, Codec::Binary, 13).await;
    tokio::join!(adas.until(WholeTab::is_saved), bens.until(WholeTab::is_saved));
    adas.types("Bread, ");
    tokio::join!(
        adas.until(WholeTab::is_saved),
        bens.until(|tab| tab.text() == "Bread, ")
    );

    server.limit_pages(Some(4)).await;
    let waits = |edits| {
        move |tab: &WholeTab| {
            let code = ErrorCode::StorageFull;
            tab.save_state() == SaveState::Waiting { edits, code }
        }
    };
    adas.types(&"a".repeat(LONG));
    bens.types(&"b".repeat(LONG));
    tokio::join!(adas.until(waits(1)), bens.until(waits(1)));
    adas.types("!");
    adas.until(waits(2)).await;

    // Reading goes on, also for somebody who comes now, and everybody sees everybody.
    let path = format!("/api/v1/documents/{document}");
    let content = ada.get(&format!("{path}/content")).await.expect(200);
    assert_eq!(content, "Bread, ", "nobody is shown what is not stored");
    for tab in [&mut adas, &mut bens, &mut cleos] {
        tab.is_seen();
    }
    let sees_others = |tab: &WholeTab| tab.people().len() == 2;
    // The tabs that are not asked go on all the same: to be seen, one has to be there.
    let never = |_: &WholeTab| false;
    tokio::select! {
        () = cleos.until(|tab| sees_others(tab) && tab.text() == "Bread, ") => {}
        () = async { tokio::join!(adas.until(never), bens.until(never)); } => {}
    }
    tokio::select! {
        () = adas.until(sees_others) => {}
        () = async { tokio::join!(cleos.until(never), bens.until(never)); } => {}
    }
    assert!(!adas.is_saved() && !bens.is_saved());
    assert_eq!(ada.get(&path).await.expect(200)["head_seq"], 1);

    server.limit_pages(None).await;
    let whole = "Bread, ".len() + 2 * LONG + 1;
    let done = |tab: &WholeTab| tab.is_saved() && tab.text().len() == whole;
    tokio::join!(
        adas.until(done),
        bens.until(done),
        cleos.until(|tab| tab.text().len() == whole)
    );
    let text = adas.text();
    assert_eq!((bens.text(), cleos.text()), (text.clone(), text.clone()));
    assert_eq!((text.matches('a').count(), text.matches('b').count()), (LONG + 1, LONG));
    let content = ada.get(&format!("{path}/content")).await.expect(200);
    assert_eq!(content.as_str(), Some(text.as_str()));
    for tab in [&adas, &bens, &cleos] {
        assert_eq!((tab.connected, tab.set_aside), (1, 0));
    }
}
