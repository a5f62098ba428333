//! Where an invite leads: what it is for, and accepting it.

use leptos::prelude::*;

/// Where an invite leads: what it is for, and accepting it.
#[component]
pub fn Invite() -> impl IntoView {
    view! { <main><h1>"You are invited"</h1></main> }
}
