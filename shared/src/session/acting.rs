//! What the person does in a document or a room.

use super::{EditError, Place, SayError, Session};
use crate::id::{ClientSeq, DocumentId, Nonce, RoomId, Seq};
use crate::replica::{OffsetSelection, Splice, Undone};
use crate::wire::{Message, PresenceState};

impl Session {
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

    /// What the person edits next is taken back by itself.
    pub fn end_step(&mut self, document: DocumentId) {
        if let Some(document) = self.documents.get_mut(&document) {
            document.end_step();
        }
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

    /// Takes in a part of what has arrived of a document that is not loaded yet. True when there was something: asked again, in another task, until
    /// it is false, [`take_splices`](Self::take_splices) has less to do at once. Nothing of it is shown before.
    pub fn take_in(&mut self, now_ms: u64, document: DocumentId) -> bool {
        let Some(opened) = self.documents.get_mut(&document) else {
            return false;
        };
        let took = opened.take_in(&mut self.out);
        self.settle(now_ms);
        took
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

    /// Another tab of the person tells [`Event::DealtWith`](super::Event::DealtWith).
    pub fn dealt_with(&mut self, now_ms: u64, room: RoomId, nonce: Nonce) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.dealt_with(nonce, &mut self.out);
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
}
