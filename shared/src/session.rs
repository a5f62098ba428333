//! The tab's state machine: one link to the server, the documents and rooms opened through it, and everything that waits to be stored.

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
    messages_left, read_asides, room_rows, unsent_row,
};
pub use ladder::{CLIMB_FIRST_MS, CLIMB_MAX_MS, Ladder, RUNG_PATIENCE_MS, Rung, Step};
pub use link::WAKE_PROBE_MS;
pub use outbox::{OUTBOX_BYTES_MAX, Outbox};
pub use room::{MESSAGES_HELD_MAX, Progress, Room, SayError, UNSENT_MAX, Unsent};
pub use slot::Peer;

use crate::id::{ClientId, ClientSeq, DocumentId, Nonce, RoomId, Seq, UserId};
use crate::limits::CHANNELS_MAX;
use crate::replica::{OffsetSelection, Splice, Undone};
use crate::wire::{ClientFrame, Codec, Message, PresenceState};
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
    /// Whose work all of it is.
    user: Option<UserId>,
    told_link: LinkState,
}

/// Why nothing was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// [`CHANNELS_MAX`] places are open.
    #[error("too many documents and rooms are open")]
    TooMany,
    /// It is open already.
    #[error("it is open already")]
    AlreadyOpen,
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
            user: None,
            told_link: LinkState::Idle,
        }
    }

    /// All that is done here is the work of this person: a server that takes the tab for somebody else's is told nothing.
    pub const fn set_user(&mut self, user: UserId) {
        self.user = Some(user);
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
            .chain(self.creations.deadline())
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

    /// Opens a document as the replica `client_id`, a number that no other replica of it uses: drawn at random from 32 bits.
    pub fn open_document(&mut self, now_ms: u64, id: DocumentId, client_id: ClientId) -> Result<(), OpenError> {
        self.open_kept_document(now_ms, id, client_id, KeptDocument::default())
    }

    /// Opens a document as the tab's store has it; as `client_id` when that is nothing.
    pub fn open_kept_document(
        &mut self,
        now_ms: u64,
        id: DocumentId,
        client_id: ClientId,
        kept: KeptDocument,
    ) -> Result<(), OpenError> {
        self.check_openable(self.documents.contains_key(&id))?;
        let mut document = Document::restored(id, client_id, kept, &mut self.out);
        if let Some(creation) = self.creations.iter().find(|creation| creation.id == id) {
            document.begin_unknown(self.creations.birth(id), &creation.title);
        }
        self.documents.insert(id, document);
        self.settle(now_ms);
        Ok(())
    }

    /// The document is called so: kept with its copy.
    pub fn set_title(&mut self, now_ms: u64, id: DocumentId, title: String) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.set_title(title);
        }
        self.settle(now_ms);
    }

    /// The document is in this room: kept with its copy.
    pub fn set_document_room(&mut self, now_ms: u64, id: DocumentId, room: RoomLabel) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.set_room(room);
        }
        self.settle(now_ms);
    }

    /// Leaves a document. Its edits that are not stored are given back: whoever closes has asked the person first.
    pub fn close_document(&mut self, now_ms: u64, id: DocumentId) -> Vec<(ClientSeq, Bytes)> {
        let Some(mut document) = self.documents.remove(&id) else {
            return Vec::new();
        };
        document.slot.reopen(&mut self.out);
        document.let_go(&mut self.out);
        self.settle(now_ms);
        document
            .outbox()
            .pending()
            .map(|(client_seq, update)| (client_seq, update.clone()))
            .collect()
    }

    /// Opens a room's conversation.
    pub fn open_room(&mut self, now_ms: u64, id: RoomId) -> Result<(), OpenError> {
        self.open_kept_room(now_ms, id, KeptRoom::default())
    }

    /// Opens a room's conversation as the tab's store has it.
    pub fn open_kept_room(&mut self, now_ms: u64, id: RoomId, kept: KeptRoom) -> Result<(), OpenError> {
        self.check_openable(self.rooms.contains_key(&id))?;
        let room = Room::restored(id, kept, &self.out);
        self.rooms.insert(id, room);
        self.settle(now_ms);
        Ok(())
    }

    /// The room is called so: kept with its messages.
    pub fn set_room_name(&mut self, now_ms: u64, id: RoomId, name: String) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.set_name(name);
        }
        self.settle(now_ms);
    }

    /// Leaves a room. Messages that are not stored are given back; the store keeps them until [`forget_message`](Self::forget_message).
    pub fn close_room(&mut self, now_ms: u64, id: RoomId) -> Vec<Unsent> {
        let Some(mut room) = self.rooms.remove(&id) else {
            return Vec::new();
        };
        room.slot.reopen(&mut self.out);
        self.settle(now_ms);
        room.unsent().cloned().collect()
    }

    /// An open document.
    #[must_use]
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.get(&id)
    }

    /// All open documents.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, &Document)> {
        self.documents.iter().map(|(id, document)| (*id, document))
    }

    /// An open room.
    #[must_use]
    pub fn room(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(&id)
    }

    /// All open rooms.
    pub fn rooms(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        self.rooms.iter().map(|(id, room)| (*id, room))
    }

    /// One transaction of the editor: splices in coordinates of the text before it, and the selection before it for the undo history.
    /// Returns the number of the last edit it became; none when it changes nothing. On an error the editor has to take it back.
    pub fn edit(
        &mut self,
        now_ms: u64,
        document: DocumentId,
        splices: &[Splice],
        selection: Option<OffsetSelection>,
    ) -> Result<Option<ClientSeq>, EditError> {
        let edited = self.documents.get_mut(&document).ok_or(EditError::NotOpen)?.edit(
            splices,
            now_ms,
            selection,
            &mut self.out,
        );
        self.settle(now_ms);
        edited
    }

    /// Takes back the person's own last edits. The splices are to be shown by the editor. None when there is nothing to take back.
    pub fn undo(&mut self, now_ms: u64, document: DocumentId) -> Result<Option<Undone>, EditError> {
        let undone = self
            .documents
            .get_mut(&document)
            .ok_or(EditError::NotOpen)?
            .undo(&mut self.out);
        self.settle(now_ms);
        undone
    }

    /// Does again what [`undo`](Self::undo) took back.
    pub fn redo(&mut self, now_ms: u64, document: DocumentId) -> Result<Option<Undone>, EditError> {
        let undone = self
            .documents
            .get_mut(&document)
            .ok_or(EditError::NotOpen)?
            .redo(&mut self.out);
        self.settle(now_ms);
        undone
    }

    /// Makes the text of others that has arrived part of the document, and returns what the editor has to show: one transaction,
    /// ascending, in coordinates of the text before it.
    pub fn take_splices(&mut self, now_ms: u64, document: DocumentId) -> Vec<Splice> {
        let Some(opened) = self.documents.get_mut(&document) else {
            return Vec::new();
        };
        let splices = opened.take_splices(&mut self.out);
        self.settle(now_ms);
        splices
    }

    /// Where the person is in a document or room; none takes it back. Sent at most every 100 ms a place, the latest only.
    pub fn set_presence(&mut self, now_ms: u64, place: Place, state: Option<PresenceState>) {
        let slot = match place {
            Place::Document(id) => self.documents.get_mut(&id).map(|document| &mut document.slot),
            Place::Room(id) => self.rooms.get_mut(&id).map(|room| &mut room.slot),
        };
        if let Some(slot) = slot {
            slot.set_presence(state);
        }
        self.settle(now_ms);
    }

    /// Says something. The nonce is drawn at random by the shell and names the message until it is stored, however often it is sent.
    pub fn say(&mut self, now_ms: u64, room: RoomId, nonce: Nonce, body: String) -> Result<(), SayError> {
        self.rooms
            .get_mut(&room)
            .ok_or(SayError::NotOpen)?
            .say(nonce, body, &mut self.out)?;
        self.settle(now_ms);
        Ok(())
    }

    /// Says a failed message again.
    pub fn resend(&mut self, now_ms: u64, room: RoomId, nonce: Nonce) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.resend(nonce, &mut self.out);
        }
        self.settle(now_ms);
    }

    /// Gives an unsent message up.
    pub fn discard(&mut self, now_ms: u64, room: RoomId, nonce: Nonce) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.discard(nonce, &mut self.out);
        }
        self.settle(now_ms);
    }

    /// The person has read up to `seq`.
    pub fn mark_read(&mut self, now_ms: u64, room: RoomId, seq: Seq) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.mark_read(seq, &mut self.out);
        }
        self.settle(now_ms);
    }

    /// A page of older messages, as HTTP answered it.
    pub fn add_messages(&mut self, room: RoomId, messages: Vec<Message>) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.add_messages(messages, &mut self.out);
        }
    }

    fn check_openable(&self, open_already: bool) -> Result<(), OpenError> {
        if open_already {
            return Err(OpenError::AlreadyOpen);
        }
        if self.documents.len() + self.rooms.len() >= CHANNELS_MAX {
            return Err(OpenError::TooMany);
        }
        Ok(())
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
