//! The fields of a new account, shared by the first run and by registration.

use crate::api;
use crate::directory::Directory;
use crate::text::t;
use crate::view::form::{Field, FormError, Submission, SubmitButton, Typed};
use leptos::prelude::*;
use shared::api::{Me, Register};
use shared::limits::{DISPLAY_NAME_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, USERNAME_CHARS_MAX};

const FIELDS: &[&str] = &["username", "password", "display_name"];

/// Asks for name and password and registers.
#[component]
pub fn AccountForm(
    /// The word on the button.
    #[prop(into)]
    action: String,
    /// Token of the invite that lets the person in.
    #[prop(optional_no_strip)]
    invite: Option<String>,
    /// Goes on with the new account, which is signed in.
    #[prop(into)]
    done: Callback<Me>,
) -> impl IntoView {
    let directory = Directory::here();
    let submission = Submission::idle();
    let submit = move |event| {
        let typed = Typed::of(&event);
        let body = Register {
            username: typed.get("username").trim().to_ascii_lowercase(),
            password: typed.get("password"),
            display_name: typed.trimmed("display_name"),
            invite: invite.clone(),
        };
        let entered = async move {
            directory.finish_leaving().await?;
            api::register(&body).await
        };
        submission.run(entered, move |me| {
            // The form may be gone by now, and the page with it.
            done.try_run(me);
        });
    };
    view! {
        <form class="form" on:submit=submit data-testid="account-form">
            <Field
                label=t("display-name")
                name="display_name"
                submission
                autocomplete="name"
                hint=t("display-name-hint")
                maxlength=DISPLAY_NAME_CHARS_MAX
                voluntary=true
                focused=true
            />
            <Field
                label=t("username")
                name="username"
                submission
                autocomplete="username"
                hint=t("username-hint")
                pattern="[A-Za-z0-9._\\-]+"
                maxlength=USERNAME_CHARS_MAX
            />
            <Field
                label=t("password")
                name="password"
                kind="password"
                submission
                autocomplete="new-password"
                hint=t("password-hint")
                minlength=PASSWORD_CHARS_MIN
                maxlength=PASSWORD_CHARS_MAX
            />
            <FormError submission fields=FIELDS />
            <SubmitButton label=action submission class="button button-primary button-wide" />
        </form>
    }
}
