//! A room as an archive, which is sent while it is made.

use super::super::App;
use super::super::access::{self, Right};
use super::super::auth::Caller;
use super::super::extract::Path;
use crate::archive::{self, Entry, paths::paths};
use crate::db::documents::Document;
use crate::db::page::Page;
use crate::error::ApiError;
use crate::filename::{attachment, safe};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId};
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Archives that are made at the same time. Each has one document in memory.
pub(crate) const ARCHIVES_MAX: usize = 4;

/// How often a text is asked for again that could not be worked out at the moment, and how long after.
const ATTEMPTS: usize = 20;
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Documents read at once from a room's list.
const PAGE_ITEMS: usize = 1000;

/// A room as an archive of Markdown files, with folders as its tree has them.
#[utoipa::path(get, path = "/api/v1/rooms/{room_id}/export", params(("room_id" = Uuid, Path)), responses(
    (status = 200, body = Vec<u8>, content_type = "application/zip"),
    (status = 404, body = shared::api::Failure),
    (status = 429, body = shared::api::Failure)))]
pub async fn room(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<RoomId>) -> Result<Response, ApiError> {
    access::room(&app, &caller, id, Right::Read).await?;
    let room = app.reader.room(caller.user.id, id).await?.ok_or(ErrorCode::NotFound)?;
    let turn = app
        .archives
        .clone()
        .try_acquire_owned()
        .map_err(|_| ErrorCode::TooFast)?;
    let documents = documents(&app, id).await?;
    let (entries, to_pack) = mpsc::channel(1);
    let (chunks, packed) = mpsc::channel(2);
    archive::stream(to_pack, chunks, app.silence_max());
    let disposition = attachment(&safe(&room.name), "zip");
    let feeder = app.clone();
    app.tasks.spawn(async move {
        // Whoever has gone takes no more entries, and when the server stops there are no more.
        tokio::select! {
            () = feed(&feeder, &caller, id, &documents, &entries) => {}
            () = feeder.stopping.cancelled() => drop(entries.try_send(Err(io::ErrorKind::Interrupted.into()))),
        }
        drop(turn);
    });
    let body = stream::unfold(packed, async |mut packed| Some((packed.recv().await?, packed)));
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from_stream(Box::pin(body))).into_response())
}

async fn documents(app: &App, room: RoomId) -> Result<Vec<Document>, ApiError> {
    let (mut documents, mut after) = (Vec::new(), None);
    loop {
        let page = app.reader.documents(room, Page::new(after, PAGE_ITEMS)).await?;
        documents.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(documents);
        }
    }
}

/// Sends every document, and at the end the names of those that cannot be read.
async fn feed(app: &App, caller: &Caller, room: RoomId, documents: &[Document], entries: &mpsc::Sender<Entry>) {
    let mut missing = String::new();
    for (id, path) in paths(documents) {
        // Whoever is taken out of the room meanwhile gets no more of it.
        let entry = match access::room(app, caller, room, Right::Read).await {
            Err(_) => Err(io::ErrorKind::PermissionDenied.into()),
            Ok(_) => match text(app, id).await {
                Ok(text) => Ok((path, text.into_bytes())),
                // Deleted meanwhile.
                Err(ErrorCode::NotFound) => continue,
                Err(code) => {
                    writeln!(missing, "{path}: {}", code.sentence()).expect("a string takes what is written");
                    continue;
                }
            },
        };
        let is_last = entry.is_err();
        if entries.send(entry).await.is_err() || is_last {
            return;
        }
    }
    if !missing.is_empty() {
        // Nobody reads any more when this cannot be sent.
        entries
            .send(Ok(("NOT EXPORTED.txt".to_owned(), missing.into_bytes())))
            .await
            .ok();
    }
}

async fn text(app: &App, id: DocumentId) -> Result<String, ErrorCode> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match app.contents.read(id).await {
            Ok(content) => return Ok(content.text),
            Err(ErrorCode::TooFast) if attempts < ATTEMPTS => tokio::time::sleep(AGAIN_AFTER).await,
            Err(code) => return Err(code),
        }
    }
}
