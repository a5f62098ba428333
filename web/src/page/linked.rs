//! Where a text leads by a name or a relative path, such as `[[Other note]]` or `[text](Other%20note.md)`: looked up when somebody goes there, among
//! the documents of the room, so that texts are never rewritten. What finds it is a part that is loaded.

use crate::directory::Directory;
use crate::location::{Location, query};
use crate::reactive::effect;
use crate::text::{t, t_with};
use crate::view::panels::PageHeader;
use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Document;
use shared::id::DocumentId;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    /// The page of the document that one means by an address; documents are told by four: id, the id of the one above, title, and the titles of
    /// before, a line each.
    #[wasm_bindgen(js_name = findLinked, catch)]
    async fn find_linked(documents: Array, from: &str, path: &str) -> Result<JsValue, JsValue>;
}

/// The page that leads on, or says that there is nothing.
#[component]
pub fn Linked() -> impl IntoView {
    let location = Location::here();
    let directory = Directory::here();
    let id = location.pathname.with_untracked(|path| {
        let rest = path.strip_prefix("/documents/")?;
        rest.strip_suffix("/linked")?.parse::<DocumentId>().ok()
    });
    let from = StoredValue::new(id.map(|id| id.to_string()).unwrap_or_default());
    let path = StoredValue::new(query("path").unwrap_or_default());
    let room = RwSignal::new(None);
    let shown = move || {
        let path = path.get_value();
        js_sys::decode_uri_component(&path).map_or(path, String::from)
    };
    let is_missing = RwSignal::new(id.is_none());
    if let Some(id) = id {
        let found = Callback::new(move |found: Document| {
            room.try_set(Some(found.room_id));
        });
        directory.find_document(id, found);
    }
    effect(move || {
        let Some(all) = room.get().and_then(|room| directory.documents(room).get()) else {
            return;
        };
        let documents = Array::new();
        for one in all {
            let parent = one.parent_id.map(|id| id.to_string()).unwrap_or_default();
            for word in [one.id.to_string(), parent, one.title, one.former_titles.join("\n")] {
                documents.push(&word.into());
            }
        }
        spawn_local(async move {
            let found = find_linked(documents, &from.get_value(), &path.get_value()).await;
            match found.ok().and_then(|found| found.as_string()) {
                // Somebody may have gone elsewhere meanwhile.
                Some(to) if !is_missing.is_disposed() => location.go_instead(&to),
                _ => drop(is_missing.try_set(true)),
            }
        });
    });
    view! {
        <PageHeader><span class="shell-title"></span></PageHeader>
        <main class="page no-access" data-testid="linked">
            <Show when=move || is_missing.get()>
                <h1 class="page-title">{t("linked-none")}</h1>
                <p class="soft">{t_with("linked-none-lead", [("path", shown())])}</p>
            </Show>
            <a class="button button-primary" href=format!("/documents/{}", from.get_value())>{t("linked-back")}</a>
        </main>
    }
}
