//! Where the editor stands, what is seen until it is there, and the buttons that mark up text on a phone.

use crate::appearance::Appearance;
use crate::bridge::{self, Format, Words};
use crate::net::Net;
use crate::reactive::{effect, memo};
use crate::store::{OpenDocument, SaveState, Store};
use crate::text::t;
use crate::view::icon::{Glyph, Icon, IconSize};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::DocumentId;
use web_sys::MouseEvent;

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
        <FormatBar id />
    }
}

#[component]
fn FormatBar(id: DocumentId) -> impl IntoView {
    let net: Net = expect_context();
    // A press must not take the focus from the text, or the keyboard goes away.
    let keep_focus = |event: MouseEvent| event.prevent_default();
    let button = move |glyph: Glyph, label: String, act: Box<dyn Fn()>| {
        view! {
            <button
                class="button-icon"
                type="button"
                title=label.clone()
                aria-label=label
                on:mousedown=keep_focus
                on:click=move |_| act()
            >
                <Icon glyph size=IconSize::Large />
            </button>
        }
    };
    let format = move |format: Format| -> Box<dyn Fn()> { Box::new(move || net.format(id, format)) };
    view! {
        <div class="format-bar" role="toolbar" aria-label=t("formatting") data-testid="format-bar">
            {button(Glyph::Undo, t("undo"), Box::new(move || net.undo(id)))}
            {button(Glyph::Redo, t("redo"), Box::new(move || net.redo(id)))}
            {button(Glyph::Heading, t("format-heading"), format(Format::Heading))}
            {button(Glyph::Bold, t("format-bold"), format(Format::Bold))}
            {button(Glyph::Italic, t("format-italic"), format(Format::Italic))}
            {button(Glyph::Bullets, t("format-list"), format(Format::List))}
            {button(Glyph::Tasks, t("format-task"), format(Format::Task))}
            {button(Glyph::Quote, t("format-quote"), format(Format::Quote))}
            {button(Glyph::Code, t("format-code"), format(Format::Code))}
            {button(Glyph::Link, t("format-link"), format(Format::Link))}
        </div>
    }
}
