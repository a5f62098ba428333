//! Where the editor stands, and what is seen until it is there.

use crate::appearance::Appearance;
use crate::bridge::{self, Listed, Words};
use crate::directory::Directory;
use crate::net::Net;
use crate::reactive::{effect, memo};
use crate::store::{OpenDocument, SaveState, Store};
use crate::text::t;
use crate::view::icon::{Glyph, Icon};
use js_sys::Array;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::DocumentId;

/// How it goes with loading the editor's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    UnderWay,
    Here,
    Failed,
}

/// What this tab has of a list of the room: also without the server.
fn known(directory: Directory, listed: Listed) -> Array {
    let pairs = Array::new();
    let Some(room) = directory.store.open_room.get_untracked() else {
        return pairs;
    };
    let add = |written: &str, read: &str| {
        pairs.push(&written.into());
        pairs.push(&read.into());
    };
    match listed {
        Listed::People => directory.members(room).state.with_untracked(|members| {
            for member in members.ready().into_iter().flatten() {
                add(&member.username, &member.user.name);
            }
        }),
        Listed::Documents => directory.documents(room).state.with_untracked(|documents| {
            for document in documents.ready().into_iter().flatten() {
                add(&document.id.to_string(), &document.title);
            }
        }),
    }
    pairs
}

/// The editor of an open document.
#[component]
pub fn EditorPane(
    /// Which document.
    id: DocumentId,
    /// The same, as the store has it.
    document: RwSignal<OpenDocument>,
) -> impl IntoView {
    let net: Net = expect_context();
    let store: Store = expect_context();
    let appearance: Appearance = expect_context();
    let directory = Directory::here();
    let place = NodeRef::<html::Div>::new();
    let program = RwSignal::new(Program::UnderWay);
    effect(move || {
        let Some(parent) = place.get() else { return };
        spawn_local(async move {
            let loaded = bridge::load().await;
            if program.is_disposed() {
                // The person has gone on to another page meanwhile.
                return;
            }
            match loaded {
                Ok(loaded) => {
                    let words = Words {
                        label: t("document-text"),
                        placeholder: t("document-placeholder"),
                    };
                    net.mount_editor(id, &loaded, &parent, &words, appearance.face.get_untracked());
                    net.set_known(id, Box::new(move |listed| known(directory, listed)));
                    program.set(Program::Here);
                }
                Err(error) => {
                    web_sys::console::error_1(&error);
                    program.set(Program::Failed);
                }
            }
        });
    });
    effect(move || net.set_face(id, appearance.face.get()));
    let away = store.away;
    let is_opening = memo(move || {
        let waits = document.with(|document| document.save == SaveState::Opening && document.closed.is_none());
        match program.get() {
            Program::UnderWay => true,
            Program::Here => waits,
            Program::Failed => false,
        }
    });
    // Not before the text is here: until then it takes no key, and what is typed would go nowhere.
    effect(move || {
        if program.get() == Program::Here && !is_opening.get() && store.begun.get_untracked() == Some(id) {
            store.begun.set(None);
            net.focus_editor(id);
        }
    });
    view! {
        <Show when=move || program.get() == Program::Failed>
            <div class="document-notices">
                <div class="notice notice-danger" role="alert">
                    <Icon glyph=Glyph::Alert />
                    <p>{t("editor-failed")}</p>
                </div>
            </div>
        </Show>
        <div class="editor" data-testid="editor" aria-busy=move || is_opening.get().to_string()>
            // Not while nobody knows for how long: a notice stands above.
            <Show when=move || is_opening.get() && !away.get()>
                <div class="editor-opening skeleton" aria-hidden="true">
                    <span></span><span></span><span></span><span></span><span></span>
                </div>
            </Show>
            <div class="editor-mount" node_ref=place></div>
        </div>
    }
}
