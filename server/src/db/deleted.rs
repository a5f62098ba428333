//! Documents that were deleted: bringing them back, and erasing them when their time is over.
//!
//! A document whose erasing has begun has 1970 as the time of its deletion, and is never brought back, however much of it is still there.

use super::members::role_named;
use super::run_hours::RunHours;
use super::{DbError, Reader, to_sql};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, UnixMs, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// Rows of the log or segments of history erased in one transaction, so that nobody who writes waits long for it.
const ROWS_AT_ONCE: i64 = 256;

impl Reader {
    /// What somebody may do in a deleted document, and the room it was in; none when they may not see it.
    pub async fn role_in_deleted_document(
        &self,
        user: UserId,
        document: DocumentId,
    ) -> Result<Option<(RoomId, Role)>, DbError> {
        let row = sqlx::query!(
            r#"select d.room_id as "room_id: Uuid", m.role
               from documents d
               join rooms r on r.id = d.room_id
               join members m on m.room_id = d.room_id and m.user_id = ?
               where d.id = ? and d.deleted_at is not null and r.deleted_at is null"#,
            user.0,
            document.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| (RoomId(row.room_id), role_named(&row.role))))
    }

    /// One document to be erased: found to be due at `since` or earlier, or begun to be.
    pub async fn document_to_erase(&self, since: RunHours) -> Result<Option<DocumentId>, DbError> {
        let since = to_sql(since.0);
        let id = sqlx::query_scalar!(
            r#"select id as "id: Uuid" from documents where deleted_at = 0 or due_since <= ? limit 1"#,
            since
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(id.map(DocumentId))
    }
}

/// Notes which documents are due, since they were deleted at `through` or earlier, and which are so no more.
pub async fn mark_due(connection: &mut SqliteConnection, through: UnixMs, hour: RunHours) -> Result<(), DbError> {
    let (through, hour) = (to_sql(through.0), to_sql(hour.0));
    sqlx::query!(
        "update documents set due_since = null where due_since is not null and coalesce(deleted_at > ?, 1)",
        through
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update documents set due_since = ? where due_since is null and deleted_at <= ?",
        hour,
        through
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Brings a document back that was deleted after `after`, to where it was if that is still there. Refused when it was not, or earlier.
pub async fn restore(connection: &mut SqliteConnection, id: DocumentId, after: UnixMs) -> Result<(), DbError> {
    let after = to_sql(after.0);
    let restored = sqlx::query!(
        "update documents set deleted_at = null, due_since = null, parent_id = (
             select p.id from documents p
             where p.id = documents.parent_id and p.room_id = documents.room_id and p.deleted_at is null)
         where id = ? and deleted_at > ?",
        id.0,
        after
    )
    .execute(connection)
    .await?;
    if restored.rows_affected() == 0 {
        return Err(DbError::refused(ErrorCode::NotFound));
    }
    Ok(())
}

/// Erases a part of a document that was found to be due at `since` or earlier, and answers whether nothing is left of it.
pub async fn erase_some(connection: &mut SqliteConnection, id: DocumentId, since: RunHours) -> Result<bool, DbError> {
    let since = to_sql(since.0);
    let begun = sqlx::query!(
        "update documents set deleted_at = 0 where id = ? and (deleted_at = 0 or due_since <= ?)",
        id.0,
        since
    )
    .execute(&mut *connection)
    .await?;
    if begun.rows_affected() == 0 {
        // Brought back in the meantime.
        return Ok(true);
    }
    let rows = sqlx::query!(
        "delete from document_updates where document_id = ?1 and seq in (
             select seq from document_updates where document_id = ?1 limit ?2)",
        id.0,
        ROWS_AT_ONCE
    )
    .execute(&mut *connection)
    .await?;
    let segments = sqlx::query!(
        "delete from document_history where document_id = ?1 and first_seq in (
             select first_seq from document_history where document_id = ?1 limit ?2)",
        id.0,
        ROWS_AT_ONCE
    )
    .execute(&mut *connection)
    .await?;
    if rows.rows_affected() + segments.rows_affected() > 0 {
        return Ok(false);
    }
    sqlx::query!("delete from documents where id = ?", id.0)
        .execute(connection)
        .await?;
    Ok(true)
}
