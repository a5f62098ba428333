//! Texts read and replaced from outside, compaction, and quarantine: with real files and the real materialize child.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use bytes::Bytes;
use rand::RngExt as _;
use server::actor::contents::compaction::Compaction;
use server::actor::contents::{Contents, Version};
use server::actor::hub::{CompactionDue, Hub, HubLimits};
use server::actor::materializer::{Materializer, MaterializerConfig};
use server::actor::writer;
use server::collab::effect::{AppendUpdates, Credential, NewUpdate};
use server::db::{Database, Reader, document_tree, login_sessions, members, rooms, users};
use server::metrics::Metrics;
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, RoomId, Seq, UnixMs, UserId};
use shared::replica::{Replica, Splice};
use shared::wire::{Person, Role};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::mpsc;
use uuid::Uuid;

const NOW: UnixMs = UnixMs(1_700_000_000_000);
const ADA: UserId = UserId(Uuid::from_u128(0xada));
const BEN: UserId = UserId(Uuid::from_u128(0xbe4));
const ROOM: RoomId = RoomId(Uuid::from_u128(0x400));
const DOCUMENT: DocumentId = DocumentId(Uuid::from_u128(0xd0c));
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

/// Everybody's one login session.
fn session_of(user: UserId) -> Credential {
    Credential::LoginSession(Uuid::from_u128(user.0.as_u128() + (1 << 64)))
}

impl Fixture {
    async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        let (writer, _) = writer::start(database.storage, Arc::new(Unobserved));
        let made = writer.write(|connection| {
            Box::pin(async move {
                for (id, username) in [(ADA, "ada"), (BEN, "ben")] {
                    let user = users::NewUser {
                        id,
                        username: username.into(),
                        display_name: username.to_uppercase(),
                        password_hash: "none".into(),
                        at: NOW,
                    };
                    users::create(connection, &user).await?;
                    let Credential::LoginSession(session) = session_of(id) else {
                        unreachable!("it is one")
                    };
                    let session = login_sessions::NewLoginSession {
                        id: session,
                        secret_hash: [id.0.as_bytes()[15]; 32],
                        user_id: id,
                        user_agent: String::new(),
                        at: NOW,
                        expires_at: UnixMs(1 << 53),
                    };
                    login_sessions::insert(connection, &session, 1).await?;
                }
                rooms::create(connection, ROOM, "Kitchen", ADA, NOW).await?;
                members::add(connection, ROOM, BEN, Role::Editor, NOW).await?;
                document_tree::create(connection, DOCUMENT, ROOM, "Soup", ADA, NOW).await
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

#[tokio::test]
async fn what_is_put_is_read_byte_for_byte() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.text().await, "");
    for text in [
        "\u{feff}# Soup\r\n\r\nWater 🍲\tand\0nothing\n",
        "plain",
        "",
        "e\u{301}\r",
    ] {
        let seq = fixture.put(ada(), text).await;
        let content = fixture.contents.read(DOCUMENT).await.unwrap();
        assert_eq!(
            (content.text.as_str(), content.version),
            (text, Version { epoch: EPOCH, seq })
        );
    }
}

#[tokio::test]
async fn putting_what_is_there_stores_nothing() {
    let fixture = Fixture::new().await;
    let first = fixture.put(ada(), "soup").await;
    assert_eq!(fixture.put(ben(), "soup").await, first);
    assert_eq!(fixture.head().await, first);
}

#[tokio::test]
async fn a_text_is_put_as_the_smallest_edit_by_one_replica_of_each_account() {
    let fixture = Fixture::new().await;
    let long = "a line of some length\n".repeat(500);
    fixture.put(ada(), &long).await;
    for n in 0..5 {
        let user = if n % 2 == 0 { ada() } else { ben() };
        let seq = fixture.put(user, &format!("{long}{n}")).await;
        let rows = fixture.reader.history(DOCUMENT, Seq(1)..=seq).await.unwrap();
        assert!(
            rows.last().unwrap().bytes.len() < 60,
            "one character is changed, not the text"
        );
    }
    assert_eq!(
        fixture
            .reader
            .document_state(DOCUMENT)
            .await
            .unwrap()
            .unwrap()
            .1
            .replicas
            .len(),
        2
    );
}

#[tokio::test]
async fn what_others_wrote_since_the_base_is_kept() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "one\ntwo\nthree\n").await;
    let base = Some(Version { epoch: EPOCH, seq });
    fixture.put(ben(), "one\ntwo and a half\nthree\n").await;
    let wanted = "1\ntwo\nthree\nfour\n".to_owned();
    fixture
        .contents
        .replace(ada(), session_of(ADA), DOCUMENT, base, wanted)
        .await
        .unwrap();
    assert_eq!(fixture.text().await, "1\ntwo and a half\nthree\nfour\n");
}

#[tokio::test]
async fn texts_put_at_the_same_time_all_arrive() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "a\nb\nc\nd\n").await;
    let base = Some(Version { epoch: EPOCH, seq });
    let put = |user: Person, text: &str| {
        let credential = session_of(user.id);
        fixture
            .contents
            .replace(user, credential, DOCUMENT, base, text.to_owned())
    };
    let stored = tokio::join!(
        put(ada(), "A\nb\nc\nd\n"),
        put(ben(), "a\nB\nc\nd\n"),
        put(ada(), "a\nb\nC\nd\n"),
        put(ben(), "a\nb\nc\nD\n"),
    );
    assert!([stored.0, stored.1, stored.2, stored.3].iter().all(Result::is_ok));
    assert_eq!(fixture.text().await, "A\nB\nC\nD\n");
}

#[tokio::test]
async fn a_text_put_with_what_is_not_valid_any_more_is_refused() {
    let fixture = Fixture::new().await;
    fixture.put(ada(), "soup").await;
    let ended = fixture
        .writer
        .write(|connection| Box::pin(login_sessions::end_others(connection, ADA, None)));
    ended.await.unwrap();
    let put = fixture
        .contents
        .replace(ada(), session_of(ADA), DOCUMENT, None, "stew".to_owned());
    assert_eq!(put.await, Err(ErrorCode::NotSignedIn));
    assert_eq!(fixture.text().await, "soup");
}

#[tokio::test]
async fn a_base_that_is_not_of_this_history_is_refused() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "soup").await;
    let put = |base| {
        fixture
            .contents
            .replace(ada(), session_of(ADA), DOCUMENT, Some(base), "stew".to_owned())
    };
    assert_eq!(
        put(Version { epoch: Epoch(2), seq }).await,
        Err(ErrorCode::EpochChanged)
    );
    assert_eq!(
        put(Version {
            epoch: EPOCH,
            seq: seq.next()
        })
        .await,
        Err(ErrorCode::Regression)
    );
    assert_eq!(fixture.text().await, "soup");
}

#[tokio::test]
async fn a_document_that_is_not_there_is_not_found() {
    let fixture = Fixture::new().await;
    let nowhere = DocumentId(Uuid::from_u128(0xbad));
    assert_eq!(fixture.contents.read(nowhere).await, Err(ErrorCode::NotFound));
    assert_eq!(
        fixture
            .contents
            .replace(ada(), session_of(ADA), nowhere, None, "x".to_owned())
            .await,
        Err(ErrorCode::NotFound)
    );
}

#[tokio::test]
async fn the_log_moves_to_history_when_a_second_snapshot_stands_for_it() {
    let fixture = Fixture::new().await;
    let log = typed(200);
    fixture.store_unseen(log[..100].to_vec()).await;
    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(100)).await.unwrap(),
        Compaction::Snapshot
    );
    assert_eq!(
        fixture.reader.log_start(DOCUMENT, Seq(100)).await.unwrap().rows.len(),
        100,
        "the only snapshot is not relied on"
    );
    fixture.store_unseen(log[100..].to_vec()).await;
    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(200)).await.unwrap(),
        Compaction::Snapshot
    );

    let left = fixture.reader.log_start(DOCUMENT, Seq(200)).await.unwrap().rows;
    assert_eq!((left.len(), left[0].seq), (100, Seq(101)));
    let history = fixture.reader.segments(DOCUMENT).await.unwrap();
    assert_eq!(
        (history.len(), history[0].0.first, history[0].0.last, history[0].1),
        (1, Seq(1), Seq(100), true)
    );
    let rows = history[0].0.rows().unwrap();
    assert!(rows.iter().map(|row| &row.bytes).eq(&log[..100]));
    assert!(rows.iter().all(|row| row.user == ADA && row.at == NOW));

    let bundle = fixture
        .reader
        .document_bundle(DOCUMENT, None, Seq(200))
        .await
        .unwrap()
        .updates;
    assert_eq!(bundle.len(), 1, "a newcomer loads one snapshot");
    assert_eq!(fixture.text().await, "x".repeat(200));
    let resumed = fixture
        .reader
        .document_bundle(DOCUMENT, Some(Seq(150)), Seq(200))
        .await
        .unwrap();
    assert_eq!(resumed.updates.len(), 50);
}

#[tokio::test]
async fn a_few_edits_only_bring_the_text_up_to_date() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "soup of the day").await;
    assert_eq!(fixture.contents.compact(DOCUMENT, seq).await.unwrap(), Compaction::Text);
    assert_eq!(
        fixture.reader.document_text(DOCUMENT).await.unwrap(),
        Some((seq, "soup of the day".to_owned()))
    );
    assert_eq!(
        fixture.contents.compact(DOCUMENT, seq).await.unwrap(),
        Compaction::UpToDate
    );
    assert_eq!(fixture.reader.newest_snapshot(DOCUMENT).await.unwrap(), Seq(0));
}

#[tokio::test]
async fn a_document_that_everybody_left_has_its_text_worked_out() {
    let mut fixture = Fixture::new().await;
    let through = fixture.put(ada(), "soup of the day").await;
    let due = fixture.due.recv().await.unwrap();
    assert_eq!((due.document, due.through), (DOCUMENT, through));
    assert_eq!(
        fixture.contents.compact(due.document, due.through).await.unwrap(),
        Compaction::Text
    );
}

#[tokio::test]
async fn texts_that_a_stop_came_before_are_worked_out_at_the_next_start() {
    let mut fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "soup of the day").await;
    assert_eq!(fixture.reader.stale_texts(9).await.unwrap(), [(DOCUMENT, seq)]);
    let (closed, due) = mpsc::channel(1);
    drop(closed);
    fixture.due.close();
    let stopping = tokio_util::sync::CancellationToken::new();
    fixture.contents.clone().run_compaction(due, stopping).await;
    assert!(fixture.reader.stale_texts(9).await.unwrap().is_empty());
    assert_eq!(fixture.reader.document_text(DOCUMENT).await.unwrap().unwrap().0, seq);
}

#[tokio::test]
async fn a_document_is_held_where_it_was_last_good() {
    // P3: applied without complaint, then nothing can be encoded.
    let poison = Bytes::from_static(&[
        0x01, 0x01, 0x21, 0x3f, 0x62, 0x21, 0x20, 0x01, 0x02, 0x20, 0x02, 0x02, 0x01, 0x0c, 0x01, 0x20, 0x01, 0x12,
        0x01,
    ]);
    let mut fixture = Fixture::new().await;
    let log = typed(80);
    fixture.store_unseen(log[..70].to_vec()).await;
    fixture.store_unseen([vec![poison], log[70..].to_vec()].concat()).await;

    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(81)).await.unwrap(),
        Compaction::Quarantined(Seq(70))
    );
    let content = fixture.contents.read(DOCUMENT).await.unwrap();
    assert_eq!((content.version.seq, content.text), (Seq(70), "x".repeat(70)));
    let put = fixture
        .contents
        .replace(ada(), session_of(ADA), DOCUMENT, None, "new".to_owned())
        .await;
    assert_eq!(put, Err(ErrorCode::Quarantined));
    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(81)).await.unwrap(),
        Compaction::UpToDate
    );
    assert!(fixture.due.try_recv().is_err(), "nothing more is to be looked into");
    let metrics = fixture.metrics.text();
    assert!(metrics.contains("inkling_quarantines_total 1\n"), "{metrics}");
    assert!(
        metrics.contains("inkling_materializations_total{result=\"refused\"}"),
        "{metrics}"
    );
    fixture.hub.stop().await;
}

#[tokio::test]
async fn a_text_that_cannot_be_worked_out_is_looked_into() {
    let mut fixture = Fixture::new().await;
    fixture.store_unseen(typed(3)).await;
    // The fourth character without its neighbour: it waits for what never comes.
    fixture.store_unseen(typed(9).split_off(8)).await;
    assert_eq!(fixture.contents.read(DOCUMENT).await, Err(ErrorCode::MaterializeFailed));
    let CompactionDue { document, through } = fixture.due.recv().await.unwrap();
    assert_eq!(
        fixture.contents.compact(document, through).await.unwrap(),
        Compaction::Quarantined(Seq(3))
    );
    assert_eq!(fixture.text().await, "xxx");
}

#[tokio::test]
async fn any_past_text_and_its_authors_can_be_had_again_after_many_compactions() {
    const EDITS: u64 = 700;
    let fixture = Fixture::new().await;
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(seed);
    let mut writers = [(ADA, Replica::new(ClientId(1))), (BEN, Replica::new(ClientId(2)))];
    // What the document said, who wrote and when, by position.
    let mut past = vec![(String::new(), ADA, NOW)];
    let mut clocks = [0_u32; 2];
    let mut snapshots = 0;
    while (past.len() as u64) <= EDITS {
        let mut batch = Vec::new();
        let after = Seq(past.len() as u64 - 1);
        for _ in 0..random.random_range(1..40) {
            let index = random.random_range(0..2);
            let (user, replica) = &mut writers[index];
            let at = UnixMs(NOW.0 + random.random_range(0..1_000_000));
            let from = random.random_range(0..=replica.len());
            let to = (from + random.random_range(0..4)).min(replica.len());
            let insert = ["a", "soup ", "é🍲", ""][random.random_range(0..4)].to_owned();
            let len = u32::try_from(insert.encode_utf16().count()).unwrap();
            // None for nothing deleted and nothing put in; no text here is long enough for two.
            let edit = replica.edit(&[Splice { from, to, insert }], 0, None).unwrap();
            let Some(bytes) = edit.into_iter().next() else { continue };
            clocks[index] += len;
            let client_id = replica.client_id();
            batch.push(NewUpdate {
                user: *user,
                credential: session_of(*user),
                client_id,
                client_seq: ClientSeq(0),
                at,
                bytes: bytes.clone(),
                clocks: vec![(client_id, clocks[index])],
            });
            past.push((replica.text(), *user, at));
            writers[1 - index].1.apply(&[bytes]).unwrap();
            if past.len() as u64 > EDITS {
                break;
            }
        }
        let batch = AppendUpdates {
            epoch: EPOCH,
            after,
            updates: batch,
        };
        fixture.writer.append_updates(DOCUMENT, batch).await.unwrap();
        let head = fixture.head().await;
        if random.random_range(0..3) == 0
            && fixture.contents.compact(DOCUMENT, head).await.unwrap() == Compaction::Snapshot
        {
            snapshots += 1;
        }
    }
    let head = fixture.head().await;
    assert!(snapshots > 2, "{snapshots} snapshots prove little");
    assert!(fixture.reader.segments(DOCUMENT).await.unwrap().len() > 1);

    let rows = fixture.reader.history(DOCUMENT, Seq(1)..=head).await.unwrap();
    let written = past[1..].iter().map(|(_, user, at)| (*user, *at));
    assert!(rows.iter().map(|row| (row.user, row.at)).eq(written));
    let some = fixture.reader.history(DOCUMENT, Seq(90)..=Seq(400)).await.unwrap();
    assert_eq!(some, rows[89..400]);

    let program = env!("CARGO_BIN_EXE_inkling").into();
    let config = MaterializerConfig {
        program,
        ..MaterializerConfig::default()
    };
    let materializer = Materializer::new(config, fixture.metrics.clone());
    for _ in 0..40 {
        let seq = random.random_range(0..=head.0);
        let bundle = fixture.reader.document_bundle(DOCUMENT, None, Seq(seq)).await.unwrap();
        let text = materializer.text(&bundle.updates).await.unwrap();
        assert_eq!(text, past[usize::try_from(seq).unwrap()].0, "as of {seq}");
    }
}
