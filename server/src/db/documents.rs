//! Documents: the tree of a room, and the log of each document.

use super::page::{Page, Paged};
use super::{DbError, Reader, from_sql, to_sql, to_u32};
use crate::collab::effect::{DocumentState, NewUpdate, Replica};
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, RoomId, Seq, UnixMs, UserId};
use sqlx::SqliteConnection;
use uuid::Uuid;

/// A document as stored, without its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub id: DocumentId,
    pub room_id: RoomId,
    pub title: String,
    pub parent_id: Option<DocumentId>,
    pub position: f64,
    pub head_seq: Seq,
    pub created_at: UnixMs,
    pub edited_at: UnixMs,
    pub deleted_at: Option<UnixMs>,
}

/// What the writer compares before it appends.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub room_id: RoomId,
    pub epoch: Epoch,
    pub seq: Seq,
    pub quarantined: bool,
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
            r#"select d.id as "id: Uuid", d.room_id as "room_id: Uuid", d.title, d.parent_id as "parent_id: Uuid",
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
            r#"select id as "id: Uuid", room_id as "room_id: Uuid", title, parent_id as "parent_id: Uuid",
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
            r#"select id as "id: Uuid", room_id as "room_id: Uuid", title, parent_id as "parent_id: Uuid",
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
            parent_id: row.parent_id.map(DocumentId),
            position: row.position,
            head_seq: Seq(from_sql(row.head_seq)),
            created_at: UnixMs(from_sql(row.created_at)),
            edited_at: UnixMs(from_sql(row.edited_at)),
            deleted_at: row.deleted_at.map(|at| UnixMs(from_sql(at))),
        }
    }
}

/// Where a document's log ends; none when it or its room is gone.
pub async fn head(connection: &mut SqliteConnection, id: DocumentId) -> Result<Option<Head>, DbError> {
    let row = sqlx::query!(
        r#"select d.room_id as "room_id: Uuid", d.epoch, d.head_seq, d.quarantined_after
           from documents d join rooms r on r.id = d.room_id
           where d.id = ? and d.deleted_at is null and r.deleted_at is null"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Head {
        room_id: RoomId(row.room_id),
        epoch: Epoch(from_sql(row.epoch)),
        seq: Seq(from_sql(row.head_seq)),
        quarantined: row.quarantined_after.is_some(),
    }))
}

/// Whose client id it is in this document.
pub async fn replica_owner(
    connection: &mut SqliteConnection,
    id: DocumentId,
    client: ClientId,
) -> Result<Option<UserId>, DbError> {
    let owner = sqlx::query_scalar!(
        r#"select user_id as "user_id: Uuid" from document_replicas where document_id = ? and client_id = ?"#,
        id.0,
        client.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(owner.map(UserId))
}

/// Puts one update at `seq`, which has to be the position after the head.
pub async fn insert_update(
    connection: &mut SqliteConnection,
    id: DocumentId,
    seq: Seq,
    update: &NewUpdate,
) -> Result<(), DbError> {
    let (seq, client_seq, at) = (to_sql(seq.0), to_sql(update.client_seq.0), to_sql(update.at.0));
    let bytes = update.bytes.as_ref();
    let checksum = checksum(bytes);
    sqlx::query!(
        "insert into document_updates (document_id, seq, client_id, client_seq, user_id, at, bytes, checksum)
         values (?, ?, ?, ?, ?, ?, ?, ?)",
        id.0,
        seq,
        update.client_id.0,
        client_seq,
        update.user.0,
        at,
        bytes,
        checksum
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves a replica on, or makes it `replica.owner`'s.
pub async fn put_replica(connection: &mut SqliteConnection, id: DocumentId, replica: &Replica) -> Result<(), DbError> {
    let last_client_seq = to_sql(replica.last_client_seq.0);
    sqlx::query!(
        "insert into document_replicas (document_id, client_id, user_id, clock, last_client_seq) values (?, ?, ?, ?, ?)
         on conflict (document_id, client_id) do update set
             clock = max(clock, excluded.clock), last_client_seq = max(last_client_seq, excluded.last_client_seq)",
        id.0,
        replica.client_id.0,
        replica.owner.0,
        replica.clock,
        last_client_seq
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves the head after its updates were inserted.
pub async fn set_head(
    connection: &mut SqliteConnection,
    id: DocumentId,
    room: RoomId,
    head: Seq,
    at: UnixMs,
) -> Result<(), DbError> {
    let (head, at) = (to_sql(head.0), to_sql(at.0));
    sqlx::query!(
        "update documents set head_seq = ?1, edited_at = max(edited_at, ?2) where id = ?3",
        head,
        at,
        id.0
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update rooms set active_at = max(active_at, ?1) where id = ?2",
        at,
        room.0
    )
    .execute(connection)
    .await?;
    Ok(())
}
