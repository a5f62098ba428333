//! A page about no room or document: one column under its title.

use crate::view::panels::PageHeader;
use leptos::prelude::*;

/// See the module.
#[component]
pub fn TitledPage(
    /// The title.
    title: AnyView,
    /// How tests find it.
    testid: &'static str,
    /// What stands below.
    children: Children,
) -> impl IntoView {
    view! {
        <PageHeader>
            <span class="shell-title"></span>
        </PageHeader>
        <main class="shell-scroll" data-testid=testid>
            <div class="page">
                <h1 class="page-title">{title}</h1>
                {children()}
            </div>
        </main>
    }
}
