//! The tab's state machine: one link to the server, the documents and rooms opened through it, and everything that waits to be stored.

mod acting;
mod answers;
mod arrival;
mod backoff;
mod creation;
mod dispatch;
mod document;
mod event;
mod keep;
mod keeper;
mod keeping;
mod kept;
mod ladder;
mod link;
mod opening;
mod outbox;
pub mod plant;
mod room;
mod shelf;
mod slot;
mod writers;

#[cfg(test)]
mod tests;

pub use answers::{ANSWERS_BYTES_MAX, all_answers, answer_row, evict_answers, keep_answer, read_answer};
pub use backoff::{BACKOFF_FIRST_MS, BACKOFF_MAX_MS, Rng};
pub use creation::Creation;
pub use document::{Document, EditError};
pub use event::{Disconnect, Event, KeptWhere, LinkState, Place, RoomLabel, SaveState, SetAside, Wish};
pub use keep::{AsideId, Care, Keep, KeepToken, KeyRange, TabId};
pub use keeper::{KEEP_LAZY_MS, Store};
pub use kept::{
    COPIES_BYTES_MAX, KeptDocument, KeptRoom, LeftMessage, Rows, Unsaved, all_heads, all_room_rows, aside_row,
    aside_rows, claim_document, count_unsaved, creation_rows, document_heads, document_rows, evict, left_behind,
    looked_row, looked_rows, lost_copies, messages_left, read_asides, room_rows, unsent_rows,
};
pub use ladder::{CLIMB_FIRST_MS, CLIMB_MAX_MS, Ladder, RUNG_PATIENCE_MS, Rung, Step};
pub use link::WAKE_PROBE_MS;
pub use opening::OpenError;
pub use outbox::{OUTBOX_BYTES_MAX, Outbox};
pub use room::{MESSAGES_HELD_MAX, Progress, Room, SayError, UNSENT_MAX, Unsent};
pub use slot::Peer;

use crate::id::{DocumentId, RoomId, UserId};
use crate::wire::{ClientFrame, Codec};
use bytes::Bytes;
use creation::Creations;
use link::{Due, Link};
use litemap::LiteMap;
use slot::Out;

/// One tab's session with the server. It does no input or output, reads no clock and draws from a seeded generator only.
///
/// The shell owns a socket and a timer and does this, in any order, with times that never go backwards (milliseconds of any
/// origin, the same for all calls):
///
/// - After **every** call of a `&mut self` method: [`poll_wish`](Self::poll_wish) and carry out each wish;
///   [`poll_transmit`](Self::poll_transmit) and write each one as one message on the socket, in order;
///   [`poll_event`](Self::poll_event) and tell the views; [`poll_keep`](Self::poll_keep) and give the transaction to the tab's store;
///   [`poll_creation`](Self::poll_creation) and ask the server for the document over HTTP; then set the timer to
///   [`poll_deadline`](Self::poll_deadline).
/// - When the store has carried a transaction out, or cannot: [`handle_kept`](Self::handle_kept),
///   [`handle_keep_failed`](Self::handle_keep_failed). One is under way at a time; what gathers meanwhile goes into the next. Without a store
///   ([`use_store`](Self::use_store)) there are none.
/// - When the socket opens, says something, or is gone: [`handle_connected`](Self::handle_connected),
///   [`handle_frame`](Self::handle_frame), [`handle_disconnected`](Self::handle_disconnected). After [`Wish::Drop`] nothing of the old
///   socket may be handed in any more.
/// - When the timer fires: [`handle_timeout`](Self::handle_timeout). When the device came online or the tab is looked at again:
///   [`handle_wake`](Self::handle_wake).
///
/// An editor and its document stay in step without rebasing, since text of others is *taken*: [`Event::Text`] says that some waits, and
/// [`take_splices`](Self::take_splices) makes it part of the replica at the moment that the editor shows it (once a frame). Between two
/// takes only the editor changes the replica. The editor starts empty and gets the first text the same way.
#[derive(Debug)]
pub struct Session {
    link: Link,
    out: Out,
    documents: LiteMap<DocumentId, Document>,
    rooms: LiteMap<RoomId, Room>,
    creations: Creations,
    told_link: LinkState,
}

impl Session {
    /// A session that has not been started. The seed decides waits and the ids of replicas that replace others.
    #[must_use]
    pub fn new(codec: Codec, seed: u64) -> Self {
        Self {
            link: Link::new(),
            out: Out::new(codec, seed),
            documents: LiteMap::new(),
            rooms: LiteMap::new(),
            creations: Creations::default(),
            told_link: LinkState::Idle,
        }
    }

    /// All that is done here is the work of this person: a server that takes the tab for somebody else's is told nothing.
    pub const fn set_user(&mut self, user: UserId) {
        self.out.user = Some(user);
    }

    /// Connects, and keeps connected until [`stop`](Self::stop). Also after the link was stopped by the server, when the person has
    /// signed in again.
    pub fn start(&mut self, now_ms: u64) {
        self.link.start(now_ms);
        self.settle(now_ms);
    }

    /// Disconnects. What is open stays open and goes on when the session is started again.
    pub fn stop(&mut self, now_ms: u64) {
        self.link.stop(None);
        self.lose();
        self.settle(now_ms);
    }

    /// How it stands with the server.
    #[must_use]
    pub const fn link(&self) -> LinkState {
        self.link.state()
    }

    /// What to do with the socket next.
    pub fn poll_wish(&mut self) -> Option<Wish> {
        self.link.poll_wish()
    }

    /// The next message for the socket.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.out.transmit.pop_front()
    }

    /// The next thing to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.out.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) has to be called, unless something else happens before.
    #[must_use]
    pub fn poll_deadline(&self) -> Option<u64> {
        let documents = self.documents.values().filter_map(Document::deadline);
        let rooms = self.rooms.values().filter_map(|room| room.slot.deadline());
        let places = documents
            .chain(rooms)
            .chain(self.creations.deadline(self.out.keeper.is_on()))
            .filter(|_| self.out.up);
        places
            .chain(self.link.deadline())
            .chain(self.out.keeper.deadline())
            .min()
    }

    /// The socket is open. Nothing is sent before the server has said hello.
    pub fn handle_connected(&mut self, now_ms: u64) {
        self.link.handle_connected(now_ms);
        self.settle(now_ms);
    }

    /// The socket is gone, or did not come about.
    pub fn handle_disconnected(&mut self, now_ms: u64, reason: Disconnect) {
        self.link.handle_disconnected(now_ms, reason, &mut self.out.rng);
        self.lose();
        self.settle(now_ms);
    }

    /// The timer fired.
    pub fn handle_timeout(&mut self, now_ms: u64) {
        match self.link.handle_timeout(now_ms) {
            Due::Nothing => {}
            Due::Ping => self.out.send(&ClientFrame::Ping),
            Due::Lost => self.give_up(now_ms),
        }
        self.settle(now_ms);
    }

    /// The device came online, woke up, or the tab is looked at again: check the link at once, or connect at once.
    pub fn handle_wake(&mut self, now_ms: u64) {
        if self.link.handle_wake(now_ms) == Due::Ping {
            self.out.send(&ClientFrame::Ping);
        }
        self.settle(now_ms);
    }

    /// There is a better way to the server: what is open goes on through it at once.
    pub fn reconnect(&mut self, now_ms: u64) {
        if self.link.reconnect(now_ms) && !plant::Plant::MovedAsOne.is_planted() {
            self.lose();
        }
        self.settle(now_ms);
    }

    /// One message from the socket.
    pub fn handle_frame(&mut self, now_ms: u64, bytes: &[u8]) {
        if !self.link.has_socket() {
            return;
        }
        match self.out.decode(bytes) {
            Ok(frame) => {
                self.link.handle_frame(now_ms);
                self.dispatch(now_ms, frame);
            }
            // A server that cannot be understood is like none at all.
            Err(_) => self.give_up(now_ms),
        }
        self.settle(now_ms);
    }

    fn give_up(&mut self, now_ms: u64) {
        self.link.give_up(now_ms, &mut self.out.rng);
        self.lose();
    }

    fn lose(&mut self) {
        self.out.reset();
        for (_, document) in self.documents.iter_mut() {
            document.handle_lost(&mut self.out);
        }
        for (_, room) in self.rooms.iter_mut() {
            room.handle_lost(&mut self.out);
        }
    }

    /// After every input: sends and announces what follows from it.
    fn settle(&mut self, now_ms: u64) {
        for (_, document) in self.documents.iter_mut() {
            document.pump(now_ms, &mut self.out);
        }
        for (_, room) in self.rooms.iter_mut() {
            room.pump(now_ms, &mut self.out);
        }
        let link = self.link.state();
        if link != self.told_link {
            self.told_link = link;
            self.out.event(Event::Link(link));
        }
        self.gather(now_ms);
    }
}
