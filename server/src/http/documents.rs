//! Documents: a room's tree of them. Their text is another matter.

use super::access::{self, Right};
use super::auth::Caller;
use super::extract::{Body, Path, Query, text};
use super::page::{self, Paging};
use super::{App, now};
use crate::actor::erasing::over_at;
use crate::db::document_tree::{self, Made, Place};
use crate::db::{DbError, credentials, deleted, documents, rfc3339};
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use serde::Deserialize;
use shared::api::{Document, DocumentCreate, DocumentPatch, List};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, Seq, UnixMs};
use shared::limits::TITLE_CHARS_MAX;
use shared::wire::{Change, Role};
use std::sync::Arc;
use utoipa::IntoParams;
use uuid::Uuid;

fn api_document(document: documents::Document, role: Role) -> Document {
    Document {
        id: document.id,
        room_id: document.room_id,
        title: document.title,
        former_titles: document.former_titles,
        parent_id: document.parent_id,
        position: document.position,
        head_seq: document.head_seq,
        role,
        edited_at: rfc3339(document.edited_at),
        created_at: rfc3339(document.created_at),
        deleted_at: document.deleted_at.map(rfc3339),
    }
}

async fn one(app: &App, id: DocumentId, role: Role) -> Result<Json<Document>, ApiError> {
    let document = app.reader.document(id).await?.ok_or(ErrorCode::NotFound)?;
    Ok(Json(api_document(document, role)))
}

/// See [`list`].
#[derive(Debug, Deserialize, IntoParams)]
pub struct Listing {
    /// `true`: those that were deleted and can still be brought back, the latest first.
    #[serde(default)]
    deleted: bool,
}

/// The documents of a room: siblings in their order.
#[utoipa::path(get, path = "/api/v1/rooms/{room_id}/documents", params(("room_id" = Uuid, Path), Listing, Paging), responses(
    (status = 200, body = List<Document>), (status = 404, body = shared::api::Failure)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<RoomId>,
    Query(Listing { deleted }): Query<Listing>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Document>>, ApiError> {
    let role = access::room(&app, &caller, room, Right::Read).await?;
    let page = paging.page()?;
    let documents = if deleted {
        app.reader.deleted_documents(room, over(&app), page).await?
    } else {
        app.reader.documents(room, page).await?
    };
    Ok(Json(page::list(documents, |document| api_document(document, role))))
}

/// Makes a document at the end of the room's list. Who names its `id` may ask again when no answer came.
#[utoipa::path(post, path = "/api/v1/rooms/{room_id}/documents", params(("room_id" = Uuid, Path)), request_body = DocumentCreate,
    responses((status = 201, body = Document), (status = 200, body = Document, description = "Made already, by the same person under this id"),
        (status = 404, body = shared::api::Failure), (status = 422, body = shared::api::Failure)))]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<RoomId>,
    Body(body): Body<DocumentCreate>,
) -> Result<(StatusCode, Json<Document>), ApiError> {
    let role = access::room(&app, &caller, room, Right::Write).await?;
    let title = text("title", &body.title, 1, TITLE_CHARS_MAX)?;
    let id = body.id.map(named).transpose()?;
    let id = id.unwrap_or_else(|| DocumentId(Uuid::now_v7()));
    let new = New {
        id,
        room,
        parent: None,
        title,
    };
    let made = make(&app, &caller, new).await?;
    if let Some(content) = body.content.filter(|content| !content.is_empty())
        && is_untouched(&app, id).await?
    {
        let (user, credential) = (caller.user.person(), caller.credential());
        app.contents.replace(user, credential, id, None, content).await?;
    }
    let status = if made == Made::Already {
        StatusCode::OK
    } else {
        app.hub.changed(room, Change::Documents).await;
        StatusCode::CREATED
    };
    Ok((status, one(&app, id, role).await?))
}

/// A document that is to be made.
pub(super) struct New {
    pub(super) id: DocumentId,
    pub(super) room: RoomId,
    /// At the top when there is none.
    pub(super) parent: Option<DocumentId>,
    pub(super) title: String,
}

/// Makes an empty document after its siblings, unless it has been made.
pub(super) async fn make(app: &App, caller: &Caller, new: New) -> Result<Made, ApiError> {
    let New {
        id,
        room,
        parent,
        title,
    } = new;
    let (user, credential, at) = (caller.user.id, caller.credential(), now());
    let max = app.config.limits.documents_per_room;
    let made = app.writer.write(move |connection| {
        Box::pin(async move {
            if !credentials::is_valid(connection, credential, at).await? {
                return Err(DbError::refused(ErrorCode::NotSignedIn));
            }
            access::recheck(connection, user, room, Right::Write).await?;
            let made = document_tree::made(connection, id, room, user).await?;
            match made {
                Made::No => {}
                Made::Already => return Ok(made),
                // Said like anything that is not there for the one who asks: not whose it is, nor where.
                Made::Otherwise => return Err(DbError::refused(ErrorCode::NotFound)),
            }
            if document_tree::count(connection, room).await? >= max {
                return Err(DbError::Refused {
                    code: ErrorCode::FieldInvalid,
                    field: Some("documents"),
                });
            }
            document_tree::create(connection, id, room, parent, &title, user, at).await?;
            Ok(made)
        })
    });
    Ok(made.await?)
}

/// Ids are of version 7 throughout: by time, so that the newest stand together on disk.
fn named(id: DocumentId) -> Result<DocumentId, ApiError> {
    if id.0.get_version_num() == 7 {
        Ok(id)
    } else {
        Err(ApiError::field("id", "This has to be a UUID of version 7."))
    }
}

/// Whether nobody has written into a document: what it was to begin with is not written over what others wrote since.
pub(super) async fn is_untouched(app: &App, id: DocumentId) -> Result<bool, ApiError> {
    let document = app.reader.document(id).await?;
    Ok(document.is_some_and(|document| document.head_seq == Seq(0)))
}

/// One document, without its text.
#[utoipa::path(get, path = "/api/v1/documents/{document_id}", params(("document_id" = Uuid, Path)), responses(
    (status = 200, body = Document), (status = 404, body = shared::api::Failure)))]
pub async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DocumentId>,
) -> Result<Json<Document>, ApiError> {
    let (_, role) = access::document(&app, &caller, id, Right::Read).await?;
    one(&app, id, role).await
}

/// Names or moves a document.
#[utoipa::path(patch, path = "/api/v1/documents/{document_id}", params(("document_id" = Uuid, Path)), request_body = DocumentPatch,
    responses((status = 200, body = Document), (status = 404, body = shared::api::Failure)))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DocumentId>,
    Body(body): Body<DocumentPatch>,
) -> Result<Json<Document>, ApiError> {
    let (room, role) = access::document(&app, &caller, id, Right::Write).await?;
    let title = body
        .title
        .map(|title| text("title", &title, 1, TITLE_CHARS_MAX))
        .transpose()?;
    let (user, parent, after, renamed) = (caller.user.id, body.parent_id, body.after_id, title.clone());
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                access::recheck(connection, user, room, Right::Write).await?;
                if let Some(title) = renamed {
                    document_tree::rename(connection, id, &title).await?;
                }
                if parent.is_none() && after.is_none() {
                    return Ok(());
                }
                let parent = match parent {
                    Some(parent) => parent,
                    None => document_tree::parent_of(connection, id).await?,
                };
                let place = match after {
                    None => Place::Last,
                    Some(None) => Place::First,
                    Some(Some(sibling)) => Place::After(sibling),
                };
                document_tree::move_to(connection, room, id, parent, place).await
            })
        })
        .await?;
    if let Some(title) = title {
        app.hub.title_changed(id, title).await;
    }
    app.hub.changed(room, Change::Documents).await;
    one(&app, id, role).await
}

/// Takes a document out of sight. It can be brought back for some time, and is erased then.
#[utoipa::path(delete, path = "/api/v1/documents/{document_id}", params(("document_id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = shared::api::Failure)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DocumentId>,
) -> Result<StatusCode, ApiError> {
    let (room, _) = access::document(&app, &caller, id, Right::Write).await?;
    let (user, at) = (caller.user.id, now());
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                access::recheck(connection, user, room, Right::Write).await?;
                document_tree::delete(connection, id, at).await
            })
        })
        .await?;
    app.hub.document_deleted(id).await;
    app.hub.changed(room, Change::Documents).await;
    tracing::info!(document = %id, by = %user, "document.deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// What was deleted at this time or earlier is over.
fn over(app: &App) -> UnixMs {
    over_at(now(), app.config.limits.deleted_days)
}

/// Brings a deleted document back, with every edit that was ever acknowledged.
#[utoipa::path(post, path = "/api/v1/documents/{document_id}/restore", params(("document_id" = Uuid, Path)), responses(
    (status = 200, body = Document), (status = 403, body = shared::api::Failure), (status = 404, body = shared::api::Failure)))]
pub async fn restore(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<DocumentId>,
) -> Result<Json<Document>, ApiError> {
    let (room, _) = app
        .reader
        .role_in_deleted_document(caller.user.id, id)
        .await?
        .ok_or(ErrorCode::NotFound)?;
    let role = access::room(&app, &caller, room, Right::Write).await?;
    let (user, after, max) = (caller.user.id, over(&app), app.config.limits.documents_per_room);
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                access::recheck(connection, user, room, Right::Write).await?;
                if document_tree::count(connection, room).await? >= max {
                    return Err(DbError::Refused {
                        code: ErrorCode::FieldInvalid,
                        field: Some("documents"),
                    });
                }
                deleted::restore(connection, id, after).await
            })
        })
        .await?;
    app.hub.changed(room, Change::Documents).await;
    tracing::info!(document = %id, by = %user, "document.restored");
    one(&app, id, role).await
}
