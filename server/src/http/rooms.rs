//! Rooms and their members.

use super::access::{self, Right};
use super::auth::Caller;
use super::extract::{Body, Path, Query, text};
use super::page::{self, Paging};
use super::{App, now};
use crate::db::{DbError, members, rfc3339, rooms, suspension};
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use shared::api::{List, Member, MemberPatch, Room, RoomCreate, RoomPatch};
use shared::error::ErrorCode;
use shared::id::{RoomId, UserId};
use shared::limits::TITLE_CHARS_MAX;
use shared::wire::Change;
use std::sync::Arc;
use uuid::Uuid;

fn api_room(room: rooms::Room) -> Room {
    Room {
        id: room.id,
        name: room.name,
        role: room.role,
        member_count: room.member_count,
        last_seq: room.last_seq,
        read_seq: room.read_seq,
        active_at: rfc3339(room.active_at),
        created_at: rfc3339(room.created_at),
    }
}

pub(super) async fn one(app: &App, user: UserId, room: RoomId) -> Result<Json<Room>, ApiError> {
    let room = app.reader.room(user, room).await?.ok_or(ErrorCode::NotFound)?;
    Ok(Json(api_room(room)))
}

/// The rooms of the person, those that something happened in last first.
#[utoipa::path(get, path = "/api/v1/rooms", params(Paging), responses(
    (status = 200, body = List<Room>), (status = 422, body = shared::api::Failure)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Room>>, ApiError> {
    caller.whole_account()?;
    let rooms = app.reader.rooms(caller.user.id, paging.page()?).await?;
    Ok(Json(page::list(rooms, api_room)))
}

/// Makes a room that the person owns.
#[utoipa::path(post, path = "/api/v1/rooms", request_body = RoomCreate, responses(
    (status = 201, body = Room), (status = 422, body = shared::api::Failure)))]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<RoomCreate>,
) -> Result<(StatusCode, Json<Room>), ApiError> {
    caller.whole_account()?;
    let name = text("name", &body.name, 1, TITLE_CHARS_MAX)?;
    let (id, user, at) = (RoomId(Uuid::now_v7()), caller.user.id, now());
    let max = app.config.limits.rooms_per_user;
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                suspension::check(connection, user).await?;
                if rooms::count_of(connection, user).await? >= max {
                    return Err(DbError::Refused {
                        code: ErrorCode::FieldInvalid,
                        field: Some("rooms"),
                    });
                }
                rooms::create(connection, id, &name, user, at).await
            })
        })
        .await?;
    Ok((StatusCode::CREATED, one(&app, user, id).await?))
}

/// One room.
#[utoipa::path(get, path = "/api/v1/rooms/{room_id}", params(("room_id" = Uuid, Path)), responses(
    (status = 200, body = Room), (status = 404, body = shared::api::Failure)))]
pub async fn get(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<RoomId>) -> Result<Json<Room>, ApiError> {
    access::room(&app, &caller, id, Right::Read).await?;
    one(&app, caller.user.id, id).await
}

/// Renames a room. For owners.
#[utoipa::path(patch, path = "/api/v1/rooms/{room_id}", params(("room_id" = Uuid, Path)), request_body = RoomPatch, responses(
    (status = 200, body = Room), (status = 404, body = shared::api::Failure)))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RoomId>,
    Body(body): Body<RoomPatch>,
) -> Result<Json<Room>, ApiError> {
    access::room(&app, &caller, id, Right::Own).await?;
    let user = caller.user.id;
    if let Some(name) = body.name {
        let name = text("name", &name, 1, TITLE_CHARS_MAX)?;
        app.writer
            .write(move |connection| {
                Box::pin(async move {
                    access::recheck(connection, user, id, Right::Own).await?;
                    rooms::rename(connection, id, &name).await
                })
            })
            .await?;
        app.hub.changed(id, Change::Room).await;
    }
    one(&app, user, id).await
}

/// Takes a room and all its documents out of sight. For owners.
#[utoipa::path(delete, path = "/api/v1/rooms/{room_id}", params(("room_id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = shared::api::Failure)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RoomId>,
) -> Result<StatusCode, ApiError> {
    access::room(&app, &caller, id, Right::Own).await?;
    let (user, at) = (caller.user.id, now());
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                access::recheck(connection, user, id, Right::Own).await?;
                rooms::delete(connection, id, at).await
            })
        })
        .await?;
    app.hub.room_deleted(id).await;
    tracing::info!(room = %id, by = %user, "room.deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// The members of a room.
#[utoipa::path(get, path = "/api/v1/rooms/{room_id}/members", params(("room_id" = Uuid, Path), Paging), responses(
    (status = 200, body = List<Member>), (status = 404, body = shared::api::Failure)))]
pub async fn members(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RoomId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Member>>, ApiError> {
    access::room(&app, &caller, id, Right::Read).await?;
    let members = app.reader.members(id, paging.page()?).await?;
    Ok(Json(page::list(members, api_member)))
}

fn api_member(member: members::Member) -> Member {
    Member {
        user: member.user,
        username: member.username,
        role: member.role,
        joined_at: rfc3339(member.joined_at),
    }
}

/// Gives a member another role. For owners; a room keeps at least one.
#[utoipa::path(patch, path = "/api/v1/rooms/{room_id}/members/{user_id}", request_body = MemberPatch,
    params(("room_id" = Uuid, Path), ("user_id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = shared::api::Failure), (status = 409, body = shared::api::Failure)))]
pub async fn change_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, member)): Path<(RoomId, UserId)>,
    Body(body): Body<MemberPatch>,
) -> Result<StatusCode, ApiError> {
    access::room(&app, &caller, id, Right::Own).await?;
    let (user, role) = (caller.user.id, body.role);
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                access::recheck(connection, user, id, Right::Own).await?;
                members::set_role(connection, id, member, role).await
            })
        })
        .await?;
    app.hub.role_changed(member, id, role).await;
    app.hub.changed(id, Change::Members).await;
    tracing::info!(room = %id, %member, ?role, by = %user, "room.role_changed");
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a member out of a room: owners anybody, everybody themselves. A room keeps at least one owner.
#[utoipa::path(delete, path = "/api/v1/rooms/{room_id}/members/{user_id}",
    params(("room_id" = Uuid, Path), ("user_id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = shared::api::Failure), (status = 409, body = shared::api::Failure)))]
pub async fn remove_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, member)): Path<(RoomId, UserId)>,
) -> Result<StatusCode, ApiError> {
    let user = caller.user.id;
    let right = if user == member { Right::Read } else { Right::Own };
    access::room(&app, &caller, id, right).await?;
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                access::recheck(connection, user, id, right).await?;
                members::remove(connection, id, member).await
            })
        })
        .await?;
    app.hub.revoke(member, id).await;
    app.hub.changed(id, Change::Members).await;
    tracing::info!(room = %id, %member, by = %user, "room.member_removed");
    Ok(StatusCode::NO_CONTENT)
}
