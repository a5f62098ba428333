//! What comes into a room as files. The answer is told line by line while it is made: what became a document, what did not, and why.

mod line;
pub(crate) mod making;

use super::App;
use super::access::{self, Right};
use super::attachments::receive::{storage, to_disk};
use super::auth::Caller;
use super::extract::{Path, Query};
pub(crate) use super::now;
use crate::error::ApiError;
use crate::files::Incoming;
use crate::import::package::{Package, PackageError};
use crate::import::tree::Kind;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
pub use line::Line;
use making::Making;
use serde::Deserialize;
use shared::error::ErrorCode;
use shared::id::RoomId;
use shared::limits::FILE_NAME_CHARS_MAX;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use uuid::Uuid;

/// How the route is written that takes as long as its bytes do.
pub(super) const IMPORT_ROUTE: &str = "/api/v1/rooms/{room_id}/import";

/// Imports that one account may have under way, and all together. Each is an archive on the disk, with one document of it in memory.
pub(super) const IMPORTS_PER_USER_MAX: usize = 2;
pub(super) const IMPORTS_MAX: usize = 8;

/// Lines that may wait for whoever reads them.
const LINES_QUEUED: usize = 16;

/// See [`import`].
#[derive(Debug, Deserialize, IntoParams)]
pub struct Importing {
    /// What the file is called; its ending tells what it is: `.zip`, `.md`, `.markdown`, `.txt` or `.etherpad`.
    name: String,
    /// A UUID of version 7. Whoever sends the same file under it again gets what is missing made, and nothing twice.
    id: Option<Uuid>,
}

/// Makes documents of a file, or of the files of an archive, whose folders become the tree. Markdown is stored byte for byte; files that it names by
/// relative addresses come along. Each line of the answer is a JSON object; the last one is of the kind `done` or `stopped`.
#[utoipa::path(post, path = "/api/v1/rooms/{room_id}/import", params(("room_id" = Uuid, Path), Importing),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = Line, content_type = "application/x-ndjson"),
    (status = 404, body = shared::api::Failure),
    (status = 413, body = shared::api::Failure),
    (status = 422, description = "No archive, or a damaged one", body = shared::api::Failure),
    (status = 429, body = shared::api::Failure),
    (status = 507, description = "The disk is full", body = shared::api::Failure)))]
pub async fn import(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<RoomId>,
    Query(Importing { name, id }): Query<Importing>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    access::room(&app, &caller, room, Right::Write).await?;
    let form = Form::of(&name)?;
    if id.is_some_and(|id| id.get_version_num() != 7) {
        return Err(ApiError::field("id", "This has to be a UUID of version 7."));
    }
    let bytes_max = app.config.limits.import_bytes;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|len| len.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|len| len > bytes_max) {
        return Err(ErrorCode::BodyTooLarge.into());
    }
    let turn = app.imports.begin(caller.user.id)?;
    let mut sent = to_disk(&app, body, bytes_max).await?;
    let package = open(&mut sent, name, form).await?;
    let (lines, told) = mpsc::channel(LINES_QUEUED);
    let making = Making {
        app: app.clone(),
        caller,
        room,
        id: id.unwrap_or_else(Uuid::now_v7),
        lines,
    };
    app.tasks.spawn(async move {
        making.run(package).await;
        // The file is there for as long as it is read.
        drop((sent, turn));
    });
    let lines = stream::unfold(told, async |mut told| {
        let line: Line = told.recv().await?;
        Some((Ok::<_, Infallible>(Bytes::from(line.written())), told))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    // Told as it is made: whoever collects answers would hold it back.
    let unheld = [("x-accel-buffering", "no")];
    Ok((headers, unheld, Body::from_stream(Box::pin(lines))).into_response())
}

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Archive,
    One,
}

impl Form {
    /// By its name.
    pub(crate) fn of(name: &str) -> Result<Self, ApiError> {
        let is_archive = name.len() > 4 && name.to_ascii_lowercase().ends_with(".zip");
        match Kind::of(name) {
            _ if name.contains(['/', '\\']) || name.chars().count() > FILE_NAME_CHARS_MAX => {
                Err(ApiError::field("name", "This is no name of a file."))
            }
            _ if is_archive => Ok(Self::Archive),
            Some(_) => Ok(Self::One),
            None => Err(ApiError::field(
                "name",
                "Inkling reads files that end with .md, .markdown, .txt, .etherpad or .zip.",
            )),
        }
    }
}

/// Looks into what was sent.
pub(crate) async fn open(sent: &mut Incoming, name: String, form: Form) -> Result<Package, ApiError> {
    let file = sent.reread().await.map_err(|error| storage(&error))?;
    let opening = tokio::task::spawn_blocking(move || match form {
        Form::Archive => Package::archive(file),
        Form::One => Ok(Package::one(&name, file)?),
    });
    let opened = opening.await.map_err(|_| ErrorCode::Internal)?;
    opened.map_err(|error| match error {
        PackageError::Unreadable(error) => storage(&error).into(),
        error => ApiError::field("file", error.to_string()),
    })
}
