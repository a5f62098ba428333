//! The session and the tab's store: what is given to it, and what follows when it has that or cannot.

use super::document::draw_client_id;
use super::event::Event;
use super::keep::{AsideId, Care, Keep, KeepToken, TabId};
use super::keeper::Store;
use super::kept::{KeptDocument, aside_row, unsent_rows};
use super::{Document, Room, Session};
use crate::error::ErrorCode;
use crate::id::{DocumentId, Nonce, RoomId, UnixMs};

impl Session {
    /// From now on edits and messages are kept in a store that outlives the tab, and sent when it has them. To be called before anything
    /// is opened. `tab` is drawn at random, and other tabs can tell for as long as this one lives that it does.
    pub fn use_store(&mut self, tab: TabId) {
        debug_assert!(
            self.documents.is_empty() && self.rooms.is_empty(),
            "what is open has begun without"
        );
        self.out.keeper.store = Store::Tab(tab);
    }

    /// The server has said that it has no such document, of which the store has this copy: what [`super::lost_copies`] are looked at for. It is kept aside, when it
    /// is from before the server was put back to an older state, and dropped.
    pub fn rescue_document(&mut self, now_ms: u64, id: DocumentId, kept: KeptDocument) {
        if !self.documents.contains_key(&id) {
            let client_id = draw_client_id(&mut self.out);
            let mut document = Document::restored(id, client_id, kept, &mut self.out);
            document.handle_closed(now_ms, ErrorCode::NotFound, false, &mut self.out);
        }
        self.settle(now_ms);
    }

    /// The next transaction for the tab's store.
    pub fn poll_keep(&mut self) -> Option<Keep> {
        self.out.keeper.poll()
    }

    /// The store has carried the transaction out: it outlives the tab.
    pub fn handle_kept(&mut self, now_ms: u64, token: KeepToken) {
        let Some(marks) = self.out.keeper.handle_kept(token) else {
            // A store that was given up answers late.
            return;
        };
        for (document, client_id, through) in marks.edits {
            if let Some(document) = self.documents.get_mut(&document) {
                document.mark_durable(client_id, through);
            }
        }
        for (room, nonce) in marks.messages {
            if let Some(room) = self.rooms.get_mut(&room) {
                room.mark_durable(nonce);
            }
        }
        for id in marks.creations {
            self.creations.mark_durable(id);
            self.tell_birth(id);
        }
        self.settle(now_ms);
    }

    /// The store has not carried a transaction out, and is asked for nothing any more: what the server does not have is in memory only
    /// from now on, and the save states say so.
    pub fn handle_keep_failed(&mut self, now_ms: u64) {
        self.out.keeper.give_up();
        for (_, document) in self.documents.iter_mut() {
            document.lose_store();
        }
        for (_, room) in self.rooms.iter_mut() {
            room.lose_store();
        }
        self.creations.lose_store();
        for (id, document) in &mut self.documents {
            document.set_birth(self.creations.birth(*id));
        }
        self.settle(now_ms);
    }

    /// The store that failed takes transactions again, and all that is open is written to it anew, as the same life of the same tab. False when
    /// that has to wait: edits of tabs that are gone are in rows that were not looked at since, and a message is on its way or was refused.
    pub fn use_store_again(&mut self, now_ms: u64, tab: TabId) -> bool {
        let waits = self.documents.values().any(Document::has_gone) || !self.rooms.values().all(Room::can_be_kept_anew);
        if self.has_store() || waits {
            return false;
        }
        self.out.keeper.regain(tab);
        for (_, document) in self.documents.iter_mut() {
            document.regain_store(&mut self.out);
        }
        for (_, room) in self.rooms.iter_mut() {
            room.regain_store();
        }
        self.creations.regain_store();
        if let Some(epoch) = self.out.server_epoch {
            // What is to be looked for in the store could not be while there was none.
            self.out.event(Event::ServerEpoch { epoch });
        }
        self.settle(now_ms);
        true
    }

    /// Which life of which tab this is, as long as there is a store.
    #[must_use]
    pub const fn tab(&self) -> Option<TabId> {
        self.out.keeper.tab()
    }

    /// Whether there is a store, as far as is known.
    #[must_use]
    pub const fn has_store(&self) -> bool {
        self.out.keeper.is_on()
    }

    /// Whether the store has everything it is to have.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.out.keeper.is_idle()
    }

    /// Whether something waits for the store that does not wait for anything else.
    #[must_use]
    pub const fn is_writing(&self) -> bool {
        self.out.keeper.is_writing()
    }

    /// The person has dealt with a message that waited for a room that they are not in any more.
    pub fn forget_message(&mut self, now_ms: u64, room: RoomId, nonce: Nonce) {
        let rows = unsent_rows(room, nonce);
        self.out
            .keeper
            .with(|batch| rows.into_iter().for_each(|row| batch.drop(row)));
        self.settle(now_ms);
    }

    /// What the device's clock says: what is kept aside is dated by it. Nothing else depends on it.
    pub const fn tell_time(&mut self, wall: UnixMs) {
        self.out.wall = wall;
    }

    /// The person has dealt with a copy that was kept aside.
    pub fn let_aside_go(&mut self, now_ms: u64, id: AsideId) {
        self.out.keeper.drop_aside(aside_row(id));
        self.settle(now_ms);
    }

    /// Puts the next transaction of the store together, if none is under way.
    pub(super) fn gather(&mut self, now_ms: u64) {
        let Some(tab) = self.out.keeper.tab() else { return };
        let stale = self.documents.values().any(Document::is_stale) || self.rooms.values().any(Room::is_stale);
        if stale {
            self.out.keeper.note_lazy(now_ms);
        }
        let Some(turn) = self.out.keeper.turn(now_ms) else {
            return;
        };
        let care = if self.out.up { Care::Relaxed } else { Care::Strict };
        let (documents, rooms, creations) = (&mut self.documents, &mut self.rooms, &mut self.creations);
        self.out.keeper.begin(turn, care, |batch| {
            creations.gather(batch);
            for (_, document) in documents.iter_mut() {
                document.gather(turn, tab, batch);
            }
            for (_, room) in rooms.iter_mut() {
                room.gather(turn, batch);
            }
        });
    }
}
