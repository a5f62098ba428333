//! Files in documents: kept as they were sent, shown to whoever may read and to nobody else, and gone when nothing needs them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::process::{Inkling, ask};
use common::{Answer, Person, TestServer, id, register};
use reqwest::{Method, header};
use serde_json::{Value, json};
use server::actor::hub::now;
use server::actor::sweeping::{Sweeper, Swept};
use server::db::run_hours::RunHours;
use shared::id::{AttachmentId, DocumentId, UnixMs};
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn files(document: DocumentId) -> String {
    format!("/api/v1/documents/{document}/attachments")
}

async fn send(person: &Person, document: DocumentId, name: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let request = person.request(Method::POST, &files(document));
    Answer::to(request.query(&[("name", name)]).body(bytes.into())).await
}

async fn bytes(person: &Person, sent: &Value) -> (header::HeaderMap, Vec<u8>) {
    let response = person
        .request(Method::GET, sent["url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    (headers, response.bytes().await.unwrap().to_vec())
}

/// How many files lie in the data directory.
fn stored(directory: &Path) -> usize {
    let folders = std::fs::read_dir(directory.join("attachments")).unwrap();
    folders
        .map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count())
        .sum()
}

/// Begins to send a file over a line of its own, and sends half of its ten bytes.
async fn begin(address: SocketAddr, person: &Person, document: DocumentId) -> TcpStream {
    let mut line = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {}?name=x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 10\r\n\r\nhalf ",
        files(document),
        person.token().await
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line
}

/// Waits until so many files are being written.
async fn until_incoming(directory: &Path, count: usize) {
    let incoming = directory.join("attachments/incoming");
    common::until(async || std::fs::read_dir(&incoming).unwrap().count() == count).await;
}

/// The same person at another server with the same data.
async fn again(server: &Inkling, person: Person) -> Person {
    let browser = server.browser();
    let credentials = json!({"username": person.username, "password": common::PASSWORD});
    browser.post("/api/v1/login", credentials).await.expect(200);
    Person { browser, ..person }
}

#[tokio::test]
async fn an_image_is_shown_and_everything_else_is_saved_and_all_come_back_byte_for_byte() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;

    let image = send(&ada, document, "süß & \"sour\".png", PNG).await.expect(201);
    assert_eq!(
        (&image["media_type"], &image["bytes"]),
        (&json!("image/png"), &json!(PNG.len()))
    );
    let (headers, body) = bytes(&ada, &image).await;
    assert_eq!(body, PNG);
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(
        header("content-disposition"),
        "inline; filename*=UTF-8''s%C3%BC%C3%9F%20%26%20%22sour%22.png"
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(header("cache-control"), "private, no-cache");
    let again = ada.request(Method::GET, image["url"].as_str().unwrap());
    let again = again.header("if-none-match", header("etag")).send().await.unwrap();
    assert_eq!(again.status(), 304);

    for (name, harmful) in [
        (
            "drawing.svg",
            &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
        ),
        ("page.html", b"<script>alert(1)</script>"),
        ("image.png", b"<html>"),
        ("empty", b""),
    ] {
        let sent = send(&ada, document, name, harmful).await.expect(201);
        let (headers, body) = bytes(&ada, &sent).await;
        assert_eq!(body, harmful);
        assert_eq!(headers["content-type"], "application/octet-stream", "{name}");
        assert!(
            headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment;"),
            "{name}"
        );
    }
    let listed = ada.get(&files(document)).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 5);
    assert_eq!(listed["items"][0]["id"], image["id"]);
    server.stop().await;
}

#[tokio::test]
async fn whoever_may_not_read_the_document_is_told_that_there_is_nothing() {
    let server = TestServer::start().await;
    let [ada, ben, eve] = server.register_all(["ada", "ben", "eve"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "viewer").await;
    let [document, other] = [
        ada.new_document(room, "Soup").await,
        ada.new_document(room, "Menu").await,
    ];
    let sent = send(&ada, document, "a.png", PNG).await.expect(201);
    let url = sent["url"].as_str().unwrap();

    ben.get(url).await.expect(200);
    send(&ben, document, "b.png", PNG).await.refused(403, "read_only");
    let one = format!("{}/{}", files(document), sent["id"].as_str().unwrap());
    ben.delete(&one).await.refused(403, "read_only");
    for request in [
        eve.get(url).await,
        eve.get(&files(document)).await,
        eve.delete(&one).await,
    ] {
        request.refused(404, "not_found");
    }
    send(&eve, document, "c.png", PNG).await.refused(404, "not_found");
    server.browser().get(url).await.refused(401, "not_signed_in");
    // It belongs to one document, and is not reached by way of another.
    let moved = url.replace(&document.to_string(), &other.to_string());
    ada.get(&moved).await.refused(404, "not_found");
    let narrow = json!({"name": "one", "document_id": other});
    let narrow = ada.post("/api/v1/tokens", narrow).await.expect(201);
    let narrow = narrow["token"].as_str().unwrap();
    let reading = server.browser().request(Method::GET, url).bearer_auth(narrow);
    Answer::to(reading).await.refused(404, "not_found");
    let foreign = ada.request(Method::POST, &files(document)).query(&[("name", "x")]);
    Answer::to(foreign.header("origin", "https://elsewhere.example").body("x"))
        .await
        .refused(403, "foreign_origin");

    ada.delete(&format!("/api/v1/documents/{document}")).await.expect(204);
    ada.get(url).await.refused(404, "not_found");
    ada.post(&format!("/api/v1/documents/{document}/restore"), json!({}))
        .await
        .expect(200);
    ada.get(url).await.expect(200);
    ada.delete(&one).await.expect(204);
    ada.get(url).await.refused(404, "not_found");
    server.stop().await;
}

#[tokio::test]
async fn a_file_that_is_sent_again_under_its_id_is_stored_once() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let document = ada.new_document(room, "Soup").await;
    let named = AttachmentId(uuid::Uuid::now_v7());
    let send = async |person: &Person, id: &str, body: &'static [u8]| {
        let request = person.request(Method::POST, &files(document));
        Answer::to(request.query(&[("name", "a.png"), ("id", id)]).body(body)).await
    };
    let first = send(&ada, &named.to_string(), PNG).await.expect(201);
    let second = send(&ada, &named.to_string(), PNG).await.expect(201);
    assert_eq!(first, second);
    send(&ada, &named.to_string(), b"other bytes")
        .await
        .refused(404, "not_found");
    send(&ben, &named.to_string(), PNG).await.refused(404, "not_found");
    let field = send(&ada, &uuid::Uuid::from_u128(1).to_string(), PNG).await;
    assert_eq!(field.refused(422, "field_invalid").as_deref(), Some("id"));
    assert_eq!(server.count("select count(*) from attachments").await, 1);
    server.stop().await;
}

#[tokio::test]
async fn what_is_too_large_or_has_no_name_is_refused_and_leaves_nothing() {
    let server = TestServer::start_with(|config| {
        config.limits.attachment_bytes = 1000;
        config.limits.room_attachment_bytes = 2500;
    })
    .await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    send(&ada, document, "large", vec![1; 1001])
        .await
        .refused(413, "body_too_large");
    for name in ["", " ", "a\nb", &"x".repeat(256)] {
        let field = send(&ada, document, name, PNG).await.refused(422, "field_invalid");
        assert_eq!(field.as_deref(), Some("name"));
    }
    send(&ada, document, "one", vec![1; 1000]).await.expect(201);
    // The same bytes again are another file of the room, and one on the disk.
    send(&ada, document, "two", vec![1; 1000]).await.expect(201);
    let other = ada.new_document(room, "Menu").await;
    send(&ada, other, "three", vec![1; 501])
        .await
        .refused(409, "quota_exceeded");
    let elsewhere = ada.new_document(ada.new_room("Garden").await, "Peas").await;
    send(&ada, elsewhere, "four", vec![1; 501]).await.expect(201);

    // Not announced: the length shows only while it comes.
    let mut line = TcpStream::connect(server.server.address()).await.unwrap();
    let head = format!(
        "POST {}?name=x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ntransfer-encoding: chunked\r\n\r\n",
        files(elsewhere),
        ada.token().await
    );
    line.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..3 {
        line.write_all(b"190\r\n").await.unwrap();
        line.write_all(&[7; 0x190]).await.unwrap();
        line.write_all(b"\r\n").await.unwrap();
    }
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert_eq!(stored(server.directory.path()), 2);
    server.stop().await;
}

#[tokio::test]
async fn whoever_loses_the_right_to_write_while_a_file_is_on_its_way_has_not_sent_it() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let document = ada.new_document(room, "Soup").await;
    let mut line = begin(server.server.address(), &ben, document).await;
    until_incoming(server.directory.path(), 1).await;
    ada.delete(&format!("/api/v1/rooms/{room}/members/{}", ben.id))
        .await
        .expect(204);
    line.write_all(b"there").await.unwrap();
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404");
    assert_eq!(server.count("select count(*) from attachments").await, 0);

    // A line that breaks leaves nothing either.
    let line = begin(server.server.address(), &ada, document).await;
    until_incoming(server.directory.path(), 1).await;
    drop(line);
    until_incoming(server.directory.path(), 0).await;
    server.stop().await;
}

#[tokio::test]
async fn a_file_that_nothing_names_is_swept_after_its_days_and_its_bytes_a_day_later() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let [document, other] = [
        ada.new_document(room, "Soup").await,
        ada.new_document(room, "Menu").await,
    ];
    let mut sent = Vec::new();
    for name in ["in the text", "in another text", "in a message", "nowhere"] {
        sent.push(send(&ada, document, name, name).await.expect(201));
    }
    let link = |index: usize| format!("![x]({})", sent[index]["url"].as_str().unwrap());
    let write = async |document: DocumentId, text: String| {
        let request = ada.request(Method::PUT, &format!("/api/v1/documents/{document}/content"));
        Answer::to(request.header("content-type", "text/markdown").body(text))
            .await
            .expect(200);
        // Its text is kept a moment later.
        common::until(async || {
            server.count("select count(*) from documents d left join document_texts t on t.document_id = d.id where d.head_seq > coalesce(t.seq, 0)").await == 0
        })
        .await;
    };
    write(document, link(0)).await;
    write(other, link(1)).await;
    let message = json!({"body": link(2)});
    ada.post(&format!("/api/v1/rooms/{room}/messages"), message)
        .await
        .expect(201);
    let app = server.server.app();
    let sweeper = Sweeper {
        reader: app.reader.clone(),
        writer: app.writer.clone(),
        files: app.files.clone(),
        days: 30,
    };
    let sweep = async |day: u64, hour: u64| {
        let at = UnixMs(now().0 + day * DAY_MS);
        sweeper.sweep(at, RunHours(hour)).await.unwrap()
    };
    let nothing = Swept::default();
    assert_eq!(sweep(0, 0).await, nothing);
    assert_eq!(sweep(29, 700).await, nothing);
    // Named no more, and again in time.
    write(other, "empty".into()).await;
    assert_eq!(sweep(29, 700).await, nothing);
    write(other, link(1)).await;
    for hour in 700..724 {
        assert_eq!(sweep(400, hour).await, nothing, "a clock is wrong for some hours");
    }
    assert_eq!(sweep(29, 724).await, nothing);
    assert_eq!(sweep(31, 730).await, nothing, "it is due, and that is all");
    assert_eq!(sweep(31, 753).await, nothing);
    assert_eq!(
        sweep(31, 754).await,
        Swept {
            attachments: 1,
            files: 0
        }
    );
    ada.get(sent[3]["url"].as_str().unwrap())
        .await
        .refused(404, "not_found");
    assert_eq!(
        sweep(31, 754).await,
        Swept {
            attachments: 0,
            files: 1
        }
    );
    assert_eq!(sweep(90, 2_000).await, nothing);
    assert_eq!(sweep(90, 3_000).await, nothing);
    for kept in &sent[..3] {
        bytes(&ada, kept).await;
    }
    assert_eq!(stored(server.directory.path()), 3);
    server.stop().await;
}

#[tokio::test]
async fn what_a_killed_server_was_writing_is_gone_and_what_it_had_stored_is_there() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
    let sent = send(&ada, document, "a.png", PNG).await.expect(201);
    let address = server.url.trim_start_matches("http://").parse().unwrap();
    let line = begin(address, &ada, document).await;
    until_incoming(directory.path(), 1).await;
    server.kill().await;
    drop(line);
    assert_eq!(stored(directory.path()), 2);
    let server = Inkling::start(directory.path()).await;
    assert_eq!(stored(directory.path()), 1);
    let ada = again(&server, ada).await;
    assert_eq!(bytes(&ada, &sent).await.1, PNG);
}

#[tokio::test]
async fn a_backup_holds_the_files_and_verify_finds_the_one_that_is_damaged() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let document: DocumentId = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
    let large: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let sent = [
        send(&ada, document, "a.png", PNG).await.expect(201),
        send(&ada, document, "large", large.clone()).await.expect(201),
    ];
    let _: AttachmentId = id(&sent[0]);
    let place = TempDir::new().unwrap();
    let [backup, restored] = ["one.backup", "restored"].map(|name| place.path().join(name));
    let data = |directory: &Path| [OsStr::new("--data-dir").to_owned(), directory.as_os_str().to_owned()];
    let run = async |words: &[&OsStr], directory: &Path| {
        let data = data(directory);
        ask(words.iter().copied().chain(data.iter().map(|word| &**word))).await
    };
    let said = run(&["backup".as_ref(), backup.as_os_str()], directory.path())
        .await
        .ended(0);
    assert!(said.contains("2 files"), "{said}");
    ask(["verify".as_ref(), backup.as_os_str()]).await.ended(0);
    drop(server);
    run(&["restore".as_ref(), backup.as_os_str()], &restored).await.ended(0);
    run(&["verify".as_ref()], &restored).await.ended(0);
    let server = Inkling::start(&restored).await;
    let ada = again(&server, ada).await;
    assert_eq!(bytes(&ada, &sent[0]).await.1, PNG);
    assert_eq!(bytes(&ada, &sent[1]).await.1, large);
    drop(server);

    // One byte of a file in the backup, and then of one in the directory.
    let mut damaged = std::fs::read(&backup).unwrap();
    let at = damaged.windows(PNG.len()).position(|window| window == PNG).unwrap();
    damaged[at + 12] ^= 1;
    let bad = place.path().join("bad.backup");
    std::fs::write(&bad, damaged).unwrap();
    let said = ask(["verify".as_ref(), bad.as_os_str()]).await.ended(5);
    assert!(said.contains("is not the one that was written"), "{said}");
    let nowhere = place.path().join("nowhere");
    run(&["restore".as_ref(), bad.as_os_str()], &nowhere).await.ended(5);
    assert!(!nowhere.exists());
    let folder = std::fs::read_dir(restored.join("attachments")).unwrap();
    let mut found = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("incoming"));
    let file = std::fs::read_dir(found.next().unwrap())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(&file, "something else").unwrap();
    let said = run(&["verify".as_ref()], &restored).await.ended(5);
    assert!(said.contains("is not the one that was written"), "{said}");
    // The others are worth a backup all the same.
    let rest = place.path().join("rest.backup");
    let said = run(&["backup".as_ref(), rest.as_os_str()], &restored).await.ended(0);
    assert!(said.contains("Left out"), "{said}");
    let said = ask(["verify".as_ref(), rest.as_os_str()]).await.ended(5);
    assert!(said.contains("is not in it"), "{said}");
}
