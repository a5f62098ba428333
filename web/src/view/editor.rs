//! Where the editor stands, and what is seen until it is there.

use crate::appearance::Appearance;
use crate::bridge::{self, Words};
use crate::net::Net;
use crate::reactive::{effect, memo};
use crate::store::{OpenDocument, SaveState, Store};
use crate::text::t;
use crate::view::icon::{Glyph, Icon};
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

/// The editor of an open document.
#[component]
pub fn EditorPane(
    /// Which document.
    id: DocumentId,
    /// The same, as the store has it.
    document: RwSignal<OpenDocument>,
) -> impl IntoView {
    let net: Net = expect_context();
    let appearance: Appearance = expect_context();
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
    let away = expect_context::<Store>().away;
    let is_opening = memo(move || {
        let waits = document.with(|document| document.save == SaveState::Opening && document.closed.is_none());
        match program.get() {
            Program::UnderWay => true,
            Program::Here => waits,
            Program::Failed => false,
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
