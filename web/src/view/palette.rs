//! The command palette, opened by Ctrl/Cmd-K: go to a room or document, or run a command, by typing a part of its name.

mod search;

use crate::appearance::{Appearance, Face, TextFace, Theme};
use crate::directory::Directory;
use crate::location::Location;
use crate::reactive::effect;
use crate::text::{small_letters, t};
use crate::view::dialog::Dialog;
use crate::view::document_tree::NewDocument;
use crate::view::face::face_words;
use crate::view::icon::{Glyph, Icon};
use crate::view::new_room::NewRoom;
use crate::view::panels::Panels;
use crate::view::shortcuts::open_shortcuts;
use crate::view::sign_out::use_sign_out;
use crate::view::tray::TrayDoor;
use leptos::html;
use leptos::prelude::*;
use search::rank;
use shared::id::DocumentId;
use shared::sorted::sort_by;
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// Asks the palette to open; any part of the tab may.
const OPEN_EVENT: &str = "inkling:palette";

/// Asks the editor for the list of headings.
const OUTLINE_EVENT: &str = "inkling:outline";

/// Asks the editor to show or hide its bar.
const FORMAT_BAR_EVENT: &str = "inkling:format-bar";

/// Rows shown; typing one more letter is quicker than reading further.
const SHOWN_MAX: usize = 12;

/// Opens the palette.
pub fn open_palette() {
    tell(OPEN_EVENT);
}

/// Sends a nameless message through the window.
pub(super) fn tell(event: &str) {
    let event = web_sys::Event::new(event).expect("any name makes an event");
    // Nobody cancels these.
    drop(window().dispatch_event(&event));
}

/// One row.
#[derive(Clone)]
struct Entry {
    glyph: Glyph,
    name: String,
    /// Where it is, or its keys.
    note: String,
    run: Run,
}

/// What a row does. Shared rather than owned by the view, since it runs after the palette is gone.
type Run = Arc<dyn Fn() + Send + Sync>;

/// The palette, closed until it is asked for.
#[component]
pub fn Palette() -> impl IntoView {
    let open = RwSignal::new(false);
    let new_room = RwSignal::new(false);
    let new_document = RwSignal::new(false);
    let panels: Panels = expect_context();
    let store: crate::store::Store = expect_context();
    let asked = window_event_listener_untyped(OPEN_EVENT, move |_| open.set(true));
    let key = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if !(event.ctrl_key() || event.meta_key()) || event.shift_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "k" | "K" => {
                event.prevent_default();
                open.update(|open| *open = !*open);
            }
            "." => {
                event.prevent_default();
                panels.toggle_talk();
            }
            _ => {}
        }
    });
    on_cleanup(move || {
        asked.remove();
        key.remove();
    });
    let entries = Signal::derive(use_entries(new_room, new_document));
    view! {
        <Dialog open title=Signal::derive(|| t("palette")) class="palette">
            <Search open all=entries />
        </Dialog>
        <NewRoom open=new_room />
        <NewDocument room=store.open_room open=new_document />
    }
}

/// Everything one can go to or do, the places first.
fn use_entries(new_room: RwSignal<bool>, new_document: RwSignal<bool>) -> Entries {
    let directory = Directory::here();
    let appearance: Appearance = expect_context();
    let panels: Panels = expect_context();
    let store: crate::store::Store = expect_context();
    let sign_out = use_sign_out();
    let tray: TrayDoor = expect_context();
    let location = Location::here();
    let go = move |path: String| Arc::new(move || location.go(&path));
    Box::new(move || {
        let mut entries = Vec::new();
        for room in directory.rooms.get().unwrap_or_default() {
            for document in directory.documents(room.id).get().unwrap_or_default() {
                entries.push(Entry {
                    glyph: Glyph::Document,
                    name: document.title,
                    note: room.name.clone(),
                    run: go(format!("/documents/{}", document.id)),
                });
            }
            entries.push(Entry {
                glyph: Glyph::Talk,
                name: room.name,
                note: t("palette-room"),
                run: go(format!("/rooms/{}", room.id)),
            });
        }
        let mut command = |glyph, name: &str, note: &str, run: Run| {
            entries.push(Entry {
                glyph,
                name: t(name),
                note: note.to_owned(),
                run,
            });
        };
        command(Glyph::Home, "home", "", go("/".to_owned()));
        if store.open_room.get().is_some() {
            command(
                Glyph::Plus,
                "new-document",
                "",
                Arc::new(move || new_document.set(true)),
            );
        }
        command(Glyph::Plus, "new-room", "", Arc::new(move || new_room.set(true)));
        command(
            Glyph::PanelRight,
            "toggle-talk",
            "Ctrl .",
            Arc::new(move || panels.toggle_talk()),
        );
        if location.named::<DocumentId>("/documents/").is_some() {
            command(Glyph::Menu, "outline", "Ctrl Shift O", Arc::new(|| tell(OUTLINE_EVENT)));
            command(
                Glyph::TextFace,
                "toggle-format-bar",
                "",
                Arc::new(|| tell(FORMAT_BAR_EVENT)),
            );
        }
        if store.rescued.with(|all| !all.is_empty()) {
            command(Glyph::Tray, "tray", "", Arc::new(move || tray.show()));
        }
        command(Glyph::Settings, "settings", "", go("/settings".to_owned()));
        for (glyph, name, theme) in [
            (Glyph::Sun, "use-light", Theme::Light),
            (Glyph::Moon, "use-dark", Theme::Dark),
            (Glyph::Monitor, "use-system", Theme::System),
        ] {
            command(glyph, name, "", Arc::new(move || appearance.choose_theme(theme)));
        }
        for (name, face) in [
            ("use-sans", TextFace::Sans),
            ("use-serif", TextFace::Serif),
            ("use-mono", TextFace::Mono),
        ] {
            command(
                Glyph::TextFace,
                name,
                "",
                Arc::new(move || appearance.choose_text_face(face)),
            );
        }
        for face in Face::ALL {
            let (glyph, _, command_name) = face_words(*face);
            command(glyph, command_name, "", Arc::new(move || appearance.choose_face(*face)));
        }
        command(Glyph::Keyboard, "shortcuts", "?", Arc::new(open_shortcuts));
        command(Glyph::LogOut, "sign-out", "", Arc::new(move || sign_out.run(())));
        entries
    })
}

/// Makes the list anew, tracked.
type Entries = Box<dyn Fn() -> Vec<Entry> + Send + Sync>;

#[component]
fn Search(open: RwSignal<bool>, all: Signal<Vec<Entry>>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let query = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let found = Signal::derive(move || {
        let query = small_letters(&query.get());
        let mut found: Vec<(u32, Entry)> = all
            .get()
            .into_iter()
            .filter_map(|entry| Some((rank(&query, &small_letters(&entry.name))?, entry)))
            .collect();
        sort_by(&mut found, |a, b| a.0.cmp(&b.0));
        found.truncate(SHOWN_MAX);
        found.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>()
    });
    effect(move || {
        if let Some(input) = input.get() {
            drop(input.focus());
        }
    });
    let choose = move |entry: &Entry| {
        open.set(false);
        let run = entry.run.clone();
        // After the dialog has given the focus back, so that a dialog opened by the command keeps it.
        set_timeout(move || run(), std::time::Duration::ZERO);
    };
    let key = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        if event.is_composing() || count == 0 {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => active.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => active.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(entry) = found.get_untracked().get(active.get_untracked()) {
                    choose(entry);
                }
            }
            _ => return,
        }
        event.prevent_default();
        request_animation_frame(move || {
            if let Some(row) = document().get_element_by_id(&row_id(active.try_get_untracked().unwrap_or_default())) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                row.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    };
    view! {
        <input
            class="palette-input"
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            aria-label=t("palette")
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant=move || row_id(active.get())
            placeholder=t("palette-placeholder")
            data-testid="palette-input"
            node_ref=input
            on:input=move |event| {
                query.set(event_target_value(&event));
                active.set(0);
            }
            on:keydown=key
        />
        <ul class="palette-list" id="palette-list" role="listbox" aria-label=t("palette")>
            {move || {
                found
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(at, entry)| {
                        let chosen = entry.clone();
                        view! {
                            <li
                                class="palette-row"
                                id=row_id(at)
                                role="option"
                                aria-selected=move || (active.get() == at).to_string()
                                on:pointermove=move |_| if active.get_untracked() != at { active.set(at) }
                                on:click=move |_| choose(&chosen)
                            >
                                <Icon glyph=entry.glyph />
                                <span class="ellipsis">{entry.name}</span>
                                <span class="palette-note ellipsis">{entry.note}</span>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
        <Show when=move || found.with(Vec::is_empty)>
            <p class="soft small palette-none" role="status">{t("palette-none")}</p>
        </Show>
    }
}

fn row_id(at: usize) -> String {
    format!("palette-row-{at}")
}
