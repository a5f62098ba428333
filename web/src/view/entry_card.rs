//! The one card of the pages for strangers: welcome, signing in, creating an account, an invite.

use crate::text::t;
use crate::view::title::use_title;
use leptos::prelude::*;

/// A card in the middle of an empty page.
#[component]
pub fn EntryCard(
    /// Its heading.
    #[prop(into)]
    title: String,
    /// A sentence below the heading.
    #[prop(optional, into)]
    lead: Option<String>,
    /// The rest.
    children: Children,
) -> impl IntoView {
    let name = title.clone();
    use_title(move || Some(name.clone()));
    view! {
        <main class="entry">
            <div class="entry-card">
                <p class="wordmark">"Inkling"</p>
                <div>
                    <h1 class="page-title">{title}</h1>
                    {lead.map(|lead| view! { <p class="entry-lead">{lead}</p> })}
                </div>
                {children()}
            </div>
            <p class="entry-foot tiny soft">{t("entry-foot")}</p>
        </main>
    }
}
