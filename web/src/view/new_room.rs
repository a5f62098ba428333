//! Asking for a name and making a room.

use crate::api;
use crate::directory::Directory;
use crate::text::t;
use crate::view::dialog::{Prompt, Work};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::api::RoomCreate;
use shared::limits::TITLE_CHARS_MAX;

/// Asks while `open`, then goes to the new room.
#[component]
pub fn NewRoom(
    /// Whether it asks.
    open: RwSignal<bool>,
) -> impl IntoView {
    let directory = Directory::here();
    let navigate = use_navigate();
    let work = Callback::new(move |name: String| -> Work {
        let navigate = navigate.clone();
        Box::pin(async move {
            let made = api::create_room(&RoomCreate { name }).await?;
            directory.rooms.update(|rooms| rooms.insert(0, made.clone()));
            directory.refresh_rooms();
            navigate(&format!("/rooms/{}", made.id), NavigateOptions::default());
            Ok(())
        })
    });
    view! {
        <Prompt
            open
            title=Signal::derive(|| t("new-room"))
            label=t("room-name")
            action=t("create-room")
            field="name"
            max=TITLE_CHARS_MAX
            work
        />
    }
}
