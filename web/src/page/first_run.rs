//! The first account of a new server, which administers it.

use leptos::prelude::*;

/// The first account of a new server, which administers it.
#[component]
pub fn FirstRun() -> impl IntoView {
    view! { <main><h1>"Create the first account"</h1></main> }
}
