//! Who else has the document open, as avatars that lead to where they are: once to go there, again to follow. Whoever only
//! reads has no place in the text to go to, and is shown all the same.

use crate::directory::Directory;
use crate::net::Net;
use crate::reactive::memo;
use crate::store::{OpenDocument, Present, Store};
use crate::text::t_with;
use crate::view::avatar::Avatar;
use crate::view::each::Each;
use leptos::prelude::*;
use shared::id::{DocumentId, PeerId, RoomId, UserId};

/// More than this are counted, not shown.
const SHOWN_MAX: usize = 5;

/// The others in a document.
#[component]
pub fn People(
    /// Which document.
    id: DocumentId,
    /// The same, as the store has it.
    document: RwSignal<OpenDocument>,
    /// Where the document is; none until it is known.
    room: Memo<Option<RoomId>>,
) -> impl IntoView {
    let net: Net = expect_context();
    let went_to = RwSignal::new(None::<PeerId>);
    let following = memo(move || document.with(|document| document.following));
    let press = move |peer: PeerId| {
        if following.get_untracked() == Some(peer) {
            net.follow(id, None);
        } else if went_to.get_untracked() == Some(peer) {
            net.follow(id, Some(peer));
        } else {
            went_to.set(Some(peer));
            net.follow(id, None);
            net.go_to_peer(id, peer);
        }
    };
    let store: Store = expect_context();
    let directory = Directory::here();
    let me = memo(move || directory.me().map(|me| me.id));
    let people = memo(move || {
        let mut present = document.with(|document| document.present.clone());
        if let Some(room) = room.get() {
            store.conversation(room).with(|conversation| {
                present.extend(readers(&conversation.present, id, me.get()).cloned());
            });
        }
        one_each(&present)
    });
    let more = move || people.with(|people| people.len().saturating_sub(SHOWN_MAX));
    let rest = move || {
        people.with(|people| {
            people
                .iter()
                .skip(SHOWN_MAX)
                .map(|one| one.person.name.clone())
                .collect::<Vec<_>>()
                .join(", ")
        })
    };
    view! {
        <div class="people" data-testid="people">
            <Each
                each=move || people.get().into_iter().take(SHOWN_MAX)
                key=|one| (one.peer, one.person.name.clone(), one.document)
                let:one
            >
                {
                    let name = one.person.name.clone();
                    let peer = one.peer;
                    let reads = one.document.is_some();
                    let label = Signal::derive(move || {
                        let key = if reads {
                            "is-reading"
                        } else if following.get() == Some(peer) {
                            "stop-following"
                        } else if went_to.get() == Some(peer) {
                            "follow-person"
                        } else {
                            "go-to-person"
                        };
                        t_with(key, [("name", name.clone())])
                    });
                    view! {
                        <button
                            class="people-one"
                            type="button"
                            title=label
                            aria-label=label
                            aria-pressed=move || (!reads).then(|| (following.get() == Some(peer)).to_string())
                            aria-disabled=reads.then_some("true")
                            data-testid="person"
                            on:click=move |_| {
                                if !reads {
                                    press(peer);
                                }
                            }
                        >
                            <Avatar user=one.person.id name=one.person.name />
                        </button>
                    }
                }
            </Each>
            <Show when=move || 0 < more()>
                <span class="people-more" title=rest>{move || format!("+{}", more())}</span>
            </Show>
        </div>
    }
}

/// Others of the room who look at the document, wherever in it.
fn readers(room: &[Present], id: DocumentId, me: Option<UserId>) -> impl Iterator<Item = &Present> {
    room.iter()
        .filter(move |one| one.document == Some(id) && Some(one.person.id) != me)
}

/// A person with several tabs is one person, at the place that was named first, if any was.
fn one_each(present: &[Present]) -> Vec<Present> {
    let mut people: Vec<Present> = Vec::new();
    let writers = present.iter().filter(|one| one.document.is_none());
    let readers = present.iter().filter(|one| one.document.is_some());
    for one in writers.chain(readers) {
        if people.iter().all(|known| known.person.id != one.person.id) {
            people.push(one.clone());
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::id::UserId;
    use shared::wire::Person;
    use uuid::Uuid;

    #[test]
    fn whoever_looks_at_the_document_reads_it() {
        let here = DocumentId(Uuid::from_u128(1));
        let looking = |user: u128, document| Present {
            peer: PeerId(1),
            person: Person {
                id: UserId(Uuid::from_u128(user)),
                name: String::new(),
            },
            document,
        };
        let elsewhere = DocumentId(Uuid::from_u128(2));
        let room = [
            looking(7, Some(here)),
            looking(8, Some(elsewhere)),
            looking(9, None),
            looking(10, Some(here)),
        ];
        let me = Some(UserId(Uuid::from_u128(10)));
        let found: Vec<u128> = readers(&room, here, me).map(|one| one.person.id.0.as_u128()).collect();
        assert_eq!(found, [7]);
    }

    #[test]
    fn a_person_with_two_tabs_is_shown_once_where_they_can_be_gone_to() {
        let here = DocumentId(Uuid::from_u128(1));
        let tab = |peer, user: u128, document| Present {
            peer: PeerId(peer),
            person: Person {
                id: UserId(Uuid::from_u128(user)),
                name: format!("person {user}"),
            },
            document,
        };
        let tabs = [
            tab(1, 7, None),
            tab(2, 8, None),
            tab(3, 7, None),
            tab(4, 9, Some(here)),
            tab(5, 9, None),
        ];
        let people: Vec<u32> = one_each(&tabs).iter().map(|one| one.peer.0).collect();
        assert_eq!(people, [1, 2, 5]);
    }
}
