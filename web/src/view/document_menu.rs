//! What can be done with a document as a whole: taking it along as a file, and printing it.

use crate::net::Net;
use crate::text::t;
use crate::view::icon::{Glyph, Icon};
use crate::view::menu::MenuButton;
use leptos::prelude::*;
use shared::id::DocumentId;

/// The menu at the end of a document's header.
#[component]
pub fn DocumentMenu(
    /// Which document.
    id: DocumentId,
    /// Its title, once it is known.
    title: Memo<Option<String>>,
) -> impl IntoView {
    let net: Net = expect_context();
    let file = move |format: &str, label: &str| {
        let address = format!("/api/v1/documents/{id}/export?format={format}");
        // What the address answers says how the file is called.
        view! {
            <a class="menu-item" href=address download="">
                <Icon glyph=Glyph::Download />
                {t(label)}
            </a>
        }
    };
    view! {
        <MenuButton label=t("take-document") testid="take-document">
            {file("md", "export-markdown")}
            {file("html", "export-html")}
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
