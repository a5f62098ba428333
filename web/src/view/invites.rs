//! Links into a room: making one, which is shown this once, and taking it back.

use crate::api;
use crate::directory::{Directory, Listing};
use crate::reactive::effect;
use crate::text::{t, t_with};
use crate::view::each::Each;
use crate::view::form::{CopyRow, Field, FormError, Submission, SubmitButton, Typed};
use crate::view::icon::{Glyph, Icon};
use crate::view::role_name::{role_name, role_of};
use crate::view::time::{Clock, date, parse};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Invite, InviteCreate};
use shared::id::RoomId;
use shared::wire::Role;

/// How long a link may work, hours, and what that is called.
const LIFETIMES: [(u32, &str); 4] = [
    (24, "for-a-day"),
    (168, "for-a-week"),
    (720, "for-a-month"),
    (8_760, "for-a-year"),
];

/// Chosen at first: long enough to find the mail again, short enough to be forgotten.
const LIFETIME_DEFAULT: u32 = 168;

/// Makes, lists and revokes links.
#[component]
pub fn Invites(
    /// Where they lead.
    room: RoomId,
) -> impl IntoView {
    let toasts: Toasts = expect_context();
    let listing = Listing::<Vec<Invite>>::waiting();
    let refresh = move || listing.refresh(move || api::invites(room));
    // Whoever has come has used one.
    let members = Directory::here().members(room).state;
    effect(move || {
        members.track();
        untrack(refresh);
    });
    let submission = Submission::idle();
    let made = RwSignal::new(None::<String>);
    let submit = move |event| {
        let typed = Typed::of(&event);
        let body = InviteCreate {
            role: role_of(&typed.get("role")).unwrap_or(Role::Editor),
            expires_in_hours: typed.get("expires_in_hours").parse().ok(),
            max_uses: typed.get("max_uses").parse().ok(),
        };
        submission.run(async move { api::create_invite(room, &body).await }, move |invite| {
            made.set(Some(invite.url));
            refresh();
        });
    };
    let revoke = Callback::new(move |invite: uuid::Uuid| {
        spawn_local(async move {
            match api::revoke_invite(room, invite).await {
                Ok(()) => toasts.show(t("invite-revoked")),
                Err(error) => toasts.fail(&error),
            }
            refresh();
        });
    });
    view! {
        <section class="section" aria-labelledby="room-invites">
            <div class="section-head">
                <h2 class="section-title" id="room-invites">{t("invites")}</h2>
            </div>
            <p class="section-lead">{t("invites-lead")}</p>
            <form class="form" on:submit=submit data-testid="invite-form">
                <div class="field-row">
                    <div class="field">
                        <label class="field-label" for="invite-role">{t("invite-may")}</label>
                        <select class="input" id="invite-role" name="role">
                            <option value="editor">{t("invite-may-write")}</option>
                            <option value="viewer">{t("invite-may-read")}</option>
                        </select>
                    </div>
                    <div class="field">
                        <label class="field-label" for="invite-lifetime">{t("invite-works")}</label>
                        <select class="input" id="invite-lifetime" name="expires_in_hours">
                            {LIFETIMES
                                .iter()
                                .map(|(hours, name)| {
                                    view! {
                                        <option value=hours.to_string() selected=*hours == LIFETIME_DEFAULT>{t(name)}</option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    </div>
                    <Field
                        label=t("invite-uses")
                        name="max_uses"
                        kind="number"
                        submission
                        placeholder=t("invite-uses-unlimited")
                        voluntary=true
                    />
                </div>
                <FormError submission fields=&["max_uses"] />
                <div class="form-actions">
                    <SubmitButton label=t("invite-create") submission />
                </div>
            </form>
            {move || {
                made.get()
                    .map(|url| {
                        view! {
                            <div class="notice-block" role="status">
                                <p class="small">{t("invite-made")}</p>
                                <CopyRow label=t("invite-link") value=url />
                            </div>
                        }
                    })
            }}
            <ul class="rows" data-testid="invites">
                <Each
                    each=move || listing.get().unwrap_or_default()
                    key=|invite| (invite.id, invite.use_count)
                    let:invite
                >
                    <InviteRow invite revoke />
                </Each>
            </ul>
        </section>
    }
}

#[component]
fn InviteRow(invite: Invite, revoke: Callback<uuid::Uuid>) -> impl IntoView {
    let clock: Clock = expect_context();
    let id = invite.id;
    let uses = match invite.max_uses {
        Some(max) => t_with("invite-used-of", [("count", invite.use_count), ("max", max)]),
        None => t_with("invite-used", [("count", invite.use_count)]),
    };
    let expires_at = parse(&invite.expires_at);
    let until = move || {
        if expires_at <= clock.now_ms() {
            t("expired")
        } else {
            t_with("until", [("date", date(expires_at))])
        }
    };
    view! {
        <li class="row row-person" data-testid="invite">
            <Icon glyph=Glyph::Link />
            <span class="row-two">
                <span>{role_name(invite.role)} " · " {uses}</span>
                <span class="tiny soft">{until}</span>
            </span>
            <button class="button button-quiet" type="button" data-testid="revoke-invite" on:click=move |_| revoke.run(id)>
                {t("revoke")}
            </button>
        </li>
    }
}
