//! Backups, bringing them back, and going back a release: with the real program, and people who write meanwhile.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

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

#[tokio::test]
async fn a_backup_taken_while_people_write_brings_back_all_that_was_saved_before_it() {
    let story = Story::begin().await;
    let mut tab = story.tab(5);
    tab.until(WholeTab::is_saved).await;
    for _ in 0..80 {
        tab.types("a");
    }
    tab.until(WholeTab::is_saved).await;
    let said = format!("/api/v1/rooms/{}/messages", story.room);
    story.ada.post(&said, json!({"body": "before"})).await.expect(201);
    let saved_before = tab.text();

    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("monday.backup");
    let taking = backup(story.directory.path(), &file);
    tokio::pin!(taking);
    // Somebody writes for as long as it takes, and after.
    let mut saved_meanwhile = 0;
    let told = loop {
        tab.types("b");
        tokio::select! {
            told = &mut taking => break told,
            () = tab.until(WholeTab::is_saved) => saved_meanwhile += 1,
        }
    };
    assert!(saved_meanwhile > 0, "nobody was held up");
    let told = told.ended(0);
    assert!(told.contains("monday.backup") && told.contains("1 messages"), "{told}");
    tab.types("c");
    tab.until(WholeTab::is_saved).await;
    let saved_after = tab.text();
    story.ada.post(&said, json!({"body": "after"})).await.expect(201);
    verify(&file).await.ended(0);
    verify_data(story.directory.path()).await.ended(0);
    story.server.kill().await;

    let data = elsewhere.path().join("data");
    let told = restore(&file, &data).await.ended(0);
    assert!(told.contains("recovered version"), "{told}");
    verify_data(&data).await.ended(0);
    let server = Inkling::start(&data).await;
    let restored = content(&server, story.document).await;
    let restored = restored.as_str().unwrap();
    assert!(restored.starts_with(&saved_before) && saved_after.starts_with(restored));
    assert!(
        restored.len() < saved_after.len(),
        "the last was written after the backup"
    );

    // The tab of before holds more: it is told, keeps its copy aside, and goes on from what was restored.
    tab.moves_to_address(address(&server));
    tab.until(|tab| tab.set_aside == 1 && tab.text() == restored).await;
    tab.types("!");
    tab.until(WholeTab::is_saved).await;
    assert_eq!(content(&server, story.document).await, format!("{restored}!"));
    // And so is whoever was in the conversation.
    let handshake = Handshake::new(Codec::Binary, story.bearer.clone());
    let mut client = Client::connect(address(&server), &handshake).await.unwrap();
    let of_before = Resume {
        epoch: shared::id::Epoch(1),
        after: shared::id::Seq(2),
    };
    let answer = client.open_room(story.room, Some(of_before)).await;
    let is_told = matches!(
        answer,
        ServerFrame::Closed {
            code: Some(ErrorCode::EpochChanged),
            ..
        }
    );
    assert!(is_told, "{answer:?}");
}

#[tokio::test]
async fn two_servers_brought_back_from_one_backup_are_two_histories() {
    let story = Story::begin().await;
    story.put("soup".into()).await;
    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("a");
    backup(story.directory.path(), &file).await.ended(0);
    let mut epochs = std::collections::BTreeSet::new();
    for name in ["one", "two"] {
        let data = elsewhere.path().join(name);
        restore(&file, &data).await.ended(0);
        let mut connection = open_database(&data).await;
        let here: Vec<i64> = sqlx::query_scalar("select distinct epoch from documents union select epoch from rooms")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        epochs.extend(here);
    }
    assert!(epochs.len() == 2 && !epochs.contains(&1), "{epochs:?}");
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_that_restore_takes() {
    const KILLS: usize = 12;
    const TRIES_MAX: usize = 300;
    let story = Story::begin().await;
    for n in 0..6 {
        story.put(format!("{n}: {}", "soup of the day\n".repeat(100_000))).await;
    }
    let elsewhere = TempDir::new().unwrap();
    let folder = elsewhere.path().join("backups");
    std::fs::create_dir(&folder).unwrap();
    let began = Instant::now();
    backup(story.directory.path(), &folder).await.ended(0);
    let mut takes = began.elapsed();
    let mut cut_short = 0;
    for n in 0.. {
        if cut_short == KILLS {
            break;
        }
        assert!(n < TRIES_MAX, "{cut_short} of {n} were cut short");
        let began = Instant::now();
        // Another name each time: the moment of the first is only as exact as a second.
        let target = folder.join(format!("{n}.backup"));
        let arguments = [
            OsStr::new("backup"),
            target.as_os_str(),
            OsStr::new("--data-dir"),
            story.directory.path().as_os_str(),
        ];
        let mut child = subcommand(arguments).stdout(Stdio::null()).spawn().unwrap();
        let lives = takes.mul_f64(rand::rng().random_range(0.0..1.1));
        if timeout(lives, child.wait()).await.is_err() {
            child.kill().await.unwrap();
            cut_short += 1;
        } else {
            // The first was slow to start, or the machine has become quicker: later kills are to hit all the same.
            takes = takes.min(began.elapsed());
        }
        for file in files(&folder) {
            let data = elsewhere.path().join("data");
            let taken = restore(&file, &data).await;
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".backup") {
                taken.ended(0);
                std::fs::remove_dir_all(&data).unwrap();
                std::fs::remove_file(&file).unwrap();
            } else if taken.code == Some(0) {
                // Killed between its last byte and its name: all of it is there.
                verify_data(&data).await.ended(0);
                std::fs::remove_dir_all(&data).unwrap();
            } else {
                taken.ended(5);
                assert!(!data.exists(), "nothing is left of {name}");
            }
        }
    }
    // One that is not killed clears away after those that were.
    let last = folder.join("3.backup");
    std::fs::write(folder.join("3.backup.partial"), "half").unwrap();
    backup(story.directory.path(), &last).await.ended(0);
    assert!(!folder.join("3.backup.partial").exists());
    println!("{KILLS} backups, {cut_short} killed");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn a_backup_that_is_not_what_was_written_is_refused_and_nothing_is_left() {
    let story = Story::begin().await;
    story.put("soup of the day\n".repeat(1000)).await;
    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("a.backup");
    backup(story.directory.path(), &file).await.ended(0);
    let good = std::fs::read(&file).unwrap();
    let manifest_at = good.len() - 20 - usize::from(u16::from_le_bytes([good[good.len() - 20], good[good.len() - 19]]));
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let spoiled = [
        ("a page", changed(good.len() / 2)),
        ("its first byte", changed(0)),
        ("the checksum", changed(manifest_at + 100)),
        ("the manifest", changed(manifest_at)),
        ("the end", changed(good.len() - 20)),
        ("cut short", good[..good.len() - 1].to_vec()),
        ("cut in half", good[..good.len() / 2].to_vec()),
        ("more than it was", [&good[..], b"x"].concat()),
        ("doubled", [&good[..], &good[..]].concat()),
        ("nothing", Vec::new()),
    ];
    let data = elsewhere.path().join("data");
    for (what, bytes) in spoiled {
        std::fs::write(&file, bytes).unwrap();
        let said = restore(&file, &data).await.ended(5);
        assert!(said.contains("a.backup is damaged"), "{what}: {said}");
        assert!(!data.exists(), "{what}");
        verify(&file).await.ended(5);
    }
    // Of a later release: of another form, or with a later step.
    let mut later = good.clone();
    *later.last_mut().unwrap() = b'9';
    let manifest: Value = serde_json::from_slice(&good[manifest_at..good.len() - 20]).unwrap();
    let mut stepped = manifest.clone();
    stepped["step"] = json!(9000);
    let stepped = serde_json::to_vec(&stepped).unwrap();
    let len = u32::try_from(stepped.len()).unwrap().to_le_bytes();
    let stepped = [&good[..manifest_at], &stepped, &len, b"inkling-backup-2"].concat();
    for bytes in [later, stepped] {
        std::fs::write(&file, bytes).unwrap();
        let said = restore(&file, &data).await.ended(4);
        assert!(said.contains("newer release"), "{said}");
        assert!(!data.exists());
    }
    std::fs::write(&file, good).unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("diary"), "mine").unwrap();
    let said = restore(&file, &data).await.ended(2);
    assert!(said.contains("--data-dir") && said.contains("diary"), "{said}");
    std::fs::remove_file(data.join("diary")).unwrap();
    restore(&file, &data).await.ended(0);
    let said = restore(&file, &data).await.ended(2);
    assert!(said.contains("inkling.db is there"), "{said}");
}

#[tokio::test]
async fn backups_into_a_directory_are_named_by_the_time_and_never_written_over() {
    let story = Story::begin().await;
    let folder = TempDir::new().unwrap();
    backup(story.directory.path(), folder.path()).await.ended(0);
    let made = files(folder.path());
    let name = made[0].file_name().unwrap().to_str().unwrap();
    assert!(
        made.len() == 1 && name.starts_with("inkling-2") && name.ends_with("Z.backup"),
        "{made:?}"
    );
    let said = backup(story.directory.path(), &made[0]).await.ended(2);
    assert!(said.contains("is there already"), "{said}");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(
        std::fs::metadata(&made[0]).unwrap().permissions().mode() & 0o077,
        0,
        "others cannot read it"
    );

    let nothing = TempDir::new().unwrap();
    backup(nothing.path(), &folder.path().join("x")).await.ended(3);
    let mut connection = open_database(story.directory.path()).await;
    sqlx::query("insert into _sqlx_migrations values (9000, 'later', 0, true, x'00', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    backup(story.directory.path(), &folder.path().join("x")).await.ended(4);
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn a_rollback_puts_the_copy_back_and_keeps_the_newer_data_aside() {
    let story = Story::begin().await;
    story.put("as it was".into()).await;
    let data = story.directory.path();
    assert!(rollback(data).await.ended(3).contains("in use"));
    let mut tab = story.tab(5);
    tab.until(|tab| tab.text() == "as it was").await;
    story.server.signal(Signal::TERM);
    assert_eq!(story.server.end().await.code, Some(0));
    let said = rollback(data).await.ended(2);
    assert!(said.contains("there is: none"), "{said}");

    // What a later release does at its first start.
    let mut connection = open_database(data).await;
    let copy = data.join("inkling.before-9.db");
    let vacuum = format!("vacuum into '{}'", copy.display());
    sqlx::query(sqlx::AssertSqlSafe(vacuum))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    // It goes on for a while; the tab knows what it saved.
    let server = Inkling::start(data).await;
    tab.moves_to_address(address(&server));
    tab.types(", and what was written later");
    tab.until(WholeTab::is_saved).await;
    server.kill().await;
    let mut connection = open_database(data).await;
    sqlx::query("insert into _sqlx_migrations values (9, 'later', 0, true, x'00', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let said = rollback(data).await.ended(0);
    assert!(
        said.contains("inkling.before-9.db") && said.contains("there were 1 accounts"),
        "{said}"
    );
    let aside = files(data)
        .into_iter()
        .find(|path| path.to_string_lossy().contains("rolled-back"));
    let url = format!("sqlite://{}", aside.unwrap().display());
    let mut newer = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let step: i64 = sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(&mut newer)
        .await
        .unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from document_updates")
        .fetch_one(&mut newer)
        .await
        .unwrap();
    assert_eq!((step, kept > 1), (9, true), "nothing of it is gone");
    assert!(copy.exists());

    let server = Inkling::start(data).await;
    assert_eq!(content(&server, story.document).await, "as it was");
    tab.moves_to_address(address(&server));
    tab.until(|tab| tab.set_aside == 1 && tab.text() == "as it was").await;
    drop(server);
    // A copy that is damaged is not put anywhere.
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes[4096 * 3..4096 * 6].fill(0x55);
    std::fs::write(&copy, bytes).unwrap();
    let before = std::fs::read(data.join("inkling.db")).unwrap();
    let said = verify_data(data).await.ended(0);
    assert!(said.contains("as it was written"), "{said}");
    rollback_until_free(data).await.ended(5);
    assert_eq!(std::fs::read(data.join("inkling.db")).unwrap(), before);
}

/// A server that was just killed may still be on its way out.
async fn rollback_until_free(data: &Path) -> Said {
    let trying = async {
        loop {
            let said = rollback(data).await;
            if said.code != Some(3) {
                return said;
            }
        }
    };
    timeout(Duration::from_secs(20), trying).await.unwrap()
}
