//! Moving what was committed from SQLite's write-ahead log into the database file.

use super::Severity;
use sqlx::SqliteConnection;

/// Bytes that the file of the log keeps when it is begun anew. It is as large as it had to be in between.
const KEPT_BYTES: u32 = 16 << 20;

/// Pages of the log, and how many of them are in the database file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) pages: i64,
    pub(crate) moved: i64,
}

/// From now on this connection, which writes, leaves the log to be moved by another one: usually the commit that makes the log long moves all of
/// it, and whoever waits for that commit waits for two syncs and a thousand pages.
pub(crate) async fn leave_to_another(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("pragma wal_autocheckpoint = 0")
        .execute(&mut *connection)
        .await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("pragma journal_size_limit = {KEPT_BYTES}")))
        .execute(connection)
        .await?;
    Ok(())
}

/// How long the log is. Moves nothing.
pub(crate) async fn look(connection: &mut SqliteConnection) -> Result<Log, sqlx::Error> {
    asked(connection, "pragma wal_checkpoint(noop)").await
}

/// Moves as much as can be moved without waiting for anybody: what some reader does not see yet stays. Once all of it is moved and nobody reads from
/// the log, the next commit begins it anew.
pub(crate) async fn move_some(connection: &mut SqliteConnection) -> Result<Log, sqlx::Error> {
    asked(connection, "pragma wal_checkpoint(passive)").await
}

async fn asked(connection: &mut SqliteConnection, pragma: &'static str) -> Result<Log, sqlx::Error> {
    let (_busy, pages, moved): (i64, i64, i64) = sqlx::query_as(pragma).fetch_one(connection).await?;
    Ok(Log { pages, moved })
}

/// Whether storage has failed by this: a sync that failed is never tried again, since what it should have written may be gone from memory.
pub(crate) fn is_final(error: &sqlx::Error) -> bool {
    super::severity(error) == Severity::Broken
}
