//! The pages, and what all of them share.

use crate::appearance::Appearance;
use crate::directory::Directory;
use crate::location::{Location, Page};
use crate::net::Net;
use crate::page;
use crate::reactive::{effect_after, memo};
use crate::store::{Account, Connection, Store};
use crate::view::markdown::reader::Reader;
use crate::view::release::ReleaseLine;
use crate::view::sign_out::{SignOutQuestion, provide_sign_out};
use crate::view::time::Clock;
use crate::view::toast::{ToastList, Toasts};
use leptos::prelude::*;
use shared::error::ErrorCode;
use web_sys::wasm_bindgen::JsCast as _;

/// Puts the pages where the outline of the page was.
pub fn mount() {
    let place = document()
        .get_element_by_id("app")
        .expect("the shell page has this element")
        .unchecked_into::<web_sys::HtmlElement>();
    place.set_text_content(None);
    place
        .remove_attribute("aria-busy")
        .expect("removing an attribute cannot fail");
    leptos::mount::mount_to(place, App).forget();
}

/// The whole tab.
#[component]
fn App() -> impl IntoView {
    let location = Location::provide();
    let store = Store::provide();
    let directory = Directory::provide(store);
    Net::provide(store, move |place, change| directory.heard(place, change));
    follow_connection(store, directory);
    Appearance::provide();
    Clock::provide();
    Reader::provide();
    Toasts::provide();
    provide_sign_out();
    // The frame stays while the pages in it change.
    let alone = memo(move || Some(location.page.get()).filter(|page| !page.is_framed()));
    view! {
        {move || match alone.get() {
            None => view! { <page::frame::Frame /> }.into_any(),
            Some(Page::FirstRun) => view! { <page::first_run::FirstRun /> }.into_any(),
            Some(Page::SignIn) => view! { <page::sign_in::SignIn /> }.into_any(),
            Some(Page::Register) => view! { <page::register::Register /> }.into_any(),
            Some(Page::Invite) => view! { <page::invite::Invite /> }.into_any(),
            Some(Page::NoAccess) => view! { <page::no_access::NoAccess /> }.into_any(),
            Some(_) => view! { <page::not_found::NotFound /> }.into_any(),
        }}
        <SignOutQuestion />
        <ToastList />
        <ReleaseLine />
    }
}

/// A socket that is refused does not say why, and hints are missed while it is away: the HTTP API is asked instead.
fn follow_connection(store: Store, directory: Directory) {
    effect_after(move |was_away: Option<bool>| {
        let connection = store.connection.get();
        let signed_in = store
            .account
            .with_untracked(|account| matches!(account, Account::SignedIn(_)));
        match connection {
            // Who one is changes nothing about this.
            Connection::Stopped(ErrorCode::UnsupportedVersion) => true,
            Connection::Offline | Connection::Stopped(_) => {
                if signed_in {
                    directory.refresh_account();
                }
                true
            }
            Connection::Online => {
                if was_away == Some(true) {
                    directory.refresh_all();
                }
                false
            }
            Connection::Idle | Connection::Connecting => was_away.unwrap_or(false),
        }
    });
}
