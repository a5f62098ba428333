//! One document: the text, who is here, and whether it is saved.

use crate::api;
use crate::directory::Directory;
use crate::location::Location;
use crate::net::Net;
use crate::page::no_access::NoAccessHere;
use crate::reactive::{effect, effect_after, memo};
use crate::store::{OpenDocument, SaveState, Store};
use crate::text::{error_text, t, t_with};
use crate::view::document_menu::DocumentMenu;
use crate::view::document_title::DocumentTitle;
use crate::view::editor::EditorPane;
use crate::view::face::FaceSwitch;
use crate::view::icon::{Glyph, Icon};
use crate::view::panels::PageHeader;
use crate::view::people::People;
use crate::view::save_state::{SaveStateMark, waiting_text};
use crate::view::share::Share;
use crate::view::tray::RescuedNotice;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Room;
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId};
use shared::session::RoomLabel;
use shared::wire::Role;

/// The page of the document that the address names.
#[component]
pub fn Document() -> impl IntoView {
    let location = Location::here();
    let id = memo(move || location.named::<DocumentId>("/documents/"));
    move || match id.get() {
        Some(id) => view! { <DocumentPage id /> }.into_any(),
        None => view! { <Nothing><NoAccessHere /></Nothing> }.into_any(),
    }
}

#[component]
fn DocumentPage(id: DocumentId) -> impl IntoView {
    let net: Net = expect_context();
    let store: Store = expect_context();
    let document = store.document(id);
    let directory = Directory::here();
    let listed = RwSignal::new(None::<shared::api::Document>);
    net.open_document(id);
    // A document that cannot be seen is told by its channel too, and the page shows that.
    let found = Callback::new(move |found: shared::api::Document| {
        if !listed.is_disposed() {
            net.look_at(found.room_id, Some(id));
            document.update(|document| document.title = Some(found.title.clone()));
            listed.set(Some(found));
        }
    });
    directory.find_document(id, found);
    // Again when the tab comes back: a title may have changed meanwhile.
    effect_after(move |was_away: Option<bool>| {
        let away = store.away.get();
        if !away && was_away == Some(true) {
            directory.ask_document(id, found);
        }
        away
    });
    on_cleanup(move || {
        if let Some(room) = listed
            .try_with_untracked(|listed| listed.as_ref().map(|found| found.room_id))
            .flatten()
        {
            net.look_at(room, None);
        }
        net.leave_document(id);
    });
    // The list knows it before the document is here.
    let title = memo(move || {
        let told = document.with(|document| document.title.clone());
        told.or_else(|| Some(directory.document(store.open_room.get()?, id)?.title))
    });
    effect(move || {
        if let Some(title) = title.get() {
            net.set_title(id, title.clone());
            leptos::prelude::document().set_title(&format!("{title} · Inkling"));
        }
    });
    on_cleanup(|| leptos::prelude::document().set_title("Inkling"));
    effect(move || {
        let room = listed.with(|listed| listed.as_ref().map(|found| found.room_id));
        if let Some(room) = room.and_then(|room| directory.room(room)) {
            let Room { id: room_id, name, .. } = room;
            net.set_room(id, RoomLabel { id: room_id, name });
        }
    });
    let is_gone = memo(move || {
        matches!(
            document.with(|document| document.closed),
            Some(ErrorCode::NotFound | ErrorCode::NotAllowed)
        )
    });
    let room = memo(move || listed.with(|listed| listed.as_ref().map(|found| found.room_id)));
    let writes = memo(move || document.with(|document| document.role.is_some_and(Role::may_write)));
    move || {
        if is_gone.get() {
            return view! {
                <Nothing>
                    <RescuedNotice id />
                    <GoneHere id room=room.get_untracked() title />
                </Nothing>
            }
            .into_any();
        }
        view! {
            <PageHeader with_talk=true>
                <DocumentTitle id title writes />
                <SaveStateMark document />
                <span class="document-gap"></span>
                <FaceSwitch />
                <People id document room />
                {move || room.get().map(|room| view! { <Share room /> })}
                <DocumentMenu id title />
            </PageHeader>
            <main class="document-page" data-testid="document">
                <Notices id document />
                <EditorPane id document />
            </main>
        }
        .into_any()
    }
}

/// What a notice is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notice {
    /// Nothing can be written.
    ReadOnly,
    /// What is written is not stored for the time being.
    Waiting,
    /// There is nothing of it without the server.
    NotHere,
}

/// What the person has to know before they read or write.
#[component]
fn Notices(id: DocumentId, document: RwSignal<OpenDocument>) -> impl IntoView {
    let away = expect_context::<Store>().away;
    let notice = memo(move || {
        let away = away.get();
        document.with(|document| match (document.closed, &document.save, document.role) {
            (Some(code), ..) => Some((Notice::ReadOnly, error_text(code))),
            (None, _, Some(Role::Viewer)) => Some((Notice::ReadOnly, t("document-viewer"))),
            (None, SaveState::ReadOnly(code), _) => Some((Notice::ReadOnly, error_text(*code))),
            (None, SaveState::Waiting { code, .. }, _) => Some((Notice::Waiting, waiting_text(*code))),
            (None, SaveState::Opening, _) if away => Some((Notice::NotHere, t("document-not-here"))),
            _ => None,
        })
    });
    view! {
        <div class="document-notices" aria-live="polite">
            {move || {
                notice
                    .get()
                    .map(|(notice, text)| {
                        let (class, testid, glyph) = match notice {
                            Notice::ReadOnly => ("notice", "read-only-notice", Glyph::Eye),
                            Notice::Waiting => ("notice notice-warn", "waiting-notice", Glyph::CloudOff),
                            Notice::NotHere => ("notice notice-warn", "not-here", Glyph::CloudOff),
                        };
                        view! {
                            <div class=class data-testid=testid>
                                <Icon glyph />
                                <p>
                                    {text}
                                    {(notice == Notice::NotHere)
                                        .then(|| view! { " " <a href="/">{t("go-home")}</a> })}
                                </p>
                            </div>
                        }
                    })
            }}
            <RescuedNotice id />
        </div>
    }
}

/// In place of a document that is not there for this person.
#[component]
fn Nothing(children: Children) -> impl IntoView {
    view! {
        <PageHeader><span class="shell-title"></span></PageHeader>
        {children()}
    }
}

/// Says what has become of what was open here a moment ago, as far as the person may know.
#[component]
fn GoneHere(id: DocumentId, room: Option<RoomId>, title: Memo<Option<String>>) -> impl IntoView {
    let deleted_in = RwSignal::new(None::<RoomId>);
    if let Some(room) = room {
        spawn_local(async move {
            // Who may not know, and who gets no answer, is told no more than that it is not there.
            let deleted = api::deleted_documents(room).await.unwrap_or_default();
            if deleted.iter().any(|document| document.id == id) {
                deleted_in.try_set(Some(room));
            }
        });
    }
    move || {
        let Some(room) = deleted_in.get() else {
            return view! { <NoAccessHere /> }.into_any();
        };
        let title = title.get_untracked().unwrap_or_default();
        view! {
            <main class="page no-access" data-testid="document-deleted">
                <h1 class="page-title">{t("document-deleted")}</h1>
                <p class="soft">{t_with("document-deleted-lead", [("title", title)])}</p>
                <a class="button button-primary" href=format!("/rooms/{room}")>{t("document-deleted-room")}</a>
            </main>
        }
        .into_any()
    }
}
