//! What is worked out from a document's log, its text and its snapshots, and what is noted when it cannot be.

use super::documents::checksum;
use super::{DbError, Reader, from_sql, to_sql};
use shared::id::{DocumentId, Epoch, Seq, UnixMs};
use sqlx::SqliteConnection;
use uuid::Uuid;

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

/// Keeps the whole document up to `seq` as one update, in place of those that are `damaged`. Of the others, only the newest stays beside it.
pub async fn put_snapshot(
    connection: &mut SqliteConnection,
    id: DocumentId,
    seq: Seq,
    bytes: &[u8],
    damaged: &[Seq],
    at: UnixMs,
) -> Result<(), DbError> {
    for damaged in damaged {
        let damaged = to_sql(damaged.0);
        sqlx::query!(
            "delete from document_snapshots where document_id = ? and seq = ?",
            id.0,
            damaged
        )
        .execute(&mut *connection)
        .await?;
    }
    let (seq, at, checksum) = (to_sql(seq.0), to_sql(at.0), checksum(bytes));
    sqlx::query!(
        "insert into document_snapshots (document_id, seq, at, bytes, checksum) values (?, ?, ?, ?, ?)
         on conflict (document_id, seq) do update set at = excluded.at, bytes = excluded.bytes, checksum = excluded.checksum",
        id.0,
        seq,
        at,
        bytes,
        checksum
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from document_snapshots where document_id = ?1 and seq < (
             select min(seq) from (select seq from document_snapshots where document_id = ?1 order by seq desc limit 2))",
        id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Why a document is held at an earlier state than its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldFor {
    /// The update after it makes no sound document.
    Unsound,
    /// The bytes of the update after it are not the ones that were written, or are gone.
    Damaged,
}

impl HeldFor {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unsound => "unsound",
            Self::Damaged => "damaged",
        }
    }
}

/// Holds a document at its last good state: neither read past `after` nor written. Answers whether it was not held there or earlier before.
pub async fn quarantine(
    connection: &mut SqliteConnection,
    id: DocumentId,
    epoch: Epoch,
    after: Seq,
    reason: HeldFor,
) -> Result<bool, DbError> {
    let (epoch, after, reason) = (to_sql(epoch.0), to_sql(after.0), reason.as_str());
    let held = sqlx::query!(
        "update documents set quarantined_after = ?1, quarantine_reason = ?2
         where id = ?3 and epoch = ?4 and (quarantined_after is null or quarantined_after > ?1)",
        after,
        reason,
        id.0,
        epoch
    )
    .execute(connection)
    .await?;
    Ok(held.rows_affected() > 0)
}
