//! Signing in.

use leptos::prelude::*;

/// Signing in.
#[component]
pub fn SignIn() -> impl IntoView {
    view! { <main><h1>"Sign in"</h1></main> }
}
