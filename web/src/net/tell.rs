//! From what the session tells to what the pages show.

use super::shell::Shell;
use super::timer::wall_ms;
use crate::store::{Connection, Conversation, OpenDocument, Present, SaveState, Unsent};
use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, UnixMs};
use shared::session::{self, Event, LinkState, Place, Progress};
use shared::wire::{Change, Role};

impl Shell {
    pub(super) fn tell(&self, event: Event) {
        match event {
            Event::Link(link) => self.store.connection.set(connection(link)),
            Event::Opened { place, role } => self.tell_role(place, role),
            Event::Text { document } => self.want_frame(document),
            Event::Save { document, state } => self.tell_save(document, state),
            Event::Presence {
                place: Place::Document(id),
            } => self.tell_present(id),
            Event::SetAside { reason, copy, .. } => self.tell_rescued(reason, copy),
            Event::Closed {
                place: Place::Document(id),
                code,
            } => {
                self.store.document(id).update_closed(code);
                self.close_if_done(id);
            }
            Event::Presence {
                place: Place::Room(room),
            }
            | Event::Messages { room }
            | Event::Said { room, .. }
            | Event::SayFailed { room, .. }
            | Event::Unread { room } => self.tell_conversation(room),
            Event::Closed {
                place: place @ Place::Room(_),
                ..
            } => (self.hears)(place, &Change::Room),
            Event::Changed { place, change } => {
                if let (Place::Document(id), Change::Title(title)) = (place, &change) {
                    self.store
                        .document(id)
                        .update(|document| document.title = Some(title.clone()));
                }
                (self.hears)(place, &change);
            }
            Event::DealtWith { room, nonce } => self.tell_other_tabs(room, nonce),
            Event::Creations => self.tell_creations(),
            Event::ServerEpoch { epoch } => self.look_for_lost(epoch),
            // The save state and the connection already say what these mean for the person.
            Event::Welcomed { .. } | Event::GoingAway { .. } | Event::Delayed { .. } => {}
        }
    }

    fn tell_role(&self, place: Place, role: Role) {
        match place {
            Place::Document(id) => {
                self.store.document(id).update(|document| {
                    document.role = Some(role);
                    document.closed = None;
                });
                self.lock_editor(id);
                self.tell_caret_again(id);
            }
            Place::Room(room) => self.tell_conversation(room),
        }
    }

    fn tell_save(&self, id: DocumentId, state: session::SaveState) {
        self.compare_soon(id, state);
        self.store.document(id).update(|document| {
            let made_edits = matches!(
                document.save,
                SaveState::Saving | SaveState::Offline { .. } | SaveState::Waiting { .. }
            );
            document.save = match state {
                session::SaveState::Saving => SaveState::Saving,
                session::SaveState::Saved => SaveState::Saved {
                    at: match document.save {
                        SaveState::Saved { at } => at,
                        _ if made_edits => Some(UnixMs(wall_ms())),
                        _ => None,
                    },
                },
                session::SaveState::Offline { edits, kept } => SaveState::Offline { edits, kept },
                session::SaveState::Waiting { edits, kept, code } => SaveState::Waiting { edits, kept, code },
                session::SaveState::Opening => SaveState::Opening,
                session::SaveState::Reconnecting => SaveState::Reconnecting,
                session::SaveState::ReadOnly(code) => SaveState::ReadOnly(code),
            };
        });
        self.lock_editor(id);
        self.close_if_done(id);
    }

    fn tell_present(&self, id: DocumentId) {
        let present = self.read_session(|session| {
            let people = session.document(id).into_iter().flat_map(session::Document::people);
            people
                .map(|(peer, found)| Present {
                    peer,
                    person: found.person.clone(),
                    document: found.state.selection.is_none().then_some(id),
                })
                .collect::<Vec<_>>()
        });
        let document = self.store.document(id);
        // Carets move ten times a second; the list of people does not.
        if document.with_untracked(|document| document.present != present) {
            document.update(|document| document.present = present);
        }
        self.want_frame(id);
    }

    pub(super) fn tell_conversation(&self, id: RoomId) {
        let now = self.read_session(|session| session.room(id).map(conversation));
        if let Some(now) = now {
            self.tell_refused(id, &now.unsent);
            self.store.conversation(id).set(now);
        }
    }
}

const fn connection(link: LinkState) -> Connection {
    match link {
        LinkState::Idle => Connection::Idle,
        LinkState::Connecting => Connection::Connecting,
        LinkState::Waiting { .. } => Connection::Offline,
        LinkState::Up => Connection::Online,
        LinkState::Stopped(code) => Connection::Stopped(code),
    }
}

fn conversation(room: &session::Room) -> Conversation {
    Conversation {
        messages: room.messages().cloned().collect(),
        unsent: room
            .unsent()
            .map(|unsent| Unsent {
                nonce: unsent.nonce,
                body: unsent.body.clone(),
                failed: match unsent.progress {
                    Progress::Failed(code) => Some(code),
                    Progress::Keeping | Progress::Waiting | Progress::Sent => None,
                },
            })
            .collect(),
        last_seq: room.head_seq(),
        read_seq: room.read_seq(),
        missing_before: room.missing_before(),
        present: room
            .people()
            .map(|(peer, found)| Present {
                peer,
                person: found.person.clone(),
                document: found.state.document,
            })
            .collect(),
        role: room.role(),
        delayed: room.delayed(),
        closed: room.closed_reason(),
    }
}

/// A document that cannot be shown any more, and why.
pub(super) trait UpdateClosed {
    fn update_closed(&self, code: ErrorCode);
}

impl UpdateClosed for RwSignal<OpenDocument> {
    fn update_closed(&self, code: ErrorCode) {
        self.update(|document| document.closed = Some(code));
    }
}
