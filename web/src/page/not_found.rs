//! There is nothing at this address.

use leptos::prelude::*;

/// There is nothing at this address.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <main><h1>"There is nothing here"</h1></main> }
}
