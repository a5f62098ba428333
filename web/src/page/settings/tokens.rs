//! Tokens for scripts and other programs; each is shown once.

use super::Part;
use crate::api;
use crate::directory::Listing;
use crate::text::{t, t_with};
use crate::view::each::Each;
use crate::view::form::{CopyRow, Field, FormError, Submission, SubmitButton, Typed};
use crate::view::icon::{Glyph, Icon, IconSize};
use crate::view::time::{Ago, date, parse};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Token, TokenCreate, TokenCreated};
use uuid::Uuid;

/// How long a token may work, days; none is for good.
const LIFETIMES: [(Option<u32>, &str); 4] = [
    (Some(30), "for-a-month"),
    (Some(90), "for-three-months"),
    (Some(365), "for-a-year"),
    (None, "for-good"),
];

/// Makes, lists and revokes tokens.
#[component]
pub fn Tokens() -> impl IntoView {
    let toasts: Toasts = expect_context();
    let listing = Listing::<Vec<Token>>::waiting();
    let refresh = move || listing.refresh(api::tokens);
    refresh();
    let submission = Submission::idle();
    let made = RwSignal::new(None::<TokenCreated>);
    let submit = move |event| {
        let typed = Typed::of(&event);
        let Some(name) = typed.trimmed("name") else { return };
        let body = TokenCreate {
            name,
            expires_in_days: typed.get("expires_in_days").parse().ok(),
            document_id: None,
        };
        submission.run(async move { api::create_token(&body).await }, move |token| {
            made.set(Some(token));
            refresh();
        });
    };
    let revoke = Callback::new(move |id: Uuid| {
        spawn_local(async move {
            match api::revoke_token(id).await {
                Ok(()) => {
                    made.update(|made| *made = made.take().filter(|made| made.id != id));
                    toasts.show(t("token-revoked"));
                }
                Err(error) => toasts.fail(&error),
            }
            refresh();
        });
    });
    view! {
        <Part id="settings-tokens" title=t("tokens") lead=t("tokens-lead")>
            <form class="form" on:submit=submit data-testid="token-form">
                <div class="field-row">
                    <Field label=t("token-name") name="name" submission placeholder=t("token-name-example") maxlength=80 />
                    <div class="field">
                        <label class="field-label" for="token-lifetime">{t("token-works")}</label>
                        <select class="input" id="token-lifetime" name="expires_in_days">
                            {LIFETIMES
                                .iter()
                                .map(|(days, name)| {
                                    let value = days.map(|days| days.to_string()).unwrap_or_default();
                                    view! { <option value=value>{t(name)}</option> }
                                })
                                .collect_view()}
                        </select>
                    </div>
                    <SubmitButton label=t("token-create") submission class="button" />
                </div>
                <FormError submission fields=&["name"] />
            </form>
            {move || {
                made.get()
                    .map(|made| {
                        view! {
                            <div class="notice-block" role="status" data-testid="token-made">
                                <p class="small">{t("token-once")}</p>
                                <CopyRow label=t("token") value=made.token />
                            </div>
                        }
                    })
            }}
            <ul class="rows" data-testid="tokens">
                <Each
                    each=move || listing.get().unwrap_or_default()
                    key=|token| (token.id, token.last_used_at.clone())
                    let:token
                >
                    <TokenRow token revoke />
                </Each>
            </ul>
        </Part>
    }
}

#[component]
fn TokenRow(token: Token, revoke: Callback<Uuid>) -> impl IntoView {
    let id = token.id;
    let until = token
        .expires_at
        .as_deref()
        .map_or_else(|| t("for-good"), |at| t_with("until", [("date", date(parse(at)))]));
    let used = token.last_used_at.as_deref().map(parse);
    view! {
        <li class="row row-person" data-testid="token">
            <Icon glyph=Glyph::Key size=IconSize::Large />
            <span class="row-two">
                <span class="ellipsis">{token.name}</span>
                <span class="tiny soft">
                    {until}
                    " · "
                    {match used {
                        Some(at) => view! { {t("last-used")} " " <Ago at_ms=at /> }.into_any(),
                        None => t("never-used").into_any(),
                    }}
                </span>
            </span>
            <button class="button button-quiet" type="button" data-testid="revoke-token" on:click=move |_| revoke.run(id)>
                {t("revoke")}
            </button>
        </li>
    }
}
