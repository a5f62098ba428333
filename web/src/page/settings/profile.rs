//! The name that others see.

use super::Part;
use crate::api;
use crate::directory::Directory;
use crate::store::Account;
use crate::text::{t, t_with};
use crate::view::form::{Field, FormError, Submission, SubmitButton, Typed};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use shared::api::MePatch;
use shared::limits::DISPLAY_NAME_CHARS_MAX;

/// Asks for the display name.
#[component]
pub fn Profile() -> impl IntoView {
    let directory = Directory::here();
    let toasts: Toasts = expect_context();
    let submission = Submission::idle();
    let me = untrack(|| directory.me());
    let username = me.as_ref().map(|me| me.username.clone()).unwrap_or_default();
    let name = me.map(|me| me.display_name).unwrap_or_default();
    let submit = move |event| {
        let display_name = Typed::of(&event).trimmed("display_name");
        submission.run(
            async move { api::change_me(&MePatch { display_name }).await },
            move |me| {
                directory.store.account.set(Account::SignedIn(me));
                toasts.show(t("profile-saved"));
            },
        );
    };
    view! {
        <Part id="settings-profile" title=t("profile") lead=t_with("signed-in-username", [("username", username)])>
            <form class="form form-narrow" on:submit=submit data-testid="profile-form">
                <Field
                    label=t("display-name")
                    name="display_name"
                    submission
                    autocomplete="name"
                    maxlength=DISPLAY_NAME_CHARS_MAX
                    value=name
                />
                <FormError submission fields=&["display_name"] />
                <div><SubmitButton label=t("save") submission class="button" /></div>
            </form>
        </Part>
    }
}
