//! The one place that decides who may do what in a room or a document: for the API, the sockets and document content alike.

use super::App;
use super::auth::{Caller, Via};
use crate::db::{DbError, members, suspension};
use crate::error::ApiError;
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// See it.
    Read,
    /// Change documents, say things.
    Write,
    /// Decide about the room and its members.
    Own,
}

impl Right {
    /// Whether a role includes it.
    #[must_use]
    pub const fn granted_to(self, role: Role) -> bool {
        match self {
            Self::Read => true,
            Self::Write => role.may_write(),
            Self::Own => matches!(role, Role::Owner),
        }
    }
}

/// The caller's role in a room. What they may not see is not there.
pub async fn room(app: &App, caller: &Caller, room: RoomId, right: Right) -> Result<Role, ApiError> {
    if let Via::Token { document: Some(_), .. } = caller.via {
        return Err(ErrorCode::NotFound.into());
    }
    let role = app
        .reader
        .role(caller.user.id, room)
        .await?
        .ok_or(ErrorCode::NotFound)?;
    Ok(granted(right, role)?)
}

/// The caller's role in a document, and its room. What they may not see is not there.
pub async fn document(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    right: Right,
) -> Result<(RoomId, Role), ApiError> {
    if let Via::Token {
        document: Some(only), ..
    } = caller.via
        && only != document
    {
        return Err(ErrorCode::NotFound.into());
    }
    let (room, role) = app
        .reader
        .role_in_document(caller.user.id, document)
        .await?
        .ok_or(ErrorCode::NotFound)?;
    Ok((room, granted(right, role)?))
}

fn granted(right: Right, role: Role) -> Result<Role, ErrorCode> {
    match right {
        _ if right.granted_to(role) => Ok(role),
        Right::Write => Err(ErrorCode::ReadOnly),
        Right::Read | Right::Own => Err(ErrorCode::NotAllowed),
    }
}

/// Whoever administers the server. To everybody else nothing of it is there.
pub fn administrator(caller: &Caller) -> Result<(), ApiError> {
    let is_whole = !matches!(caller.via, Via::Token { document: Some(_), .. });
    if caller.user.administrator && is_whole {
        Ok(())
    } else {
        Err(ErrorCode::NotFound.into())
    }
}

/// Asked again inside the transaction that depends on it, since rights may have changed in between.
pub async fn recheck(
    connection: &mut SqliteConnection,
    user: UserId,
    room: RoomId,
    right: Right,
) -> Result<(), DbError> {
    suspension::check(connection, user).await?;
    let role = members::role(connection, user, room).await?;
    let role = role.ok_or(DbError::refused(ErrorCode::NotFound))?;
    granted(right, role).map(|_| ()).map_err(DbError::refused)
}
