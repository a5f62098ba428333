//! A disk that is full while people have the document open, as whole tabs see it.

mod common;

use common::stock::Stock;
use common::tab::WholeTab;
use common::{Person, TestServer};
use shared::error::ErrorCode;
use shared::id::{ClientId, DocumentId};
use shared::session::{KeptWhere, SaveState};
use shared::wire::Codec;
use shared::ysync;
use tokio_tungstenite::tungstenite::http::header;

/// More than the pages that are left, those included that the database has and does not use.
const LONG: usize = 100_000;

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
    let [ben, cleo] = server.register_all(["ben", "cleo"]).await;
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
            tab.save_state()
                == SaveState::Waiting {
                    edits,
                    kept: KeptWhere::Tab,
                    code,
                }
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

#[tokio::test]
async fn a_stock_client_is_told_to_come_later_and_brings_what_it_has_when_there_is_room() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    let (ben, address) = (server.register("ben").await, server.server.address());
    ada.invite(room, &ben, "editor").await;
    let token = ada.token().await;
    let mut tab = tab(&server, &ben, document, Codec::Binary, 12).await;
    let mut stock = Stock::joined(address, document, &token, 11).await;
    stock.types("Bread, ").await;
    tab.until(|tab| tab.text() == "Bread, ").await;

    server.limit_pages(Some(4)).await;
    stock.types(&"a".repeat(LONG)).await;
    let (code, reason) = stock.ended().await;
    assert_eq!((code, reason.as_str()), (1013, "storage_full"));
    // It comes back while the disk is still full, is told what is stored, brings what it has, and is sent away again.
    let mut again = Stock::joined(address, document, &token, 11).await;
    assert_eq!(again.replica.text(), "Bread, ");
    again.replica = stock.replica;
    again.send(ysync::update(&again.replica.encode_state())).await;
    assert_eq!(again.ended().await, (1013, "storage_full".to_owned()));
    assert_eq!(tab.text(), "Bread, ", "nobody is shown what is not stored");
    let content = ben.get(&format!("/api/v1/documents/{document}/content")).await;
    assert_eq!(content.expect(200), "Bread, ", "reading goes on");

    server.limit_pages(None).await;
    tab.types("butter ");
    tab.until(WholeTab::is_saved).await;
    let mut back = Stock::joined(address, document, &token, 11).await;
    back.replica
        .apply([again.replica.encode_state()])
        .expect("it was made here");
    back.send(ysync::update(&back.replica.encode_state())).await;
    let whole = "Bread, butter ".len() + LONG;
    tab.until(|tab| tab.is_saved() && tab.text().len() == whole).await;
    assert_eq!(back.replica.text(), tab.text());
    let content = ben.get(&format!("/api/v1/documents/{document}/content")).await;
    assert_eq!(content.expect(200).as_str(), Some(tab.text().as_str()));
}
