//! Files in documents: sent as they are, served to whoever may read the document, images shown and everything else saved.

mod media;
pub(super) mod receive;

use super::App;
use super::access::{self, Right};
use super::auth::Caller;
use super::extract::{Path, Query, text};
use super::page::{self, Paging};
use crate::db::{attachments, rfc3339};
use crate::error::ApiError;
use crate::relative;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
pub(super) use receive::{UPLOAD_MAX, Uploads};
use serde::Deserialize;
use shared::api::{Attachment, List};
use shared::error::ErrorCode;
use shared::id::{AttachmentId, DocumentId};
use shared::limits::FILE_NAME_CHARS_MAX;
use std::sync::Arc;
use tokio_util::io::ReaderStream;
use utoipa::IntoParams;
use uuid::Uuid;

/// How the route is written that takes as long as its bytes do.
pub(super) const UPLOAD_ROUTE: &str = "/api/v1/documents/{document_id}/attachments";

/// Read from the disk and sent at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// A file is one thing by itself, whatever it holds: it runs nothing, loads nothing and is framed by nobody.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// All that is not unreserved (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// See [`create`].
#[derive(Debug, Deserialize, IntoParams)]
pub struct Sending {
    /// What the file is called.
    name: String,
    /// A UUID of version 7. Whoever names it may ask again when no answer came.
    id: Option<AttachmentId>,
}

fn api_attachment(document: DocumentId, attachment: attachments::Attachment) -> Attachment {
    let name = utf8_percent_encode(&attachment.name, RESERVED);
    Attachment {
        url: format!("/api/v1/documents/{document}/attachments/{}/{name}", attachment.id),
        id: attachment.id,
        media_type: attachment.media_type,
        bytes: attachment.bytes,
        created_at: rfc3339(attachment.created_at),
        name: attachment.name,
        path: attachment.path,
    }
}

/// The files of a document, the first one first.
#[utoipa::path(get, path = "/api/v1/documents/{document_id}/attachments", params(("document_id" = Uuid, Path), Paging), responses(
    (status = 200, body = List<Attachment>), (status = 404, body = shared::api::Failure)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(document): Path<DocumentId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Attachment>>, ApiError> {
    access::document(&app, &caller, document, Right::Read).await?;
    let found = app.reader.attachments(document, paging.page()?).await?;
    Ok(Json(page::list(found, |one| api_attachment(document, one))))
}

/// Puts a file into a document: the body is its bytes.
#[utoipa::path(post, path = "/api/v1/documents/{document_id}/attachments", params(("document_id" = Uuid, Path), Sending),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, body = Attachment),
    (status = 404, body = shared::api::Failure),
    (status = 409, description = "The room has no more space for files", body = shared::api::Failure),
    (status = 413, body = shared::api::Failure),
    (status = 422, body = shared::api::Failure),
    (status = 507, description = "The disk is full", body = shared::api::Failure)))]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(document): Path<DocumentId>,
    Query(Sending { name, id }): Query<Sending>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Attachment>), ApiError> {
    let (room, _) = access::document(&app, &caller, document, Right::Write).await?;
    let name = text("name", &name, 1, FILE_NAME_CHARS_MAX)?;
    if id.is_some_and(|id| id.0.get_version_num() != 7) {
        return Err(ApiError::field("id", "This has to be a UUID of version 7."));
    }
    let id = id.unwrap_or_else(|| AttachmentId(Uuid::now_v7()));
    let asked = receive::Asked {
        id,
        name,
        document,
        room,
        path: None,
    };
    let kept = receive::receive(&app, &caller, asked, &headers, body).await?;
    Ok((StatusCode::CREATED, Json(api_attachment(document, kept))))
}

/// A file, byte for byte. The name in the path is for people: any will do.
#[utoipa::path(get, path = "/api/v1/documents/{document_id}/attachments/{attachment_id}/{name}",
    params(("document_id" = Uuid, Path), ("attachment_id" = Uuid, Path), ("name" = String, Path)), responses(
    (status = 200, description = "The bytes", content_type = "application/octet-stream"),
    (status = 304, description = "A file never changes"),
    (status = 404, body = shared::api::Failure)))]
pub async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((document, id, _name)): Path<(DocumentId, AttachmentId, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    access::document(&app, &caller, document, Right::Read).await?;
    let found = app.reader.attachment(document, id).await?.ok_or(ErrorCode::NotFound)?;
    sent(&app, document, found, &headers).await
}

/// See [`named`].
#[derive(Debug, Deserialize, IntoParams)]
pub struct Named {
    /// The address as it stands in the document, such as `images/a.png`: without a scheme, and not from the root of a site.
    path: String,
}

/// The file that a document names by a relative address, byte for byte. What lies there is only ever looked for among the document's own files.
#[utoipa::path(get, path = "/api/v1/documents/{document_id}/attachments/named", params(("document_id" = Uuid, Path), Named), responses(
    (status = 200, description = "The bytes", content_type = "application/octet-stream"),
    (status = 304, description = "A file never changes"),
    (status = 404, body = shared::api::Failure)))]
pub async fn named(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(document): Path<DocumentId>,
    Query(Named { path }): Query<Named>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    access::document(&app, &caller, document, Right::Read).await?;
    let path = relative::path(&path).ok_or(ErrorCode::NotFound)?;
    let found = app
        .reader
        .attachment_at(document, &path)
        .await?
        .ok_or(ErrorCode::NotFound)?;
    sent(&app, document, found, &headers).await
}

async fn sent(
    app: &App,
    document: DocumentId,
    found: attachments::Attachment,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let tag = format!("\"{}\"", crate::files::hex(found.sha256));
    let disposition = disposition(&found);
    // Asked for again each time, since the next one at this browser may not read it; answered without the bytes.
    let common = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let (file, bytes) = app.files.read(found.sha256).await.map_err(|error| {
        tracing::error!(document = %document, attachment = %found.id, %error, "attachment.unreadable");
        ErrorCode::Internal
    })?;
    let own = [
        (header::CONTENT_TYPE, found.media_type),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    let body = Body::from_stream(ReaderStream::with_capacity(file, CHUNK_BYTES));
    let mut response = (common, own, body).into_response();
    let site = header::HeaderValue::from_static("same-origin");
    response.headers_mut().insert("cross-origin-resource-policy", site);
    Ok(response)
}

/// RFC 6266: whether it is shown or saved, and under which name.
fn disposition(attachment: &attachments::Attachment) -> String {
    let kind = if media::is_shown(&attachment.media_type) {
        "inline"
    } else {
        "attachment"
    };
    format!(
        "{kind}; filename*=UTF-8''{}",
        utf8_percent_encode(&attachment.name, RESERVED)
    )
}

/// Takes a file away from a document.
#[utoipa::path(delete, path = "/api/v1/documents/{document_id}/attachments/{attachment_id}",
    params(("document_id" = Uuid, Path), ("attachment_id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = shared::api::Failure)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((document, id)): Path<(DocumentId, AttachmentId)>,
) -> Result<StatusCode, ApiError> {
    let (room, _) = access::document(&app, &caller, document, Right::Write).await?;
    let user = caller.user.id;
    let delete = app.writer.write(move |connection| {
        Box::pin(async move {
            access::recheck(connection, user, room, Right::Write).await?;
            attachments::delete(connection, document, id).await
        })
    });
    delete.await?;
    tracing::info!(document = %document, attachment = %id, by = %user, "attachment.deleted");
    Ok(StatusCode::NO_CONTENT)
}
