//! What stands around every page of somebody who is signed in: rooms and documents on the left, the page beside them.

use leptos::prelude::*;
use leptos_router::components::Outlet;

/// The left column, and the page beside it.
#[component]
pub fn Frame() -> impl IntoView {
    view! { <Outlet /> }
}
