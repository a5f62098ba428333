//! Rooms and recent documents: where one lands after signing in.

use crate::directory::Directory;
use crate::reactive::memo;
use crate::store::{Loaded, Store};
use crate::text::{t, t_with};
use crate::view::document_tree::NewDocument;
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon};
use crate::view::new_room::NewRoom;
use crate::view::sidebar::unread;
use crate::view::time::{Ago, parse};
use crate::view::titled_page::TitledPage;
use leptos::prelude::*;
use shared::api::{Document, Room};
use shared::id::RoomId;
use shared::sorted::sort_by;

/// Documents in the list of recent ones.
const RECENT_MAX: usize = 8;

/// Rooms whose documents are looked through for recent ones: the first are the most recently active.
const RECENT_ROOMS_MAX: usize = 12;

/// Rooms and recent documents.
#[component]
pub fn Home() -> impl IntoView {
    let directory = Directory::here();
    let new_room = RwSignal::new(false);
    let new_document = RwSignal::new(false);
    let rooms = move || directory.rooms.get().unwrap_or_default();
    let recent = memo(move || {
        let mut recent: Vec<(Document, String)> = Vec::new();
        for room in rooms().into_iter().take(RECENT_ROOMS_MAX) {
            let documents = directory.documents(room.id).get().unwrap_or_default();
            recent.extend(documents.into_iter().map(|document| (document, room.name.clone())));
        }
        sort_by(&mut recent, |a, b| {
            parse(&b.0.edited_at).total_cmp(&parse(&a.0.edited_at))
        });
        recent.truncate(RECENT_MAX);
        recent
    });
    // A new document goes to the room that was used last and may be written in.
    let writable = memo(move || {
        rooms()
            .into_iter()
            .find(|room| room.role.may_write())
            .map(|room| room.id)
    });
    let greeting = move || {
        directory
            .me()
            .map(|me| t_with("home-title", [("name", me.display_name)]))
    };
    view! {
        <TitledPage title=greeting.into_any() testid="home">
            <section class="section" aria-labelledby="home-rooms">
                <div class="section-head">
                    <h2 class="section-title" id="home-rooms">{t("rooms")}</h2>
                    <Show when=move || !rooms().is_empty()>
                        <button class="button" type="button" data-testid="home-new-room" on:click=move |_| new_room.set(true)>
                            <Icon glyph=Glyph::Plus />
                            {t("new-room")}
                        </button>
                    </Show>
                </div>
                {move || match directory.rooms.state.get() {
                    Loaded::Waiting => view! { <div class="skeleton"><span></span><span></span><span></span></div> }.into_any(),
                    Loaded::Failed(error) => {
                        view! {
                            <div class="empty">
                                <p>{error.text()}</p>
                                <button class="button" type="button" on:click=move |_| directory.refresh_rooms()>
                                    {t("try-again")}
                                </button>
                            </div>
                        }
                            .into_any()
                    }
                    Loaded::Ready(rooms) if rooms.is_empty() => {
                        view! {
                            <div class="empty">
                                <p>{t("no-rooms")}</p>
                                <button
                                    class="button button-primary"
                                    type="button"
                                    on:click=move |_| new_room.set(true)
                                >
                                    {t("create-first-room")}
                                </button>
                            </div>
                        }
                            .into_any()
                    }
                    Loaded::Ready(rooms) => {
                        view! {
                            <ul class="rows">
                                {rooms.into_iter().map(|room| view! { <RoomRow room /> }).collect_view()}
                            </ul>
                        }
                            .into_any()
                    }
                }}
            </section>
            <Show when=move || !rooms().is_empty()>
                <section class="section" aria-labelledby="home-documents">
                    <div class="section-head">
                        <h2 class="section-title" id="home-documents">{t("recent-documents")}</h2>
                        <Show when=move || writable.get().is_some()>
                            <button
                                class="button"
                                type="button"
                                data-testid="home-new-document"
                                on:click=move |_| new_document.set(true)
                            >
                                <Icon glyph=Glyph::Plus />
                                {t("new-document")}
                            </button>
                        </Show>
                    </div>
                    <ul class="rows">
                        <Each
                            each=move || recent.get()
                            key=|(document, _)| (document.id, document.title.clone(), document.edited_at.clone())
                            let((document, room))
                        >
                            <DocumentRow document room />
                        </Each>
                    </ul>
                    <Show when=move || recent.with(Vec::is_empty)>
                        <p class="empty">{t("no-recent-documents")}</p>
                    </Show>
                </section>
            </Show>
        </TitledPage>
        <NewRoom open=new_room />
        <NewDocument room=Signal::derive(move || writable.get()) open=new_document />
    }
}

#[component]
fn RoomRow(room: Room) -> impl IntoView {
    let store: Store = expect_context();
    let id: RoomId = room.id;
    let (name, people, active_at) = (room.name.clone(), room.member_count, parse(&room.active_at));
    let count = memo(move || unread(store, &room));
    view! {
        <li>
            <a class="row" href=format!("/rooms/{id}") data-testid="home-room">
                <span class="row-name ellipsis">{name}</span>
                {move || {
                    let count = count.get();
                    (count > 0).then(|| view! { <span class="badge-words">{t_with("unread-count", [("count", count)])}</span> })
                }}
                <span class="row-note">{t_with("members-count", [("count", people)])}</span>
                <span class="row-note row-when"><Ago at_ms=active_at /></span>
            </a>
        </li>
    }
}

/// A document in a list, with its room.
#[component]
fn DocumentRow(document: Document, room: String) -> impl IntoView {
    view! {
        <li>
            <a class="row" href=format!("/documents/{}", document.id) data-testid="home-document">
                <span class="row-name ellipsis">{document.title}</span>
                <span class="row-note ellipsis">{room}</span>
                <span class="row-note row-when"><Ago at_ms=parse(&document.edited_at) /></span>
            </a>
        </li>
    }
}
