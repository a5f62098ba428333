//! Bad input gets a clear error and changes nothing: requests as programs, browsers and strangers with bad intentions send them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod bodies;
#[path = "../common/mod.rs"]
mod common;
mod paths;
mod strangers;

use common::client::{Client, Handshake};
use common::{Answer, Browser, PASSWORD, Person, TestServer, id};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};
use shared::id::{DocumentId, RoomId};
use shared::wire::Codec;
use sqlx::Connection as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::header;

/// A test fails rather than hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// One person's room with one of everything in it, and what can be seen of it.
struct House {
    server: TestServer,
    ada: Person,
    room: RoomId,
    document: DocumentId,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let ada = server.register("ada").await;
        let room = ada.new_room("Kitchen").await;
        let document = ada.new_document(room, "Soup").await;
        Self {
            server,
            ada,
            room,
            document,
        }
    }

    /// Everything that a request could have changed, as its owner sees it.
    async fn all(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for path in [
            "/api/v1/me".to_owned(),
            "/api/v1/rooms".to_owned(),
            format!("/api/v1/rooms/{}/members", self.room),
            format!("/api/v1/rooms/{}/invites", self.room),
            format!("/api/v1/rooms/{}/documents", self.room),
            format!("/api/v1/rooms/{}/messages", self.room),
            format!("/api/v1/documents/{}/content", self.document),
        ] {
            all.push(self.ada.get(&path).await.expect(200));
        }
        all
    }

    async fn raw(&self, request: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.server.server.address()).await.unwrap();
        // The server may answer, and close, before it has been told everything.
        stream.write_all(request).await.ok();
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("{read:?}: {answer}")), answer)
    }
}
