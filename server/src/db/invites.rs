//! Invites to rooms. The secret of the link is hashed.

use super::members::{add, role_name, role_named};
use super::page::{Page, Paged};
use super::{DbError, Reader, from_sql, to_sql};
use shared::error::ErrorCode;
use shared::id::{RoomId, UnixMs, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// An invite to be stored.
#[derive(Clone, Debug)]
pub struct NewInvite {
    pub id: Uuid,
    pub room_id: RoomId,
    pub secret_hash: [u8; 32],
    pub role: Role,
    pub by: UserId,
    pub at: UnixMs,
    pub expires_at: UnixMs,
    pub max_uses: Option<u32>,
}

/// An invite in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: Uuid,
    pub role: Role,
    pub use_count: u32,
    pub max_uses: Option<u32>,
    pub expires_at: UnixMs,
    pub created_at: UnixMs,
}

/// What an invited person sees.
#[derive(Clone, Debug)]
pub struct Preview {
    pub room_name: String,
    pub role: Role,
    pub invited_by: String,
}

impl Reader {
    /// Where a valid invite leads.
    pub async fn invite_preview(&self, secret_hash: &[u8; 32], now: UnixMs) -> Result<Option<Preview>, DbError> {
        let (hash, now) = (secret_hash.as_slice(), to_sql(now.0));
        let row = sqlx::query!(
            r#"select r.name, i.role, u.display_name
               from invites i join rooms r on r.id = i.room_id join users u on u.id = i.created_by
               where i.secret_hash = ? and i.expires_at > ? and coalesce(i.use_count < i.max_uses, true)
                     and r.deleted_at is null"#,
            hash,
            now
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| Preview {
            room_name: row.name,
            role: role_named(&row.role),
            invited_by: row.display_name,
        }))
    }

    /// The invites of a room that can still be used, newest first.
    pub async fn invites(&self, room: RoomId, now: UnixMs, page: Page) -> Result<Paged<Listed>, DbError> {
        let (now, after, rows) = (to_sql(now.0), page.after(), page.rows());
        let rows = sqlx::query!(
            r#"select id as "id: Uuid", role, use_count as "use_count: u32", max_uses as "max_uses: u32", expires_at, created_at
               from invites
               where room_id = ? and id > ? and expires_at > ? and coalesce(use_count < max_uses, true)
               order by id limit ?"#,
            room.0,
            after,
            now,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let listed = rows.into_iter().map(|row| Listed {
            id: row.id,
            role: role_named(&row.role),
            use_count: row.use_count,
            max_uses: row.max_uses,
            expires_at: UnixMs(from_sql(row.expires_at)),
            created_at: UnixMs(from_sql(row.created_at)),
        });
        Ok(page.cut(listed.collect(), |invite: &Listed| invite.id, |a, b| b.id.cmp(&a.id)))
    }
}

/// Stores an invite, while its room has fewer than `max`. Those that can no longer be used go first.
pub async fn insert(connection: &mut SqliteConnection, invite: &NewInvite, max: u64) -> Result<(), DbError> {
    let (at, expires_at, role) = (to_sql(invite.at.0), to_sql(invite.expires_at.0), role_name(invite.role));
    let hash = invite.secret_hash.as_slice();
    sqlx::query!(
        "delete from invites where room_id = ? and (expires_at <= ? or use_count >= max_uses)",
        invite.room_id.0,
        at
    )
    .execute(&mut *connection)
    .await?;
    let count = sqlx::query_scalar!("select count(*) from invites where room_id = ?", invite.room_id.0)
        .fetch_one(&mut *connection)
        .await?;
    if from_sql(count) >= max {
        return Err(DbError::Refused {
            code: ErrorCode::FieldInvalid,
            field: Some("invites"),
        });
    }
    sqlx::query!(
        "insert into invites (id, room_id, secret_hash, role, created_by, created_at, expires_at, max_uses)
         values (?, ?, ?, ?, ?, ?, ?, ?)",
        invite.id,
        invite.room_id.0,
        hash,
        role,
        invite.by.0,
        at,
        expires_at,
        invite.max_uses
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes somebody a member through an invite. Who is a member already stays what they are, and uses nothing up.
pub async fn accept(
    connection: &mut SqliteConnection,
    secret_hash: &[u8; 32],
    user: UserId,
    now: UnixMs,
    members_max: u64,
    rooms_max: u64,
) -> Result<RoomId, DbError> {
    let (hash, at) = (secret_hash.as_slice(), to_sql(now.0));
    let row = sqlx::query!(
        r#"select i.id as "id: Uuid", i.room_id as "room_id: Uuid", i.role,
                  exists (select 1 from members m where m.room_id = i.room_id and m.user_id = ?1) as "member: bool"
           from invites i join rooms r on r.id = i.room_id
           where i.secret_hash = ?2 and i.expires_at > ?3 and coalesce(i.use_count < i.max_uses, true)
                 and r.deleted_at is null"#,
        user.0,
        hash,
        at
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else {
        return Err(DbError::refused(ErrorCode::InviteInvalid));
    };
    let room = RoomId(row.room_id);
    if row.member {
        return Ok(room);
    }
    if super::members::count(connection, room).await? >= members_max {
        return Err(DbError::Refused {
            code: ErrorCode::FieldInvalid,
            field: Some("members"),
        });
    }
    if super::rooms::count_of(connection, user).await? >= rooms_max {
        return Err(DbError::Refused {
            code: ErrorCode::FieldInvalid,
            field: Some("rooms"),
        });
    }
    sqlx::query!("update invites set use_count = use_count + 1 where id = ?", row.id)
        .execute(&mut *connection)
        .await?;
    add(connection, room, user, role_named(&row.role), now).await?;
    Ok(room)
}

/// Takes an invite of a room back; false when it has no such.
pub async fn delete(connection: &mut SqliteConnection, room: RoomId, id: Uuid) -> Result<bool, DbError> {
    let done = sqlx::query!("delete from invites where room_id = ? and id = ?", room.0, id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}
