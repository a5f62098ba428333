//! Asking for a name and making a room.

use crate::api;
use crate::directory::Directory;
use crate::location::Location;
use crate::text::t;
use crate::view::dialog::{Prompt, Work};
use leptos::prelude::*;
use shared::api::RoomCreate;
use shared::limits::TITLE_CHARS_MAX;

/// Asks while `open`, then goes to the new room.
#[component]
pub fn NewRoom(
    /// Whether it asks.
    open: RwSignal<bool>,
) -> impl IntoView {
    let directory = Directory::here();
    let location = Location::here();
    let work = Callback::new(move |name: String| -> Work {
        Box::pin(async move {
            let made = api::create_room(&RoomCreate { name }).await?;
            directory.rooms.update(|rooms| rooms.insert(0, made.clone()));
            directory.refresh_rooms();
            location.go(&format!("/rooms/{}", made.id));
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
