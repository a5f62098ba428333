//! Reading everything that is kept, to find out whether it is still what was written. Reads only what the first release wrote, so that
//! data of any release can be looked at.

use super::documents::checksum;
use super::history::{rows_between, stored_segments};
use super::segment::LogRow;
use super::{DbError, Reader, copy, from_sql, to_u32};
use bytes::Bytes;
use shared::id::{ClientId, ClientSeq, DocumentId, RoomId, Seq};
use uuid::Uuid;

/// A room and its messages, counted.
#[derive(Clone, Copy, Debug)]
pub struct AuditedRoom {
    pub id: RoomId,
    pub head_seq: Seq,
    pub messages: u64,
    /// 0 without messages.
    pub first_seq: Seq,
    pub last_seq: Seq,
}

/// Everything that is kept of a document, as of one moment.
#[derive(Clone, Debug)]
pub struct AuditedDocument {
    pub head_seq: Seq,
    pub held_after: Option<Seq>,
    /// All rows from the first, up to the head or to where the document is held; or the first position that cannot be read.
    pub rows: Result<Vec<LogRow>, Seq>,
    /// Position of the last row in the log; 0 without one.
    pub last_row: Seq,
    /// First positions of segments of history that cannot be read.
    pub bad_segments: Vec<Seq>,
    /// Oldest first; none where the bytes are not the ones that were written.
    pub snapshots: Vec<(Seq, Option<Bytes>)>,
    pub text: Option<(Seq, String)>,
    /// The last numbered edit of each replica.
    pub replicas: Vec<(ClientId, ClientSeq)>,
}

impl Reader {
    /// What SQLite finds wrong with the file, and rows that refer to what is not there.
    pub async fn audit_file(&self) -> Result<Vec<String>, DbError> {
        let mut connection = self.pool.acquire().await?;
        let mut found = copy::check_pages(&mut connection).await?;
        let lost: Vec<(String, Option<i64>, String)> =
            sqlx::query_as(r#"select "table", rowid, parent from pragma_foreign_key_check"#)
                .fetch_all(&mut *connection)
                .await?;
        found.extend(
            lost.into_iter()
                .map(|(table, _, parent)| format!("a row of {table} refers to one of {parent} that is not there")),
        );
        Ok(found)
    }

    /// All rooms, deleted ones too.
    pub async fn audit_rooms(&self) -> Result<Vec<AuditedRoom>, DbError> {
        let rows = sqlx::query!(
            r#"select r.id as "id!: Uuid", r.head_seq as "head_seq!: i64", count(m.seq) as "messages!: i64",
                      coalesce(min(m.seq), 0) as "first!: i64", coalesce(max(m.seq), 0) as "last!: i64"
               from rooms r left join messages m on m.room_id = r.id group by r.id"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| AuditedRoom {
                id: RoomId(row.id),
                head_seq: Seq(from_sql(row.head_seq)),
                messages: from_sql(row.messages),
                first_seq: Seq(from_sql(row.first)),
                last_seq: Seq(from_sql(row.last)),
            })
            .collect())
    }

    /// Names all documents, deleted ones too, but not those of which a part is erased already.
    pub async fn audit_list(&self) -> Result<Vec<DocumentId>, DbError> {
        let ids = sqlx::query_scalar!(
            r#"select id as "id: Uuid" from documents where deleted_at is null or deleted_at > 0 order by id"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(DocumentId).collect())
    }

    /// One document; none when it was erased meanwhile.
    pub async fn audit_document(&self, id: DocumentId) -> Result<Option<AuditedDocument>, DbError> {
        // As of one moment, whatever a server does meanwhile.
        let mut tx = self.pool.begin().await?;
        let document = sqlx::query!("select head_seq, quarantined_after from documents where id = ?", id.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(document) = document else { return Ok(None) };
        let head_seq = Seq(from_sql(document.head_seq));
        let held_after = document.quarantined_after.map(|seq| Seq(from_sql(seq)));
        let readable = held_after.map_or(head_seq, |held| held.min(head_seq));
        let rows = match rows_between(&mut tx, id, Seq(1), readable).await {
            Ok(rows) => Ok(rows),
            Err(DbError::Damaged { seq, .. }) => Err(seq),
            Err(error) => return Err(error),
        };
        let last_row = sqlx::query_scalar!(
            r#"select coalesce(max(seq), 0) as "seq!: i64" from document_updates where document_id = ?"#,
            id.0
        )
        .fetch_one(&mut *tx)
        .await?;
        let segments = stored_segments(&mut tx, id, Seq(0), Seq(from_sql(i64::MAX))).await?;
        let bad = segments
            .iter()
            .filter(|(segment, is_whole)| !is_whole || segment.rows().is_err())
            .map(|(segment, _)| segment.first)
            .collect();
        let snapshots = sqlx::query!(
            "select seq, bytes, checksum from document_snapshots where document_id = ? order by seq",
            id.0
        )
        .fetch_all(&mut *tx)
        .await?;
        let text = sqlx::query!("select seq, body from document_texts where document_id = ?", id.0)
            .fetch_optional(&mut *tx)
            .await?;
        let replicas = sqlx::query!(
            "select client_id, last_client_seq from document_replicas where document_id = ?",
            id.0
        )
        .fetch_all(&mut *tx)
        .await?;
        Ok(Some(AuditedDocument {
            head_seq,
            held_after,
            rows,
            last_row: Seq(from_sql(last_row)),
            bad_segments: bad,
            snapshots: snapshots
                .into_iter()
                .map(|row| {
                    let is_whole = checksum(&row.bytes) == row.checksum;
                    (Seq(from_sql(row.seq)), is_whole.then(|| row.bytes.into()))
                })
                .collect(),
            text: text.map(|row| (Seq(from_sql(row.seq)), row.body)),
            replicas: replicas
                .into_iter()
                .map(|row| {
                    (
                        ClientId(to_u32(row.client_id)),
                        ClientSeq(from_sql(row.last_client_seq)),
                    )
                })
                .collect(),
        }))
    }
}
