//! Whether the person's edits are safe: an icon and a word, always in the same place.

use crate::reactive::{effect, memo};
use crate::store::{OpenDocument, SaveState, Store};
use crate::text::{error_text, t, t_with};
use crate::view::icon::{Glyph, Icon};
use crate::view::time::exact;
use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::session::{KeptWhere, Rung};
use std::time::Duration;

/// *Saved* is shown when nothing was typed for this long. Each key is acknowledged within milliseconds: a word that changed with every one
/// would flicker, and be painted twice a key.
const REST: Duration = Duration::from_millis(250);

/// Whoever types without a rest is shown *Saved* this long after *Saving…* all the same, when all they typed is.
const SAVING_MS_MAX: f64 = 1_000.0;

/// The save state of one document.
#[component]
pub fn SaveStateMark(
    /// Which document.
    document: RwSignal<OpenDocument>,
) -> impl IntoView {
    let carrier = expect_context::<Store>().carrier;
    let state = at_rest(memo(move || document.with(|document| document.save.clone())));
    view! {
        <span
            class="save"
            role="status"
            data-testid="save-state"
            data-state=move || name(&state.get())
            data-carrier=move || carrier.get().name()
            title=move || with_carrier(tooltip(&state.get()), carrier.get())
        >
            {move || view! { <Icon glyph=glyph(&state.get()) /> }}
            <span class="save-word">{move || word(&state.get())}</span>
        </span>
    }
}

/// The state that is shown: *Saved* waits for a rest, and everything else is said at once.
fn at_rest(state: Memo<SaveState>) -> RwSignal<SaveState> {
    let shown = RwSignal::new(state.get_untracked());
    let saving_since = StoredValue::new(0.0);
    let rest = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(rest) = rest.try_update_value(Option::take).flatten() {
            rest.clear();
        }
    };
    effect(move || {
        let next = state.get();
        let was_saving = shown.with_untracked(|shown| *shown == SaveState::Saving);
        let now = js_sys::Date::now();
        stop();
        let is_early = now - saving_since.get_value() < SAVING_MS_MAX;
        if was_saving
            && is_early
            && matches!(next, SaveState::Saved { .. })
            && let Ok(timer) = set_timeout_with_handle(move || shown.set(state.get_untracked()), REST)
        {
            rest.set_value(Some(timer));
            return;
        }
        if next == SaveState::Saving && !was_saving {
            saving_since.set_value(now);
        }
        if shown.with_untracked(|shown| *shown != next) {
            shown.set(next);
        }
    });
    on_cleanup(stop);
    shown
}

/// Also says so when something on the way lets no WebSocket through: it is slower, and an administrator may want to mend it.
fn with_carrier(lead: String, carrier: Rung) -> String {
    match carrier {
        Rung::Socket => lead,
        Rung::Events | Rung::Poll => format!("{lead} {}", t("save-without-socket")).trim_start().to_owned(),
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

/// Edits that a device holds may be left alone; those that only the tab holds are gone with it.
const fn by_place(kept: KeptWhere, device: &'static str, tab: &'static str) -> &'static str {
    match kept {
        KeptWhere::Device => device,
        KeptWhere::Tab => tab,
    }
}

fn word(state: &SaveState) -> String {
    match state {
        SaveState::Opening => t("save-opening"),
        SaveState::Saving => t("save-saving"),
        SaveState::Saved { .. } => t("save-saved"),
        SaveState::Offline { edits, kept } => {
            t_with(by_place(*kept, "save-offline", "save-offline-tab"), [("count", *edits)])
        }
        SaveState::Waiting { edits, kept, .. } => {
            t_with(by_place(*kept, "save-waiting", "save-waiting-tab"), [("count", *edits)])
        }
        SaveState::Reconnecting => t("save-reconnecting"),
        SaveState::ReadOnly(_) => t("save-read-only"),
    }
}

/// Why edits are not stored for the time being, and what the person should do.
pub fn waiting_text(code: ErrorCode) -> String {
    match code {
        ErrorCode::StorageFull => t("waiting-storage-full"),
        code => error_text(code),
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
fn tooltip(state: &SaveState) -> String {
    match state {
        SaveState::Saved { at: Some(at) } => t_with("save-saved-at", [("time", exact(at.0 as f64))]),
        SaveState::Saved { at: None } => t("save-saved-lead"),
        SaveState::Offline { kept, .. } => t(by_place(*kept, "save-offline-lead", "save-offline-tab-lead")),
        SaveState::ReadOnly(code) => error_text(*code),
        SaveState::Waiting { code, .. } => waiting_text(*code),
        SaveState::Opening | SaveState::Saving | SaveState::Reconnecting => String::new(),
    }
}
