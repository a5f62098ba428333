//! Whoever sends an update: all that has to hold of them in the transaction that stores it, read at once.

use super::members::role_named;
use super::{DbError, to_sql};
use crate::collab::effect::{Credential, NewUpdate};
use shared::id::{DocumentId, RoomId, UnixMs, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// See [`of`].
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// In the document's room; none for somebody who is no member.
    pub role: Option<Role>,
    /// Whether what they were let in with exists and has not expired.
    pub is_valid: bool,
    /// Whose the update's client id is in this document, if it is anybody's.
    pub owner: Option<UserId>,
}

/// What the database knows of the sender of an update.
pub async fn of(
    connection: &mut SqliteConnection,
    document: DocumentId,
    room: RoomId,
    update: &NewUpdate,
    now: UnixMs,
) -> Result<Sender, DbError> {
    let now = to_sql(now.0);
    let (login_session, token) = match update.credential {
        Credential::LoginSession(id) => (Some(id), None),
        Credential::Token(id) => (None, Some(id)),
    };
    let row = sqlx::query!(
        r#"select
               (select m.role from members m join rooms r on r.id = m.room_id
                where m.room_id = ? and m.user_id = ? and r.deleted_at is null) as role,
               (exists (select 1 from login_sessions where id = ? and expires_at > ?)
                or exists (select 1 from tokens where id = ? and coalesce(expires_at > ?, true))) as "is_valid!: bool",
               (select user_id from document_replicas where document_id = ? and client_id = ?) as "owner: Uuid""#,
        room.0,
        update.user.0,
        login_session,
        now,
        token,
        now,
        document.0,
        update.client_id.0
    )
    .fetch_one(connection)
    .await?;
    Ok(Sender {
        role: row.role.as_deref().map(role_named),
        is_valid: row.is_valid,
        owner: row.owner.map(UserId),
    })
}
