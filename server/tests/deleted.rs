//! Documents that were deleted: brought back whole, by those who may, for as long as it was promised.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::TestServer;
use common::tab::WholeTab;
use serde_json::json;
use server::actor::erasing::{erase_due, over_at};
use server::actor::hub::now;
use server::db::run_hours::RunHours;
use shared::id::{ClientId, UnixMs};
use shared::wire::Codec;
use tokio_tungstenite::tungstenite::http::header;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_document_deleted_while_somebody_writes_comes_back_with_all_that_was_acknowledged() {
    let server = TestServer::start().await;
    let [ada, ben, cleo] = server.register_all(["ada", "ben", "cleo"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "viewer").await;
    let above = ada.new_document(room, "Menu").await;
    let document = ada.new_document(room, "Soup").await;
    let path = format!("/api/v1/documents/{document}");
    ada.patch(&path, json!({"parent_id": above})).await.expect(200);
    let bearer = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
    let mut tab = WholeTab::new(&server, bearer.clone(), Codec::Binary, document, ClientId(5));
    tab.until(WholeTab::is_saved).await;
    for _ in 0..30 {
        tab.types("saved ");
    }
    tab.until(WholeTab::is_saved).await;
    let acknowledged = tab.text();
    // On its way while the document goes.
    tab.types("perhaps");
    let (deleted, ()) = tokio::join!(ada.delete(&path), tab.until(|tab| !tab.is_saved()));
    deleted.expect(204);
    ada.get(&path).await.refused(404, "not_found");

    let list = format!("/api/v1/rooms/{room}/documents?deleted=true");
    let listed = ada.get(&list).await.expect(200);
    assert_eq!(listed["items"][0]["id"], json!(document), "{listed}");
    assert!(listed["items"][0]["deleted_at"].is_string(), "{listed}");
    let restore = format!("{path}/restore");
    ben.post(&restore, json!({})).await.refused(403, "read_only");
    cleo.post(&restore, json!({})).await.refused(404, "not_found");
    let narrow = ada
        .post("/api/v1/tokens", json!({"name": "one", "document_id": above}))
        .await;
    let narrow = narrow.expect(201)["token"].as_str().unwrap().to_owned();
    let stranger = server
        .browser()
        .request(reqwest::Method::POST, &restore)
        .bearer_auth(narrow);
    common::Answer::to(stranger).await.refused(404, "not_found");

    let back = ada.post(&restore, json!({})).await.expect(200);
    assert_eq!((&back["parent_id"], &back["title"]), (&json!(above), &json!("Soup")));
    assert!(back.get("deleted_at").is_none(), "{back}");
    ada.post(&restore, json!({})).await.refused(404, "not_found");
    let none = ada.get(&list).await.expect(200);
    assert_eq!(none["items"], json!([]));

    let mut again = WholeTab::new(&server, bearer, Codec::Binary, document, ClientId(6));
    again
        .until(|tab| tab.is_saved() && tab.text().starts_with(&acknowledged))
        .await;
    again.types("!");
    again.until(WholeTab::is_saved).await;
    server.stop().await;
}

#[tokio::test]
async fn a_deleted_document_is_erased_when_its_time_is_over_and_not_before() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let (gone, kept) = (
        ada.new_document(room, "Soup").await,
        ada.new_document(room, "Stew").await,
    );
    for document in [gone, kept] {
        let path = format!("/api/v1/documents/{document}/content");
        let put = ada
            .request(reqwest::Method::PUT, &path)
            .header("content-type", "text/markdown");
        common::Answer::to(put.body("water")).await.expect(200);
    }
    ada.delete(&format!("/api/v1/documents/{gone}")).await.expect(204);
    let app = server.server.app();
    let erase = async |days: u64, hour: u64| {
        let through = over_at(UnixMs(now().0 + days * DAY_MS), 30);
        let erased = erase_due(&app.reader, &app.writer, through, RunHours(hour)).await;
        erased.unwrap()
    };
    assert_eq!((erase(29, 100).await, erase(29, 200).await), (0, 0));
    let restore = format!("/api/v1/documents/{gone}/restore");
    ada.post(&restore, json!({})).await.expect(200);
    ada.delete(&format!("/api/v1/documents/{gone}")).await.expect(204);

    assert_eq!(erase(31, 200).await, 0, "it is due, and that is all");
    assert_eq!(erase(31, 223).await, 0);
    assert_eq!(erase(31, 224).await, 1);
    ada.post(&restore, json!({})).await.refused(404, "not_found");
    assert!(
        app.reader.audit_document(gone).await.unwrap().is_none(),
        "not a row is left"
    );
    let rest = app.reader.audit_document(kept).await.unwrap().unwrap();
    assert!(rest.rows.is_ok_and(|rows| rows.len() == 1));
    assert_eq!(erase(31, 300).await, 0);
    server.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_forward_for_some_hours_erases_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    let path = format!("/api/v1/documents/{document}");
    ada.delete(&path).await.expect(204);
    let app = server.server.app();
    let erase = async |days: u64, hour: u64| {
        let through = over_at(UnixMs(now().0 + days * DAY_MS), 30);
        let erased = erase_due(&app.reader, &app.writer, through, RunHours(hour)).await;
        erased.unwrap()
    };
    // Further forward each time, as though years went by.
    for hour in 50..70 {
        assert_eq!(erase(40 * hour, hour).await, 0);
    }
    assert_eq!(erase(0, 70).await, 0, "it is right again");
    assert_eq!(erase(40, 80).await, 0, "and once more wrong");
    assert_eq!(erase(40, 103).await, 0);
    ada.post(&format!("{path}/restore"), json!({})).await.expect(200);
    ada.delete(&path).await.expect(204);
    assert_eq!(erase(40, 104).await, 0, "it was brought back meanwhile");
    server.stop().await;
}
