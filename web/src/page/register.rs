//! A new account, where the server is open to all. With an invite one registers on the invite's own page.

use crate::directory::Directory;
use crate::store::{Account, Store};
use crate::text::t;
use crate::view::account_form::AccountForm;
use crate::view::entry_card::EntryCard;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::api::Me;

/// A new account.
#[component]
pub fn Register() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    let navigate = use_navigate();
    if store.account.get_untracked() == Account::Unknown {
        directory.refresh_account();
    }
    Effect::new(move || {
        if matches!(store.account.get(), Account::SignedIn(_)) {
            navigate(
                "/",
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    view! {
        <EntryCard title=t("create-account")>
            <AccountForm action=t("create-account") done=move |me: Me| directory.signed_in(me) />
            <p class="small soft">{t("have-account")} " " <a href="/sign-in">{t("sign-in")}</a></p>
        </EntryCard>
    }
}
