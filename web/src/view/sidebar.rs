//! The left column: rooms with what is unread, the documents of the open room, the account.

use crate::directory::Directory;
use crate::location::Location;
use crate::reactive::memo;
use crate::store::Store;
use crate::text::{t, t_with};
use crate::view::account_menu::AccountMenu;
use crate::view::document_tree::{DocumentTree, NewDocument, may_write};
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon, IconSize};
use crate::view::menu::{MenuButton, MenuItem};
use crate::view::new_room::NewRoom;
use crate::view::palette::command;
use crate::view::transfer::{open_export, open_import};
use leptos::prelude::*;
use shared::api::Room;
use shared::id::RoomId;

/// How many messages of a room wait to be read, tracked: what the open channel says, or the list before it is open.
pub fn unread(store: Store, room: &Room) -> u64 {
    store
        .conversation(room.id)
        .with(|conversation| match conversation.role {
            Some(_) => conversation.unread(),
            None => room.last_seq.0.saturating_sub(room.read_seq.0),
        })
}

/// A number that stays short.
fn short(count: u64) -> String {
    if count > 99 {
        "99+".to_owned()
    } else {
        count.to_string()
    }
}

/// The left column.
#[component]
pub fn Sidebar() -> impl IntoView {
    let store: Store = expect_context();
    let directory = Directory::here();
    let new_room = RwSignal::new(false);
    let new_document = RwSignal::new(false);
    let open_room = memo(move || store.open_room.get().filter(|room| directory.room(*room).is_some()));
    let writable = Signal::derive(move || open_room.get().is_some_and(|room| may_write(directory, room)));
    view! {
        <nav class="shell-side" aria-label=t("rooms-and-documents") tabindex="-1" data-testid="sidebar">
            <div class="side-head">
                <a class="wordmark" href="/">"Inkling"</a>
                <button
                    class="button-icon"
                    type="button"
                    aria-label=t("search")
                    title=t("search-hint")
                    data-testid="open-palette"
                    on:click=move |_| command("palette")
                >
                    <Icon glyph=Glyph::Search size=IconSize::Large />
                </button>
            </div>
            <div class="side-scroll">
                <div class="side-section">
                    <div class="side-section-head">
                        <h2>{t("rooms")}</h2>
                        <AddButton label=t("new-room") testid="new-room" open=new_room />
                    </div>
                    <ul data-testid="room-list">
                        <Each
                            each=move || directory.rooms.get().unwrap_or_default()
                            key=|room| (room.id, room.name.clone(), room.last_seq, room.read_seq)
                            let:room
                        >
                            <RoomRow room />
                        </Each>
                    </ul>
                    <Show when=move || directory.rooms.get().is_some_and(|rooms| rooms.is_empty())>
                        <p class="side-empty">{t("no-rooms-short")}</p>
                    </Show>
                </div>
                {move || {
                    open_room
                        .get()
                        .map(|room| {
                            let importing = move || writable.get().then(|| room.to_string());
                            let name = move || directory.room(room).map(|room| room.name);
                            view! {
                                <div class="side-section import-zone" data-import=importing data-name=name>
                                    <div class="side-section-head">
                                        <h2>{t("documents")}</h2>
                                        <Show when=move || writable.get()>
                                            <AddButton label=t("new-document") testid="new-document" open=new_document />
                                        </Show>
                                        <DocumentsMenu room writable />
                                    </div>
                                    <DocumentTree room writable />
                                </div>
                            }
                        })
                }}
            </div>
            <AccountMenu />
            <NewRoom open=new_room />
            <NewDocument room=open_room open=new_document />
        </nav>
    }
}

/// Documents in and out.
#[component]
fn DocumentsMenu(room: RoomId, writable: Signal<bool>) -> impl IntoView {
    let directory = Directory::here();
    let name = move || {
        untrack(|| directory.room(room))
            .map(|room| room.name)
            .unwrap_or_default()
    };
    view! {
        <MenuButton label=t("documents-menu") class="button-icon side-add" testid="documents-menu">
            <Show when=move || writable.get()>
                <MenuItem label=t("import") glyph=Glyph::CloudUpload choose=move |()| open_import(room, &name()) />
            </Show>
            <MenuItem label=t("export-room") glyph=Glyph::Download choose=move |()| open_export(room, &name()) />
        </MenuButton>
    }
}

#[component]
fn AddButton(label: String, testid: &'static str, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            class="button-icon side-add"
            type="button"
            aria-label=label.clone()
            title=label
            data-testid=testid
            on:click=move |_| open.set(true)
        >
            <Icon glyph=Glyph::Plus />
        </button>
    }
}

#[component]
fn RoomRow(room: Room) -> impl IntoView {
    let store: Store = expect_context();
    let location = Location::here();
    let href = format!("/rooms/{}", room.id);
    let id: RoomId = room.id;
    let current = {
        let href = href.clone();
        move || match location.pathname.with(|path| *path == href) {
            true => Some("page"),
            false => (store.open_room.get() == Some(id)).then_some("true"),
        }
    };
    let name = room.name.clone();
    let count = memo(move || unread(store, &room));
    let any = move || count.get() > 0;
    view! {
        <li class="tree-row">
            <a class="side-link" href=href aria-current=current data-testid="room-link">
                <Icon glyph=Glyph::Talk />
                <span class="ellipsis">{name}</span>
                <Show when=any>
                    <span class="badge" data-testid="unread">
                        <span aria-hidden="true">{move || short(count.get())}</span>
                        <span class="visually-hidden">{move || t_with("unread-count", [("count", count.get())])}</span>
                    </span>
                </Show>
            </a>
        </li>
    }
}

/// What is unread in the open room, for the phone's bar.
#[component]
pub fn UnreadTotal() -> impl IntoView {
    let store: Store = expect_context();
    let directory = Directory::here();
    let count = memo(move || {
        let room = store.open_room.get().and_then(|room| directory.room(room));
        room.map_or(0, |room| unread(store, &room))
    });
    let any = move || count.get() > 0;
    view! {
        <Show when=any>
            <span class="badge">
                <span aria-hidden="true">{move || short(count.get())}</span>
                <span class="visually-hidden">{move || t_with("unread-count", [("count", count.get())])}</span>
            </span>
        </Show>
    }
}
