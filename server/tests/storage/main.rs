//! The writer and what it leaves on disk, with real files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod appending;
mod clock;
mod credentials;
mod disk;
#[path = "../common/kitchen.rs"]
mod kitchen;

use bytes::Bytes;
use kitchen::{ADA, BEN, DOCUMENT, NEVER, NOW, ROOM, add_person, add_room, session_of};
use server::actor::writer::{self, Observer, WriteError, Writer};
use server::collab::effect::{AppendError, AppendUpdates, Credential, NewMessage, NewUpdate, Replica};
use server::db::messages::Page;
use server::db::{Database, DbError, OpenError, Reader, contents, login_sessions, rooms, users};
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, MessageId, Nonce, RoomId, Seq, UnixMs, UserId};
use shared::wire::Role;
use sqlx::Connection as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use uuid::Uuid;

const CLEO: UserId = UserId(Uuid::from_u128(0xc1e0));

#[derive(Default)]
struct Counter {
    batches: AtomicUsize,
    jobs: AtomicUsize,
}

impl Observer for Counter {
    fn committed(&self, jobs: usize, _updates: usize, _seconds: f64) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(jobs, Ordering::Relaxed);
    }
}

/// A data directory with ada (owner), ben (viewer) and cleo (nobody), one room and one document.
struct Fixture {
    directory: TempDir,
    reader: Reader,
    writer: Writer,
    task: JoinHandle<()>,
    counter: Arc<Counter>,
}

impl Fixture {
    async fn new() -> Self {
        let fixture = Self::open(TempDir::new().unwrap()).await;
        let made = fixture.writer.write(|connection| {
            Box::pin(async move {
                for (id, username) in [(ADA, "ada"), (BEN, "ben"), (CLEO, "cleo")] {
                    add_person(connection, id, username).await?;
                }
                add_room(connection, Role::Viewer).await
            })
        });
        made.await.unwrap();
        fixture
    }

    async fn open(directory: TempDir) -> Self {
        let database = Database::open(directory.path()).await.unwrap();
        let counter = Arc::new(Counter::default());
        let (writer, task) = writer::start(database.storage, counter.clone());
        Self {
            directory,
            reader: database.reader,
            writer,
            task,
            counter,
        }
    }

    async fn close(self) -> TempDir {
        drop(self.writer);
        self.task.await.unwrap();
        self.directory
    }

    async fn head(&self) -> Seq {
        self.reader.document_state(DOCUMENT).await.unwrap().unwrap().1.head_seq
    }

    async fn sql(&self, sql: &'static str) {
        let done = self.writer.write(move |connection| {
            Box::pin(async move {
                sqlx::query(sql).execute(connection).await?;
                Ok(())
            })
        });
        done.await.unwrap();
    }

    /// From now on the database may grow by `pages` pages at most.
    async fn leave_room_for(&self, pages: i64) {
        let done = self.writer.write(move |connection| {
            Box::pin(async move {
                let count: i64 = sqlx::query_scalar("pragma page_count")
                    .fetch_one(&mut *connection)
                    .await?;
                let pragma = format!("pragma max_page_count = {}", count + pages);
                sqlx::query(sqlx::AssertSqlSafe(pragma))
                    .execute(&mut *connection)
                    .await?;
                Ok(())
            })
        });
        done.await.unwrap();
    }
}

fn update(user: UserId, client: u32, client_seq: u64, bytes: &'static [u8]) -> NewUpdate {
    NewUpdate {
        user,
        credential: session_of(user),
        client_id: ClientId(client),
        client_seq: ClientSeq(client_seq),
        at: NOW,
        bytes: Bytes::from_static(bytes),
        clocks: vec![(ClientId(client), u32::try_from(client_seq).unwrap())],
    }
}

fn batch(after: u64, updates: Vec<NewUpdate>) -> AppendUpdates {
    AppendUpdates {
        epoch: Epoch(1),
        after: Seq(after),
        updates,
    }
}

fn message(nonce: u128, author: UserId, body: &str) -> NewMessage {
    NewMessage {
        id: MessageId(Uuid::from_u128(nonce + 1000)),
        author,
        credential: session_of(author),
        nonce: Nonce(Uuid::from_u128(nonce)),
        body: body.into(),
        at: NOW,
    }
}
