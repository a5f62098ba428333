//! The documents and rooms that are open in a session.

use super::keeper::Turn;
use super::{Document, KeptDocument, KeptRoom, Room, RoomLabel, Session, Unsent};
use crate::id::{ClientId, ClientSeq, DocumentId, RoomId};
use crate::limits::CHANNELS_MAX;
use bytes::Bytes;

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
        // What it had no time to write down.
        self.out.keeper.with(|batch| room.gather(Turn::Urgent, batch));
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

    fn check_openable(&self, open_already: bool) -> Result<(), OpenError> {
        if open_already {
            return Err(OpenError::AlreadyOpen);
        }
        if self.documents.len() + self.rooms.len() >= CHANNELS_MAX {
            return Err(OpenError::TooMany);
        }
        Ok(())
    }
}
