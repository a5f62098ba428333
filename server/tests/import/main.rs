//! Documents that come from elsewhere: what becomes of files and of archives of them, and what they become when they leave again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "../common/mod.rs"]
mod common;

mod hostile;
mod repeated;
mod shapes;
mod terminal;
mod whole;

use common::{Answer, Person, TestServer};
use reqwest::Method;
use serde_json::Value;
use shared::id::{DocumentId, RoomId};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

/// Files by their paths.
type Files = BTreeMap<String, Vec<u8>>;

fn files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Files {
    let owned = files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
    owned.collect()
}

fn zip<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        archive.start_file(path, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn unzip(archive: Vec<u8>) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let files = (0..archive.len()).map(|at| {
        let mut file = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    });
    files.collect()
}

/// Sends a file to a room and reads what is told of it.
async fn import(person: &Person, room: RoomId, name: &str, bytes: impl Into<Vec<u8>>) -> Vec<Value> {
    import_as(person, room, &[("name", name)], bytes).await
}

async fn import_as(person: &Person, room: RoomId, query: &[(&str, &str)], bytes: impl Into<Vec<u8>>) -> Vec<Value> {
    let response = request(person, room, query, bytes).send().await.unwrap();
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    lines(&response.text().await.unwrap())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn request(
    person: &Person,
    room: RoomId,
    query: &[(&str, &str)],
    bytes: impl Into<Vec<u8>>,
) -> reqwest::RequestBuilder {
    let path = format!("/api/v1/rooms/{room}/import");
    person.request(Method::POST, &path).query(query).body(bytes.into())
}

/// The last line, of an import that came to its end: documents, files, and what was left out.
#[track_caller]
fn done(told: &[Value]) -> [u64; 3] {
    let last = told.last().unwrap();
    assert_eq!(last["kind"], "done", "{told:?}");
    ["documents", "files", "left_out"].map(|count| last[count].as_u64().unwrap())
}

/// What was left out, and for which reason.
fn left_out(told: &[Value]) -> Vec<(&str, &str)> {
    let left_out = told.iter().filter(|line| line["kind"] == "left_out");
    left_out
        .map(|line| (line["path"].as_str().unwrap(), line["reason"].as_str().unwrap()))
        .collect()
}

/// The document that a file became.
#[track_caller]
fn document(told: &[Value], path: &str) -> DocumentId {
    let line = told
        .iter()
        .find(|line| line["kind"] == "document" && line["path"] == path);
    let id = line.unwrap_or_else(|| panic!("{path} in {told:?}"))["document_id"].as_str();
    id.unwrap().parse().unwrap()
}

async fn export(person: &Person, room: RoomId, query: &str) -> Files {
    let path = format!("/api/v1/rooms/{room}/export{query}");
    let response = person.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    unzip(response.bytes().await.unwrap().to_vec())
}

async fn content(person: &Person, document: DocumentId) -> String {
    let read = person
        .get(&format!("/api/v1/documents/{document}/content"))
        .await
        .expect(200);
    read.as_str().map_or_else(|| read.to_string(), str::to_owned)
}

/// The file that a document names so.
async fn named(person: &Person, document: DocumentId, path: &str) -> reqwest::Response {
    let address = format!("/api/v1/documents/{document}/attachments/named");
    let request = person.request(Method::GET, &address).query(&[("path", path)]);
    request.send().await.unwrap()
}

async fn named_answer(person: &Person, document: DocumentId, path: &str) -> Answer {
    let address = format!("/api/v1/documents/{document}/attachments/named");
    Answer::to(person.request(Method::GET, &address).query(&[("path", path)])).await
}
