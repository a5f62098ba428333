//! What the tree asks in dialogs: a new title, whether to delete, what to make.

use crate::api::{self, ApiError};
use crate::directory::Directory;
use crate::location::Location;
use crate::net::Net;
use crate::reactive::effect;
use crate::store::Store;
use crate::text::{t, t_with};
use crate::view::dialog::{Confirm, Prompt, Work};
use leptos::prelude::*;
use shared::api::{Document, DocumentCreate, DocumentPatch};
use shared::id::{DocumentId, RoomId};
use shared::limits::TITLE_CHARS_MAX;
use shared::session::Creation;
use uuid::Uuid;

/// A switch that follows whether a thing is chosen, and lets go of it when switched off.
fn while_some<T: Clone + Send + Sync + 'static>(chosen: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    effect(move || {
        if chosen.with(Option::is_some) {
            open.set(true);
        }
    });
    effect(move || {
        if !open.get() && chosen.with_untracked(Option::is_some) {
            chosen.set(None);
        }
    });
    open
}

/// Renames the chosen document.
#[component]
pub fn Renaming(
    /// Where it is.
    room: RoomId,
    /// The chosen one; taken back when done.
    renaming: RwSignal<Option<Document>>,
) -> impl IntoView {
    let directory = Directory::here();
    let open = while_some(renaming);
    let work = Callback::new(move |title: String| -> Work {
        let id = renaming.with_untracked(|document| document.as_ref().map(|document| document.id));
        Box::pin(async move {
            let Some(id) = id else { return Ok(()) };
            api::change_document(
                id,
                &DocumentPatch {
                    title: Some(title),
                    parent_id: None,
                    after_id: None,
                },
            )
            .await?;
            directory.refresh_documents(room);
            Ok(())
        })
    });
    view! {
        <Prompt
            open
            title=Signal::derive(|| t("rename-document"))
            label=t("title")
            action=t("rename")
            field="title"
            value=Signal::derive(move || renaming.with(|d| d.as_ref().map(|d| d.title.clone()).unwrap_or_default()))
            max=TITLE_CHARS_MAX
            work
        />
    }
}

/// Deletes the chosen document, once confirmed.
#[component]
pub fn Deleting(
    /// Where it is.
    room: RoomId,
    /// The chosen one; taken back when done.
    deleting: RwSignal<Option<Document>>,
) -> impl IntoView {
    let directory = Directory::here();
    let location = Location::here();
    let open = while_some(deleting);
    let work = Callback::new(move |()| -> Work {
        let id = deleting.with_untracked(|document| document.as_ref().map(|document| document.id));
        Box::pin(async move {
            let Some(id) = id else { return Ok(()) };
            api::delete_document(id).await?;
            if location
                .pathname
                .with_untracked(|path| *path == format!("/documents/{id}"))
            {
                location.go(&format!("/rooms/{room}"));
            }
            directory.refresh_documents(room);
            Ok(())
        })
    });
    let name = move || deleting.with(|d| d.as_ref().map(|d| d.title.clone()).unwrap_or_default());
    view! {
        <Confirm
            open
            title=Signal::derive(move || t_with("delete-document-title", [("title", name())]))
            body=Signal::derive(|| t("delete-document-body"))
            action=t("delete-document")
            work
        />
    }
}

/// Asks for a title and makes a document, then goes there. Without a server it is made on this device, and the server told of it later.
#[component]
pub fn NewDocument(
    /// Where.
    #[prop(into)]
    room: Signal<Option<RoomId>>,
    /// Whether it asks.
    open: RwSignal<bool>,
) -> impl IntoView {
    let directory = Directory::here();
    let net: Net = expect_context();
    let store: Store = expect_context();
    let location = Location::here();
    let work = Callback::new(move |title: String| -> Work {
        let room = room.get_untracked();
        Box::pin(async move {
            let Some(room) = room else { return Ok(()) };
            let id = DocumentId(Uuid::now_v7());
            let made = if store.away.get_untracked() {
                Err(ApiError::Unreachable)
            } else {
                let wish = DocumentCreate {
                    title: title.clone(),
                    content: None,
                    id: Some(id),
                };
                api::create_document(room, &wish).await
            };
            match made {
                Ok(_) => directory.refresh_documents(room),
                // It may have been made: asked again under the same id, it is made once.
                Err(ApiError::Unreachable) => net.create_document(Creation { id, room, title }),
                Err(error) => return Err(error),
            }
            store.begun.set(Some(id));
            location.go(&format!("/documents/{id}"));
            Ok(())
        })
    });
    view! {
        <Prompt
            open
            title=Signal::derive(|| t("new-document"))
            label=t("title")
            action=t("create-document")
            field="title"
            max=TITLE_CHARS_MAX
            work
        />
    }
}
