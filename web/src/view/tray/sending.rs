//! Where rescued work can go: into a new document, or to the owners of the room that it comes from. It leaves the tray once the server has it.

use super::rescued::title;
use crate::api::{self, Answer};
use crate::directory::Directory;
use crate::net::Net;
use crate::store::{Rescued, RescuedId};
use crate::text::{t, t_with};
use crate::view::form::{FormError, Submission, SubmitButton, Typed};
use crate::view::icon::{Glyph, Icon};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use shared::api::{Document, DocumentCreate, Room};
use shared::id::RoomId;
use shared::limits::{MESSAGE_BYTES_MAX, TITLE_CHARS_MAX};
use shared::sorted::sort_by;
use shared::wire::Role;

/// The ways that are open to this person; nothing for messages, which belong to no document.
#[component]
pub fn Sending(
    /// What is to go.
    one: Rescued,
) -> impl IntoView {
    let directory = Directory::here();
    let RescuedId::Copy(_) = one.id else {
        return ().into_any();
    };
    let net: Net = expect_context();
    let toasts: Toasts = expect_context();
    let submission = Submission::idle();
    let home = one.room.as_ref().map(|room| room.id);
    let writable = move || {
        let mut rooms = directory.rooms.get().unwrap_or_default();
        rooms.retain(|room| room.role.may_write());
        sort_by(&mut rooms, |a, b| (Some(a.id) != home).cmp(&(Some(b.id) != home)));
        rooms
    };
    // Owners have nobody to ask.
    let asked = move || {
        home.and_then(|id| directory.room(id))
            .filter(|room| room.role == Role::Editor)
    };
    let one = StoredValue::new(one);
    let done = move |saved: Document| {
        toasts.show(t_with("rescued-saved", [("title", saved.title)]));
        net.let_go(one.with_value(|one| one.id));
    };
    let submit = move |event| {
        let room = Typed::of(&event).get("room").parse::<RoomId>();
        let room = room.expect("the rooms to choose from are rooms");
        submission.run(save(one.get_value(), room), done);
    };
    let send = move |room: Room| {
        let rescued = one.get_value();
        let told = t_with("rescued-sent", [("room", room.name)]);
        if let Some(body) = whole_message(&rescued) {
            match net.say(room.id, body) {
                Ok(_) => toasts.show(told),
                Err(_) => toasts.show(t("error-talk-closed")),
            }
            return;
        }
        submission.run(save(rescued.clone(), room.id), move |saved| {
            let origin = window().location().origin().expect("a page has an origin");
            let body = format!("{}\n\n{origin}/documents/{}", lead(&rescued), saved.id);
            if net.say(room.id, body).is_ok() {
                toasts.show(told);
            }
            done(saved);
        });
    };
    view! {
        <Show when=move || !writable().is_empty()>
            <form class="rescued-save" on:submit=submit>
                <label class="field-label">
                    {t("rescued-save-in")}
                    <select class="input" name="room" data-testid="rescued-room">
                        {move || {
                            writable()
                                .into_iter()
                                .map(|room| view! { <option value=room.id.to_string()>{room.name}</option> })
                                .collect_view()
                        }}
                    </select>
                </label>
                <SubmitButton label=t("save") submission />
                {move || {
                    asked()
                        .map(|room| {
                            view! {
                                <button
                                    class="button"
                                    type="button"
                                    data-testid="rescued-send"
                                    on:click=move |_| send(room.clone())
                                >
                                    <Icon glyph=Glyph::Send />
                                    {t("rescued-send")}
                                </button>
                            }
                        })
                }}
            </form>
            <FormError submission />
        </Show>
    }
    .into_any()
}

async fn save(one: Rescued, room: RoomId) -> Answer<Document> {
    let named = t_with("rescued-title", [("title", title(&one))]);
    let body = DocumentCreate {
        title: named.chars().take(TITLE_CHARS_MAX).collect(),
        content: Some(one.text),
        id: None,
    };
    api::create_document(room, &body).await
}

fn lead(one: &Rescued) -> String {
    t_with("rescued-send-lead", [("title", title(one))])
}

/// The text within a message; none when it is too long for one.
fn whole_message(one: &Rescued) -> Option<String> {
    let fence = fence(&one.text);
    let end = if one.text.ends_with('\n') { "" } else { "\n" };
    let body = format!("{}\n\n{fence}\n{}{end}{fence}", lead(one), one.text);
    (body.len() <= MESSAGE_BYTES_MAX).then_some(body)
}

/// Longer than every run of backticks in the text, so that it ends where the text does.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::fence;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("text"), "```");
        assert_eq!(fence("`code` and\n````\nmore\n````\n"), "`````");
    }
}
