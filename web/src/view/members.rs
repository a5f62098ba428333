//! Who belongs to a room. Owners decide about roles and membership.

use crate::api;
use crate::directory::Directory;
use crate::store::Loaded;
use crate::text::{t, t_with};
use crate::view::avatar::Avatar;
use crate::view::dialog::{Confirm, Work};
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon};
use crate::view::role_name::{ROLES, role_name, role_of, role_value};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Member;
use shared::id::RoomId;

/// The list of members.
#[component]
pub fn Members(
    /// Of which room.
    room: RoomId,
    /// Whether the person decides about them.
    owns: Signal<bool>,
) -> impl IntoView {
    let directory = Directory::here();
    let members = directory.members(room);
    let removing = RwSignal::new(None::<Member>);
    let asks = RwSignal::new(false);
    let remove = Callback::new(move |()| -> Work {
        let member = removing.get_untracked();
        Box::pin(async move {
            let Some(member) = member else { return Ok(()) };
            api::remove_member(room, member.user.id).await?;
            members.update(|members| members.retain(|one| one.user.id != member.user.id));
            directory.refresh_members(room);
            directory.refresh_rooms();
            Ok(())
        })
    });
    let name = move || {
        removing.with(|member| {
            member
                .as_ref()
                .map(|member| member.user.name.clone())
                .unwrap_or_default()
        })
    };
    view! {
        <section class="section" aria-labelledby="room-members">
            <div class="section-head">
                <h2 class="section-title" id="room-members">{t("members")}</h2>
            </div>
            <ul class="rows" data-testid="members">
                <Each
                    each=move || members.get().unwrap_or_default()
                    key=move |member| (member.user.id, member.user.name.clone(), member.role, owns.get())
                    let:member
                >
                    <MemberRow room member owns remove=move |member| {
                        removing.set(Some(member));
                        asks.set(true);
                    } />
                </Each>
            </ul>
            <Show when=move || members.state.with(Loaded::is_out_of_reach)>
                <p class="empty">{t("list-not-here")}</p>
            </Show>
        </section>
        <Confirm
            open=asks
            title=Signal::derive(move || t_with("remove-member-title", [("name", name())]))
            body=Signal::derive(|| t("remove-member-body"))
            action=t("remove-member")
            work=remove
        />
    }
}

#[component]
fn MemberRow(
    room: RoomId,
    member: Member,
    owns: Signal<bool>,
    #[prop(into)] remove: Callback<Member>,
) -> impl IntoView {
    let directory = Directory::here();
    let toasts: Toasts = expect_context();
    let user = member.user.clone();
    let mine = untrack(|| directory.me()).is_some_and(|me| me.id == user.id);
    let role = member.role;
    let change = move |event: web_sys::Event| {
        let select = event_target::<web_sys::HtmlSelectElement>(&event);
        let Some(wanted) = role_of(&select.value()) else { return };
        spawn_local(async move {
            if let Err(error) = api::change_member(room, user.id, wanted).await {
                select.set_value(role_value(role));
                toasts.fail(&error);
            }
            directory.refresh_members(room);
            directory.refresh_rooms();
        });
    };
    let picker = {
        let label = t_with("role-of", [("name", member.user.name.as_str())]);
        move || {
            if owns.get_untracked() {
                view! {
                    <select class="input row-select" aria-label=label.clone() data-testid="member-role" on:change=change>
                        {ROLES
                            .iter()
                            .map(|one| {
                                view! { <option value=role_value(*one) selected=*one == role>{role_name(*one)}</option> }
                            })
                            .collect_view()}
                    </select>
                }
                .into_any()
            } else {
                view! { <span class="row-note">{role_name(role)}</span> }.into_any()
            }
        }
    };
    let removal = t_with("remove-named", [("name", member.user.name.as_str())]);
    let stored = StoredValue::new(member.clone());
    view! {
        <li class="row row-person" data-testid="member">
            <Avatar user=member.user.id name=member.user.name.clone() class="avatar-large" />
            <span class="row-two">
                <span class="ellipsis">
                    {member.user.name}
                    {mine.then(|| view! { <span class="soft">" " {t("that-is-you")}</span> })}
                </span>
                <span class="tiny soft ellipsis">"@" {member.username}</span>
            </span>
            {picker}
            <Show when=move || owns.get() && !mine>
                <button
                    class="button-icon"
                    type="button"
                    aria-label=removal.clone()
                    title=removal.clone()
                    data-testid="remove-member"
                    on:click=move |_| remove.run(stored.get_value())
                >
                    <Icon glyph=Glyph::Close />
                </button>
            </Show>
        </li>
    }
}
