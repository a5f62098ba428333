//! Where messages are written. The draft of each room stays in this browser until it is said.

use crate::net::Net;
use crate::reactive::effect;
use crate::text::t;
use crate::view::icon::{Glyph, Icon, IconSize};
use leptos::html;
use leptos::prelude::*;
use shared::id::RoomId;
use shared::limits::MESSAGE_BYTES_MAX;
use shared::session::SayError;
use web_sys::KeyboardEvent;

/// Drafts are kept under this name and the room's id.
const DRAFT_KEY: &str = "inkling.draft.";

/// Tallest the field becomes by itself, pixels; then it scrolls.
const HEIGHT_PX_MAX: i32 = 240;

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn stored_draft(room: RoomId) -> String {
    storage()
        .and_then(|storage| storage.get_item(&format!("{DRAFT_KEY}{room}")).ok().flatten())
        .unwrap_or_default()
}

fn store_draft(room: RoomId, draft: &str) {
    let Some(storage) = storage() else { return };
    let key = format!("{DRAFT_KEY}{room}");
    // A full or forbidden storage costs the draft at a reload; the field itself still holds it.
    drop(if draft.is_empty() {
        storage.remove_item(&key)
    } else {
        storage.set_item(&key, draft)
    });
}

/// Forgets every draft: they are nobody else's to read once their author has signed out.
pub fn forget_drafts() {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or(0);
    let keys: Vec<String> = (0..count).filter_map(|i| storage.key(i).ok().flatten()).collect();
    for key in keys.iter().filter(|key| key.starts_with(DRAFT_KEY)) {
        drop(storage.remove_item(key));
    }
}

/// The field, its button, and what is wrong with what was typed.
#[component]
pub fn Composer(
    /// Where it is said.
    room: RoomId,
    /// Told after something was said.
    said: Callback<()>,
) -> impl IntoView {
    let net: Net = expect_context();
    let field = NodeRef::<html::Textarea>::new();
    let draft = RwSignal::new(stored_draft(room));
    let problem = RwSignal::new(None::<String>);
    let fit = move || {
        // Out of sight it has no height to go by.
        if let Some(field) = field.get_untracked().filter(|field| field.client_width() > 0) {
            let style = web_sys::HtmlElement::style(&field);
            // Set through the object model, which the content security policy allows; constant names never fail.
            drop(style.set_property("height", "auto"));
            // What was said may still stand in the field at this moment.
            if draft.with_untracked(String::is_empty) {
                return;
            }
            let height = (field.scroll_height() + 2).min(HEIGHT_PX_MAX);
            drop(style.set_property("height", &format!("{height}px")));
        }
    };
    effect(move || {
        draft.track();
        fit();
    });
    let typed = move |text: String| {
        store_draft(room, &text);
        problem.set((text.len() > MESSAGE_BYTES_MAX).then(|| t("error-message-too-long")));
        draft.set(text);
    };
    let send = move || {
        let text = draft.get_untracked();
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match net.say(room, text.to_owned()) {
            Ok(_) => {
                typed(String::new());
                said.run(());
            }
            Err(error) => problem.set(Some(match error {
                SayError::TooLong => t("error-message-too-long"),
                SayError::Empty => t("error-message-empty"),
                SayError::Full => t("error-messages-waiting"),
                SayError::NotOpen => t("error-talk-closed"),
            })),
        }
    };
    let key = move |event: KeyboardEvent| {
        // Enter that ends a composition (Japanese, Chinese, Korean) chooses a word; some browsers tell it only by the key code.
        let composing = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            send();
        }
    };
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <div class="composer-box">
                <textarea
                    class="composer-field"
                    rows="1"
                    aria-label=t("message")
                    placeholder=t("message-placeholder")
                    aria-describedby="composer-note"
                    aria-invalid=move || problem.get().is_some().then_some("true")
                    enterkeyhint="send"
                    data-testid="composer"
                    node_ref=field
                    prop:value=move || draft.get()
                    on:input=move |event| typed(event_target_value(&event))
                    on:keydown=key
                ></textarea>
                <button
                    class="button-icon composer-send"
                    type="submit"
                    aria-label=t("send")
                    title=t("send")
                    disabled=move || draft.with(|draft| draft.trim().is_empty())
                    data-testid="send"
                >
                    <Icon glyph=Glyph::Send size=IconSize::Large />
                </button>
            </div>
            <p id="composer-note" class="composer-note" class:field-error=move || problem.get().is_some()>
                {move || problem.get().unwrap_or_else(|| t("composer-hint"))}
            </p>
        </form>
    }
}
