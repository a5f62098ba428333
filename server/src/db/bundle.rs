//! Reading a document for somebody who holds nothing of it, or only its beginning.
//!
//! Usually that is the newest snapshot and the log after it. A snapshot whose bytes are not the ones that were written is passed over: the
//! one before it is kept for that, with the log from there on; and with none left, history has every row from the first.

use super::documents::checksum;
use super::history::rows_between;
use super::{DbError, Reader, from_sql, in_time, to_sql};
use bytes::Bytes;
use shared::id::{DocumentId, Seq};
use sqlx::SqliteConnection;

/// A document, or what somebody lacks of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// To be applied in order.
    pub updates: Vec<Bytes>,
    /// Position of the snapshot that is the first of them; 0 when none is.
    pub snapshot: Seq,
    /// Positions of snapshots that were found damaged, and passed over.
    pub damaged: Vec<Seq>,
}

impl Reader {
    /// What brings somebody who holds everything up to `after` to `through`, which may be any position up to the head. Starts at a
    /// snapshot when there is no `after`, or when the log does not reach back to it.
    ///
    /// # Errors
    /// [`DbError::Damaged`] at the first position that cannot be read. All before it can.
    pub async fn document_bundle(&self, id: DocumentId, after: Option<Seq>, through: Seq) -> Result<Bundle, DbError> {
        in_time(self.bundle_in_one_transaction(id, after, through)).await
    }

    /// One transaction, so that compaction cannot move the log between the reads.
    async fn bundle_in_one_transaction(
        &self,
        id: DocumentId,
        after: Option<Seq>,
        through: Seq,
    ) -> Result<Bundle, DbError> {
        let mut tx = self.pool.begin().await?;
        if let Some(after) = after
            && reaches_back(&mut tx, id, after, through).await?
        {
            match rows_between(&mut tx, id, after.next(), through).await {
                Ok(rows) => {
                    return Ok(Bundle {
                        updates: rows.into_iter().map(|row| row.bytes).collect(),
                        ..Bundle::default()
                    });
                }
                // A snapshot after it may stand for it.
                Err(DbError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        whole(&mut tx, id, through).await
    }
}

/// Whether the log has all after `after`, or nothing is missing.
async fn reaches_back(
    connection: &mut SqliteConnection,
    id: DocumentId,
    after: Seq,
    through: Seq,
) -> Result<bool, DbError> {
    if after >= through {
        return Ok(true);
    }
    let first = sqlx::query_scalar!(
        r#"select min(seq) as "seq: i64" from document_updates where document_id = ?"#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok(first.is_some_and(|first| after.next().0 >= from_sql(first)))
}

async fn whole(connection: &mut SqliteConnection, id: DocumentId, through: Seq) -> Result<Bundle, DbError> {
    let mut bundle = Bundle::default();
    let mut below = to_sql(through.0) + 1;
    loop {
        // One at a time: the spare one is hardly ever needed.
        let snapshot = sqlx::query!(
            "select seq, bytes, checksum from document_snapshots where document_id = ? and seq < ? order by seq desc limit 1",
            id.0,
            below
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = snapshot else { break };
        let seq = Seq(from_sql(row.seq));
        if checksum(&row.bytes) == row.checksum {
            bundle.snapshot = seq;
            bundle.updates.push(row.bytes.into());
            break;
        }
        bundle.damaged.push(seq);
        below = row.seq;
    }
    let rows = rows_between(connection, id, bundle.snapshot.next(), through).await?;
    bundle.updates.extend(rows.into_iter().map(|row| row.bytes));
    Ok(bundle)
}
