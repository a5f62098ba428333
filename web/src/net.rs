//! The tab's one session with the server, and the only code with sockets, links and timers.
//!
//! [`Net`] is what pages hold: commands go into the session, and after every call [`shell::Shell::drive`] carries out what the session wants
//! done. What it tells ends up in the signals of the [`Store`].

mod carriers;
mod creating;
mod events;
mod keeping;
mod leaving;
mod link;
mod listen;
mod mirror;
mod network;
mod poll;
mod rescue;
mod shell;
mod socket;
mod tell;
mod timer;

pub use leaving::{Piece, PieceKind, unsent_of};
pub(crate) use timer::{sleep, wall_ms};

use crate::reactive::{effect, effect_after};
use crate::store::{Account, Loaded, RescuedId, Store};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::{ClientId, DocumentId, Nonce, RoomId, Seq, UserId};
use shared::session::{Creation, Place, RoomLabel, SayError, Session, Unsaved};
use shared::sorted::{SortedSet, gather};
use shared::wire::{Change, Message, PresenceState};
use shell::Shell;
use std::rc::Rc;
use uuid::Uuid;

/// The way into the session; a copy is a handle to the same one. `expect_context::<Net>()` in any page or view.
#[derive(Clone, Copy)]
pub struct Net {
    shell: StoredValue<Rc<Shell>, LocalStorage>,
}

impl Net {
    /// Makes the tab's one session and gives it to everything below. It connects when somebody is signed in, keeps every room of
    /// the list open, and tells `hears` what changed outside documents and conversations.
    pub fn provide(store: Store, hears: impl Fn(Place, &Change) + 'static) -> Self {
        let net = Self {
            shell: StoredValue::new_local(Shell::new(store, Box::new(hears))),
        };
        provide_context(net);
        net.follow_account(store);
        net.follow_rooms(store);
        net
    }

    /// Says something in a room; the conversation shows it at once as unsent. The error is for the person who typed it.
    pub fn say(self, room: RoomId, body: String) -> Result<Nonce, SayError> {
        let nonce = Nonce(Uuid::now_v7());
        self.shell
            .with_value(|shell| shell.with_session(|session, now_ms| session.say(now_ms, room, nonce, body)))?;
        Ok(nonce)
    }

    /// Says a refused message again.
    pub fn resend(self, room: RoomId, nonce: Nonce) {
        self.shell
            .with_value(|shell| shell.with_session(|session, now_ms| session.resend(now_ms, room, nonce)));
    }

    /// Gives a refused message up.
    pub fn discard(self, room: RoomId, nonce: Nonce) {
        self.shell
            .with_value(|shell| shell.with_session(|session, now_ms| session.discard(now_ms, room, nonce)));
    }

    /// The person has read the room up to `seq`.
    pub fn mark_read(self, room: RoomId, seq: Seq) {
        self.shell
            .with_value(|shell| shell.with_session(|session, now_ms| session.mark_read(now_ms, room, seq)));
    }

    /// Older messages, as HTTP answered them.
    pub fn add_messages(self, room: RoomId, messages: Vec<Message>) {
        self.shell
            .with_value(|shell| shell.with_session(|session, _| session.add_messages(room, messages)));
    }

    /// Tells a room which of its documents the person looks at.
    pub fn look_at(self, room: RoomId, document: Option<DocumentId>) {
        let state = PresenceState {
            selection: None,
            document,
        };
        self.shell.with_value(|shell| {
            shell.with_session(|session, now_ms| session.set_presence(now_ms, Place::Room(room), Some(state)));
        });
    }

    /// Opens a document, or goes on with one that is still open. Pair with [`Net::leave_document`].
    pub fn open_document(self, id: DocumentId) {
        self.shell.with_value(|shell| shell.open_document(id));
    }

    /// The document is not looked at any more. It is closed as soon as the server has everything that was typed.
    pub fn leave_document(self, id: DocumentId) {
        self.shell.with_value(|shell| shell.leave_document(id));
    }

    /// Makes a document that the server is told of when it answers. It can be opened and written at once.
    pub fn create_document(self, creation: Creation) {
        self.shell
            .with_value(|shell| shell.with_session(|session, now_ms| session.create_document(now_ms, creation)));
    }

    /// The document is called so: its copy on this device is, too.
    pub fn set_title(self, id: DocumentId, title: String) {
        self.shell
            .with_value(|shell| shell.with_session(|session, now_ms| session.set_title(now_ms, id, title)));
    }

    /// The document is in this room: its copy on this device says so, too.
    pub fn set_room(self, id: DocumentId, room: RoomLabel) {
        self.shell.with_value(|shell| shell.set_room(id, room));
    }

    /// The person has dealt with what was rescued.
    pub fn let_go(self, id: RescuedId) {
        self.shell.with_value(|shell| shell.let_go(id));
    }

    /// Looks again for what was rescued on this device: other tabs add to it and take from it.
    pub fn refresh_rescued(self) {
        let shell = self.shell.get_value();
        spawn_local(async move { shell.refresh_rescued().await });
    }

    /// What the server does not have of this person's work on this device.
    pub async fn unsaved(self) -> Unsaved {
        self.shell.get_value().unsaved().await
    }

    /// All of it as text.
    pub async fn unsaved_pieces(self) -> Vec<Piece> {
        self.shell.get_value().unsaved_pieces().await
    }

    /// What tabs that are gone have left on this device is sent, as far as it is not yet.
    pub async fn send_left(self) {
        self.shell.get_value().bring_left().await;
    }

    /// Nothing of the account stays on this device.
    pub async fn forget_device(self) {
        self.shell.get_value().forget_device().await;
    }

    fn follow_account(self, store: Store) {
        effect_after(move |last: Option<Option<UserId>>| {
            let last = last.flatten();
            let user = store.account.with(|account| match account {
                Account::SignedIn(me) => Some(me.id),
                Account::Unknown | Account::SignedOut => None,
            });
            self.shell.with_value(|shell| {
                if last.is_some() && user.is_some() && user != last {
                    shell.begin_anew();
                }
                match user {
                    Some(user) => shell.use_account(user),
                    None => shell.with_session(Session::stop),
                }
            });
            // Who signs in again finds what they left; only somebody else must not.
            user.or(last)
        });
    }

    fn follow_rooms(self, store: Store) {
        effect(move || {
            let Some(listed) = store.rooms.with(|rooms| match rooms {
                Loaded::Ready(rooms) => Some(gather::<SortedSet<_>, _>(rooms.iter().map(|room| room.id))),
                Loaded::Waiting | Loaded::Failed(_) => None,
            }) else {
                return;
            };
            self.shell.with_value(|shell| shell.open_rooms(&listed));
        });
    }
}

/// Yjs names replicas by 32 random bits; version 4 has them at its start.
fn random_client_id() -> ClientId {
    ClientId(Uuid::new_v4().as_fields().0)
}
