//! The pages for whoever administers the server. Each is a part of the program that is loaded when it is opened.

use crate::directory::Directory;
use crate::reactive::memo;
use crate::text::t;
use crate::view::loaded::Loaded;
use crate::view::title::use_title;
use crate::view::titled_page::TitledPage;
use leptos::prelude::*;

/// For everybody else there is nothing here.
#[component]
pub fn Administration(
    /// The last part of its address, and what it is called in the catalogue.
    name: &'static str,
) -> impl IntoView {
    let directory = Directory::here();
    let administers = memo(move || directory.me().is_some_and(|me| me.administrator));
    move || {
        if administers.get() {
            view! { <Opened name /> }.into_any()
        } else {
            view! { <NothingHere /> }.into_any()
        }
    }
}

/// As if there were no such page.
#[component]
fn NothingHere() -> impl IntoView {
    view! {
        <main class="page no-access">
            <h1 class="page-title">{t("not-found-title")}</h1>
            <p class="soft">{t("not-found-lead")}</p>
            <a class="button button-primary" href="/">{t("go-home")}</a>
        </main>
    }
}

#[component]
fn Opened(name: &'static str) -> impl IntoView {
    use_title(move || Some(t(name)));
    view! {
        <TitledPage title=t(name).into_any() testid=name>
            <Loaded name />
        </TitledPage>
    }
}
