//! Bytes that change on the disk: the database file is opened with an editor, and nobody is shown a document that is not theirs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use bytes::Bytes;
use common::client::{Client, Handshake};
use common::process::ask;
use common::tab::WholeTab;
use common::{Person, TestServer, id};
use serde_json::json;
use server::actor::contents::compaction::Compaction;
use server::collab::effect::{AppendUpdates, Credential, NewUpdate};
use server::db::DbError;
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, Seq, UnixMs};
use shared::replica::{Replica, Splice};
use shared::session::SaveState;
use shared::wire::{Codec, ServerFrame};
use sqlx::Connection as _;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;
use tokio_tungstenite::tungstenite::http::{HeaderName, header};

/// Edits of the document that every story begins with: some in history, some in the log, under two snapshots.
const EDITS: u64 = 230;
const SPARE: Seq = Seq(100);
const NEWEST: Seq = Seq(200);

const PATIENCE: Duration = Duration::from_secs(20);

/// A stopped server with ada's document.
struct Story {
    directory: tempfile::TempDir,
    document: DocumentId,
    bearer: Vec<(HeaderName, String)>,
    ada: Person,
}

/// What is to be found in the database file.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Snapshot(Seq),
    Row(Seq),
    Segment(Seq),
}

fn typed() -> Vec<Bytes> {
    let mut replica = Replica::new(ClientId(77));
    let type_one = |_| {
        let splice = Splice {
            from: 0,
            to: 0,
            insert: "x".to_owned(),
        };
        replica.edit(&[splice], 0, None).unwrap()
    };
    (0..EDITS).flat_map(type_one).collect()
}

impl Story {
    async fn begin() -> Self {
        let server = TestServer::start().await;
        let ada = server.register("ada").await;
        let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
        let token = ada.post("/api/v1/tokens", json!({"name": "test"})).await.expect(201);
        let bearer = vec![(
            header::AUTHORIZATION,
            format!("Bearer {}", token["token"].as_str().unwrap()),
        )];
        let credential = Credential::Token(id(&token));
        let app = server.server.app();
        let log = typed();
        for through in [SPARE, NEWEST, Seq(EDITS)] {
            let after = app.reader.document_state(document).await.unwrap().unwrap().1.head_seq;
            let update = |n: u64| NewUpdate {
                user: ada.id,
                credential,
                client_id: ClientId(77),
                client_seq: ClientSeq(n + 1),
                at: UnixMs(1_700_000_000_000 + n),
                bytes: log[usize::try_from(n).unwrap()].clone(),
                clocks: vec![(ClientId(77), u32::try_from(n).unwrap() + 1)],
            };
            let batch = AppendUpdates {
                epoch: Epoch(1),
                after,
                updates: (after.0..through.0).map(update).collect(),
            };
            app.writer.append_updates(document, batch).await.unwrap();
            if through <= NEWEST {
                let compacted = app.contents.compact(document, through).await.unwrap();
                assert_eq!(compacted, Compaction::Snapshot);
            }
        }
        Self {
            directory: server.stop().await,
            document,
            bearer,
            ada,
        }
    }

    /// Changes a byte of each in the file.
    async fn damage(&self, kinds: &[Kind]) {
        for kind in kinds {
            flip(self.directory.path(), self.document, *kind).await;
        }
    }

    async fn start(self) -> (TestServer, DocumentId, Vec<(HeaderName, String)>, Person) {
        let server = TestServer::start_on(self.directory, |_| {}).await;
        let mut ada = self.ada;
        ada.browser.url.clone_from(&server.url);
        (server, self.document, self.bearer, ada)
    }
}

async fn flip(directory: &Path, document: DocumentId, kind: Kind) {
    let path = directory.join("inkling.db");
    let url = format!("sqlite://{}", path.display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let (sql, seq) = match kind {
        Kind::Snapshot(seq) => (
            "select bytes from document_snapshots where document_id = ? and seq = ?",
            seq,
        ),
        Kind::Row(seq) => (
            "select bytes from document_updates where document_id = ? and seq = ?",
            seq,
        ),
        Kind::Segment(seq) => (
            "select bytes from document_history where document_id = ? and first_seq = ?",
            seq,
        ),
    };
    let bytes: Vec<u8> = sqlx::query_scalar(sql)
        .bind(document.0)
        .bind(seq.0.cast_signed())
        .fetch_one(&mut connection)
        .await
        .unwrap();
    sqlx::query("pragma wal_checkpoint(truncate)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let mut file = std::fs::read(&path).unwrap();
    // The rest of a long one lies elsewhere in the file.
    let start = &bytes[..bytes.len().min(60)];
    let places: Vec<_> = (0..file.len() - start.len())
        .filter(|at| file[*at..].starts_with(start))
        .collect();
    assert!(!places.is_empty(), "{kind:?} is in the file");
    for place in places {
        // Pages that are not used any more may have another copy.
        file[place + start.len() / 2] ^= 0x10;
    }
    std::fs::write(&path, file).unwrap();
}

fn metric(server: &TestServer, name: &str) -> u64 {
    let text = server.server.app().metrics.text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().parse().unwrap()
}

#[tokio::test]
async fn a_damaged_snapshot_is_passed_over_reported_and_replaced() {
    let story = Story::begin().await;
    story.damage(&[Kind::Snapshot(NEWEST)]).await;
    let (server, document, bearer, _) = story.start().await;
    let mut tab = WholeTab::new(&server, bearer, Codec::Binary, document, ClientId(5));
    tab.until(|tab| tab.text() == "x".repeat(230)).await;
    tab.types("!");
    tab.until(WholeTab::is_saved).await;
    assert!(metric(&server, "inkling_snapshot_damaged_total") > 0);
    assert_eq!(metric(&server, "inkling_quarantines_total"), 0);

    // It may have been done already when somebody opened the document.
    server
        .server
        .app()
        .contents
        .compact(document, Seq(EDITS))
        .await
        .unwrap();
    let bundle = server
        .server
        .app()
        .reader
        .document_bundle(document, None, Seq(EDITS + 1))
        .await
        .unwrap();
    assert_eq!((bundle.damaged, bundle.snapshot >= Seq(EDITS)), (Vec::new(), true));
    server.stop().await;
}

#[tokio::test]
async fn with_both_snapshots_damaged_history_makes_the_document_again() {
    let story = Story::begin().await;
    story.damage(&[Kind::Snapshot(NEWEST), Kind::Snapshot(SPARE)]).await;
    let (server, document, bearer, ada) = story.start().await;
    let mut tab = WholeTab::new(&server, bearer, Codec::Json, document, ClientId(5));
    tab.until(|tab| tab.text() == "x".repeat(230)).await;
    tab.types("!");
    tab.until(WholeTab::is_saved).await;
    let content = ada
        .get(&format!("/api/v1/documents/{document}/content"))
        .await
        .expect(200);
    assert_eq!(content, "x".repeat(230) + "!");
    assert_eq!(metric(&server, "inkling_quarantines_total"), 0);
    server.stop().await;
}

/// Opens a document that is not to be read, and answers why not.
async fn refusal(client: &mut Client, document: DocumentId) -> (Option<ErrorCode>, bool) {
    let mut answer = client.open_document(document, ClientId(5), None).await;
    loop {
        match answer {
            ServerFrame::Closed { code, retryable, .. } => return (code, retryable),
            ServerFrame::Catchup { .. } => panic!("an empty document is none"),
            _ => answer = client.next().await,
        }
    }
}

#[tokio::test]
async fn a_document_of_which_nothing_can_be_read_is_held_and_never_shown_empty() {
    let story = Story::begin().await;
    story
        .damage(&[Kind::Snapshot(NEWEST), Kind::Snapshot(SPARE), Kind::Segment(Seq(1))])
        .await;
    let (server, document, bearer, ada) = story.start().await;
    let address = server.server.address();
    let mut client = Client::connect(address, &Handshake::new(Codec::Binary, bearer))
        .await
        .unwrap();
    let held = tokio::time::timeout(PATIENCE, async {
        loop {
            // Whoever comes before it is held is let in, and told to come again.
            if let (code, false) = refusal(&mut client, document).await {
                break code;
            }
        }
    });
    assert_eq!(held.await, Ok(Some(ErrorCode::Quarantined)));
    let content = format!("/api/v1/documents/{document}/content");
    ada.get(&content).await.refused(409, "quarantined");
    let put = ada
        .request(reqwest::Method::PUT, &content)
        .header("content-type", "text/markdown")
        .body("new");
    common::Answer::to(put).await.refused(409, "quarantined");
    assert_eq!(metric(&server, "inkling_quarantines_total"), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_document_with_a_damaged_log_row_is_held_at_the_row_before_it() {
    let story = Story::begin().await;
    story.damage(&[Kind::Row(Seq(222))]).await;
    let (server, document, bearer, ada) = story.start().await;
    let mut tab = WholeTab::new(&server, bearer, Codec::Binary, document, ClientId(5));
    tab.until(|tab| tab.text() == "x".repeat(221)).await;
    let content = format!("/api/v1/documents/{document}/content");
    assert_eq!(ada.get(&content).await.expect(200), "x".repeat(221));
    let put = ada
        .request(reqwest::Method::PUT, &content)
        .header("content-type", "text/markdown")
        .body("new");
    common::Answer::to(put).await.refused(409, "quarantined");
    let directory = server.stop().await;
    let url = format!("sqlite://{}", directory.path().join("inkling.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let held: (i64, String) =
        sqlx::query_as("select quarantined_after, quarantine_reason from documents where quarantined_after > 0")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(held, (221, "damaged".to_owned()));
}

#[tokio::test]
async fn a_tab_that_has_more_of_a_damaged_document_than_can_be_read_keeps_that_aside() {
    let story = Story::begin().await;
    let (server, document, bearer, ada) = story.start().await;
    let mut tab = WholeTab::new(&server, bearer.clone(), Codec::Binary, document, ClientId(5));
    tab.until(|tab| tab.text() == "x".repeat(230)).await;
    let story = Story {
        directory: server.stop().await,
        document,
        bearer,
        ada,
    };
    story.damage(&[Kind::Row(Seq(222))]).await;
    let (server, _, bearer, _) = story.start().await;
    tab.moves_to(&server, bearer.clone());
    // The damage is noticed by whoever reads that row.
    let mut newcomer = WholeTab::new(&server, bearer, Codec::Binary, document, ClientId(6));
    newcomer.until(|tab| tab.text() == "x".repeat(221)).await;
    tab.until(|tab| tab.set_aside == 1 && tab.text() == "x".repeat(221))
        .await;
    assert_eq!(tab.save_state(), SaveState::ReadOnly(ErrorCode::Quarantined));
    server.stop().await;
}

#[tokio::test]
async fn a_damaged_log_row_that_a_snapshot_stands_for_holds_nobody_up() {
    let story = Story::begin().await;
    story.damage(&[Kind::Row(Seq(150))]).await;
    let (server, document, bearer, ada) = story.start().await;
    let app = server.server.app();
    let resumed = app
        .reader
        .document_bundle(document, Some(Seq(120)), Seq(EDITS))
        .await
        .unwrap();
    assert_eq!(
        resumed.snapshot, NEWEST,
        "what follows 120 cannot be read, so everything is sent"
    );
    let mut tab = WholeTab::new(&server, bearer, Codec::Binary, document, ClientId(5));
    tab.until(|tab| tab.text() == "x".repeat(230)).await;
    for _ in 0..70 {
        tab.types("y");
    }
    tab.until(WholeTab::is_saved).await;
    // The rows before it go to history, it and those after it stay.
    app.contents.compact(document, Seq(EDITS + 70)).await.unwrap();
    let before = app.reader.history(document, Seq(1)..=Seq(149)).await.unwrap();
    assert_eq!(before.len(), 149);
    let across = app.reader.history(document, Seq(149)..=Seq(151)).await;
    assert!(
        matches!(across, Err(DbError::Damaged { seq: Seq(150), .. })),
        "{across:?}"
    );
    let text = ada
        .get(&format!("/api/v1/documents/{document}/content"))
        .await
        .expect(200);
    assert_eq!(text, "x".repeat(230) + &"y".repeat(70));
    server.stop().await;
}

#[tokio::test]
async fn verify_names_what_is_damaged_and_changes_nothing() {
    let sound = Story::begin().await;
    let data = sound.directory.path();
    let arguments = ["verify", "--data-dir", data.to_str().unwrap()];
    let said = ask(arguments.map(OsStr::new)).await.ended(0);
    assert!(said.contains("Everything is as it was written"), "{said}");

    for (kind, named) in [
        (
            Kind::Snapshot(NEWEST),
            "the snapshot at edit 200 does not have the bytes",
        ),
        (
            Kind::Snapshot(SPARE),
            "the snapshot at edit 100 does not have the bytes",
        ),
        (Kind::Row(Seq(150)), "edit 150 is missing, or its bytes"),
        (Kind::Row(Seq(222)), "edit 222 is missing, or its bytes"),
        (
            Kind::Segment(Seq(1)),
            "the part of history that begins with edit 1 is unreadable",
        ),
    ] {
        let story = Story::begin().await;
        story.damage(&[kind]).await;
        let path = story.directory.path().join("inkling.db");
        let before = std::fs::read(&path).unwrap();
        let arguments = ["verify", "--data-dir", story.directory.path().to_str().unwrap()];
        let said = ask(arguments.map(OsStr::new)).await.ended(5);
        assert!(
            said.contains(&format!("document {}: {named}", story.document)),
            "{said}"
        );
        assert!(std::fs::read(&path).unwrap() == before, "{kind:?}");
    }
}

#[tokio::test]
async fn verify_finds_what_has_the_right_checksum_and_is_wrong_all_the_same() {
    for (change, named) in [
        (
            "update document_texts set body = 'something else'",
            "is not the one that the edits make",
        ),
        ("delete from document_updates where seq = 180", "edit 180 is missing"),
        (
            "update document_updates set client_seq = client_seq + 1 where seq = 205",
            "edit 205 is number 206",
        ),
        (
            "update document_replicas set last_client_seq = 7",
            "230 edits in the log and is said to have 7",
        ),
        (
            "update documents set head_seq = 229 where head_seq = 230",
            "the log goes on to 230",
        ),
        (
            "update rooms set head_seq = head_seq + 1",
            "messages from 0 to 0 where there should be 1",
        ),
        (
            "insert into members (room_id, user_id, role, joined_at) values (zeroblob(16), zeroblob(16), 'owner', 0)",
            "a row of members refers to",
        ),
    ] {
        let story = Story::begin().await;
        let url = format!("sqlite://{}", story.directory.path().join("inkling.db").display());
        let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
        let mut connection = sqlx::SqliteConnection::connect_with(&options.foreign_keys(false))
            .await
            .unwrap();
        sqlx::query(change).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let arguments = ["verify", "--data-dir", story.directory.path().to_str().unwrap()];
        let said = ask(arguments.map(OsStr::new)).await.ended(5);
        assert!(said.contains(named), "{change}: {said}");
    }
}
