//! A new account.

use leptos::prelude::*;

/// A new account.
#[component]
pub fn Register() -> impl IntoView {
    view! { <main><h1>"Create an account"</h1></main> }
}
