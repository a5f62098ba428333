//! What the doctor asks the server, from a browser or a terminal. For administrators: to everybody else none of it is there.

pub mod request;

use super::access::administrator;
use super::attachments::UPLOAD_MAX;
use super::auth::Caller;
use super::extract::Query;
use super::{App, now};
use crate::doctor::finding::Finding;
use crate::doctor::{Arrived, Examination, disk, remedy};
use crate::error::ApiError;
use crate::serve::{Hop, Peer};
use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri, header};
use futures_util::StreamExt as _;
use request::{Asked, Seen, examine};
use shared::error::ErrorCode;
use std::sync::Arc;
use std::time::Duration;

/// What the server makes of this very request, against what is known where it was made.
#[utoipa::path(get, path = "/api/v1/admin/doctor", params(Asked), responses(
    (status = 200, body = Examination),
    (status = 404, description = "Not an administrator", body = shared::api::Failure),
    (status = 422, body = shared::api::Failure)))]
pub async fn examination(
    State(app): State<Arc<App>>,
    caller: Caller,
    Extension(Peer(client)): Extension<Peer>,
    Extension(Hop(peer)): Extension<Hop>,
    Query(asked): Query<Asked>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Examination>, ApiError> {
    administrator(&caller)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let seen = Seen {
        peer,
        client,
        // HTTP/2 has it in the address.
        host: host.or(uri.authority().map(axum::http::uri::Authority::as_str)),
        headers: &headers,
    };
    let unreadable = || ApiError::field("address", "This has to be an address like https://ink.example.");
    let url = url::Url::parse(&asked.address).map_err(|_| unreadable())?;
    let findings = examine(&app.config, &app.origins, &seen, &asked, now().0).ok_or_else(unreadable)?;
    let body_bytes_max = body_bytes_max(&app);
    // What mends one fault is to let everything through, also what would take too long to be tried.
    let largest = body_bytes_max.max(app.config.limits.import_bytes);
    Ok(Json(Examination {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        body_bytes_max,
        findings,
        remedies: remedy::all(app.address, url.host_str().unwrap_or_default(), largest),
    }))
}

/// The largest that is sent while people write: the text of a document, or a file. What is imported may be larger.
fn body_bytes_max(app: &App) -> u64 {
    app.config.limits.content_bytes.max(app.config.limits.attachment_bytes)
}

/// See [`body`].
pub(super) const BODY_ROUTE: &str = "/api/v1/admin/doctor/body";

/// Takes a body as large as the largest there is, for as long as a file may take, and says how much of it arrived.
#[utoipa::path(post, path = "/api/v1/admin/doctor/body",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = Arrived),
    (status = 404, description = "Not an administrator", body = shared::api::Failure),
    (status = 413, body = shared::api::Failure)))]
pub async fn body(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Arrived>, ApiError> {
    administrator(&caller)?;
    // Also asked of tokens, since those who use them here want to know what a browser would be told.
    app.origins.check(&headers)?;
    let pause = Duration::from_millis(app.config.limits.request_ms);
    let counting = tokio::time::timeout(UPLOAD_MAX, count(body, body_bytes_max(&app), pause));
    let bytes = tokio::select! {
        () = app.stopping.cancelled() => return Err(ErrorCode::GoingAway.into()),
        counted = counting => counted.unwrap_or(Err(ErrorCode::TimedOut))?,
    };
    Ok(Json(Arrived { bytes }))
}

async fn count(body: Body, bytes_max: u64, pause: Duration) -> Result<u64, ErrorCode> {
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = tokio::time::timeout(pause, pieces.next())
        .await
        .map_err(|_| ErrorCode::TimedOut)?
    {
        bytes += piece.map_err(|_| ErrorCode::Malformed)?.len() as u64;
        if bytes > bytes_max {
            return Err(ErrorCode::BodyTooLarge);
        }
    }
    Ok(bytes)
}

/// Writes a small file into the data directory, syncs and deletes it.
#[utoipa::path(post, path = "/api/v1/admin/doctor/disk", responses(
    (status = 200, body = Finding),
    (status = 404, description = "Not an administrator", body = shared::api::Failure)))]
pub async fn disk(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Finding>, ApiError> {
    administrator(&caller)?;
    let data_dir = app.config.data_dir.clone();
    let looked = tokio::task::spawn_blocking(move || disk::look(&data_dir)).await;
    Ok(Json(looked.map_err(|_| ErrorCode::Internal)?))
}
