//! Documents, without what is in them.

use super::page::{Page, Paged};
use super::{DbError, Reader, from_sql, to_sql, to_u32};
use crate::collab::effect::{DocumentState, Replica};
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, RoomId, Seq, UnixMs, UserId};
use sqlx::types::Json;
use uuid::Uuid;

/// A document as stored, without its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub id: DocumentId,
    pub room_id: RoomId,
    pub title: String,
    /// What it was called before, the latest first.
    pub former_titles: Vec<String>,
    pub parent_id: Option<DocumentId>,
    pub position: f64,
    pub head_seq: Seq,
    pub created_at: UnixMs,
    pub edited_at: UnixMs,
    pub deleted_at: Option<UnixMs>,
}

/// CRC-32 of what is stored, beside it.
pub(crate) fn checksum(bytes: &[u8]) -> i64 {
    i64::from(crc32fast::hash(bytes))
}

impl Reader {
    /// What has to be known of a document before anybody joins it; none when it does not exist or is deleted.
    pub async fn document_state(&self, id: DocumentId) -> Result<Option<(RoomId, DocumentState)>, DbError> {
        let mut tx = self.pool.begin().await?;
        let row = sqlx::query!(
            r#"select d.room_id as "room_id: Uuid", d.epoch, d.head_seq, d.quarantined_after
               from documents d join rooms r on r.id = d.room_id
               where d.id = ? and d.deleted_at is null and r.deleted_at is null"#,
            id.0
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let replicas = sqlx::query!(
            r#"select client_id, user_id as "user_id: Uuid", clock, last_client_seq
               from document_replicas where document_id = ? order by client_id"#,
            id.0
        )
        .fetch_all(&mut *tx)
        .await?;
        let replicas = replicas
            .into_iter()
            .map(|row| Replica {
                client_id: ClientId(to_u32(row.client_id)),
                owner: UserId(row.user_id),
                clock: to_u32(row.clock),
                last_client_seq: ClientSeq(from_sql(row.last_client_seq)),
            })
            .collect();
        let state = DocumentState {
            epoch: Epoch(from_sql(row.epoch)),
            head_seq: Seq(from_sql(row.head_seq)),
            replicas,
            quarantined_after: row.quarantined_after.map(|seq| Seq(from_sql(seq))),
        };
        Ok(Some((RoomId(row.room_id), state)))
    }

    /// One document; none when it does not exist or is deleted.
    pub async fn document(&self, id: DocumentId) -> Result<Option<Document>, DbError> {
        let row = sqlx::query_as!(
            DocumentRow,
            r#"select d.id as "id: Uuid", d.room_id as "room_id: Uuid", d.title, d.former_titles as "former_titles: Json<Vec<String>>", d.parent_id as "parent_id: Uuid",
                      d.position, d.head_seq, d.created_at, d.edited_at, d.deleted_at
               from documents d join rooms r on r.id = d.room_id
               where d.id = ? and d.deleted_at is null and r.deleted_at is null"#,
            id.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Document::from))
    }

    /// The documents of a room, siblings in their order.
    pub async fn documents(&self, room: RoomId, page: Page) -> Result<Paged<Document>, DbError> {
        let (after, rows) = (page.after(), page.rows());
        let rows = sqlx::query_as!(
            DocumentRow,
            r#"select id as "id: Uuid", room_id as "room_id: Uuid", title, former_titles as "former_titles: Json<Vec<String>>", parent_id as "parent_id: Uuid",
                      position, head_seq, created_at, edited_at, deleted_at
               from documents where room_id = ? and id > ? and deleted_at is null
               order by id limit ?"#,
            room.0,
            after,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let documents = rows.into_iter().map(Document::from).collect();
        Ok(page.cut(
            documents,
            |document: &Document| document.id.0,
            |a, b| {
                let place = a.parent_id.cmp(&b.parent_id).then(a.position.total_cmp(&b.position));
                place.then(a.id.cmp(&b.id))
            },
        ))
    }

    /// Documents of a room that were deleted after `after`, the latest first.
    pub async fn deleted_documents(&self, room: RoomId, after: UnixMs, page: Page) -> Result<Paged<Document>, DbError> {
        let (deleted_after, after, rows) = (to_sql(after.0), page.after(), page.rows());
        let rows = sqlx::query_as!(
            DocumentRow,
            r#"select id as "id: Uuid", room_id as "room_id: Uuid", title, former_titles as "former_titles: Json<Vec<String>>", parent_id as "parent_id: Uuid",
                      position, head_seq, created_at, edited_at, deleted_at
               from documents where room_id = ? and id > ? and deleted_at > ?
               order by id limit ?"#,
            room.0,
            after,
            deleted_after,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let documents = rows.into_iter().map(Document::from).collect();
        Ok(page.cut(
            documents,
            |document: &Document| document.id.0,
            |a, b| b.deleted_at.cmp(&a.deleted_at).then(a.id.cmp(&b.id)),
        ))
    }
}

struct DocumentRow {
    id: Uuid,
    room_id: Uuid,
    title: String,
    former_titles: Json<Vec<String>>,
    parent_id: Option<Uuid>,
    position: f64,
    head_seq: i64,
    created_at: i64,
    edited_at: i64,
    deleted_at: Option<i64>,
}

impl From<DocumentRow> for Document {
    fn from(row: DocumentRow) -> Self {
        Self {
            id: DocumentId(row.id),
            room_id: RoomId(row.room_id),
            title: row.title,
            former_titles: row.former_titles.0,
            parent_id: row.parent_id.map(DocumentId),
            position: row.position,
            head_seq: Seq(from_sql(row.head_seq)),
            created_at: UnixMs(from_sql(row.created_at)),
            edited_at: UnixMs(from_sql(row.edited_at)),
            deleted_at: row.deleted_at.map(|at| UnixMs(from_sql(at))),
        }
    }
}
