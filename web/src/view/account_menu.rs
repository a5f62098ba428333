//! The account at the foot of the left column: settings, appearance, shortcuts, signing out.

use crate::directory::Directory;
use crate::location::Location;
use crate::text::{t, t_with};
use crate::view::avatar::Avatar;
use crate::view::icon::{Glyph, Icon};
use crate::view::menu::{MenuButton, MenuItem};
use crate::view::palette::command;
use crate::view::sign_out::use_sign_out;
use leptos::prelude::*;

/// Who is signed in, and what they can do about it.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let directory = Directory::here();
    let sign_out = use_sign_out();
    let location = Location::here();
    let face = move || {
        directory.me().map(|me| {
            view! {
                <Avatar user=me.id name=me.display_name.clone() />
                <span class="ellipsis">{me.display_name}</span>
            }
        })
    };
    let label = move || {
        t_with(
            "account-menu",
            [("name", directory.me().map(|me| me.display_name).unwrap_or_default())],
        )
    };
    let go = move |path: &'static str| Callback::new(move |()| location.go(path));
    view! {
        <div class="side-foot">
            <MenuButton label=Signal::derive(label) class="side-account" testid="account-menu" face=ViewFn::from(move || face)>
                <MenuItem label=t("home") glyph=Glyph::Home choose=go("/") />
                <MenuItem label=t("settings") glyph=Glyph::Settings choose=go("/settings") />
                <Show when=move || directory.me().is_some_and(|me| me.administrator)>
                    <MenuItem label=t("doctor") glyph=Glyph::Done choose=go("/admin/doctor") />
                    <MenuItem label=t("people") glyph=Glyph::Users choose=go("/admin/people") />
                </Show>
                <MenuItem
                    label=t("switch-theme")
                    glyph=Glyph::Moon
                    choose=move |()| command("switch-theme")
                />
                <MenuItem label=t("shortcuts") glyph=Glyph::Keyboard choose=move |()| command("shortcuts") />
                <hr />
                <MenuItem label=t("sign-out") glyph=Glyph::LogOut choose=sign_out />
            </MenuButton>
            <a class="button-icon" href="/settings" aria-label=t("settings") title=t("settings")>
                <Icon glyph=Glyph::Settings />
            </a>
        </div>
    }
}
