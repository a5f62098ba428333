//! The switch between the faces of a document's text: one text, shown to each person as they chose on this device.

use crate::appearance::{Appearance, Face};
use crate::text::{t, t_with};
use crate::view::icon::{Glyph, Icon};
use crate::view::menu::MenuButton;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// A face's outline, its name in the switch, and its name as a command.
pub const fn face_words(face: Face) -> (Glyph, &'static str, &'static str) {
    match face {
        Face::Write => (Glyph::Pencil, "face-write", "write-face"),
        Face::Source => (Glyph::Code, "face-source", "source-face"),
        Face::Read => (Glyph::Eye, "face-read", "read-face"),
        Face::Plain => (Glyph::TextFace, "face-plain", "plain-face"),
    }
}

/// Shows which face is chosen, and lets choose another, from its menu or with Ctrl/Cmd-Shift-E.
#[component]
pub fn FaceSwitch() -> impl IntoView {
    let appearance: Appearance = expect_context();
    let key = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let held = (event.ctrl_key() || event.meta_key()) && event.shift_key() && !event.alt_key();
        if held && event.key().eq_ignore_ascii_case("e") {
            event.prevent_default();
            appearance.turn_face();
        }
    });
    on_cleanup(move || key.remove());
    let name = move || t(face_words(appearance.face.get()).1);
    let label = Signal::derive(move || t_with("document-face", [("face", name())]));
    let button = move || {
        view! {
            {move || view! { <Icon glyph=face_words(appearance.face.get()).0 /> }}
            <span class="face-name">{name}</span>
        }
        .into_any()
    };
    view! {
        <MenuButton label testid="face" class="button button-quiet face-switch" face=ViewFn::from(button)>
            {Face::ALL
                .iter()
                .map(|one| {
                    let (glyph, name, _) = face_words(*one);
                    view! {
                        <button
                            class="menu-item"
                            type="button"
                            aria-pressed=move || (appearance.face.get() == *one).to_string()
                            on:click=move |_| appearance.choose_face(*one)
                        >
                            <Icon glyph />
                            {t(name)}
                        </button>
                    }
                })
                .collect_view()}
        </MenuButton>
    }
}
