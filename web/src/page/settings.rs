//! Profile, appearance, signed-in devices and tokens.

use leptos::prelude::*;

/// Profile, appearance, signed-in devices and tokens.
#[component]
pub fn Settings() -> impl IntoView {
    view! { <main><h1>"Settings"</h1></main> }
}
