//! What can be done with a document as a whole: taking it along as a file, and printing it.

use crate::net::Net;
use crate::text::t;
use crate::view::icon::{Glyph, Icon};
use crate::view::menu::MenuButton;
use leptos::prelude::*;
use shared::id::DocumentId;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    /// Hands what the address answers to the person as a page that needs nothing else.
    #[wasm_bindgen(js_name = downloadPage)]
    fn download_page(address: &str);
}

/// The menu at the end of a document's header.
#[component]
pub fn DocumentMenu(
    /// Which document.
    id: DocumentId,
    /// Its title, once it is known.
    title: Memo<Option<String>>,
) -> impl IntoView {
    let net: Net = expect_context();
    // What the address answers says how the file is called.
    let address = move |format: &str| format!("/api/v1/documents/{id}/export?format={format}");
    view! {
        <MenuButton label=t("take-document") testid="take-document">
            <a class="menu-item" href=address("md") download="">
                <Icon glyph=Glyph::Download />
                {t("export-markdown")}
            </a>
            <button class="menu-item" type="button" on:click=move |_| download_page(&address("html"))>
                <Icon glyph=Glyph::Download />
                {t("export-html")}
            </button>
            <button
                class="menu-item"
                type="button"
                on:click=move |_| title.with_untracked(|title| net.print(id, title.as_deref().unwrap_or("Inkling")))
            >
                <Icon glyph=Glyph::Printer />
                {t("print")}
            </button>
        </MenuButton>
    }
}
