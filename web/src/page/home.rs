//! Rooms and recent documents.

use leptos::prelude::*;

/// Rooms and recent documents.
#[component]
pub fn Home() -> impl IntoView {
    view! { <main><h1>"Inkling"</h1></main> }
}
