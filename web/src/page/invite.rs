//! Where an invite leads: what it is for, and accepting it, with the account one has or a new one.

use crate::api;
use crate::directory::{Directory, Listing};
use crate::location::Location;
use crate::store::{Account, Store};
use crate::text::{t, t_with};
use crate::view::account_form::AccountForm;
use crate::view::entry_card::EntryCard;
use crate::view::form::{FormError, Submission, SubmitButton, Typed};
use crate::view::role_name::role_sentence;
use leptos::prelude::*;
use shared::api::{InvitePreview, Me};

/// Where an invite leads.
#[component]
pub fn Invite() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    // The address names an invite, or this page would not be shown.
    let token = untrack(|| Location::here().named::<String>("/invite/")).unwrap_or_default();
    let preview = Listing::<InvitePreview>::waiting();
    let asked = token.clone();
    preview.refresh(move || {
        let token = asked.clone();
        async move { api::invite_preview(&token).await }
    });
    if store.account.get_untracked() == Account::Unknown {
        directory.refresh_account();
    }
    let token = StoredValue::new(token);
    move || {
        if preview.state.with(|state| state.failure().is_some()) {
            return view! {
                <EntryCard title=t("invite-broken-title") lead=t("invite-broken-lead")>
                    <a class="button" href="/">{t("go-home")}</a>
                </EntryCard>
            }
            .into_any();
        }
        let Some(preview) = preview.get() else {
            return ().into_any();
        };
        let lead = format!(
            "{} {}",
            t_with("invited-by", [("name", preview.invited_by.as_str())]),
            role_sentence(preview.role)
        );
        let rest = match store.account.get() {
            Account::SignedIn(me) => view! { <Accept token=token.get_value() me /> }.into_any(),
            Account::SignedOut => view! { <Join token=token.get_value() /> }.into_any(),
            Account::Unknown => ().into_any(),
        };
        view! {
            <EntryCard title=t_with("invited-to", [("room", preview.room_name.as_str())]) lead>
                {rest}
            </EntryCard>
        }
        .into_any()
    }
}

/// Somebody who is signed in joins with one press.
#[component]
fn Accept(token: String, me: Me) -> impl IntoView {
    let directory = Directory::here();
    let location = Location::here();
    let submission = Submission::idle();
    let submit = move |event| {
        Typed::of(&event);
        let token = token.clone();
        submission.run(async move { api::accept_invite(&token).await }, move |room| {
            directory.refresh_rooms();
            location.go(&format!("/rooms/{}", room.id));
        });
    };
    view! {
        <form class="form" on:submit=submit data-testid="accept-form">
            <p class="small soft">{t_with("signed-in-as", [("name", me.display_name)])}</p>
            <FormError submission />
            <SubmitButton label=t("join-room") submission class="button button-primary button-wide" />
        </form>
    }
}

/// A stranger makes an account, which joins the room, or signs in first.
#[component]
fn Join(token: String) -> impl IntoView {
    let directory = Directory::here();
    let location = Location::here();
    let sign_in = format!(
        "/sign-in?next={}",
        String::from(js_sys::encode_uri_component(&format!("/invite/{token}")))
    );
    let done = Callback::new(move |me: Me| {
        leptos::task::spawn_local(async move {
            // The account's one room is the one it was invited to.
            let room = api::rooms()
                .await
                .ok()
                .and_then(|rooms| rooms.first().map(|room| room.id));
            directory.signed_in(me);
            let to = room.map_or_else(|| "/".to_owned(), |room| format!("/rooms/{room}"));
            location.go(&to);
        });
    });
    view! {
        <AccountForm action=t("create-account-and-join") invite=Some(token) done />
        <p class="small soft">{t("have-account")} " " <a href=sign_in>{t("sign-in")}</a></p>
    }
}
