//! Whole copies of the database: making one beside a running server, looking into one, and beginning new histories in one.

use super::open::{MIGRATIONS, OpenError};
use super::{DbError, Reader, from_sql, to_sql};
use shared::id::UnixMs;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use std::io;
use std::path::Path;

/// What a copy holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    pub users: u64,
    pub rooms: u64,
    pub messages: u64,
    pub documents: u64,
    /// Edits, over all documents.
    pub updates: u64,
    /// Files in documents; none in a backup of a release that had no files.
    #[serde(default)]
    pub attachments: u64,
}

/// The last migration that this program knows.
#[must_use]
pub fn newest_step() -> i64 {
    MIGRATIONS.iter().map(|step| step.version).max().unwrap_or(0)
}

/// Opens a database that a server may have open at the same time, without changing it.
pub async fn open_beside(path: &Path) -> Result<SqliteConnection, OpenError> {
    check_exists(path)?;
    Ok(beside(path).connect().await?)
}

/// Opens a file that nobody changes, and that may have other bytes after the database.
pub async fn open_still(path: &Path) -> Result<SqliteConnection, OpenError> {
    check_exists(path)?;
    Ok(still(path).connect().await?)
}

/// Opens a copy that is nobody else's, to change it.
pub async fn open_own(path: &Path) -> Result<SqliteConnection, OpenError> {
    check_exists(path)?;
    let options = SqliteConnectOptions::new().filename(path);
    // One file, and no other one beside it that would have to move with it.
    Ok(options.journal_mode(SqliteJournalMode::Delete).connect().await?)
}

impl Reader {
    /// Reads a database that a server may have open at the same time.
    pub async fn beside(path: &Path) -> Result<Self, OpenError> {
        check_exists(path)?;
        Ok(Self {
            pool: SqlitePoolOptions::new()
                .max_connections(2)
                .connect_with(beside(path))
                .await?,
        })
    }

    /// Reads a file that nobody changes, and that may have other bytes after the database.
    pub async fn still(path: &Path) -> Result<Self, OpenError> {
        check_exists(path)?;
        Ok(Self {
            pool: SqlitePoolOptions::new()
                .max_connections(2)
                .connect_with(still(path))
                .await?,
        })
    }

    /// See [`applied_step`].
    pub async fn applied_step(&self) -> Result<Option<i64>, DbError> {
        applied_step(&mut *self.pool.acquire().await?).await
    }
}

fn beside(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true)
}

fn still(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(true)
}

/// SQLite would only say "unable to open database file".
fn check_exists(path: &Path) -> Result<(), OpenError> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err(OpenError::Unusable(path.into(), io::ErrorKind::InvalidInput.into())),
        Err(error) => Err(OpenError::Unusable(path.into(), error)),
    }
}

/// The last migration that was made; none when it is no database of ours.
pub async fn applied_step(connection: &mut SqliteConnection) -> Result<Option<i64>, DbError> {
    let is_ours: i64 = sqlx::query_scalar("select count(*) from sqlite_schema where name = '_sqlx_migrations'")
        .fetch_one(&mut *connection)
        .await?;
    if is_ours == 0 {
        return Ok(None);
    }
    Ok(
        sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
            .fetch_one(connection)
            .await?,
    )
}

/// Writes everything as it is at this moment into a file that is empty. Others write meanwhile and are not held up.
pub async fn copy_into(connection: &mut SqliteConnection, to: &Path) -> Result<(), DbError> {
    let name = to.to_string_lossy().replace('\'', "''");
    sqlx::query(AssertSqlSafe(format!("vacuum into '{name}'")))
        .execute(connection)
        .await?;
    Ok(())
}

/// What there is, without what was deleted.
pub async fn counts(connection: &mut SqliteConnection) -> Result<Counts, DbError> {
    let row = sqlx::query!(
        r#"select (select count(*) from users) as "users!: i64",
                  (select count(*) from rooms where deleted_at is null) as "rooms!: i64",
                  (select count(*) from messages) as "messages!: i64",
                  (select count(*) from documents where deleted_at is null) as "documents!: i64",
                  (select coalesce(sum(head_seq), 0) from documents) as "updates!: i64",
                  (select count(*) from attachments) as "attachments!: i64""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Counts {
        users: from_sql(row.users),
        rooms: from_sql(row.rooms),
        messages: from_sql(row.messages),
        documents: from_sql(row.documents),
        updates: from_sql(row.updates),
        attachments: from_sql(row.attachments),
    })
}

/// What SQLite finds wrong with the pages of the file; nothing when all is well.
pub async fn check_pages(connection: &mut SqliteConnection) -> Result<Vec<String>, DbError> {
    let found: Vec<String> = sqlx::query_scalar("pragma integrity_check")
        .fetch_all(connection)
        .await?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

/// From now on every document and room, and whatever is made, is in another history than before, so that whoever holds more than this copy is noticed.
///
/// The epoch is the time and not the next number: two copies brought back from the same backup are two histories as well.
pub async fn begin_new_epochs(connection: &mut SqliteConnection, at: UnixMs) -> Result<(), DbError> {
    let mut tx = connection.begin().await?;
    // A release that did not have one yet may have made the copy. The step that makes it finds the epochs set here.
    let has_own: i64 = sqlx::query_scalar("select count(*) from sqlite_schema where name = 'server_epoch'")
        .fetch_one(&mut *tx)
        .await?;
    let mut last = sqlx::query_scalar!(
        r#"select max(coalesce((select max(epoch) from documents), 0), coalesce((select max(epoch) from rooms), 0)) as "last!: i64""#
    )
    .fetch_one(&mut *tx)
    .await?;
    if has_own > 0 {
        last = last.max(server_epoch(&mut tx).await?);
    }
    let next = to_sql(at.0.max(from_sql(last) + 1));
    sqlx::query!("update documents set epoch = ?", next)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("update rooms set epoch = ?", next)
        .execute(&mut *tx)
        .await?;
    if has_own > 0 {
        sqlx::query!("update server_epoch set epoch = ?", next)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What is made now begins in it.
pub(super) async fn server_epoch(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select epoch from server_epoch")
        .fetch_one(connection)
        .await
}

/// Lets go of a database, with everything in its file.
pub async fn close(connection: SqliteConnection) -> Result<(), DbError> {
    Ok(connection.close().await?)
}
