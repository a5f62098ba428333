//! A room with people in it, written straight into the database: what tests of storage and of contents share.

use server::collab::effect::Credential;
use server::db::{DbError, document_tree, login_sessions, members, rooms, users};
use shared::id::{DocumentId, RoomId, UnixMs, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;
use uuid::Uuid;

pub(crate) const NOW: UnixMs = UnixMs(1_700_000_000_000);
pub(crate) const NEVER: UnixMs = UnixMs(1 << 53);

pub(crate) const ADA: UserId = UserId(Uuid::from_u128(0xada));
pub(crate) const BEN: UserId = UserId(Uuid::from_u128(0xbe4));
pub(crate) const ROOM: RoomId = RoomId(Uuid::from_u128(0x400));
pub(crate) const DOCUMENT: DocumentId = DocumentId(Uuid::from_u128(0xd0c));

/// Everybody has one login session.
pub(crate) fn session_id(user: UserId) -> Uuid {
    Uuid::from_u128(user.0.as_u128() + (1 << 64))
}

/// See [`session_id`].
pub(crate) fn session_of(user: UserId) -> Credential {
    Credential::LoginSession(session_id(user))
}

/// Somebody who is signed in.
pub(crate) async fn add_person(connection: &mut SqliteConnection, id: UserId, username: &str) -> Result<(), DbError> {
    let user = users::NewUser {
        id,
        username: username.into(),
        display_name: username.to_uppercase(),
        password_hash: "none".into(),
        at: NOW,
    };
    users::create(connection, &user).await?;
    let session = login_sessions::NewLoginSession {
        id: session_id(id),
        secret_hash: [id.0.as_bytes()[15]; 32],
        user_id: id,
        user_agent: String::new(),
        at: NOW,
        expires_at: NEVER,
    };
    login_sessions::insert(connection, &session, 1).await?;
    Ok(())
}

/// Ada's room, with ben in it, and an empty document.
pub(crate) async fn add_room(connection: &mut SqliteConnection, role_of_ben: Role) -> Result<(), DbError> {
    rooms::create(connection, ROOM, "Kitchen", ADA, NOW).await?;
    members::add(connection, ROOM, BEN, role_of_ben, NOW).await?;
    document_tree::create(connection, DOCUMENT, ROOM, None, "Soup", ADA, NOW).await
}
