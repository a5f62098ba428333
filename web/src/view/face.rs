//! The switch between the faces of a document's text: one text, shown to each person as they chose on this device.

use crate::appearance::{Appearance, Face};
use crate::text::{t, t_with};
use crate::view::icon::{Glyph, Icon};
use crate::view::loaded::Loaded;
use crate::view::menu::MenuButton;
use leptos::prelude::*;

/// A face's outline and its name.
pub const fn face_words(face: Face) -> (Glyph, &'static str) {
    match face {
        Face::Write => (Glyph::Pencil, "face-write"),
        Face::Source => (Glyph::Code, "face-source"),
        Face::Read => (Glyph::Eye, "face-read"),
        Face::Plain => (Glyph::TextFace, "face-plain"),
    }
}

/// Shows which face is chosen. Its menu lets choose another, and how the text looks in all of them.
#[component]
pub fn FaceSwitch() -> impl IntoView {
    let appearance: Appearance = expect_context();
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
                    let (glyph, name) = face_words(*one);
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
            <hr />
            <Loaded name="looks" class="looks" />
        </MenuButton>
    }
}
