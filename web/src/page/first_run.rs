//! The first account of a new server, which administers it, and the first room with a document to try everything in.

use crate::api::{self, Answer};
use crate::directory::Directory;
use crate::store::{Account, Store};
use crate::text::{t, t_with};
use crate::view::account_form::AccountForm;
use crate::view::entry_card::EntryCard;
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::api::{DocumentCreate, Me, RoomCreate};

/// The document that teaches by being edited.
const WELCOME: &str = include_str!("../../locale/welcome.en.md");

/// Makes the first account.
#[component]
pub fn FirstRun() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    let toasts: Toasts = expect_context();
    let navigate = use_navigate();
    if store.account.get_untracked() == Account::Unknown {
        directory.refresh_account();
    }
    // Somebody who comes here later has an account to sign in with, or is signed in already.
    let registering = StoredValue::new(false);
    let elsewhere = navigate.clone();
    Effect::new(move || {
        let to = match store.account.get() {
            Account::SignedIn(_) => "/",
            Account::SignedOut if store.server.with(|s| s.ready().is_some_and(|server| !server.first_run)) => {
                "/sign-in"
            }
            Account::SignedOut | Account::Unknown => return,
        };
        if !registering.get_value() {
            elsewhere(
                to,
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    let done = Callback::new(move |me: Me| {
        registering.set_value(true);
        let navigate = navigate.clone();
        spawn_local(async move {
            let to = match make_first_room(&me).await {
                Ok(path) => path,
                Err(error) => {
                    // The account exists; everything else can be made by hand.
                    toasts.fail(&error);
                    "/".to_owned()
                }
            };
            directory.signed_in(me);
            navigate(
                &to,
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        });
    });
    view! {
        <EntryCard title=t("first-run-title") lead=t("first-run-lead")>
            <AccountForm action=t("first-run-action") done />
        </EntryCard>
    }
}

/// Makes the room and its document; answers where to go. A room that exists already is not made again.
async fn make_first_room(me: &Me) -> Answer<String> {
    if let Some(room) = api::rooms().await?.first() {
        return Ok(format!("/rooms/{}", room.id));
    }
    let room = api::create_room(&RoomCreate {
        name: t("first-room-name"),
    })
    .await?;
    let content = WELCOME.replace("{name}", &me.display_name);
    let title = t_with("welcome-title", [("name", me.display_name.as_str())]);
    let document = api::create_document(
        room.id,
        &DocumentCreate {
            title,
            content: Some(content),
        },
    )
    .await?;
    Ok(format!("/documents/{}", document.id))
}
