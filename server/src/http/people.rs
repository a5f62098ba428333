//! The accounts of the server, for administrators: to everybody else none of it is there.

use super::access::administrator;
use super::auth::Caller;
use super::extract::{Path, Query};
use super::page::{self, Paging};
use super::{App, now};
use crate::db::rfc3339;
use crate::db::suspension::{self, Listed};
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use shared::api::{Account, List};
use shared::id::UserId;
use std::sync::Arc;

fn account(Listed { user, suspended_at }: Listed) -> Account {
    Account {
        id: user.id,
        username: user.username,
        display_name: user.display_name,
        administrator: user.administrator,
        created_at: rfc3339(user.created_at),
        suspended_at: suspended_at.map(rfc3339),
    }
}

/// All accounts.
#[utoipa::path(get, path = "/api/v1/admin/users", params(Paging), responses(
    (status = 200, body = List<Account>),
    (status = 404, description = "Not an administrator", body = shared::api::Failure),
    (status = 422, body = shared::api::Failure)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Account>>, ApiError> {
    administrator(&caller)?;
    let users = app.reader.users(paging.page()?).await?;
    Ok(Json(page::list(users, account)))
}

/// Suspends an account: its login sessions and tokens end, its sockets are closed, and nobody signs in with it. Not one's own.
#[utoipa::path(post, path = "/api/v1/admin/users/{user_id}/suspension", params(("user_id" = Uuid, Path)), responses(
    (status = 204), (status = 403, description = "One's own account", body = shared::api::Failure),
    (status = 404, description = "No such account, or not an administrator", body = shared::api::Failure)))]
pub async fn suspend(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiError> {
    administrator(&caller)?;
    let (by, at) = (caller.user.id, now());
    app.writer
        .write(move |connection| Box::pin(suspension::suspend(connection, user, by, at)))
        .await?;
    app.hub.end_credentials(user, |_| true);
    tracing::info!(%user, %by, "account.suspended");
    Ok(StatusCode::NO_CONTENT)
}

/// Restores an account: whoever has it signs in as before.
#[utoipa::path(delete, path = "/api/v1/admin/users/{user_id}/suspension", params(("user_id" = Uuid, Path)), responses(
    (status = 204),
    (status = 404, description = "No such account, or not an administrator", body = shared::api::Failure)))]
pub async fn restore(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiError> {
    administrator(&caller)?;
    let by = caller.user.id;
    app.writer
        .write(move |connection| Box::pin(suspension::restore(connection, user, by)))
        .await?;
    tracing::info!(%user, %by, "account.restored");
    Ok(StatusCode::NO_CONTENT)
}
