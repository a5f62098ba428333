//! One document: the text, who is here, and whether it is saved.

use leptos::prelude::*;

/// One document: the text, who is here, and whether it is saved.
#[component]
pub fn Document() -> impl IntoView {
    view! { <main><h1>"Document"</h1></main> }
}
