//! What was deleted in a room and can still be brought back.

use crate::api;
use crate::directory::{Directory, Listing};
use crate::reactive::{effect, memo};
use crate::text::t;
use crate::view::each::Each;
use crate::view::time::{Ago, parse};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Document;
use shared::id::{DocumentId, RoomId};

/// The list; nothing when there is nothing in it.
#[component]
pub fn DeletedDocuments(
    /// Of which room.
    room: RoomId,
) -> impl IntoView {
    let toasts: Toasts = expect_context();
    let directory = Directory::here();
    let listing = Listing::<Vec<Document>>::waiting();
    let refresh = move || listing.refresh(move || api::deleted_documents(room));
    // What is deleted or brought back leaves the one list for the other.
    let documents = directory.documents(room).state;
    effect(move || {
        documents.track();
        untrack(refresh);
    });
    let restore = Callback::new(move |id: DocumentId| {
        spawn_local(async move {
            match api::restore_document(id).await {
                Ok(_) => directory.refresh_documents(room),
                Err(error) => toasts.fail(&error),
            }
            refresh();
        });
    });
    let any = memo(move || listing.state.with(|all| all.ready().is_some_and(|all| !all.is_empty())));
    view! {
        <Show when=move || any.get()>
            <section class="section" aria-labelledby="room-deleted">
                <div class="section-head">
                    <h2 class="section-title" id="room-deleted">{t("deleted-documents")}</h2>
                </div>
                <p class="section-lead">{t("deleted-documents-lead")}</p>
                <ul class="rows" data-testid="deleted-documents">
                    <Each each=move || listing.get().unwrap_or_default() key=|document| document.id let:document>
                        <DeletedRow document restore />
                    </Each>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn DeletedRow(document: Document, restore: Callback<DocumentId>) -> impl IntoView {
    let id = document.id;
    let at_ms = parse(&document.deleted_at.unwrap_or_default());
    view! {
        <li class="row row-person">
            <span class="row-two">
                <span class="ellipsis">{document.title}</span>
                <span class="tiny soft"><Ago at_ms /></span>
            </span>
            <button class="button button-quiet" type="button" on:click=move |_| restore.run(id)>
                {t("restore-document")}
            </button>
        </li>
    }
}
