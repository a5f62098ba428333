//! Where the tab is: which page its address names, and going elsewhere by links, by the browser's back and forward, and by the program itself.

use crate::reactive::memo;
use leptos::ev;
use leptos::prelude::*;
use std::str::FromStr;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, History, MouseEvent, Url, UrlSearchParams};

/// The pages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Making the first account.
    FirstRun,
    /// Signing in.
    SignIn,
    /// Making an account.
    Register,
    /// Where an invite leads.
    Invite,
    /// Not for this person.
    NoAccess,
    /// All rooms.
    Home,
    /// One room.
    Room,
    /// One document.
    Document,
    /// Where a document leads by a name.
    Linked,
    /// The account.
    Settings,
    /// What stands between browsers and the server.
    Doctor,
    /// Everybody's accounts.
    People,
    /// No page is at this address.
    Nowhere,
}

impl Page {
    /// The page of a path.
    fn at(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Home,
            (Some("welcome"), None, _) => Self::FirstRun,
            (Some("sign-in"), None, _) => Self::SignIn,
            (Some("register"), None, _) => Self::Register,
            (Some("no-access"), None, _) => Self::NoAccess,
            (Some("settings"), None, _) => Self::Settings,
            (Some("admin"), Some("doctor"), None) => Self::Doctor,
            (Some("admin"), Some("people"), None) => Self::People,
            (Some("invite"), Some(_), None) => Self::Invite,
            (Some("rooms"), Some(_), None) => Self::Room,
            (Some("documents"), Some(_), None) => Self::Document,
            (Some("documents"), Some(_), Some("linked")) => Self::Linked,
            _ => Self::Nowhere,
        }
    }

    /// Whether the frame of who is signed in stands around it.
    pub const fn is_framed(self) -> bool {
        matches!(
            self,
            Self::Home | Self::Room | Self::Document | Self::Linked | Self::Settings | Self::Doctor | Self::People
        )
    }
}

/// See the module. Provided as context at the root; copies are the same place.
#[derive(Clone, Copy)]
pub struct Location {
    /// The path of the address.
    pub pathname: RwSignal<String>,
    /// The page it names.
    pub page: Memo<Page>,
}

impl Location {
    /// Follows the address from now on; call it once, at the root.
    pub fn provide() -> Self {
        let pathname = RwSignal::new(path_now());
        let page = memo(move || pathname.with(|path| Page::at(path)));
        let location = Self { pathname, page };
        provide_context(location);
        // The handles would end the listening, which lasts as long as the tab.
        drop(window_event_listener(ev::popstate, move |_| location.arrive()));
        drop(window_event_listener(ev::click, move |event| {
            location.follow_link(&event);
        }));
        location
    }

    /// From the context.
    pub fn here() -> Self {
        expect_context()
    }

    /// What the path names after this beginning; tracked.
    pub fn named<T: FromStr>(self, beginning: &str) -> Option<T> {
        self.pathname
            .with(|path| path.strip_prefix(beginning)?.trim_end_matches('/').parse().ok())
    }

    /// Goes to an address of this site; the browser's back returns.
    pub fn go(self, to: &str) {
        if full_address_now() != to {
            self.step(to, History::push_state_with_url);
        }
    }

    /// Goes to an address of this site in place of the present one, which nobody wants to return to.
    pub fn go_instead(self, to: &str) {
        self.step(to, History::replace_state_with_url);
    }

    fn step(self, to: &str, step: fn(&History, &JsValue, &str, Option<&str>) -> Result<(), JsValue>) {
        let history = window().history().expect("a page has a history");
        if step(&history, &JsValue::NULL, "", Some(to)).is_ok() {
            self.arrive();
            window().scroll_to_with_x_and_y(0.0, 0.0);
        } else {
            // Some browsers refuse many steps in a short time; loading the page is always possible.
            drop(window().location().set_href(to));
        }
    }

    /// Shows what the address now names.
    fn arrive(self) {
        let path = path_now();
        if self.pathname.with_untracked(|before| *before != path) {
            self.pathname.set(path);
        }
    }

    /// Goes where a link of this site leads without loading the page again. Everything else is the browser's: other sites, other windows, and
    /// places within the page.
    fn follow_link(self, event: &MouseEvent) {
        let with_key = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
        if event.default_prevented() || event.button() != 0 || with_key {
            return;
        }
        let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(link) = pressed.and_then(|pressed| pressed.closest("a[href]").ok().flatten()) else {
            return;
        };
        let for_browser = link.has_attribute("download") || link.has_attribute("target");
        let here = window().location().href();
        // An address that cannot be read leads nowhere, as the browser will tell.
        let to = link.get_attribute("href").zip(here.ok()).and_then(|(to, here)| {
            let (to, here) = (Url::new_with_base(&to, &here).ok()?, Url::new(&here).ok()?);
            let within_page = !to.hash().is_empty() && to.pathname() == here.pathname() && to.search() == here.search();
            (to.origin() == here.origin() && !within_page).then_some(to)
        });
        if let (false, Some(to)) = (for_browser, to) {
            event.prevent_default();
            if to.pathname().starts_with("/api/") {
                // A file: no page of ours. Without another tab it takes this one.
                drop(window().open_with_url_and_target_and_features(&to.href(), "_blank", "noopener"));
                return;
            }
            self.go(&format!("{}{}{}", to.pathname(), to.search(), to.hash()));
        }
    }
}

/// The value of that name in what follows the path of the address, after `?`.
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

fn path_now() -> String {
    window().location().pathname().expect("a page knows its address")
}

fn full_address_now() -> String {
    let location = window().location();
    let parts = [location.pathname(), location.search(), location.hash()];
    parts.map(|part| part.expect("a page knows its address")).concat()
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn an_address_names_a_page_with_or_without_a_slash_at_its_end() {
        for (path, page) in [
            ("/", Page::Home),
            ("/welcome", Page::FirstRun),
            ("/sign-in", Page::SignIn),
            ("/register/", Page::Register),
            ("/invite/abc", Page::Invite),
            ("/no-access", Page::NoAccess),
            ("/rooms/1", Page::Room),
            ("/documents/1/", Page::Document),
            ("/documents/1/linked", Page::Linked),
            ("/settings", Page::Settings),
            ("/admin/doctor", Page::Doctor),
            ("/admin/people", Page::People),
        ] {
            assert_eq!(Page::at(path), page, "{path}");
        }
    }

    #[test]
    fn an_address_with_more_or_less_than_a_page_has_is_nowhere() {
        for path in [
            "/rooms",
            "/invite/",
            "/documents/1/2",
            "/settings/password",
            "/admin",
            "/else",
        ] {
            assert_eq!(Page::at(path), Page::Nowhere, "{path}");
        }
    }
}
