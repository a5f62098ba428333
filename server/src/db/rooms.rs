//! Rooms.

use super::{DbError, Reader, from_sql, to_sql};
use shared::id::{Epoch, RoomId, Seq, UnixMs, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;

/// What has to be known of a room before anybody joins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomState {
    /// The history that sequence numbers count in.
    pub epoch: Epoch,
    /// The last stored message.
    pub head_seq: Seq,
}

impl Reader {
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
        "insert into rooms (id, name, epoch, active_at, created_at) values (?1, ?2, 1, ?3, ?3)",
        id.0,
        name,
        at_sql
    )
    .execute(&mut *connection)
    .await?;
    super::members::add(connection, id, owner, Role::Owner, at).await
}
