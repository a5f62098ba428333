//! Whether the person's edits are safe: an icon and a word, always in the same place.

use crate::store::{OpenDocument, SaveState};
use crate::text::{error_text, t, t_with};
use crate::view::icon::{Glyph, Icon};
use crate::view::time::exact;
use leptos::prelude::*;
use shared::error::ErrorCode;

/// The save state of one document.
#[component]
pub fn SaveStateMark(
    /// Which document.
    document: RwSignal<OpenDocument>,
) -> impl IntoView {
    let state = Memo::new(move |_| document.with(|document| document.save.clone()));
    view! {
        <span
            class="save"
            role="status"
            data-testid="save-state"
            data-state=move || name(&state.get())
            title=move || tooltip(&state.get())
        >
            {move || view! { <Icon glyph=glyph(&state.get()) /> }}
            <span class="save-word">{move || word(&state.get())}</span>
        </span>
    }
}

/// For the style sheet.
const fn name(state: &SaveState) -> &'static str {
    match state {
        SaveState::Opening => "opening",
        SaveState::Saving => "saving",
        SaveState::Saved { .. } => "saved",
        SaveState::Offline { .. } => "offline",
        SaveState::Waiting { .. } => "waiting",
        SaveState::Reconnecting => "reconnecting",
        SaveState::ReadOnly(_) => "read-only",
    }
}

const fn glyph(state: &SaveState) -> Glyph {
    match state {
        SaveState::Opening | SaveState::Saving | SaveState::Reconnecting => Glyph::Loader,
        SaveState::Saved { .. } => Glyph::Done,
        SaveState::Offline { .. } | SaveState::Waiting { .. } => Glyph::CloudOff,
        SaveState::ReadOnly(ErrorCode::ReadOnly) => Glyph::Eye,
        SaveState::ReadOnly(_) => Glyph::Lock,
    }
}

fn word(state: &SaveState) -> String {
    match state {
        SaveState::Opening => t("save-opening"),
        SaveState::Saving => t("save-saving"),
        SaveState::Saved { .. } => t("save-saved"),
        SaveState::Offline { edits } => t_with("save-offline", [("count", *edits)]),
        SaveState::Waiting { edits, .. } => t_with("save-waiting", [("count", *edits)]),
        SaveState::Reconnecting => t("save-reconnecting"),
        SaveState::ReadOnly(_) => t("save-read-only"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
fn tooltip(state: &SaveState) -> String {
    match state {
        SaveState::Saved { at: Some(at) } => t_with("save-saved-at", [("time", exact(at.0 as f64))]),
        SaveState::Saved { at: None } => t("save-saved-lead"),
        SaveState::Offline { .. } => t("save-offline-lead"),
        SaveState::ReadOnly(code) | SaveState::Waiting { code, .. } => error_text(*code),
        SaveState::Opening | SaveState::Saving | SaveState::Reconnecting => String::new(),
    }
}
