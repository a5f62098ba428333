//! The first account of a new server, which administers it. The server makes a first room with a document to try everything in.

use crate::api::{self, Answer};
use crate::directory::Directory;
use crate::location::Location;
use crate::reactive::effect;
use crate::store::{Account, Store};
use crate::text::t;
use crate::view::account_form::AccountForm;
use crate::view::entry_card::EntryCard;
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Me;

/// Makes the first account.
#[component]
pub fn FirstRun() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    let toasts: Toasts = expect_context();
    let location = Location::here();
    if store.account.get_untracked() == Account::Unknown {
        directory.refresh_account();
    }
    // Somebody who comes here later has an account to sign in with, or is signed in already.
    let registering = StoredValue::new(false);
    effect(move || {
        let to = match store.account.get() {
            Account::SignedIn(_) => "/",
            Account::SignedOut if store.server.with(|s| s.ready().is_some_and(|server| !server.first_run)) => {
                "/sign-in"
            }
            Account::SignedOut | Account::Unknown => return,
        };
        if !registering.get_value() {
            location.go_instead(to);
        }
    });
    let done = Callback::new(move |me: Me| {
        registering.set_value(true);
        spawn_local(async move {
            let to = match first_place().await {
                Ok(path) => path,
                Err(error) => {
                    // The account exists; home shows what there is.
                    toasts.fail(&error);
                    "/".to_owned()
                }
            };
            directory.signed_in(me);
            location.go_instead(&to);
        });
    });
    view! {
        <EntryCard title=t("first-run-title") lead=t("first-run-lead")>
            <AccountForm action=t("first-run-action") done />
        </EntryCard>
    }
}

/// The document that the server made to try everything in, or as near to it as there is.
async fn first_place() -> Answer<String> {
    let Some(room) = api::rooms().await?.into_iter().next() else {
        return Ok("/".to_owned());
    };
    let documents = api::documents(room.id).await?;
    Ok(documents.first().map_or_else(
        || format!("/rooms/{}", room.id),
        |document| format!("/documents/{}", document.id),
    ))
}
