//! Rooms.

use super::members::role_named;
use super::page::{Page, Paged};
use super::{DbError, Reader, from_sql, to_sql, to_u32};
use shared::id::{Epoch, RoomId, Seq, UnixMs, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What has to be known of a room before anybody joins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomState {
    /// The history that sequence numbers count in.
    pub epoch: Epoch,
    /// The last stored message.
    pub head_seq: Seq,
}

/// A room as one of its members sees it.
#[derive(Clone, Debug)]
pub struct Room {
    pub id: RoomId,
    pub name: String,
    pub role: Role,
    pub member_count: u32,
    pub last_seq: Seq,
    pub read_seq: Seq,
    pub active_at: UnixMs,
    pub created_at: UnixMs,
}

struct RoomRow {
    id: Uuid,
    name: String,
    role: String,
    member_count: i64,
    head_seq: i64,
    read_seq: i64,
    active_at: i64,
    created_at: i64,
}

impl From<RoomRow> for Room {
    fn from(row: RoomRow) -> Self {
        Self {
            id: RoomId(row.id),
            name: row.name,
            role: role_named(&row.role),
            member_count: to_u32(row.member_count),
            last_seq: Seq(from_sql(row.head_seq)),
            read_seq: Seq(from_sql(row.read_seq)),
            active_at: UnixMs(from_sql(row.active_at)),
            created_at: UnixMs(from_sql(row.created_at)),
        }
    }
}

impl Reader {
    /// All rooms and their names, the oldest first.
    pub async fn all_rooms(&self) -> Result<Vec<(RoomId, String)>, DbError> {
        let rows = sqlx::query!(r#"select id as "id!: Uuid", name from rooms where deleted_at is null order by id"#)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.into_iter().map(|row| (RoomId(row.id), row.name)).collect())
    }

    /// The rooms of a person, those that something happened in last first.
    pub async fn rooms(&self, user: UserId, page: Page) -> Result<Paged<Room>, DbError> {
        let (after, rows) = (page.after(), page.rows());
        let rows = sqlx::query_as!(
            RoomRow,
            r#"select r.id as "id!: Uuid", r.name, m.role, r.head_seq, m.read_seq, r.active_at, r.created_at,
                      (select count(*) from members c where c.room_id = r.id) as "member_count!: i64"
               from members m join rooms r on r.id = m.room_id
               where m.user_id = ? and r.id > ? and r.deleted_at is null
               order by r.id limit ?"#,
            user.0,
            after,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let rooms = rows.into_iter().map(Room::from).collect();
        Ok(page.cut(
            rooms,
            |room: &Room| room.id.0,
            |a, b| (b.active_at, b.id).cmp(&(a.active_at, a.id)),
        ))
    }

    /// The rooms of a person, by id alone.
    pub async fn room_ids(&self, user: UserId) -> Result<BTreeSet<RoomId>, DbError> {
        let ids = sqlx::query_scalar!(
            r#"select r.id as "id!: Uuid" from members m join rooms r on r.id = m.room_id
               where m.user_id = ? and r.deleted_at is null"#,
            user.0
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(RoomId).collect())
    }

    /// One room of a person; none when they are no member or it is deleted.
    pub async fn room(&self, user: UserId, room: RoomId) -> Result<Option<Room>, DbError> {
        let row = sqlx::query_as!(
            RoomRow,
            r#"select r.id as "id!: Uuid", r.name, m.role, r.head_seq, m.read_seq, r.active_at, r.created_at,
                      (select count(*) from members c where c.room_id = r.id) as "member_count!: i64"
               from members m join rooms r on r.id = m.room_id
               where m.user_id = ? and r.id = ? and r.deleted_at is null"#,
            user.0,
            room.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Room::from))
    }

    /// See [`RoomState`]; none when the room does not exist or is deleted.
    pub async fn room_state(&self, id: RoomId) -> Result<Option<RoomState>, DbError> {
        let row = sqlx::query!(
            "select epoch, head_seq from rooms where id = ? and deleted_at is null",
            id.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| RoomState {
            epoch: Epoch(from_sql(row.epoch)),
            head_seq: Seq(from_sql(row.head_seq)),
        }))
    }
}

/// Makes a room with its first owner.
pub async fn create(
    connection: &mut SqliteConnection,
    id: RoomId,
    name: &str,
    owner: UserId,
    at: UnixMs,
) -> Result<(), DbError> {
    let at_sql = to_sql(at.0);
    sqlx::query!(
        "insert into rooms (id, name, epoch, active_at, created_at) select ?1, ?2, epoch, ?3, ?3 from server_epoch",
        id.0,
        name,
        at_sql
    )
    .execute(&mut *connection)
    .await?;
    super::members::add(connection, id, owner, Role::Owner, at).await
}

/// How many rooms somebody is a member of.
pub async fn count_of(connection: &mut SqliteConnection, user: UserId) -> Result<u64, DbError> {
    let count = sqlx::query_scalar!(
        "select count(*) from members m join rooms r on r.id = m.room_id where m.user_id = ? and r.deleted_at is null",
        user.0
    )
    .fetch_one(connection)
    .await?;
    Ok(from_sql(count))
}

/// Gives a room another name.
pub async fn rename(connection: &mut SqliteConnection, room: RoomId, name: &str) -> Result<(), DbError> {
    sqlx::query!("update rooms set name = ? where id = ?", name, room.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a room out of sight. Nothing in it is erased.
pub async fn delete(connection: &mut SqliteConnection, room: RoomId, at: UnixMs) -> Result<(), DbError> {
    let at = to_sql(at.0);
    sqlx::query!(
        "update rooms set deleted_at = ? where id = ? and deleted_at is null",
        at,
        room.0
    )
    .execute(connection)
    .await?;
    Ok(())
}
