//! The only SQL: opening the database, what its errors mean, and one module for each kind of thing kept.
//!
//! Reads are methods of [`Reader`] and run on a pool of connections that cannot write. Changes are functions of a connection; the one
//! connection that writes belongs to `actor::writer`, which hands it to them inside a transaction.

pub mod attachments;
pub mod audit;
pub mod bundle;
pub(crate) mod checkpoint;
pub mod contents;
pub mod copy;
pub mod credentials;
pub mod deleted;
pub mod document_tree;
pub mod documents;
pub mod history;
pub mod invites;
pub mod log;
pub mod login_sessions;
pub mod members;
pub mod messages;
pub(crate) mod open;
pub mod page;
pub mod rooms;
pub mod run_hours;
pub mod segment;
pub mod suspension;
pub mod tokens;
pub mod users;

pub(crate) use open::close;
pub use open::{Database, OpenError, SQLITE_VERSION_MIN, Storage};

use shared::error::ErrorCode;
use shared::id::{DocumentId, Seq, UnixMs};
use sqlx::SqlitePool;
use sqlx::error::ErrorKind;
use std::time::Duration;

/// Read access. Sees what was committed before the call.
#[derive(Clone, Debug)]
pub struct Reader {
    pool: SqlitePool,
}

/// Why a read or a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// SQLite could not.
    #[error(transparent)]
    Sqlite(#[from] sqlx::Error),
    /// The change is against a rule; nothing of it is stored.
    #[error("refused: {code}")]
    Refused {
        /// Which rule.
        code: ErrorCode,
        /// The field of the request that it is about.
        field: Option<&'static str>,
    },
    /// Bytes on disk are not the ones that were written.
    #[error("document {document} is damaged on disk at {seq}")]
    Damaged {
        /// Where.
        document: DocumentId,
        /// Position of the row.
        seq: Seq,
    },
    /// Reading took longer than it may.
    #[error("reading took too long")]
    TooLong,
}

/// Longest time that one reading of a document may take. What it sees keeps the write-ahead log from being begun anew.
const READING_MAX: Duration = Duration::from_secs(30);

/// Gives a reading up that takes too long. Its transaction ends with the statement that is under way.
pub(crate) async fn in_time<T>(reading: impl Future<Output = Result<T, DbError>>) -> Result<T, DbError> {
    let read = tokio::time::timeout(READING_MAX, reading).await;
    read.unwrap_or(Err(DbError::TooLong))
}

/// What a failure of SQLite means for the one who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// No room; there may be some later.
    Full,
    /// Reading, writing or syncing failed: what is on disk is unknown until the next start.
    Broken,
    /// The statement was at fault, or found the data different from what it expected.
    Statement,
}

impl DbError {
    /// Refused for `code`, with no field to blame.
    #[must_use]
    pub const fn refused(code: ErrorCode) -> Self {
        Self::Refused { code, field: None }
    }

    /// What this means for the connection that writes.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Sqlite(error) => severity(error),
            Self::Refused { .. } | Self::Damaged { .. } | Self::TooLong => Severity::Statement,
        }
    }
}

/// See [`Severity`]. Primary result codes are in the low byte of the extended ones: <https://sqlite.org/rescode.html>.
pub(crate) fn severity(error: &sqlx::Error) -> Severity {
    const SQLITE_FULL: i32 = 13;
    /// What a statement or a caller of ours can cause: ERROR, BUSY, LOCKED, TOOBIG, CONSTRAINT, MISMATCH, RANGE.
    const OF_STATEMENTS: [i32; 7] = [1, 5, 6, 18, 19, 20, 25];
    match error {
        sqlx::Error::Database(error) => {
            let code = error
                .code()
                .and_then(|code| code.parse::<i32>().ok())
                .map(|code| code & 0xff);
            match code {
                Some(SQLITE_FULL) => Severity::Full,
                Some(code) if OF_STATEMENTS.contains(&code) => Severity::Statement,
                _ => Severity::Broken,
            }
        }
        sqlx::Error::RowNotFound
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::Encode(_)
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::TypeNotFound { .. } => Severity::Statement,
        _ => Severity::Broken,
    }
}

/// Maps the violation of a uniqueness rule to what a person is told.
pub(crate) fn unique_as(code: ErrorCode, field: &'static str) -> impl FnOnce(sqlx::Error) -> DbError {
    move |error| match error.as_database_error().map(sqlx::error::DatabaseError::kind) {
        Some(ErrorKind::UniqueViolation) => DbError::Refused {
            code,
            field: Some(field),
        },
        _ => DbError::Sqlite(error),
    }
}

// SQLite's integers are signed 64-bit. Every column that holds a count has a check that keeps it from being negative, and no count of
// ours reaches 2^63, so the sign is never used in either direction.

pub(crate) const fn to_sql(count: u64) -> i64 {
    count.cast_signed()
}

pub(crate) const fn from_sql(count: i64) -> u64 {
    count.cast_unsigned()
}

pub(crate) fn to_u32(count: i64) -> u32 {
    u32::try_from(count).expect("the column's check keeps it within 32 bits")
}

/// A stored time for a person's eyes: RFC 3339, UTC, milliseconds.
#[must_use]
pub fn rfc3339(at: UnixMs) -> String {
    let nanos = i128::from(at.0) * 1_000_000;
    time::OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|time| time.format(&time::format_description::well_known::Rfc3339).ok())
        .expect("stored times come from the clock and lie before the year 9999")
}

/// Changes something that means nothing, to see whether a commit reaches the disk.
pub async fn touch(connection: &mut sqlx::SqliteConnection, at: UnixMs) -> Result<(), DbError> {
    let at = to_sql(at.0);
    sqlx::query!(
        "insert into liveness (id, at) values (1, ?) on conflict (id) do update set at = excluded.at",
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_reading_that_never_ends_is_given_up() {
        let never = std::future::pending::<Result<(), DbError>>();
        assert!(matches!(in_time(never).await, Err(DbError::TooLong)));
        assert!(matches!(in_time(async { Ok(7) }).await, Ok(7)));
    }
}
