//! Somebody is signed in and may not see this.

use leptos::prelude::*;

/// Somebody is signed in and may not see this.
#[component]
pub fn NoAccess() -> impl IntoView {
    view! { <main><h1>"This is not shared with you"</h1></main> }
}
