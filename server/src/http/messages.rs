//! A room's conversation, for programs and for scrolling back.

use super::App;
use super::access::{self, Right};
use super::auth::Caller;
use super::extract::{Body, Path, Query};
use crate::db::messages::Page;
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use serde::Deserialize;
use shared::api::{List, MessageCreate, Messages};
use shared::error::ErrorCode;
use shared::id::{Nonce, RoomId, Seq};
use shared::wire::Message;
use std::sync::Arc;
use uuid::Uuid;

const PAGE_DEFAULT: u64 = 50;
const PAGE_MAX: u64 = 200;

/// Which part of the conversation.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
pub struct Part {
    /// The first ones after this position.
    after: Option<u64>,
    /// The last ones before this position.
    before: Option<u64>,
    /// How many, 50 when missing and at most 200.
    limit: Option<u64>,
}

/// Messages in ascending order: the latest, or those beside a position.
#[utoipa::path(get, path = "/api/v1/rooms/{room_id}/messages", params(("room_id" = Uuid, Path), Part), responses(
    (status = 200, body = List<Message>), (status = 404, body = shared::api::Failure)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<RoomId>,
    Query(part): Query<Part>,
) -> Result<Json<Messages>, ApiError> {
    access::room(&app, &caller, room, Right::Read).await?;
    let page = match (part.after, part.before) {
        (None, None) => Page::Latest,
        (Some(after), None) => Page::After(position("after", after)?),
        (None, Some(before)) => Page::Before(position("before", before)?),
        (Some(_), Some(_)) => return Err(ApiError::field("before", "Give either after or before.")),
    };
    let limit = part.limit.unwrap_or(PAGE_DEFAULT);
    if limit == 0 || limit > PAGE_MAX {
        return Err(ApiError::field("limit", format!("This needs 1 to {PAGE_MAX}.")));
    }
    let items = app.reader.messages(room, page, limit).await?;
    // What continues in the same direction: `after` this one going on, `before` this one going back.
    let full = u64::try_from(items.len()).is_ok_and(|count| count == limit);
    let edge = if matches!(page, Page::After(_)) {
        items.last()
    } else {
        items.first().filter(|first| first.seq.0 > 1)
    };
    let next = edge.filter(|_| full).map(|message| message.seq.to_string());
    Ok(Json(List { items, next }))
}

fn position(field: &str, value: u64) -> Result<Seq, ApiError> {
    if i64::try_from(value).is_ok() {
        Ok(Seq(value))
    } else {
        Err(ApiError::field(field, "This is no position."))
    }
}

/// Says something. With a nonce said before, answers with the message stored then.
#[utoipa::path(post, path = "/api/v1/rooms/{room_id}/messages", params(("room_id" = Uuid, Path)), request_body = MessageCreate,
    responses((status = 201, body = Message), (status = 422, body = shared::api::Failure)))]
pub async fn say(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<RoomId>,
    Body(body): Body<MessageCreate>,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    access::room(&app, &caller, room, Right::Write).await?;
    let nonce = Nonce(body.nonce.unwrap_or_else(Uuid::now_v7));
    let (user, credential) = (caller.user.person(), caller.credential());
    let said = app.hub.say(user, credential, room, nonce, body.body).await;
    let message = said.map_err(about_the_body)?;
    Ok((StatusCode::CREATED, Json(message)))
}

fn about_the_body(code: ErrorCode) -> ApiError {
    let field = matches!(code, ErrorCode::MessageEmpty | ErrorCode::MessageTooLong).then(|| "body".to_owned());
    ApiError { field, ..code.into() }
}
