//! Invites: links that make somebody a member of a room.

use super::access::{self, Right};
use super::auth::{Caller, Secret, hash};
use super::extract::{Body, Path, Query};
use super::page::{self, Paging};
use super::{App, now, rooms};
use crate::db::{invites, rfc3339, suspension};
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use shared::api::{Invite, InviteCreate, InviteCreated, InvitePreview, List, Room};
use shared::error::ErrorCode;
use shared::id::{RoomId, UnixMs};
use shared::wire::{Change, Role};
use std::sync::Arc;
use uuid::Uuid;

const HOURS_DEFAULT: u32 = 7 * 24;
/// Ten years.
const HOURS_MAX: u32 = 10 * 365 * 24;

/// The invites of a room that can still be used. For owners.
#[utoipa::path(get, path = "/api/v1/rooms/{room_id}/invites", params(("room_id" = Uuid, Path), Paging), responses(
    (status = 200, body = List<Invite>), (status = 404, body = shared::api::Failure)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<RoomId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Invite>>, ApiError> {
    access::room(&app, &caller, room, Right::Own).await?;
    let invites = app.reader.invites(room, now(), paging.page()?).await?;
    Ok(Json(page::list(invites, |invite| Invite {
        id: invite.id,
        role: invite.role,
        use_count: invite.use_count,
        max_uses: invite.max_uses,
        expires_at: rfc3339(invite.expires_at),
        created_at: rfc3339(invite.created_at),
    })))
}

/// Makes an invite. For owners. The secret is shown only here.
#[utoipa::path(post, path = "/api/v1/rooms/{room_id}/invites", params(("room_id" = Uuid, Path)), request_body = InviteCreate,
    responses((status = 201, body = InviteCreated), (status = 422, body = shared::api::Failure)))]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<RoomId>,
    Body(body): Body<InviteCreate>,
) -> Result<(StatusCode, Json<InviteCreated>), ApiError> {
    access::room(&app, &caller, room, Right::Own).await?;
    if body.role == Role::Owner {
        return Err(ApiError::field(
            "role",
            "An invite makes editors or viewers; make somebody an owner afterwards.",
        ));
    }
    let hours = body.expires_in_hours.unwrap_or(HOURS_DEFAULT);
    if hours == 0 || hours > HOURS_MAX {
        return Err(ApiError::field(
            "expires_in_hours",
            format!("This needs 1 to {HOURS_MAX} hours."),
        ));
    }
    if body.max_uses == Some(0) {
        return Err(ApiError::field(
            "max_uses",
            "An invite has to be good for at least one use.",
        ));
    }
    let (at, secret, user) = (now(), Secret::draw(""), caller.user.id);
    let invite = invites::NewInvite {
        id: Uuid::now_v7(),
        room_id: room,
        secret_hash: secret.hash,
        role: body.role,
        by: user,
        at,
        expires_at: UnixMs(at.0 + u64::from(hours) * 3_600_000),
        max_uses: body.max_uses,
    };
    let (id, max) = (invite.id, app.config.limits.invites_per_room);
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                access::recheck(connection, user, room, Right::Own).await?;
                invites::insert(connection, &invite, max).await
            })
        })
        .await?;
    let url = format!("{}/invite/{}", app.url(), secret.text);
    Ok((
        StatusCode::CREATED,
        Json(InviteCreated {
            id,
            url,
            token: secret.text,
        }),
    ))
}

/// Takes an invite back. For owners.
#[utoipa::path(delete, path = "/api/v1/rooms/{room_id}/invites/{id}", params(("room_id" = Uuid, Path), ("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = shared::api::Failure)))]
pub async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((room, id)): Path<(RoomId, Uuid)>,
) -> Result<StatusCode, ApiError> {
    access::room(&app, &caller, room, Right::Own).await?;
    let user = caller.user.id;
    let deleted = app.writer.write(move |connection| {
        Box::pin(async move {
            access::recheck(connection, user, room, Right::Own).await?;
            invites::delete(connection, room, id).await
        })
    });
    if deleted.await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ErrorCode::NotFound.into())
    }
}

/// Where an invite leads. Whoever holds it need not be signed in.
#[utoipa::path(get, path = "/api/v1/invites/{token}", params(("token" = String, Path)), responses(
    (status = 200, body = InvitePreview), (status = 404, body = shared::api::Failure)))]
pub async fn preview(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Json<InvitePreview>, ApiError> {
    let preview = app
        .reader
        .invite_preview(&hash(&token), now())
        .await?
        .ok_or(ErrorCode::InviteInvalid)?;
    Ok(Json(InvitePreview {
        room_name: preview.room_name,
        role: preview.role,
        invited_by: preview.invited_by,
    }))
}

/// Joins the room that an invite leads to.
#[utoipa::path(post, path = "/api/v1/invites/{token}/accept", params(("token" = String, Path)), responses(
    (status = 200, body = Room), (status = 404, body = shared::api::Failure)))]
pub async fn accept(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<Json<Room>, ApiError> {
    caller.whole_account()?;
    let (secret, user, at) = (hash(&token), caller.user.id, now());
    let (members_max, rooms_max) = (app.config.limits.members_per_room, app.config.limits.rooms_per_user);
    let joined = app.writer.write(move |connection| {
        Box::pin(async move {
            suspension::check(connection, user).await?;
            invites::accept(connection, &secret, user, at, members_max, rooms_max).await
        })
    });
    let room = joined.await?;
    app.hub.changed(room, Change::Members).await;
    rooms::one(&app, user, room).await
}
