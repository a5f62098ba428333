//! Who can see this, and how others come to see it too: the room's links and members, from within a document.

use crate::directory::Directory;
use crate::text::{t, t_with};
use crate::view::dialog::Dialog;
use crate::view::icon::{Glyph, Icon};
use crate::view::invites::Invites;
use crate::view::members::Members;
use leptos::prelude::*;
use shared::id::RoomId;
use shared::wire::Role;

/// The button and its dialog.
#[component]
pub fn Share(
    /// What is shared: documents are seen by whoever is in their room.
    room: RoomId,
) -> impl IntoView {
    let directory = Directory::here();
    let open = RwSignal::new(false);
    let name = move || directory.room(room).map(|room| room.name).unwrap_or_default();
    let owns = Signal::derive(move || directory.room(room).is_some_and(|room| room.role == Role::Owner));
    view! {
        <button
            class="button button-quiet share"
            type="button"
            aria-haspopup="dialog"
            title=t("share-hint")
            data-testid="share"
            on:click=move |_| open.set(true)
        >
            <Icon glyph=Glyph::UserPlus />
            <span class="share-word">{t("share")}</span>
        </button>
        <Dialog open title=Signal::derive(move || t_with("share-title", [("name", name())])) class="dialog-wide">
            <div class="share-body" data-testid="share-dialog">
                <p class="soft">{t("share-lead")}</p>
                <Show when=move || owns.get() fallback=move || view! { <AskAnOwner room /> }>
                    <Invites room />
                </Show>
                <Members room owns />
            </div>
        </Dialog>
    }
}

/// Why somebody cannot invite, and who can.
#[component]
fn AskAnOwner(room: RoomId) -> impl IntoView {
    let members = Directory::here().members(room);
    let owners = move || {
        let names = members.get().unwrap_or_default().into_iter();
        let owners: Vec<String> = names
            .filter(|member| member.role == Role::Owner)
            .map(|member| member.user.name)
            .collect();
        t_with("share-ask", [("names", owners.join(", "))])
    };
    view! {
        <p class="notice" data-testid="share-ask">
            <Icon glyph=Glyph::Info />
            <span>{owners}</span>
        </p>
    }
}
