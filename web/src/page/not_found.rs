//! There is nothing at this address.

use crate::text::t;
use crate::view::entry_card::EntryCard;
use leptos::prelude::*;

/// There is nothing at this address.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <EntryCard title=t("not-found-title") lead=t("not-found-lead")>
            <a class="button button-primary" href="/">{t("go-home")}</a>
        </EntryCard>
    }
}
