//! Files that belong to documents: what they are called and which bytes are theirs. The bytes themselves are `files`'.

use super::page::{Page, Paged};
use super::run_hours::RunHours;
use super::{DbError, Reader, from_sql, to_sql};
use shared::error::ErrorCode;
use shared::id::{AttachmentId, DocumentId, RoomId, UnixMs, UserId};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// SHA-256 of a file's bytes, which is its name on disk.
pub type Hash = [u8; 32];

/// What is kept of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    pub sha256: Hash,
    pub created_at: UnixMs,
    /// By which relative address its document names it, where it came along with it; as `relative::path` writes it.
    pub path: Option<String>,
}

/// An attachment among those of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfRoom {
    pub id: AttachmentId,
    pub document: DocumentId,
    pub name: String,
    pub path: Option<String>,
    pub sha256: Hash,
    /// In which hour it was found that nothing has named it for longer than it is kept.
    pub due_since: Option<RunHours>,
}

/// One that is about to be kept.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    pub attachment: Attachment,
    pub document: DocumentId,
    pub room: RoomId,
    pub by: UserId,
    /// Bytes that all files of the room may have.
    pub room_bytes_max: u64,
}

macro_rules! attachment {
    ($row:expr) => {{
        let row = $row;
        Attachment {
            id: AttachmentId(row.id),
            name: row.name,
            media_type: row.media_type,
            bytes: from_sql(row.bytes),
            sha256: hash(&row.sha256),
            created_at: UnixMs(from_sql(row.created_at)),
            path: row.path,
        }
    }};
}

impl Reader {
    /// One attachment of a document.
    pub async fn attachment(&self, document: DocumentId, id: AttachmentId) -> Result<Option<Attachment>, DbError> {
        let row = sqlx::query!(
            r#"select id as "id: Uuid", name, media_type, bytes, sha256, created_at, path
               from attachments where id = ? and document_id = ?"#,
            id.0,
            document.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| attachment!(row)))
    }

    /// The attachment that a document names by this path.
    pub async fn attachment_at(&self, document: DocumentId, path: &str) -> Result<Option<Attachment>, DbError> {
        let row = sqlx::query!(
            r#"select id as "id: Uuid", name, media_type, bytes, sha256, created_at, path
               from attachments where document_id = ? and path = ?"#,
            document.0,
            path
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| attachment!(row)))
    }

    /// The attachments of a document, the first one first.
    pub async fn attachments(&self, document: DocumentId, page: Page) -> Result<Paged<Attachment>, DbError> {
        let (after, rows) = (page.after(), page.rows());
        let rows = sqlx::query!(
            r#"select id as "id: Uuid", name, media_type, bytes, sha256, created_at, path
               from attachments where document_id = ? and id > ? order by id limit ?"#,
            document.0,
            after,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let found = rows.into_iter().map(|row| attachment!(row)).collect();
        Ok(page.cut(found, |one| one.id.0, |a, b| a.id.cmp(&b.id)))
    }

    /// Bytes of all files of a room.
    pub async fn room_attachment_bytes(&self, room: RoomId) -> Result<u64, DbError> {
        room_bytes(&mut *self.pool.acquire().await?, room).await
    }

    /// Every file that some attachment has, with its length.
    pub async fn files(&self) -> Result<Vec<(Hash, u64)>, DbError> {
        files(&mut *self.pool.acquire().await?).await
    }

    /// Whether some attachment has this file, or had it a short while ago.
    pub async fn is_file_known(&self, file: Hash) -> Result<bool, DbError> {
        let file = &file[..];
        let known = sqlx::query_scalar!(
            r#"select exists (select 1 from attachments where sha256 = ?1)
                   or exists (select 1 from released_files where sha256 = ?1) as "known!: bool""#,
            file
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(known)
    }

    /// Files that lost their last attachment at `through` or earlier, and those of them that got another one since.
    pub async fn released_files(&self, through: UnixMs) -> Result<Vec<Hash>, DbError> {
        let through = to_sql(through.0);
        let rows = sqlx::query_scalar!("select sha256 from released_files where since <= ?", through)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(|row| hash(row)).collect())
    }

    /// Rooms that have attachments in documents that can be read.
    pub async fn rooms_with_attachments(&self) -> Result<Vec<RoomId>, DbError> {
        let rows = sqlx::query_scalar!(
            r#"select distinct d.room_id as "room_id: Uuid" from attachments a join documents d on d.id = a.document_id
               where d.deleted_at is null"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(RoomId).collect())
    }

    /// Attachments of a room's documents, but for deleted ones, the first one first.
    pub async fn room_attachments(&self, room: RoomId) -> Result<Vec<OfRoom>, DbError> {
        let rows = sqlx::query!(
            r#"select a.id as "id: Uuid", a.document_id as "document_id: Uuid", a.name, a.path, a.sha256, a.due_since
               from attachments a join documents d on d.id = a.document_id
               where d.room_id = ? and d.deleted_at is null order by a.id"#,
            room.0
        )
        .fetch_all(&self.pool)
        .await?;
        let of_room = rows.into_iter().map(|row| OfRoom {
            id: AttachmentId(row.id),
            document: DocumentId(row.document_id),
            name: row.name,
            path: row.path,
            sha256: hash(&row.sha256),
            due_since: row.due_since.map(|since| RunHours(from_sql(since))),
        });
        Ok(of_room.collect())
    }

    /// The documents of a room, each with whether its kept text is that of its last edit.
    pub async fn texts_of_room(&self, room: RoomId) -> Result<Vec<(DocumentId, bool)>, DbError> {
        let rows = sqlx::query!(
            r#"select d.id as "id: Uuid", d.head_seq = 0 or coalesce(t.seq >= d.head_seq, 0) as "current!: bool"
               from documents d left join document_texts t on t.document_id = d.id
               where d.room_id = ? and d.deleted_at is null"#,
            room.0
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| (DocumentId(row.id), row.current)).collect())
    }

    /// Messages of a room that name a file.
    pub async fn messages_with_attachments(&self, room: RoomId) -> Result<Vec<String>, DbError> {
        let bodies = sqlx::query_scalar!(
            "select body from messages where room_id = ? and body like '%/attachments/%'",
            room.0
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(bodies)
    }
}

/// Every file that some attachment has, with its length.
pub async fn files(connection: &mut SqliteConnection) -> Result<Vec<(Hash, u64)>, DbError> {
    let rows =
        sqlx::query!(r#"select sha256 as "sha256!", max(bytes) as "bytes!: i64" from attachments group by sha256"#)
            .fetch_all(connection)
            .await?;
    Ok(rows
        .iter()
        .map(|row| (hash(&row.sha256), from_sql(row.bytes)))
        .collect())
}

/// Keeps one. Whoever asks again with the same id gets the first one; anybody else is told that there is nothing.
pub async fn create(connection: &mut SqliteConnection, new: NewAttachment) -> Result<Attachment, DbError> {
    let NewAttachment {
        attachment,
        document,
        room,
        by,
        room_bytes_max,
    } = new;
    let made = sqlx::query!(
        r#"select id as "id: Uuid", name, media_type, bytes, sha256, created_at, path,
                  coalesce(document_id = ?2 and created_by = ?3, 0) as "same!: bool"
           from attachments where id = ?1"#,
        attachment.id.0,
        document.0,
        by.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(made) = made {
        let is_same = made.same && made.sha256 == attachment.sha256;
        return if is_same {
            Ok(attachment!(made))
        } else {
            Err(DbError::refused(ErrorCode::NotFound))
        };
    }
    if room_bytes(connection, room).await?.saturating_add(attachment.bytes) > room_bytes_max {
        return Err(DbError::refused(ErrorCode::QuotaExceeded));
    }
    let (bytes, at, sha256) = (
        to_sql(attachment.bytes),
        to_sql(attachment.created_at.0),
        &attachment.sha256[..],
    );
    sqlx::query!(
        "insert into attachments (id, document_id, name, media_type, bytes, sha256, created_by, created_at, path)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        attachment.id.0,
        document.0,
        attachment.name,
        attachment.media_type,
        bytes,
        sha256,
        by.0,
        at,
        attachment.path
    )
    .execute(connection)
    .await?;
    Ok(attachment)
}

/// Takes one away. Its file stays for a while.
pub async fn delete(connection: &mut SqliteConnection, document: DocumentId, id: AttachmentId) -> Result<(), DbError> {
    let deleted = sqlx::query!(
        "delete from attachments where id = ? and document_id = ?",
        id.0,
        document.0
    )
    .execute(connection)
    .await?;
    match deleted.rows_affected() {
        0 => Err(DbError::refused(ErrorCode::NotFound)),
        _ => Ok(()),
    }
}

/// When somebody looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// On the wall.
    pub at: UnixMs,
    /// By the clock that nobody sets.
    pub hour: RunHours,
    /// What nothing has named since then or earlier is due.
    pub through: UnixMs,
}

/// Notes which ones nothing names any more, since now unless that was known, which of these are due, and which ones something names again.
pub async fn mark(
    connection: &mut SqliteConnection,
    linked: &BTreeSet<AttachmentId>,
    unlinked: &BTreeSet<AttachmentId>,
    look: Look,
) -> Result<(), DbError> {
    let (at, hour, through) = (to_sql(look.at.0), to_sql(look.hour.0), to_sql(look.through.0));
    for id in linked {
        sqlx::query!(
            "update attachments set unlinked_since = null, due_since = null where id = ? and unlinked_since is not null",
            id.0
        )
        .execute(&mut *connection)
        .await?;
    }
    for id in unlinked {
        sqlx::query!(
            "update attachments set unlinked_since = coalesce(unlinked_since, ?2),
                 due_since = case when unlinked_since <= ?3 then coalesce(due_since, ?4) end
             where id = ?1",
            id.0,
            at,
            through,
            hour
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Takes one away that was found to be due at `since` or earlier, unless something names it again.
pub async fn delete_due(connection: &mut SqliteConnection, id: AttachmentId, since: RunHours) -> Result<bool, DbError> {
    let since = to_sql(since.0);
    let deleted = sqlx::query!("delete from attachments where id = ? and due_since <= ?", id.0, since)
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Forgets that a file was let go of, and answers whether no attachment has it: then it is to be deleted.
pub async fn forget_released(connection: &mut SqliteConnection, file: Hash) -> Result<bool, DbError> {
    let file = &file[..];
    sqlx::query!("delete from released_files where sha256 = ?", file)
        .execute(&mut *connection)
        .await?;
    let unused = sqlx::query_scalar!(
        r#"select not exists (select 1 from attachments where sha256 = ?) as "unused!: bool""#,
        file
    )
    .fetch_one(connection)
    .await?;
    Ok(unused)
}

async fn room_bytes(connection: &mut SqliteConnection, room: RoomId) -> Result<u64, DbError> {
    let bytes = sqlx::query_scalar!(
        r#"select coalesce(sum(a.bytes), 0) as "bytes!: i64" from attachments a join documents d on d.id = a.document_id
           where d.room_id = ?"#,
        room.0
    )
    .fetch_one(connection)
    .await?;
    Ok(from_sql(bytes))
}

fn hash(stored: &[u8]) -> Hash {
    stored.try_into().expect("the column's check keeps it at 32 bytes")
}
