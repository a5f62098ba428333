//! The routes, and what all pages share.

use crate::appearance::Appearance;
use crate::directory::Directory;
use crate::net::Net;
use crate::page;
use crate::store::{Account, Connection, Store};
use crate::view::markdown::reader::Reader;
use crate::view::sign_out::{SignOutQuestion, provide_sign_out};
use crate::view::time::Clock;
use crate::view::toast::{ToastList, Toasts};
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;
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
    let store = Store::provide();
    let directory = Directory::provide(store);
    Net::provide(store, move |place, change| directory.heard(place, change));
    follow_connection(store, directory);
    Appearance::provide();
    Clock::provide();
    Reader::provide();
    Toasts::provide();
    provide_sign_out();
    view! {
        <Router>
            <Routes fallback=page::not_found::NotFound>
                <Route path=path!("/welcome") view=page::first_run::FirstRun />
                <Route path=path!("/sign-in") view=page::sign_in::SignIn />
                <Route path=path!("/register") view=page::register::Register />
                <Route path=path!("/invite/:token") view=page::invite::Invite />
                <Route path=path!("/no-access") view=page::no_access::NoAccess />
                <ParentRoute path=path!("") view=page::frame::Frame>
                    <Route path=path!("/") view=page::home::Home />
                    <Route path=path!("/rooms/:room_id") view=page::room::Room />
                    <Route path=path!("/documents/:document_id") view=page::document::Document />
                    <Route path=path!("/settings") view=page::settings::Settings />
                </ParentRoute>
            </Routes>
        </Router>
        <SignOutQuestion />
        <ToastList />
    }
}

/// A socket that is refused does not say why, and hints are missed while it is away: the HTTP API is asked instead.
fn follow_connection(store: Store, directory: Directory) {
    Effect::new(move |was_away: Option<bool>| {
        let connection = store.connection.get();
        let signed_in = store
            .account
            .with_untracked(|account| matches!(account, Account::SignedIn(_)));
        match connection {
            Connection::Offline | Connection::Stopped(_) => {
                if signed_in {
                    directory.refresh_account();
                }
                true
            }
            Connection::Online => {
                if was_away == Some(true) {
                    directory.refresh_rooms();
                    if let Some(room) = store.open_room.get_untracked() {
                        directory.refresh_documents(room);
                        directory.refresh_members(room);
                    }
                }
                false
            }
            Connection::Idle | Connection::Connecting => was_away.unwrap_or(false),
        }
    });
}
