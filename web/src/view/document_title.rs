//! A document's title, changed where it stands.

use crate::api;
use crate::net::Net;
use crate::reactive::effect;
use crate::text::t;
use crate::view::toast::Toasts;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::DocumentPatch;
use shared::id::DocumentId;
use shared::limits::TITLE_CHARS_MAX;
use web_sys::KeyboardEvent;

/// The title; Enter goes on to the text, Escape takes back what was typed.
#[component]
pub fn DocumentTitle(
    /// Which document.
    id: DocumentId,
    /// As last told; none until it is known.
    title: Memo<Option<String>>,
    /// Whether the person may change it.
    writes: Memo<bool>,
) -> impl IntoView {
    let net: Net = expect_context();
    let toasts: Toasts = expect_context();
    let field = NodeRef::<html::Input>::new();
    let put_back = move || {
        if let Some(field) = field.get_untracked() {
            field.set_value(&title.get_untracked().unwrap_or_default());
        }
    };
    effect(move || {
        title.track();
        // What somebody is typing is theirs; the other title shows once they leave.
        let typing = field
            .get()
            .is_some_and(|field| document().active_element().as_ref() == Some(&field));
        if !typing {
            put_back();
        }
    });
    let change = move || {
        let Some(typed) = field.get_untracked().map(|field| field.value().trim().to_owned()) else {
            return;
        };
        if typed.is_empty() || title.with_untracked(|title| title.as_ref() == Some(&typed)) {
            return put_back();
        }
        spawn_local(async move {
            let patch = DocumentPatch {
                title: Some(typed),
                parent_id: None,
                after_id: None,
            };
            if let Err(error) = api::change_document(id, &patch).await {
                toasts.fail(&error);
                put_back();
            }
        });
    };
    let key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" if !event.is_composing() => {}
            "Escape" => put_back(),
            _ => return,
        }
        // Else the text, which has the focus then, takes the key as its own.
        event.prevent_default();
        net.focus_editor(id);
    };
    view! {
        <input
            class="document-title"
            type="text"
            node_ref=field
            aria-label=t("document-title")
            data-testid="document-title"
            maxlength=TITLE_CHARS_MAX.to_string()
            readonly=move || !writes.get()
            autocomplete="off"
            on:keydown=key
            on:blur=move |_| change()
        />
    }
}
