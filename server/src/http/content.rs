//! The text of a document as Markdown: read it with any program, and put it back merged with what others wrote.

use super::App;
use super::access::{self, Right};
use super::auth::Caller;
use super::extract::{Path, Query};
use crate::actor::contents::Version;
use crate::error::ApiError;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::LengthLimitError;
use serde::Deserialize;
use shared::api::ContentStored;
use shared::error::ErrorCode;
use shared::id::{DocumentId, Epoch, Seq};
use std::sync::Arc;
use utoipa::IntoParams;

const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// See [`replace`].
#[derive(Debug, Deserialize, IntoParams)]
pub struct Replacing {
    /// What stands in the quotation marks of the `ETag` that the text was read with: only what was changed since then by whoever sends
    /// this is changed. When missing, the text becomes what is sent.
    base: Option<String>,
}

/// The text, byte for byte.
#[utoipa::path(get, path = "/api/v1/documents/{document_id}/content", params(("document_id" = Uuid, Path)), responses(
    (status = 200, body = String, content_type = "text/markdown", headers(("etag" = String, description = "Changes with the text"))),
    (status = 304, description = "Nothing was stored since"),
    (status = 404, body = shared::api::Failure),
    (status = 503, body = shared::api::Failure)))]
pub async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DocumentId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    access::document(&app, &caller, id, Right::Read).await?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if let Some(known) = known {
        let tag = etag(app.contents.version(id).await?);
        if known.split(',').any(|one| one.trim() == tag) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
        }
    }
    let content = app.contents.read(id).await?;
    let tag = etag(content.version);
    let headers = [
        (header::CONTENT_TYPE, MARKDOWN),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok(([(header::ETAG, tag)], headers, content.text).into_response())
}

/// Makes the text what is sent, by the smallest edit; what others type meanwhile is merged with it.
#[utoipa::path(put, path = "/api/v1/documents/{document_id}/content", params(("document_id" = Uuid, Path), Replacing),
    request_body(content = String, content_type = "text/markdown"), responses(
    (status = 200, body = ContentStored),
    (status = 409, description = "`base` is of another history, or the document is quarantined", body = shared::api::Failure),
    (status = 413, body = shared::api::Failure),
    (status = 415, body = shared::api::Failure),
    (status = 422, description = "Not UTF-8", body = shared::api::Failure)))]
pub async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DocumentId>,
    Query(Replacing { base }): Query<Replacing>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ContentStored>, ApiError> {
    access::document(&app, &caller, id, Right::Write).await?;
    let base = base.as_deref().map(parse_base).transpose()?;
    let wanted = markdown(&app, &headers, body).await?;
    let (user, credential) = (caller.user.person(), caller.credential());
    let seq = app.contents.replace(user, credential, id, base, wanted).await?;
    Ok(Json(ContentStored { seq }))
}

/// A body of text/markdown in UTF-8.
async fn markdown(app: &App, headers: &HeaderMap, body: Body) -> Result<String, ApiError> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.and_then(|value| value.split(';').next()).map(str::trim);
    // Not text/plain: that is a type which another site's page may send in its visitor's name.
    if !media.is_some_and(|media| media.eq_ignore_ascii_case("text/markdown")) {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    let bytes_max = usize::try_from(app.config.limits.content_bytes).unwrap_or(usize::MAX);
    let bytes = to_bytes(body, bytes_max).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        let is_too_large = source.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>);
        if is_too_large {
            ErrorCode::BodyTooLarge
        } else {
            ErrorCode::Malformed
        }
    })?;
    String::from_utf8(bytes.into()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ApiError::field("content", format!("This is not UTF-8 from byte {at} on."))
    })
}

fn etag(Version { epoch, seq }: Version) -> String {
    format!("\"{epoch}-{seq}\"")
}

fn parse_base(base: &str) -> Result<Version, ApiError> {
    let parsed = base.split_once('-').and_then(|(epoch, seq)| {
        Some(Version {
            epoch: Epoch(epoch.parse().ok()?),
            seq: Seq(seq.parse().ok()?),
        })
    });
    parsed.ok_or_else(|| ApiError::field("base", "This has to be what an ETag of the text holds, like 1-42."))
}
