//! The writer and what it leaves on disk, with real files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use bytes::Bytes;
use server::actor::writer::{self, Observer, WriteError, Writer};
use server::collab::effect::{AppendError, AppendUpdates, Credential, NewMessage, NewUpdate, Replica};
use server::db::messages::Page;
use server::db::{
    Database, DbError, OpenError, Reader, contents, document_tree, login_sessions, members, rooms, users,
};
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

const NOW: UnixMs = UnixMs(1_700_000_000_000);
const NEVER: UnixMs = UnixMs(1 << 53);
const ADA: UserId = UserId(Uuid::from_u128(0xada));
const BEN: UserId = UserId(Uuid::from_u128(0xbe4));
const CLEO: UserId = UserId(Uuid::from_u128(0xc1e0));
const ROOM: RoomId = RoomId(Uuid::from_u128(0x400));
const DOCUMENT: DocumentId = DocumentId(Uuid::from_u128(0xd0c));

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
                    let user = users::NewUser {
                        id,
                        username: username.into(),
                        display_name: username.to_uppercase(),
                        password_hash: "none".into(),
                        at: NOW,
                    };
                    users::create(connection, &user).await?;
                    let session = login_sessions::NewLoginSession {
                        id: session_id(id),
                        secret_hash: [id.0.as_bytes()[15]; 32],
                        user_id: id,
                        user_agent: String::new(),
                        at: NOW,
                        expires_at: NEVER,
                    };
                    login_sessions::insert(connection, &session, 1).await?;
                }
                rooms::create(connection, ROOM, "Kitchen", ADA, NOW).await?;
                members::add(connection, ROOM, BEN, Role::Viewer, NOW).await?;
                document_tree::create(connection, DOCUMENT, ROOM, "Soup", ADA, NOW).await
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

/// Everybody's one login session.
fn session_id(user: UserId) -> Uuid {
    Uuid::from_u128(user.0.as_u128() + (1 << 64))
}

fn session_of(user: UserId) -> Credential {
    Credential::LoginSession(session_id(user))
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

#[tokio::test]
async fn an_appended_update_is_there_after_a_restart() {
    let fixture = Fixture::new().await;
    let two = vec![update(ADA, 7, 1, b"one"), update(ADA, 7, 2, b"two")];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(0, two)).await;
    assert_eq!(appended, Ok(vec![Ok(Seq(1)), Ok(Seq(2))]));

    let fixture = Fixture::open(fixture.close().await).await;
    let (room, state) = fixture.reader.document_state(DOCUMENT).await.unwrap().unwrap();
    assert_eq!((room, state.epoch, state.head_seq), (ROOM, Epoch(1), Seq(2)));
    let replica = Replica {
        client_id: ClientId(7),
        owner: ADA,
        clock: 2,
        last_client_seq: ClientSeq(2),
    };
    assert_eq!(state.replicas, vec![replica]);
    let bundle = fixture.reader.document_bundle(DOCUMENT, None, Seq(2)).await.unwrap();
    assert_eq!(bundle.updates, vec![Bytes::from("one"), Bytes::from("two")]);
    let rest = fixture
        .reader
        .document_bundle(DOCUMENT, Some(Seq(1)), Seq(2))
        .await
        .unwrap();
    assert_eq!(rest.updates, vec![Bytes::from("two")]);
}

#[tokio::test]
async fn another_head_or_epoch_is_a_conflict_and_stores_nothing() {
    let fixture = Fixture::new().await;
    let late = fixture
        .writer
        .append_updates(DOCUMENT, batch(1, vec![update(ADA, 7, 1, b"one")]))
        .await;
    assert_eq!(late, Err(AppendError::Conflict));
    let mut old = batch(0, vec![update(ADA, 7, 1, b"one")]);
    old.epoch = Epoch(2);
    assert_eq!(
        fixture.writer.append_updates(DOCUMENT, old).await,
        Err(AppendError::Conflict)
    );
    let nowhere = DocumentId(Uuid::from_u128(9));
    let gone = fixture
        .writer
        .append_updates(nowhere, batch(0, vec![update(ADA, 7, 1, b"one")]))
        .await;
    assert_eq!(gone, Err(AppendError::Gone));
    assert_eq!(fixture.head().await, Seq(0));
}

#[tokio::test]
async fn a_batch_stores_only_what_its_authors_may_still_write() {
    let fixture = Fixture::new().await;
    let mixed = vec![
        update(BEN, 8, 1, b"ben"),
        update(ADA, 7, 1, b"ada"),
        update(CLEO, 9, 1, b"cleo"),
    ];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(0, mixed)).await;
    assert_eq!(
        appended,
        Ok(vec![Err(ErrorCode::ReadOnly), Ok(Seq(1)), Err(ErrorCode::NotAllowed)])
    );
    let state = fixture.reader.document_state(DOCUMENT).await.unwrap().unwrap().1;
    assert_eq!(
        state.replicas.iter().map(|replica| replica.owner).collect::<Vec<_>>(),
        vec![ADA]
    );
}

#[tokio::test]
async fn a_client_id_of_somebody_else_is_a_conflict() {
    let fixture = Fixture::new().await;
    fixture.sql("update members set role = 'editor'").await;
    let first = fixture
        .writer
        .append_updates(DOCUMENT, batch(0, vec![update(ADA, 7, 1, b"one")]))
        .await;
    assert_eq!(first, Ok(vec![Ok(Seq(1))]));
    let forged = fixture
        .writer
        .append_updates(DOCUMENT, batch(1, vec![update(BEN, 7, 1, b"two")]))
        .await;
    assert_eq!(forged, Err(AppendError::Conflict));
}

#[tokio::test]
async fn a_resent_message_is_stored_once() {
    let fixture = Fixture::new().await;
    let first = fixture
        .writer
        .append_message(ROOM, message(1, ADA, "hello"))
        .await
        .unwrap()
        .unwrap();
    let mut again = message(1, ADA, "hello");
    again.id = MessageId(Uuid::from_u128(77));
    assert_eq!(fixture.writer.append_message(ROOM, again).await, Ok(Ok(first.clone())));
    let second = fixture
        .writer
        .append_message(ROOM, message(2, ADA, "again"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((first.seq, second.seq), (Seq(1), Seq(2)));
    assert_eq!(first.author.name, "ADA");
    let refused = fixture.writer.append_message(ROOM, message(3, BEN, "me too")).await;
    assert_eq!(refused, Ok(Err(ErrorCode::ReadOnly)));
    let refused = fixture.writer.append_message(ROOM, message(4, CLEO, "let me in")).await;
    assert_eq!(refused, Ok(Err(ErrorCode::NotAllowed)));
    let page = async |page| fixture.reader.messages(ROOM, page, 10).await.unwrap();
    assert_eq!(page(Page::Latest).await, vec![first.clone(), second.clone()]);
    assert_eq!(page(Page::Before(Seq(2))).await, vec![first]);
    assert_eq!(page(Page::After(Seq(1))).await, vec![second]);
}

#[tokio::test]
async fn a_read_position_goes_forward_and_no_further_than_the_last_message() {
    let fixture = Fixture::new().await;
    for nonce in 1..=3 {
        fixture
            .writer
            .append_message(ROOM, message(nonce, ADA, "hello"))
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(
        fixture.reader.read_seq(ROOM, ADA).await.unwrap(),
        Some(Seq(3)),
        "one's own messages are read"
    );
    assert_eq!(fixture.writer.mark_read(ROOM, BEN, Seq(2)).await, Ok(Seq(2)));
    assert_eq!(fixture.writer.mark_read(ROOM, BEN, Seq(1)).await, Ok(Seq(2)));
    assert_eq!(fixture.writer.mark_read(ROOM, BEN, Seq(99)).await, Ok(Seq(3)));
    assert_eq!(
        fixture.writer.mark_read(ROOM, CLEO, Seq(1)).await,
        Err(AppendError::Gone)
    );
}

#[tokio::test]
async fn what_queues_during_a_sync_shares_the_next_one() {
    let fixture = Fixture::new().await;
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    let (batches, jobs) = (count(&fixture.counter.batches), count(&fixture.counter.jobs));
    let all = (1..=200).map(|nonce| {
        let writer = fixture.writer.clone();
        tokio::spawn(async move { writer.append_message(ROOM, message(nonce, ADA, "hello")).await })
    });
    for said in futures_util::future::join_all(all).await {
        said.unwrap().unwrap().unwrap();
    }
    assert_eq!(count(&fixture.counter.jobs) - jobs, 200);
    let batches = count(&fixture.counter.batches) - batches;
    assert!(batches < 100, "{batches} transactions for 200 messages");
    let messages = fixture.reader.messages(ROOM, Page::After(Seq(0)), 500).await.unwrap();
    let seqs: Vec<u64> = messages.iter().map(|said| said.seq.0).collect();
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refused_change_takes_back_only_itself() {
    let fixture = Fixture::new().await;
    let never = RoomId(Uuid::from_u128(5));
    let refused = fixture.writer.write(move |connection| {
        Box::pin(async move {
            rooms::create(connection, never, "Never", ADA, NOW).await?;
            Err::<(), _>(DbError::refused(ErrorCode::NotAllowed))
        })
    });
    let (refused, said) = tokio::join!(refused, fixture.writer.append_message(ROOM, message(1, ADA, "hello")));
    assert!(matches!(
        refused,
        Err(WriteError::Refused {
            code: ErrorCode::NotAllowed,
            field: None
        })
    ));
    assert!(said.unwrap().is_ok());
    assert_eq!(fixture.reader.room_state(never).await.unwrap(), None);
}

#[tokio::test]
async fn a_full_disk_refuses_a_batch_whole_and_goes_on_when_there_is_room() {
    static LARGE: [u8; 100_000] = [1; 100_000];
    let fixture = Fixture::new().await;
    fixture.leave_room_for(4).await;
    let two = vec![update(ADA, 7, 1, b"small"), update(ADA, 7, 2, &LARGE)];
    assert_eq!(
        fixture.writer.append_updates(DOCUMENT, batch(0, two.clone())).await,
        Err(AppendError::Full)
    );
    assert_eq!(fixture.head().await, Seq(0));
    assert!(!fixture.writer.has_failed());

    let small = fixture
        .writer
        .append_updates(DOCUMENT, batch(0, vec![two[0].clone()]))
        .await;
    assert_eq!(small, Ok(vec![Ok(Seq(1))]));
    fixture.leave_room_for(1000).await;
    let rest = fixture
        .writer
        .append_updates(DOCUMENT, batch(1, vec![two[1].clone()]))
        .await;
    assert_eq!(rest, Ok(vec![Ok(Seq(2))]));
}

#[tokio::test]
async fn bytes_that_changed_on_disk_are_noticed() {
    let fixture = Fixture::new().await;
    let three = (1..=3).map(|n| update(ADA, 7, n, b"fine")).collect();
    fixture.writer.append_updates(DOCUMENT, batch(0, three)).await.unwrap();
    fixture
        .sql("update document_updates set bytes = x'00' where seq = 2")
        .await;
    let damaged = fixture.reader.document_bundle(DOCUMENT, None, Seq(3)).await;
    assert!(
        matches!(damaged, Err(DbError::Damaged { seq: Seq(2), .. })),
        "{damaged:?}"
    );
    assert_eq!(
        fixture
            .reader
            .document_bundle(DOCUMENT, Some(Seq(2)), Seq(3))
            .await
            .unwrap()
            .updates
            .len(),
        1
    );
    fixture.sql("delete from document_updates where seq = 2").await;
    let missing = fixture.reader.document_bundle(DOCUMENT, None, Seq(3)).await;
    assert!(
        matches!(missing, Err(DbError::Damaged { seq: Seq(2), .. })),
        "{missing:?}"
    );
}

#[tokio::test]
async fn the_newest_snapshot_stands_for_what_the_log_no_longer_holds() {
    let fixture = Fixture::new().await;
    let four = (1..=4).map(|n| update(ADA, 7, n, b"log")).collect();
    fixture.writer.append_updates(DOCUMENT, batch(0, four)).await.unwrap();
    let kept = fixture.writer.write(|connection| {
        Box::pin(async move {
            contents::put_snapshot(connection, DOCUMENT, Seq(2), b"old snapshot", &[], NOW).await?;
            contents::put_snapshot(connection, DOCUMENT, Seq(3), b"new snapshot", &[], NOW).await
        })
    });
    kept.await.unwrap();
    fixture.sql("delete from document_updates where seq <= 2").await;
    let bundle = async |after| {
        fixture
            .reader
            .document_bundle(DOCUMENT, after, Seq(4))
            .await
            .unwrap()
            .updates
    };
    let (snapshot, log) = (Bytes::from("new snapshot"), Bytes::from("log"));
    assert_eq!(bundle(None).await, vec![snapshot.clone(), log.clone()]);
    assert_eq!(bundle(Some(Seq(1))).await, vec![snapshot, log.clone()]);
    assert_eq!(bundle(Some(Seq(2))).await, vec![log.clone(), log]);
    assert!(bundle(Some(Seq(4))).await.is_empty());
}

#[tokio::test]
async fn a_second_server_is_kept_off_the_data_until_the_first_has_stopped() {
    let fixture = Fixture::new().await;
    let second = Database::open(fixture.directory.path()).await;
    assert!(matches!(second, Err(OpenError::InUse(_))), "{second:?}");
    let directory = fixture.close().await;
    Database::open(directory.path()).await.unwrap();
}

#[tokio::test]
async fn data_of_a_newer_release_is_left_alone() {
    let directory = Fixture::new().await.close().await;
    alter(
        directory.path(),
        "insert into _sqlx_migrations values (9000, 'later', 0, true, x'00', 0)",
    )
    .await;
    let newer = Database::open(directory.path()).await;
    assert!(matches!(newer, Err(OpenError::Newer(9000))), "{newer:?}");
}

#[tokio::test]
async fn what_is_committed_is_synced_in_full() {
    let fixture = Fixture::new().await;
    let settings = fixture.writer.write(|connection| {
        Box::pin(async move {
            let journal: String = sqlx::query_scalar("pragma journal_mode")
                .fetch_one(&mut *connection)
                .await?;
            let synchronous: i64 = sqlx::query_scalar("pragma synchronous")
                .fetch_one(&mut *connection)
                .await?;
            Ok((journal, synchronous))
        })
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2));
}

async fn alter(directory: &Path, sql: &'static str) {
    let url = format!("sqlite://{}", directory.join("inkling.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_came_in_with_an_ended_or_expired_credential_is_not_stored_nor_what_may_build_on_it() {
    let fixture = Fixture::new().await;
    let other = Credential::Token(Uuid::from_u128(1));
    fixture
        .sql("insert into tokens (id, user_id, secret_hash, name, created_at) select x'00000000000000000000000000000001', id, zeroblob(32), 'script', 1 from users where username = 'ada'")
        .await;
    fixture
        .sql("update login_sessions set expires_at = 1 where user_id = (select id from users where username = 'ada')")
        .await;
    let through = |credential, update| NewUpdate { credential, ..update };
    let three = vec![
        through(other, update(ADA, 8, 1, b"valid")),
        update(ADA, 7, 1, b"expired"),
        through(other, update(ADA, 8, 2, b"may build on it")),
    ];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(0, three)).await;
    let signed_out = Err(ErrorCode::NotSignedIn);
    assert_eq!(appended, Ok(vec![Ok(Seq(1)), signed_out, signed_out]));

    let said = fixture.writer.append_message(ROOM, message(1, ADA, "hello")).await;
    assert_eq!(said, Ok(Err(ErrorCode::NotSignedIn)));
    fixture.sql("delete from tokens").await;
    let later = vec![through(other, update(ADA, 8, 2, b"revoked"))];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(1, later)).await;
    assert_eq!(appended, Ok(vec![signed_out]));
    assert_eq!(fixture.head().await, Seq(1));
}

#[tokio::test]
async fn who_signs_in_with_a_password_that_was_changed_meanwhile_is_refused() {
    let fixture = Fixture::new().await;
    let verified = fixture.reader.password_hash_of(ADA).await.unwrap().unwrap();
    let changed = change_password(&fixture, &verified, "newer");
    // Both verified the same password before either was stored.
    let (changed, again, signed_in) = tokio::join!(
        changed,
        change_password(&fixture, &verified, "newest"),
        sign_in(&fixture, 1, &verified)
    );
    changed.unwrap();
    assert_eq!(
        refusal(again),
        (ErrorCode::InvalidCredentials, Some("current_password"))
    );
    assert_eq!(refusal(signed_in), (ErrorCode::InvalidCredentials, None));
    let stored = fixture.reader.password_hash_of(ADA).await.unwrap();
    assert_eq!(stored.as_deref(), Some("newer"));
    assert_eq!(
        fixture.reader.login_session(&[1; 32], NOW).await.unwrap().map(|_| ()),
        None
    );

    sign_in(&fixture, 2, "newer").await.unwrap();
    let found = fixture.reader.login_session(&[2; 32], NOW).await.unwrap().unwrap();
    assert_eq!(found.user.id, ADA);
}

async fn change_password(fixture: &Fixture, verified: &str, hash: &'static str) -> Result<(), WriteError> {
    let verified = verified.to_owned();
    let changed = fixture.writer.write(move |connection| {
        Box::pin(async move { users::change_password(connection, ADA, &verified, hash).await })
    });
    changed.await
}

async fn sign_in(fixture: &Fixture, secret: u8, verified: &str) -> Result<(), WriteError> {
    let session = login_sessions::NewLoginSession {
        id: Uuid::from_u128(secret.into()),
        secret_hash: [secret; 32],
        user_id: ADA,
        user_agent: String::new(),
        at: NOW,
        expires_at: NEVER,
    };
    let verified = verified.to_owned();
    let stored = fixture.writer.write(move |connection| {
        Box::pin(async move { login_sessions::sign_in(connection, &session, &verified, 9).await })
    });
    stored.await.map(drop)
}

#[track_caller]
fn refusal(outcome: Result<(), WriteError>) -> (ErrorCode, Option<&'static str>) {
    match outcome {
        Err(WriteError::Refused { code, field }) => (code, field),
        other => panic!("not refused: {other:?}"),
    }
}
