//! A room as an archive, which is sent while it is made.

use super::super::App;
use super::super::access::{self, Right};
use super::super::auth::Caller;
use super::super::extract::{Path, Query};
use crate::archive::addresses::relative;
use crate::archive::files::{Filed, Filing};
use crate::archive::paths::{Placed, paths};
use crate::archive::{self, Content, Entry};
use crate::db::documents::Document;
use crate::db::page::Page;
use crate::error::ApiError;
use crate::filename::{attachment, safe};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId};
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

/// Archives that are made at the same time. Each has one document in memory.
pub(crate) const ARCHIVES_MAX: usize = 4;

/// How often a text is asked for again that could not be worked out at the moment, and how long after.
const ATTEMPTS: usize = 20;
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Documents read at once from a room's list.
const PAGE_ITEMS: usize = 1000;

/// What becomes of the addresses that this server gave to files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Links {
    /// They stay: texts are what they were, byte for byte.
    #[default]
    Kept,
    /// They become relative, so that the archive works without this server.
    Relative,
}

/// See [`room`].
#[derive(Debug, Deserialize, IntoParams)]
pub struct Exporting {
    /// What becomes of the addresses of files in the texts; they stay when missing.
    #[serde(default)]
    #[param(inline)]
    links: Links,
}

/// A room as an archive: Markdown files in folders as its tree has them, and the files that belong to them.
#[utoipa::path(get, path = "/api/v1/rooms/{room_id}/export", params(("room_id" = Uuid, Path), Exporting), responses(
    (status = 200, body = Vec<u8>, content_type = "application/zip"),
    (status = 404, body = shared::api::Failure),
    (status = 429, body = shared::api::Failure)))]
pub async fn room(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<RoomId>,
    Query(Exporting { links }): Query<Exporting>,
) -> Result<Response, ApiError> {
    access::room(&app, &caller, id, Right::Read).await?;
    let room = app.reader.room(caller.user.id, id).await?.ok_or(ErrorCode::NotFound)?;
    let turn = app
        .archives
        .clone()
        .try_acquire_owned()
        .map_err(|_| ErrorCode::TooFast)?;
    let documents = paths(&documents(&app, id).await?);
    let filing = Filing::of(&documents, &app.reader.room_attachments(id).await?);
    let (entries, to_pack) = mpsc::channel(1);
    let (chunks, packed) = mpsc::channel(2);
    archive::stream(to_pack, chunks, app.silence_max());
    let disposition = attachment(&safe(&room.name), "zip");
    let feeding = Feeding {
        app: app.clone(),
        caller,
        room: id,
        filing,
        links,
        entries,
    };
    app.tasks.spawn(async move {
        // Whoever has gone takes no more entries, and when the server stops there are no more.
        tokio::select! {
            _ = feeding.feed(&documents) => {}
            () = feeding.app.stopping.cancelled() => drop(feeding.entries.try_send(Err(io::ErrorKind::Interrupted.into()))),
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

/// What an archive is made of.
struct Feeding {
    app: Arc<App>,
    caller: Caller,
    room: RoomId,
    filing: Filing,
    links: Links,
    entries: mpsc::Sender<Entry>,
}

/// Nobody takes any more.
struct Over;

impl Feeding {
    /// Sends every document with its files, and at the end the names of those that cannot be read, or are not where they should be.
    async fn feed(&self, documents: &[Placed]) -> Result<(), Over> {
        let mut missing = String::new();
        let mut note = |path: &str, code: ErrorCode| {
            writeln!(missing, "{path}: {}", code.sentence()).expect("a string takes what is written");
        };
        for document in documents {
            match text(&self.app, document.id).await {
                Ok(text) if text.is_empty() && document.has_folder => {}
                Ok(text) => {
                    let content = Content::Bytes(self.linked(text, document).into_bytes());
                    self.put(&document.path, content).await?;
                }
                // Deleted meanwhile.
                Err(ErrorCode::NotFound) => continue,
                Err(code) => note(&document.path, code),
            }
            for Filed { path, sha256, .. } in self.filing.of.get(&document.id).into_iter().flatten() {
                match self.app.files.read(*sha256).await {
                    Ok((file, _)) => self.put(path, Content::File(file.into_std().await)).await?,
                    Err(error) => {
                        tracing::error!(document = %document.id, path, %error, "attachment.unreadable");
                        note(path, ErrorCode::Internal);
                    }
                }
            }
        }
        for (name, told) in [
            ("NOT EXPORTED.txt", missing),
            ("NOT WHERE NAMED.txt", self.filing.note()),
        ] {
            if !told.is_empty() {
                self.put(name, Content::Bytes(told.into_bytes())).await?;
            }
        }
        Ok(())
    }

    async fn put(&self, path: &str, content: Content) -> Result<(), Over> {
        // Whoever is taken out of the room meanwhile gets no more of it.
        let may_read = access::room(&self.app, &self.caller, self.room, Right::Read)
            .await
            .is_ok();
        let entry = if may_read {
            Ok((path.to_owned(), content))
        } else {
            Err(io::ErrorKind::PermissionDenied.into())
        };
        self.entries.send(entry).await.map_err(|_| Over)?;
        if may_read { Ok(()) } else { Err(Over) }
    }

    fn linked(&self, text: String, document: &Placed) -> String {
        match self.links {
            Links::Kept => text,
            Links::Relative => {
                let sites: Vec<_> = self.app.origins.all().collect();
                relative(&text, &document.path, &self.filing.places, &sites)
            }
        }
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
