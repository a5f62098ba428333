//! API tokens, for programs.

use super::auth::{Caller, Secret};
use super::extract::{Body, Path, Query, text};
use super::page::{self, Paging};
use super::{App, now};
use crate::collab::effect::Credential;
use crate::db::{DbError, credentials, rfc3339, tokens};
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use shared::api::{List, Token, TokenCreate, TokenCreated};
use shared::error::ErrorCode;
use shared::id::UnixMs;
use shared::limits::TITLE_CHARS_MAX;
use std::sync::Arc;
use uuid::Uuid;

/// Longest life that can be asked for: a hundred years.
const DAYS_MAX: u32 = 36_500;

/// The person's tokens, without their secrets.
#[utoipa::path(get, path = "/api/v1/tokens", params(Paging), responses(
    (status = 200, body = List<Token>), (status = 422, body = shared::api::Failure)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Token>>, ApiError> {
    caller.whole_account()?;
    let tokens = app.reader.tokens(caller.user.id, paging.page()?).await?;
    Ok(Json(page::list(tokens, |token| Token {
        id: token.id,
        name: token.name,
        document_id: token.document,
        created_at: rfc3339(token.created_at),
        expires_at: token.expires_at.map(rfc3339),
        last_used_at: token.last_used_at.map(rfc3339),
    })))
}

/// Makes a token. With a document, it opens that document only and may stand in the URL of `/yjs`.
#[utoipa::path(post, path = "/api/v1/tokens", request_body = TokenCreate, responses(
    (status = 201, body = TokenCreated), (status = 422, body = shared::api::Failure)))]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<TokenCreate>,
) -> Result<(StatusCode, Json<TokenCreated>), ApiError> {
    caller.whole_account()?;
    let name = text("name", &body.name, 1, TITLE_CHARS_MAX)?;
    if body.expires_in_days.is_some_and(|days| days == 0 || days > DAYS_MAX) {
        return Err(ApiError::field(
            "expires_in_days",
            format!("This needs 1 to {DAYS_MAX} days."),
        ));
    }
    if let Some(document) = body.document_id {
        let visible = app.reader.role_in_document(caller.user.id, document).await?;
        visible.ok_or_else(|| ApiError::field("document_id", ErrorCode::NotFound.sentence()))?;
    }
    let (at, secret) = (now(), Secret::draw("inkling_"));
    let token = tokens::NewToken {
        id: Uuid::now_v7(),
        user_id: caller.user.id,
        secret_hash: secret.hash,
        name,
        document: body.document_id,
        at,
        expires_at: body
            .expires_in_days
            .map(|days| UnixMs(at.0 + u64::from(days) * 24 * 3_600_000)),
    };
    let (id, max, credential) = (token.id, app.config.limits.tokens_per_user, caller.credential());
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                // What is made with a login session that has been ended since would outlive it.
                if !credentials::is_valid(connection, credential, at).await? {
                    return Err(DbError::refused(ErrorCode::NotSignedIn));
                }
                tokens::insert(connection, &token, max).await
            })
        })
        .await?;
    Ok((StatusCode::CREATED, Json(TokenCreated { id, token: secret.text })))
}

/// Takes a token back; its sockets are closed.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", params(("id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = shared::api::Failure)))]
pub async fn delete(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, ApiError> {
    caller.whole_account()?;
    let user = caller.user.id;
    if !app
        .writer
        .write(move |connection| Box::pin(tokens::delete(connection, user, id)))
        .await?
    {
        return Err(ErrorCode::NotFound.into());
    }
    app.hub.end_credential(Credential::Token(id));
    Ok(StatusCode::NO_CONTENT)
}
