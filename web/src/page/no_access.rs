//! Somebody is signed in and may not see this. The server does not tell whether it exists, and neither does this page.

use crate::directory::Directory;
use crate::text::{t, t_with};
use crate::view::entry_card::EntryCard;
use crate::view::icon::{Glyph, Icon, IconSize};
use leptos::prelude::*;

/// The page of its own.
#[component]
pub fn NoAccess() -> impl IntoView {
    view! {
        <EntryCard title=t("no-access-title") lead=t("no-access-lead")>
            <a class="button button-primary" href="/">{t("go-home")}</a>
        </EntryCard>
    }
}

/// The same within the frame, in place of a room or document.
#[component]
pub fn NoAccessHere() -> impl IntoView {
    let directory = Directory::here();
    let who = move || {
        directory
            .me()
            .map(|me| t_with("signed-in-as", [("name", me.display_name)]))
    };
    view! {
        <main class="page no-access" data-testid="no-access">
            <Icon glyph=Glyph::Lock size=IconSize::Large />
            <h1 class="page-title">{t("no-access-title")}</h1>
            <p class="soft">{t("no-access-lead")}</p>
            <p class="small soft">{who}</p>
            <a class="button button-primary" href="/">{t("go-home")}</a>
        </main>
    }
}
