//! Every row of a document's log, from the first: those that compaction has moved to history, and those that are still in the log.

use super::documents::checksum;
use super::segment::{LogRow, Segment};
use super::{DbError, Reader, from_sql, in_time, to_sql, to_u32};
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Seq, UnixMs, UserId};
use sqlx::SqliteConnection;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// The beginning of the log, as far as it is good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogStart {
    /// Contiguous, from where history ends.
    pub rows: Vec<LogRow>,
    /// The row after them is damaged.
    pub is_cut_short: bool,
}

impl Reader {
    /// Who wrote what, when: all rows of `range`, in order, wherever they are kept. Everything is in memory at once, and each segment that
    /// holds one of the rows is inflated; whoever wants a long history asks for one range after the other.
    ///
    /// # Errors
    /// [`DbError::Damaged`] at the first row that cannot be read.
    pub async fn history(&self, id: DocumentId, range: RangeInclusive<Seq>) -> Result<Vec<LogRow>, DbError> {
        in_time(async {
            let mut tx = self.pool.begin().await?;
            rows_between(&mut tx, id, *range.start(), *range.end()).await
        })
        .await
    }

    /// The rows that compaction may move: those of the log up to `through`, up to the first that is damaged.
    pub async fn log_start(&self, id: DocumentId, through: Seq) -> Result<LogStart, DbError> {
        let mut tx = self.pool.begin().await?;
        let mut start = LogStart::default();
        for row in stored_rows(&mut tx, id, Seq(0), through).await? {
            let is_next = start.rows.last().is_none_or(|last: &LogRow| row.seq == last.seq.next());
            match row.checked(id) {
                Ok(row) if is_next => start.rows.push(row),
                _ => {
                    start.is_cut_short = true;
                    break;
                }
            }
        }
        Ok(start)
    }

    /// What compaction took out of the log, oldest first, each with whether its bytes are the ones that were written.
    pub async fn segments(&self, id: DocumentId) -> Result<Vec<(Segment, bool)>, DbError> {
        let mut tx = self.pool.begin().await?;
        stored_segments(&mut tx, id, Seq(0), Seq(u64::MAX >> 1)).await
    }
}

/// All rows from `first` to `last`.
pub(super) async fn rows_between(
    connection: &mut SqliteConnection,
    id: DocumentId,
    first: Seq,
    last: Seq,
) -> Result<Vec<LogRow>, DbError> {
    let mut rows = Vec::new();
    let damaged = |seq| DbError::Damaged { document: id, seq };
    let mut expected = first;
    let in_log = stored_rows(connection, id, first, last).await?;
    if first <= last && in_log.first().is_none_or(|row| row.seq > first) {
        for (segment, is_whole) in stored_segments(connection, id, first, last).await? {
            if segment.first > expected || !is_whole {
                return Err(damaged(expected));
            }
            // Inflating takes milliseconds.
            let unpacked = tokio::task::spawn_blocking(move || segment.rows()).await;
            let unpacked = unpacked
                .expect("reading a segment does not panic")
                .map_err(|_| damaged(expected))?;
            for row in unpacked {
                if row.seq < expected || row.seq > last {
                    continue;
                }
                expected = row.seq.next();
                rows.push(row);
            }
        }
    }
    for row in in_log {
        if row.seq != expected {
            return Err(damaged(expected));
        }
        rows.push(row.checked(id)?);
        expected = expected.next();
    }
    if expected <= last {
        return Err(damaged(expected));
    }
    Ok(rows)
}

/// A row of the log as it is on disk.
pub(super) struct StoredRow {
    pub(super) seq: Seq,
    row: LogRow,
    checksum: i64,
}

impl StoredRow {
    pub(super) fn checked(self, document: DocumentId) -> Result<LogRow, DbError> {
        if checksum(&self.row.bytes) == self.checksum {
            Ok(self.row)
        } else {
            Err(DbError::Damaged {
                document,
                seq: self.seq,
            })
        }
    }
}

async fn stored_rows(
    connection: &mut SqliteConnection,
    id: DocumentId,
    first: Seq,
    last: Seq,
) -> Result<Vec<StoredRow>, DbError> {
    let (first, last) = (to_sql(first.0), to_sql(last.0));
    let rows = sqlx::query!(
        r#"select seq, client_id, client_seq, user_id as "user_id: Uuid", at, bytes, checksum
           from document_updates where document_id = ? and seq between ? and ? order by seq"#,
        id.0,
        first,
        last
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredRow {
            seq: Seq(from_sql(row.seq)),
            checksum: row.checksum,
            row: LogRow {
                seq: Seq(from_sql(row.seq)),
                client_id: ClientId(to_u32(row.client_id)),
                client_seq: ClientSeq(from_sql(row.client_seq)),
                user: UserId(row.user_id),
                at: UnixMs(from_sql(row.at)),
                bytes: row.bytes.into(),
            },
        })
        .collect())
}

pub(super) async fn stored_segments(
    connection: &mut SqliteConnection,
    id: DocumentId,
    first: Seq,
    last: Seq,
) -> Result<Vec<(Segment, bool)>, DbError> {
    let (first, last) = (to_sql(first.0), to_sql(last.0));
    let rows = sqlx::query!(
        "select first_seq, last_seq, bytes, checksum from document_history
         where document_id = ? and last_seq >= ? and first_seq <= ? order by first_seq",
        id.0,
        first,
        last
    )
    .fetch_all(connection)
    .await?;
    let segment = |first, last, bytes| Segment {
        first: Seq(from_sql(first)),
        last: Seq(from_sql(last)),
        bytes,
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let is_whole = checksum(&row.bytes) == row.checksum;
            (segment(row.first_seq, row.last_seq, row.bytes), is_whole)
        })
        .collect())
}

/// Moves the rows that a segment holds from the log to history.
pub async fn move_to_history(
    connection: &mut SqliteConnection,
    id: DocumentId,
    segment: &Segment,
    at: UnixMs,
) -> Result<(), DbError> {
    let (first, last, at) = (to_sql(segment.first.0), to_sql(segment.last.0), to_sql(at.0));
    let bytes = segment.bytes.as_slice();
    let checksum = checksum(bytes);
    sqlx::query!(
        "insert into document_history (document_id, first_seq, last_seq, at, bytes, checksum) values (?, ?, ?, ?, ?, ?)",
        id.0,
        first,
        last,
        at,
        bytes,
        checksum
    )
    .execute(&mut *connection)
    .await?;
    let moved = sqlx::query!(
        "delete from document_updates where document_id = ? and seq between ? and ?",
        id.0,
        first,
        last
    )
    .execute(connection)
    .await?;
    if moved.rows_affected() != from_sql(last - first + 1) {
        // Somebody else compacted meanwhile; nothing of this is done.
        return Err(DbError::refused(ErrorCode::OutOfOrder));
    }
    Ok(())
}
