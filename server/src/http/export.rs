//! What leaves the server as files: a document as Markdown or as a page, a room as an archive.

mod page;
pub mod room;

use super::App;
use super::access::{self, Right};
use super::auth::Caller;
use super::extract::{Path, Query};
use crate::error::ApiError;
use crate::filename::{attachment, safe};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
pub(super) use room::ARCHIVES_MAX;
use serde::Deserialize;
use shared::error::ErrorCode;
use shared::id::DocumentId;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Longest text that is written as a page, bytes: the longest that can be sent at once. Texts that were made to take long take a second for
/// each million.
const PAGE_BYTES_MAX: usize = 8 << 20;

/// See [`document`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Markdown, byte for byte.
    #[default]
    Md,
    /// A page that needs nothing else.
    Html,
}

/// See [`document`].
#[derive(Debug, Deserialize, IntoParams)]
pub struct Exporting {
    /// What the file is to be; Markdown when missing.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// A document as a file: Markdown byte for byte, or a page that can be opened anywhere, without scripts and pictures of other sites.
#[utoipa::path(get, path = "/api/v1/documents/{document_id}/export", params(("document_id" = Uuid, Path), Exporting), responses(
    (status = 200, content((String = "text/markdown"), (String = "text/html"))),
    (status = 404, body = shared::api::Failure),
    (status = 413, description = "Too long for a page", body = shared::api::Failure),
    (status = 503, body = shared::api::Failure)))]
pub async fn document(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DocumentId>,
    Query(Exporting { format }): Query<Exporting>,
) -> Result<Response, ApiError> {
    access::document(&app, &caller, id, Right::Read).await?;
    let document = app.reader.document(id).await?.ok_or(ErrorCode::NotFound)?;
    let text = app.contents.read(id).await?.text;
    let (media, ending, body, policy) = match format {
        Format::Md => ("text/markdown; charset=utf-8", "md", text, None),
        Format::Html => {
            if text.len() > PAGE_BYTES_MAX {
                return Err(ErrorCode::BodyTooLarge.into());
            }
            let body = app.contents.page(id, text, app.url()).await?;
            let page = page::around(&document.title, &body);
            ("text/html; charset=utf-8", "html", page, Some(page::policy()))
        }
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        visible(&attachment(&safe(&document.title), ending)),
    );
    if let Some(policy) = policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, visible(&policy));
    }
    Ok(response)
}

fn visible(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("names and policies are made of visible ASCII")
}
