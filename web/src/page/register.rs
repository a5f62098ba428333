//! A new account, where the server is open to all. With an invite one registers on the invite's own page.

use crate::directory::Directory;
use crate::location::Location;
use crate::reactive::effect;
use crate::store::{Account, Store};
use crate::text::t;
use crate::view::account_form::AccountForm;
use crate::view::entry_card::EntryCard;
use leptos::prelude::*;
use shared::api::Me;

/// A new account.
#[component]
pub fn Register() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    let location = Location::here();
    if store.account.get_untracked() == Account::Unknown {
        directory.refresh_account();
    }
    effect(move || {
        if matches!(store.account.get(), Account::SignedIn(_)) {
            location.go_instead("/");
        }
    });
    view! {
        <EntryCard title=t("create-account")>
            <AccountForm action=t("create-account") done=move |me: Me| directory.signed_in(me) />
            <p class="small soft">{t("have-account")} " " <a href="/sign-in">{t("sign-in")}</a></p>
        </EntryCard>
    }
}
