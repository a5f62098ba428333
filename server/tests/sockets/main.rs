//! `/ws` over real sockets: what clients may count on, and what they may not do.

mod abuse;
#[path = "../common/mod.rs"]
mod common;
mod rights;
mod rooms;
mod typing;

use bytes::Bytes;
use common::client::{Client, FIRST, Handshake, resume, resume_from};
use common::tab::WholeTab;
use common::{Browser, PASSWORD, Person, TestServer};
use serde_json::json;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, DocumentId, Nonce, RoomId, Seq};
use shared::inflate::inflate;
use shared::limits::FRAME_BYTES_MAX;
use shared::replica::{Replica, Splice};
use shared::wire::{Change, ClientFrame, Codec, PresenceState, Role, ServerFrame, Subject, Target};
use std::time::Duration;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderName, header};
use uuid::Uuid;

/// A replica that types at the end of the text.
struct Typist {
    replica: Replica,
    client_seq: u64,
}

impl Typist {
    fn new(client_id: u32) -> Self {
        Self {
            replica: Replica::new(ClientId(client_id)),
            client_seq: 0,
        }
    }

    fn id(&self) -> ClientId {
        self.replica.client_id()
    }

    fn types(&mut self, text: &str) -> (u64, Bytes) {
        let end = self.replica.len();
        let splice = Splice {
            from: end,
            to: end,
            insert: text.to_owned(),
        };
        let update = self
            .replica
            .edit(&[splice], 0, None)
            .expect("the splice fits")
            .remove(0);
        self.client_seq += 1;
        (self.client_seq, update)
    }

    /// Takes a frame in; the position it brings the document to.
    fn takes(&mut self, frame: &ServerFrame) -> Option<Seq> {
        let ServerFrame::Remote { seq, update, .. } = frame else {
            return None;
        };
        self.replica.apply([update.0.clone()]).expect("the gate let it pass");
        Some(*seq)
    }
}

/// Somebody with an account and a browser whose cookie the test knows.
struct Tab {
    person: Person,
    browser: Browser,
    cookie: String,
}

impl Tab {
    async fn new(server: &TestServer, username: &str) -> Self {
        let person = server.register(username).await;
        let browser = server.browser();
        let credentials = json!({"username": username, "password": PASSWORD});
        let answer = browser.post("/api/v1/login", credentials).await;
        let cookie = answer.headers[header::SET_COOKIE.as_str()].to_str().expect("ASCII");
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        answer.expect(200);
        Self {
            person,
            browser,
            cookie,
        }
    }

    /// What a page of the server's own sends with the handshake of a socket.
    fn headers(&self, server: &TestServer) -> Vec<(HeaderName, String)> {
        vec![
            (header::COOKIE, self.cookie.clone()),
            (header::ORIGIN, server.url.clone()),
        ]
    }

    async fn connect(&self, server: &TestServer, codec: Codec) -> Client {
        let handshake = Handshake::new(codec, self.headers(server));
        Client::connect(server.server.address(), &handshake)
            .await
            .expect("let in")
    }

    async fn removes(&self, other: &Self, room: RoomId) {
        let path = format!("/api/v1/rooms/{room}/members/{}", other.person.id);
        let answer = self.browser.delete(&path).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    async fn changes_role(&self, other: &Self, room: RoomId, role: &str) {
        let path = format!("/api/v1/rooms/{room}/members/{}", other.person.id);
        let answer = self.browser.patch(&path, json!({"role": role})).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }
}

/// Ada, her room and a document in it.
async fn ada_with_a_document(server: &TestServer) -> (Tab, RoomId, DocumentId) {
    let ada = Tab::new(server, "ada").await;
    let room = ada.person.new_room("Plans").await;
    let document = ada.person.new_document(room, "Notes").await;
    (ada, room, document)
}

/// Ben, whom Ada has let into her room.
async fn ben_in(server: &TestServer, ada: &Tab, room: RoomId) -> Tab {
    let ben = Tab::new(server, "ben").await;
    ada.person.invite(room, &ben.person, "editor").await;
    ben
}

fn nonce() -> Nonce {
    Nonce(Uuid::now_v7())
}
