//! Changing the password, which signs out every other device.

use super::Part;
use crate::api;
use crate::directory::Directory;
use crate::text::t;
use crate::view::form::{Field, FormError, Meaning, Submission, SubmitButton, Typed};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use shared::api::PasswordChange;
use shared::error::ErrorCode;
use shared::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};

/// Asks for the present and the next password.
#[component]
pub fn Password() -> impl IntoView {
    let directory = Directory::here();
    let toasts: Toasts = expect_context();
    let submission = Submission::idle().meaning(Meaning {
        code: ErrorCode::InvalidCredentials,
        field: "current_password",
        message: "wrong-current-password",
    });
    let username = untrack(|| directory.me()).map(|me| me.username).unwrap_or_default();
    // The form is made anew after a change: passwords do not stay in the page.
    let round = RwSignal::new(0_u32);
    let submit = move |event| {
        let typed = Typed::of(&event);
        let body = PasswordChange {
            current_password: typed.get("current_password"),
            new_password: typed.get("new_password"),
            revoke_tokens: typed.has("revoke_tokens"),
        };
        let done = if body.revoke_tokens {
            "password-changed-tokens"
        } else {
            "password-changed"
        };
        submission.run(async move { api::change_password(&body).await }, move |()| {
            round.update(|round| *round += 1);
            toasts.show(t(done));
        });
    };
    view! {
        <Part id="settings-password" title=t("password") lead=t("password-lead")>
            {move || {
                round.track();
                view! {
                    <form class="form form-narrow" on:submit=submit data-testid="password-form">
                        // Password managers look for the name that the password belongs to.
                        <input type="text" name="username" autocomplete="username" value=username.clone() hidden readonly />
                        <Field
                            label=t("current-password")
                            name="current_password"
                            kind="password"
                            submission
                            autocomplete="current-password"
                        />
                        <Field
                            label=t("new-password")
                            name="new_password"
                            kind="password"
                            submission
                            autocomplete="new-password"
                            hint=t("password-hint")
                            minlength=PASSWORD_CHARS_MIN
                            maxlength=PASSWORD_CHARS_MAX
                        />
                        <div class="field">
                            <label class="check">
                                <input type="checkbox" name="revoke_tokens" aria-describedby="revoke-tokens-hint" />
                                <span>{t("revoke-tokens")}</span>
                            </label>
                            <p class="field-hint" id="revoke-tokens-hint">{t("revoke-tokens-hint")}</p>
                        </div>
                        <FormError submission fields=&["current_password", "new_password"] />
                        <div><SubmitButton label=t("change-password") submission class="button" /></div>
                    </form>
                }
            }}
        </Part>
    }
}
