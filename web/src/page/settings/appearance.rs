//! Theme and text face of this browser.

use super::Part;
use crate::appearance::{Appearance, TextFace, Theme};
use crate::text::t;
use crate::view::icon::{Glyph, Icon};
use leptos::prelude::*;

/// Chooses theme and face.
#[component]
pub fn Looks() -> impl IntoView {
    let appearance: Appearance = expect_context();
    let theme = |theme: Theme| match theme {
        Theme::System => (Glyph::Monitor, t("theme-system")),
        Theme::Light => (Glyph::Sun, t("theme-light")),
        Theme::Dark => (Glyph::Moon, t("theme-dark")),
    };
    let face = |face: TextFace| match face {
        TextFace::Sans => ("face-sans", t("face-sans")),
        TextFace::Serif => ("face-serif", t("face-serif")),
        TextFace::Mono => ("face-mono", t("face-mono")),
    };
    view! {
        <Part id="settings-appearance" title=t("appearance") lead=t("appearance-lead")>
            <fieldset class="choice-field">
                <legend class="field-label">{t("theme")}</legend>
                <div class="choice" data-testid="theme">
                    {Theme::ALL
                        .iter()
                        .map(|one| {
                            let (glyph, name) = theme(*one);
                            view! {
                                <label>
                                    <input
                                        type="radio"
                                        name="theme"
                                        value=one.as_str()
                                        prop:checked=move || appearance.theme.get() == *one
                                        on:change=move |_| appearance.choose_theme(*one)
                                    />
                                    <Icon glyph />
                                    {name}
                                </label>
                            }
                        })
                        .collect_view()}
                </div>
            </fieldset>
            <fieldset class="choice-field">
                <legend class="field-label">{t("text-face")}</legend>
                <div class="choice" data-testid="text-face">
                    {TextFace::ALL
                        .iter()
                        .map(|one| {
                            let (class, name) = face(*one);
                            view! {
                                <label class=class>
                                    <input
                                        type="radio"
                                        name="text-face"
                                        value=one.as_str()
                                        prop:checked=move || appearance.text_face.get() == *one
                                        on:change=move |_| appearance.choose_text_face(*one)
                                    />
                                    {name}
                                </label>
                            }
                        })
                        .collect_view()}
                </div>
            </fieldset>
        </Part>
    }
}
