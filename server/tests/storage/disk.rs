//! The file itself: full, damaged, in use, of a newer release, synced.

use super::*;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::time::Duration;

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

/// It is only until the child has become another program.
#[tokio::test]
async fn a_lock_that_the_child_of_a_killed_server_still_has_is_waited_for() {
    let directory = Fixture::new().await.close().await;
    let lock = File::open(directory.path().join("inkling.lock")).unwrap();
    flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
    let child = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(lock);
    });
    Database::open(directory.path()).await.unwrap();
    child.join().unwrap();
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

/// The log of SQLite, not of a document.
#[tokio::test]
async fn the_write_ahead_log_is_moved_into_the_database_and_begun_anew_while_others_write() {
    const PIECE_BYTES: usize = 256 * 1024;
    const PIECES: usize = 400;
    const LOG_BYTES_MAX: u64 = 64 << 20;
    let fixture = Fixture::new().await;
    for after in 0..PIECES as u64 {
        let piece = NewUpdate {
            bytes: vec![7; PIECE_BYTES].into(),
            ..update(ADA, 1, after + 1, b"")
        };
        let appended = fixture.writer.append_updates(DOCUMENT, batch(after, vec![piece])).await;
        assert_eq!(appended.unwrap(), [Ok(Seq(after + 1))]);
    }
    let bytes = |name: &str| std::fs::metadata(fixture.directory.path().join(name)).unwrap().len();
    let written = (PIECES * PIECE_BYTES) as u64;
    let (log, database) = (bytes("inkling.db-wal"), bytes("inkling.db"));
    assert!(log < LOG_BYTES_MAX, "{written} bytes written, and the log has {log}");
    assert!(database > written - LOG_BYTES_MAX, "{database} of {written}");
    fixture.close().await;
}

/// As a backup does, or somebody who looks into the database with a program of their own.
#[tokio::test]
async fn while_somebody_reads_for_long_writing_goes_on_and_afterwards_the_log_is_short_again() {
    const PIECE_BYTES: usize = 256 * 1024;
    const PIECES: u64 = 300;
    const LOG_BYTES_MAX: u64 = 64 << 20;
    let fixture = Fixture::new().await;
    let mut written = 0;
    let write = async |from: u64| {
        for after in from..from + PIECES {
            let piece = NewUpdate {
                bytes: vec![7; PIECE_BYTES].into(),
                ..update(ADA, 1, after + 1, b"")
            };
            let appended = fixture.writer.append_updates(DOCUMENT, batch(after, vec![piece])).await;
            assert_eq!(appended.unwrap(), [Ok(Seq(after + 1))]);
        }
        from + PIECES
    };
    let log_bytes = || {
        std::fs::metadata(fixture.directory.path().join("inkling.db-wal"))
            .unwrap()
            .len()
    };
    let url = format!("sqlite://{}", fixture.directory.path().join("inkling.db").display());
    let mut reader = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    let _: i64 = sqlx::query_scalar("select count(*) from documents")
        .fetch_one(&mut *reading)
        .await
        .unwrap();
    written = write(written).await;
    assert!(log_bytes() > LOG_BYTES_MAX, "the reader does not hold it up");
    reading.rollback().await.unwrap();
    reader.close().await.unwrap();
    written = write(written).await;
    assert!(
        log_bytes() < LOG_BYTES_MAX,
        "{} bytes after {written} pieces",
        log_bytes()
    );
    fixture.close().await;
}
