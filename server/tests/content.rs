//! Document content over HTTP, with the real server and its real children.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::{Answer, Person, TestServer};
use reqwest::{Method, Response};
use serde_json::json;
use shared::id::DocumentId;

fn path(document: DocumentId) -> String {
    format!("/api/v1/documents/{document}/content")
}

async fn read(person: &Person, document: DocumentId) -> Response {
    person.request(Method::GET, &path(document)).send().await.unwrap()
}

async fn text(person: &Person, document: DocumentId) -> Vec<u8> {
    let response = read(person, document).await;
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

async fn put(person: &Person, path: &str, media: &str, body: impl Into<reqwest::Body>) -> Answer {
    Answer::to(
        person
            .request(Method::PUT, path)
            .header("content-type", media)
            .body(body),
    )
    .await
}

/// Ada with an empty document in a room of hers.
async fn ada_with_document(server: &TestServer) -> (Person, shared::id::RoomId, DocumentId) {
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    (ada, room, document)
}

#[tokio::test]
async fn content_is_stored_and_served_byte_for_byte() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_document(&server).await;
    assert_eq!(text(&ada, document).await, b"");
    for body in ["\u{feff}# Soup\r\n\r\n\tWater 🍲\n", "", "no end of line"] {
        put(&ada, &path(document), "text/markdown", body).await.expect(200);
        let response = read(&ada, document).await;
        assert_eq!(response.headers()["content-type"], "text/markdown; charset=utf-8");
        assert_eq!(response.bytes().await.unwrap(), body.as_bytes());
    }
    server.stop().await;
}

#[tokio::test]
async fn content_is_there_after_a_restart() {
    let server = TestServer::start().await;
    let (mut ada, _, document) = ada_with_document(&server).await;
    let stored = put(&ada, &path(document), "text/markdown", "water, salt")
        .await
        .expect(200);
    let directory = server.stop().await;
    let server = TestServer::start_on(directory, |_| {}).await;
    ada.browser.url.clone_from(&server.url);
    assert_eq!(text(&ada, document).await, b"water, salt");
    let one = ada.get(&format!("/api/v1/documents/{document}")).await.expect(200);
    assert_eq!(one["head_seq"], stored["seq"]);
    server.stop().await;
}

#[tokio::test]
async fn a_reader_that_has_the_text_is_told_so() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_document(&server).await;
    put(&ada, &path(document), "text/markdown", "water").await.expect(200);
    let tag = read(&ada, document).await.headers()["etag"].clone();
    let again = |tag: reqwest::header::HeaderValue| {
        ada.request(Method::GET, &path(document))
            .header("if-none-match", tag)
            .send()
    };
    assert_eq!(again(tag.clone()).await.unwrap().status(), 304);
    put(&ada, &path(document), "text/markdown", "water, salt")
        .await
        .expect(200);
    let changed = again(tag.clone()).await.unwrap();
    assert_eq!(changed.status(), 200);
    assert_ne!(changed.headers()["etag"], tag);
    server.stop().await;
}

#[tokio::test]
async fn what_others_wrote_since_a_text_was_read_is_kept() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_document(&server).await;
    let ben = server.register("ben").await;
    ada.invite(room, &ben, "editor").await;
    put(&ada, &path(document), "text/markdown", "water\nsalt\npepper\n")
        .await
        .expect(200);
    let tag = read(&ada, document).await.headers()["etag"]
        .to_str()
        .unwrap()
        .trim_matches('"')
        .to_owned();
    put(&ben, &path(document), "text/markdown", "water\nsea salt\npepper\n")
        .await
        .expect(200);
    let with_base = format!("{}?base={tag}", path(document));
    put(&ada, &with_base, "text/markdown", "hot water\nsalt\npepper\n")
        .await
        .expect(200);
    assert_eq!(text(&ben, document).await, b"hot water\nsea salt\npepper\n");

    let unknown = format!("{}?base=2-1", path(document));
    put(&ada, &unknown, "text/markdown", "x")
        .await
        .refused(409, "epoch_changed");
    let nonsense = format!("{}?base=x", path(document));
    assert_eq!(
        put(&ada, &nonsense, "text/markdown", "x")
            .await
            .refused(422, "field_invalid")
            .as_deref(),
        Some("base")
    );
    server.stop().await;
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_refused() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_document(&server).await;
    let answer = put(&ada, &path(document), "text/markdown", vec![b'a', 0xff]).await;
    assert_eq!(answer.refused(422, "field_invalid").as_deref(), Some("content"));
    put(&ada, &path(document), "text/plain", "a")
        .await
        .refused(415, "unsupported_media_type");
    assert_eq!(text(&ada, document).await, b"");
    server.stop().await;
}

#[tokio::test]
async fn content_over_the_limit_is_refused_and_up_to_it_stored() {
    let server = TestServer::start_with(|config| config.limits.content_bytes = 300_000).await;
    let (ada, _, document) = ada_with_document(&server).await;
    put(&ada, &path(document), "text/markdown", "a".repeat(300_001))
        .await
        .refused(413, "body_too_large");
    put(&ada, &path(document), "text/markdown", "a".repeat(300_000))
        .await
        .expect(200);
    assert_eq!(text(&ada, document).await.len(), 300_000);
    server.stop().await;
}

#[tokio::test]
async fn content_is_for_members_and_written_by_editors() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_document(&server).await;
    let [ben, cleo] = server.register_all(["ben", "cleo"]).await;
    ada.invite(room, &ben, "viewer").await;
    put(&ada, &path(document), "text/markdown", "water").await.expect(200);
    assert_eq!(text(&ben, document).await, b"water");
    put(&ben, &path(document), "text/markdown", "wine")
        .await
        .refused(403, "read_only");
    cleo.get(&path(document)).await.refused(404, "not_found");
    put(&cleo, &path(document), "text/markdown", "wine")
        .await
        .refused(404, "not_found");
    server
        .browser()
        .get(&path(document))
        .await
        .refused(401, "not_signed_in");
    server.stop().await;
}

#[tokio::test]
async fn a_document_can_begin_with_content() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let body = json!({"title": "Soup", "content": "# Soup\r\n🍲"});
    let made = ada
        .post(&format!("/api/v1/rooms/{room}/documents"), body)
        .await
        .expect(201);
    let document = made["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(text(&ada, document).await, "# Soup\r\n🍲".as_bytes());
    server.stop().await;
}

#[tokio::test]
async fn without_a_child_process_the_server_says_so_and_goes_on() {
    let server = TestServer::start_with(|config| config.materializer.program = "/nowhere/inkling".into()).await;
    let (ada, _, document) = ada_with_document(&server).await;
    ada.get(&path(document)).await.refused(503, "materialize_failed");
    put(&ada, &path(document), "text/markdown", "water")
        .await
        .refused(503, "materialize_failed");
    ada.get(&format!("/api/v1/documents/{document}")).await.expect(200);
    server.stop().await;
}
