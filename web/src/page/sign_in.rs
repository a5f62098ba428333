//! Signing in.

use crate::api::{self, ApiError};
use crate::directory::Directory;
use crate::location::{Location, query};
use crate::reactive::effect;
use crate::store::{Account, Store};
use crate::text::t;
use crate::view::entry_card::EntryCard;
use crate::view::form::{Field, FormError, Submission, SubmitButton, Typed};
use crate::view::tray::rescued::show_unsent;
use leptos::html;
use leptos::prelude::*;
use shared::api::Login;
use shared::error::ErrorCode;

/// Where to go after signing in: a path of this site, whatever the address says.
pub fn next_path(next: Option<String>) -> String {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'))
        .unwrap_or_else(|| "/".to_owned())
}

/// Signing in.
#[component]
pub fn SignIn() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    let location = Location::here();
    let submission = Submission::idle();
    let unsent = NodeRef::<html::Div>::new();
    if store.account.get_untracked() == Account::Unknown {
        directory.refresh_account();
    }
    effect(move || {
        let first_run = store
            .server
            .with(|server| server.ready().is_some_and(|server| server.first_run));
        let to = match store.account.get() {
            Account::SignedIn(_) => next_path(query("next")),
            Account::SignedOut if first_run => "/welcome".to_owned(),
            Account::SignedOut | Account::Unknown => return,
        };
        location.go_instead(&to);
    });
    let submit = move |event| {
        let typed = Typed::of(&event);
        let body = Login {
            username: typed.get("username").trim().to_ascii_lowercase(),
            password: typed.get("password"),
        };
        let entered = async move {
            directory.finish_leaving().await?;
            let answer = api::login(&body).await;
            let is_suspended = |error: &ApiError| error.code() == Some(ErrorCode::AccountSuspended);
            // The password was right: what they have not sent is theirs to see.
            if answer.as_ref().is_err_and(is_suspended)
                && let (Some(user), Some(place)) = (directory.left_here(&body.username), unsent.get_untracked())
            {
                show_unsent(user, &place).await;
            }
            answer
        };
        submission.run(entered, move |me| directory.signed_in(me));
    };
    let may_register = move || {
        store
            .server
            .with(|server| server.ready().is_some_and(|server| server.registration == "open"))
    };
    view! {
        <EntryCard title=t("sign-in")>
            <Show when=move || directory.leaving.get()>
                <p class="notice-block" role="status" data-testid="leaving">{t("leaving")}</p>
            </Show>
            <form class="form" on:submit=submit data-testid="sign-in-form">
                <Field label=t("username") name="username" submission autocomplete="username" focused=true />
                <Field
                    label=t("password")
                    name="password"
                    kind="password"
                    submission
                    autocomplete="current-password"
                />
                <FormError submission fields=&["username", "password"] />
                <SubmitButton label=t("sign-in") submission class="button button-primary button-wide" />
            </form>
            <div node_ref=unsent></div>
            <p class="small soft">
                {move || {
                    if may_register() {
                        view! { {t("no-account-yet")} " " <a href="/register">{t("create-account")}</a> }.into_any()
                    } else {
                        t("invite-needed").into_any()
                    }
                }}
            </p>
        </EntryCard>
    }
}

#[cfg(test)]
mod tests {
    use super::next_path;

    #[test]
    fn one_is_never_sent_to_another_site() {
        assert_eq!(next_path(Some("/documents/1".to_owned())), "/documents/1");
        for elsewhere in [
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(next_path(Some(elsewhere.to_owned())), "/", "{elsewhere}");
        }
        assert_eq!(next_path(None), "/");
    }
}
