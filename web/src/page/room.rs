//! Documents, members and the conversation of one room.

use leptos::prelude::*;

/// Documents, members and the conversation of one room.
#[component]
pub fn Room() -> impl IntoView {
    view! { <main><h1>"Room"</h1></main> }
}
