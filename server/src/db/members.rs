//! Who belongs to a room, and as what.

use super::page::{Page, Paged};
use super::{DbError, Reader, from_sql, to_sql};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, Seq, UnixMs, UserId};
use shared::wire::{Person, Role};
use sqlx::SqliteConnection;

/// The word that stands for a role in the database.
pub(crate) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Editor => "editor",
        Role::Owner => "owner",
    }
}

pub(crate) fn role_named(name: &str) -> Role {
    match name {
        "owner" => Role::Owner,
        "editor" => Role::Editor,
        // The column's check allows no fourth; should a later release add one, reading is the least it can mean here.
        _ => Role::Viewer,
    }
}

/// A member in the list.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: Person,
    pub username: String,
    pub role: Role,
    pub joined_at: UnixMs,
}

impl Reader {
    /// The members of a room, by name.
    pub async fn members(&self, room: RoomId, page: Page) -> Result<Paged<Member>, DbError> {
        let (after, rows) = (page.after(), page.rows());
        let rows = sqlx::query!(
            r#"select u.id as "id: uuid::Uuid", u.username, u.display_name, m.role, m.joined_at
               from members m join users u on u.id = m.user_id
               where m.room_id = ? and m.user_id > ? order by m.user_id limit ?"#,
            room.0,
            after,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let members = rows.into_iter().map(|row| Member {
            user: Person {
                id: UserId(row.id),
                name: row.display_name,
            },
            username: row.username,
            role: role_named(&row.role),
            joined_at: UnixMs(from_sql(row.joined_at)),
        });
        Ok(page.cut(
            members.collect(),
            |member: &Member| member.user.id.0,
            |a, b| (&a.user.name, a.user.id).cmp(&(&b.user.name, b.user.id)),
        ))
    }

    /// What somebody may do in a room; none when they are no member or it is deleted.
    pub async fn role(&self, user: UserId, room: RoomId) -> Result<Option<Role>, DbError> {
        let mut connection = self.pool.acquire().await?;
        role(&mut connection, user, room).await
    }

    /// What somebody may do in a document, and the room it is in; none when they may not see it or it is deleted.
    pub async fn role_in_document(
        &self,
        user: UserId,
        document: DocumentId,
    ) -> Result<Option<(RoomId, Role)>, DbError> {
        let row = sqlx::query!(
            r#"select d.room_id as "room_id: uuid::Uuid", m.role
               from documents d
               join rooms r on r.id = d.room_id
               join members m on m.room_id = d.room_id and m.user_id = ?
               where d.id = ? and d.deleted_at is null and r.deleted_at is null"#,
            user.0,
            document.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| (RoomId(row.room_id), role_named(&row.role))))
    }

    /// Up to where somebody has read a room; none when they are no member.
    pub async fn read_seq(&self, room: RoomId, user: UserId) -> Result<Option<Seq>, DbError> {
        let seq = sqlx::query_scalar!(
            "select read_seq from members where room_id = ? and user_id = ?",
            room.0,
            user.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(seq.map(|seq| Seq(from_sql(seq))))
    }
}

/// See [`Reader::role`]; inside the transaction that depends on it.
pub async fn role(connection: &mut SqliteConnection, user: UserId, room: RoomId) -> Result<Option<Role>, DbError> {
    let role = sqlx::query_scalar!(
        "select m.role from members m join rooms r on r.id = m.room_id
         where m.room_id = ? and m.user_id = ? and r.deleted_at is null",
        room.0,
        user.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(role.map(|role| role_named(&role)))
}

/// Makes somebody a member; who is one already keeps the role they have.
pub async fn add(
    connection: &mut SqliteConnection,
    room: RoomId,
    user: UserId,
    role: Role,
    at: UnixMs,
) -> Result<(), DbError> {
    let (role, at) = (role_name(role), to_sql(at.0));
    // A newcomer has nothing unread: what was said before they came is history.
    sqlx::query!(
        "insert into members (room_id, user_id, role, joined_at, read_seq)
         select ?1, ?2, ?3, ?4, head_seq from rooms where id = ?1
         on conflict (room_id, user_id) do nothing",
        room.0,
        user.0,
        role,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves a read position forward and answers where it is now; none when they are no member.
pub async fn mark_read(
    connection: &mut SqliteConnection,
    room: RoomId,
    user: UserId,
    seq: Seq,
) -> Result<Option<Seq>, DbError> {
    let seq = to_sql(seq.0);
    let read = sqlx::query_scalar!(
        r#"update members
           set read_seq = max(read_seq, min(?1, (select head_seq from rooms where id = ?2)))
           where room_id = ?2 and user_id = ?3
           returning read_seq"#,
        seq,
        room.0,
        user.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(read.map(|seq| Seq(from_sql(seq))))
}

/// How many members a room has.
pub async fn count(connection: &mut SqliteConnection, room: RoomId) -> Result<u64, DbError> {
    let count = sqlx::query_scalar!("select count(*) from members where room_id = ?", room.0)
        .fetch_one(connection)
        .await?;
    Ok(from_sql(count))
}

/// Gives a member another role.
pub async fn set_role(
    connection: &mut SqliteConnection,
    room: RoomId,
    user: UserId,
    role: Role,
) -> Result<(), DbError> {
    let name = role_name(role);
    let done = sqlx::query!(
        "update members set role = ? where room_id = ? and user_id = ?",
        name,
        room.0,
        user.0
    )
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Err(DbError::refused(ErrorCode::NotFound));
    }
    keep_an_owner(connection, room).await
}

/// Takes a member out of a room.
pub async fn remove(connection: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<(), DbError> {
    let done = sqlx::query!("delete from members where room_id = ? and user_id = ?", room.0, user.0)
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() == 0 {
        return Err(DbError::refused(ErrorCode::NotFound));
    }
    keep_an_owner(connection, room).await
}

/// Refuses what was done when it left the room without an owner.
async fn keep_an_owner(connection: &mut SqliteConnection, room: RoomId) -> Result<(), DbError> {
    let owned = sqlx::query_scalar!(
        r#"select exists (select 1 from members where room_id = ? and role = 'owner') as "owned: bool""#,
        room.0
    )
    .fetch_one(connection)
    .await?;
    if owned {
        Ok(())
    } else {
        Err(DbError::refused(ErrorCode::LastOwner))
    }
}
