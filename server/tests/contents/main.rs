//! Texts read and replaced from outside, compaction, and quarantine: with real files and the real materialize child.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod compaction;
#[path = "../common/kitchen.rs"]
mod kitchen;
mod quarantine;
mod texts;

use bytes::Bytes;
use kitchen::{ADA, BEN, DOCUMENT, NOW, add_person, add_room, session_of};
use rand::RngExt as _;
use server::actor::contents::compaction::Compaction;
use server::actor::contents::{Contents, Version};
use server::actor::hub::{CompactionDue, Hub, HubLimits};
use server::actor::materializer::{Materializer, MaterializerConfig};
use server::actor::writer;
use server::collab::effect::{AppendUpdates, NewUpdate};
use server::db::{Database, Reader, login_sessions};
use server::metrics::Metrics;
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, Seq, UnixMs};
use shared::replica::{Replica, Splice};
use shared::wire::{Person, Role};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::mpsc;
use uuid::Uuid;

const EPOCH: Epoch = Epoch(1);

struct Unobserved;

impl writer::Observer for Unobserved {
    fn committed(&self, _jobs: usize, _updates: usize, _seconds: f64) {}
}

/// A data directory with ada (owner), ben (editor), a room and an empty document.
struct Fixture {
    reader: Reader,
    writer: writer::Writer,
    contents: Contents,
    hub: Hub,
    due: mpsc::Receiver<CompactionDue>,
    metrics: Arc<Metrics>,
    _directory: TempDir,
}

fn ada() -> Person {
    Person {
        id: ADA,
        name: "Ada".to_owned(),
    }
}

fn ben() -> Person {
    Person {
        id: BEN,
        name: "Ben".to_owned(),
    }
}

impl Fixture {
    async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        let (writer, _) = writer::start(database.storage, Arc::new(Unobserved));
        let made = writer.write(|connection| {
            Box::pin(async move {
                add_person(connection, ADA, "ada").await?;
                add_person(connection, BEN, "ben").await?;
                add_room(connection, Role::Editor).await
            })
        });
        made.await.unwrap();
        let (compaction, due) = mpsc::channel(16);
        let reader = database.reader;
        let metrics = Arc::new(Metrics::default());
        let hub = Hub::new(
            reader.clone(),
            writer.clone(),
            HubLimits::default(),
            compaction,
            metrics.clone(),
        );
        let program = env!("CARGO_BIN_EXE_inkling").into();
        let config = MaterializerConfig {
            program,
            ..MaterializerConfig::default()
        };
        let materializer = Materializer::new(config, metrics.clone());
        let contents = Contents::new(hub.clone(), writer.clone(), materializer);
        Self {
            reader,
            writer,
            contents,
            hub,
            due,
            metrics,
            _directory: directory,
        }
    }

    async fn text(&self) -> String {
        self.contents.read(DOCUMENT).await.unwrap().text
    }

    async fn head(&self) -> Seq {
        self.reader.document_state(DOCUMENT).await.unwrap().unwrap().1.head_seq
    }

    async fn put(&self, user: Person, text: &str) -> Seq {
        self.contents
            .replace(user.clone(), session_of(user.id), DOCUMENT, None, text.to_owned())
            .await
            .unwrap()
    }

    /// Stores bytes as ada's, whatever they are: as if the gate had let them pass.
    async fn store_unseen(&self, updates: Vec<Bytes>) {
        let after = self.head().await;
        let new = |(n, bytes): (u32, Bytes)| NewUpdate {
            user: ADA,
            credential: session_of(ADA),
            client_id: ClientId(77),
            client_seq: ClientSeq(0),
            at: NOW,
            bytes,
            clocks: vec![(ClientId(77), n + 1)],
        };
        let updates: Vec<_> = (0..).zip(updates).map(new).collect();
        let batch = AppendUpdates {
            epoch: EPOCH,
            after,
            updates,
        };
        self.writer.append_updates(DOCUMENT, batch).await.unwrap();
    }
}

/// One update for each of `count` characters.
fn typed(count: usize) -> Vec<Bytes> {
    let mut replica = Replica::new(ClientId(77));
    let type_one = |_| {
        replica
            .edit(
                &[Splice {
                    from: 0,
                    to: 0,
                    insert: "x".to_owned(),
                }],
                0,
                None,
            )
            .unwrap()
    };
    (0..count).flat_map(type_one).collect()
}
