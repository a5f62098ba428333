//! What is worked out from a document's log: its text, its snapshots, and the history that compaction takes out of the log.

use super::documents::checksum;
use super::{DbError, Reader, from_sql, to_sql, to_u32};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, Seq, UnixMs, UserId};
use sqlx::SqliteConnection;
use std::io::{Read as _, Write as _};
use uuid::Uuid;

/// A row of the log, as history keeps it: who wrote what, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    pub seq: Seq,
    pub client_id: ClientId,
    pub client_seq: ClientSeq,
    pub user: UserId,
    pub at: UnixMs,
    pub bytes: bytes::Bytes,
}

/// Rows of the log, in one piece: a postcard list of [`LogRow`], deflated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub first: Seq,
    pub last: Seq,
    pub bytes: Vec<u8>,
}

impl Segment {
    /// None of no rows. Takes a while for many: not on a thread that serves sockets.
    #[must_use]
    pub fn new(rows: &[LogRow]) -> Option<Self> {
        let (first, last) = (rows.first()?.seq, rows.last()?.seq);
        let rows = postcard::to_stdvec(rows).expect("rows hold nothing that postcard cannot write");
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        let written = deflate.write_all(&rows).and_then(|()| deflate.finish());
        Some(Self {
            first,
            last,
            bytes: written.expect("writing to memory does not fail"),
        })
    }

    /// The rows again.
    pub fn rows(&self) -> Result<Vec<LogRow>, std::io::Error> {
        let mut rows = Vec::new();
        DeflateDecoder::new(self.bytes.as_slice()).read_to_end(&mut rows)?;
        postcard::from_bytes(&rows).map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
    }
}

impl Reader {
    /// The text that was worked out last, and as of when.
    pub async fn document_text(&self, id: DocumentId) -> Result<Option<(Seq, String)>, DbError> {
        let row = sqlx::query!("select seq, body from document_texts where document_id = ?", id.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| (Seq(from_sql(row.seq)), row.body)))
    }

    /// Documents with edits that their kept text does not hold, those edited last first, and their heads.
    pub async fn stale_texts(&self, limit: u32) -> Result<Vec<(DocumentId, Seq)>, DbError> {
        let rows = sqlx::query!(
            r#"select d.id as "id: Uuid", d.head_seq
               from documents d left join document_texts t on t.document_id = d.id
               where d.deleted_at is null and d.quarantined_after is null and d.head_seq > coalesce(t.seq, 0)
               order by d.edited_at desc limit ?"#,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (DocumentId(row.id), Seq(from_sql(row.head_seq))))
            .collect())
    }

    /// Position of the newest snapshot; 0 when there is none.
    pub async fn newest_snapshot(&self, id: DocumentId) -> Result<Seq, DbError> {
        let seq = sqlx::query_scalar!(
            r#"select max(seq) as "seq: i64" from document_snapshots where document_id = ?"#,
            id.0
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Seq(seq.map_or(0, from_sql)))
    }

    /// The rows of the log up to `through`, oldest first, as far as compaction has left them there.
    pub async fn log_rows(&self, id: DocumentId, through: Seq) -> Result<Vec<LogRow>, DbError> {
        let through = to_sql(through.0);
        let rows = sqlx::query!(
            r#"select seq, client_id, client_seq, user_id as "user_id: Uuid", at, bytes, checksum
               from document_updates where document_id = ? and seq <= ? order by seq"#,
            id.0,
            through
        )
        .fetch_all(&self.pool)
        .await?;
        let mut log = Vec::with_capacity(rows.len());
        for row in rows {
            let seq = Seq(from_sql(row.seq));
            if checksum(&row.bytes) != row.checksum {
                return Err(DbError::Damaged { document: id, seq });
            }
            log.push(LogRow {
                seq,
                client_id: ClientId(to_u32(row.client_id)),
                client_seq: ClientSeq(from_sql(row.client_seq)),
                user: UserId(row.user_id),
                at: UnixMs(from_sql(row.at)),
                bytes: row.bytes.into(),
            });
        }
        Ok(log)
    }

    /// What compaction took out of the log, oldest first.
    pub async fn history(&self, id: DocumentId) -> Result<Vec<Segment>, DbError> {
        let rows = sqlx::query!(
            "select first_seq, last_seq, bytes, checksum from document_history where document_id = ? order by first_seq",
            id.0
        )
        .fetch_all(&self.pool)
        .await?;
        let mut segments = Vec::with_capacity(rows.len());
        for row in rows {
            let (first, last) = (Seq(from_sql(row.first_seq)), Seq(from_sql(row.last_seq)));
            if checksum(&row.bytes) != row.checksum {
                return Err(DbError::Damaged {
                    document: id,
                    seq: first,
                });
            }
            segments.push(Segment {
                first,
                last,
                bytes: row.bytes,
            });
        }
        Ok(segments)
    }
}

/// Keeps the text as of `seq`, unless a later one is kept.
pub async fn put_text(connection: &mut SqliteConnection, id: DocumentId, seq: Seq, body: &str) -> Result<(), DbError> {
    let seq = to_sql(seq.0);
    sqlx::query!(
        "insert into document_texts (document_id, seq, body) values (?, ?, ?)
         on conflict (document_id) do update set seq = excluded.seq, body = excluded.body where seq <= excluded.seq",
        id.0,
        seq,
        body
    )
    .execute(connection)
    .await?;
    Ok(())
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

/// Holds a document at its last good state: neither read past `after` nor written. The first verdict stands.
pub async fn quarantine(
    connection: &mut SqliteConnection,
    id: DocumentId,
    epoch: Epoch,
    after: Seq,
) -> Result<(), DbError> {
    let (epoch, after) = (to_sql(epoch.0), to_sql(after.0));
    sqlx::query!(
        "update documents set quarantined_after = ? where id = ? and epoch = ? and quarantined_after is null",
        after,
        id.0,
        epoch
    )
    .execute(connection)
    .await?;
    Ok(())
}
