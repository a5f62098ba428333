//! Backups, bringing them back, and going back a release: with the real program, and people who write meanwhile.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "../common/mod.rs"]
mod common;
mod exporting;
mod later;
mod rollback;
mod spoiled;
mod taking;

use common::client::{Client, Handshake};
use common::process::{Inkling, Said, ask, subcommand};
use common::tab::WholeTab;
use common::{Answer, PASSWORD, Person, register};
use rand::RngExt as _;
use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use shared::error::ErrorCode;
use shared::id::{ClientId, DocumentId, RoomId};
use shared::wire::{Codec, Resume, ServerFrame};
use sqlx::Connection as _;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::{HeaderName, header};

/// A running server on its own data, with ada, a room and a document.
struct Story {
    directory: TempDir,
    server: Inkling,
    ada: Person,
    room: RoomId,
    document: DocumentId,
    bearer: Vec<(HeaderName, String)>,
}

impl Story {
    async fn begin() -> Self {
        let directory = TempDir::new().unwrap();
        let server = Inkling::start(directory.path()).await;
        let ada = register(&server.browser(), "ada").await;
        let room = ada.new_room("Kitchen").await;
        let document = ada.new_document(room, "Soup").await;
        let bearer = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
        Self {
            directory,
            server,
            ada,
            room,
            document,
            bearer,
        }
    }

    fn tab(&self, client: u32) -> WholeTab {
        let address = address(&self.server);
        WholeTab::at(
            address,
            self.bearer.clone(),
            Codec::Binary,
            self.document,
            ClientId(client),
        )
    }

    async fn put(&self, text: String) {
        let path = format!("/api/v1/documents/{}/content", self.document);
        let put = self
            .ada
            .request(Method::PUT, &path)
            .header("content-type", "text/markdown");
        Answer::to(put.body(text)).await.expect(200);
    }
}

fn address(server: &Inkling) -> SocketAddr {
    server.url.trim_start_matches("http://").parse().unwrap()
}

async fn backup(data: &Path, target: &Path) -> Said {
    ask([
        OsStr::new("backup"),
        target.as_os_str(),
        OsStr::new("--data-dir"),
        data.as_os_str(),
    ])
    .await
}

async fn restore(file: &Path, data: &Path) -> Said {
    ask([
        OsStr::new("restore"),
        file.as_os_str(),
        OsStr::new("--data-dir"),
        data.as_os_str(),
    ])
    .await
}

async fn verify(file: &Path) -> Said {
    ask([OsStr::new("verify"), file.as_os_str()]).await
}

async fn verify_data(data: &Path) -> Said {
    ask([OsStr::new("verify"), OsStr::new("--data-dir"), data.as_os_str()]).await
}

async fn rollback(data: &Path) -> Said {
    ask([OsStr::new("rollback"), OsStr::new("--data-dir"), data.as_os_str()]).await
}

async fn open_database(data: &Path) -> sqlx::SqliteConnection {
    let url = format!("sqlite://{}", data.join("inkling.db").display());
    sqlx::SqliteConnection::connect(&url).await.unwrap()
}

/// Signed in again, and what the document says there.
async fn content(server: &Inkling, document: DocumentId) -> Value {
    let browser = server.browser();
    let login = json!({"username": "ada", "password": PASSWORD});
    browser.post("/api/v1/login", login).await.expect(200);
    browser
        .get(&format!("/api/v1/documents/{document}/content"))
        .await
        .expect(200)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
