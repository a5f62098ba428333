//! A tab: the real session, and an editor that holds its own text and is told splices only.

use crate::carriers::Carriers;
use crate::holding::PastHold;
use server::collab::effect::Credential;
use shared::id::{ClientId, DocumentId, Nonce, RoomId};
use shared::replica::{Splice, Undone, splice_text};
use shared::session::{
    Document, EditError, Keep, KeptDocument, KeptRoom, Place, Rng, Room, Rung, Session, SetAside, TabId,
};
use shared::wire::{Assoc, Codec, Person, PresenceState, Selection};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) user: Person,
    /// The login session that the cookie is of.
    pub(crate) credential: Credential,
    pub(crate) codec: Codec,
    pub(crate) session: Session,
    pub(crate) carriers: Carriers,
    pub(crate) timer_ms: Option<u64>,
    pub(crate) offline_until_ms: u64,
    pub(crate) stalled_until_ms: u64,
    /// What each editor shows.
    pub(crate) editors: BTreeMap<DocumentId, String>,
    pub(crate) presences: BTreeMap<Place, PresenceState>,
    /// Messages in the order they were said, and whether they have to be stored.
    pub(crate) said: Vec<(Nonce, Expected)>,
    pub(crate) says_failed: u64,
    pub(crate) edits: u64,
    /// Counts requests for documents, so that late answers are told apart.
    pub(crate) asked: u64,
    /// Units inserted into each document.
    pub(crate) typed: BTreeMap<DocumentId, u64>,
    /// Where it keeps things: the person's.
    pub(crate) device: usize,
    /// From its opening to its end.
    pub(crate) life: TabId,
    pub(crate) is_alive: bool,
    /// The transaction that the store is at.
    pub(crate) keep: Option<Keep>,
    pub(crate) store_fails: bool,
    /// Copies kept aside in this life.
    pub(crate) asides_in_memory: Vec<SetAside>,
    /// What it has of documents that are held, and the server does not show any more.
    pub(crate) past_holds: BTreeMap<DocumentId, PastHold>,
}

/// What the world owes a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Stored,
    /// It was stored, and a restored backup is from before that.
    Either,
}

impl Tab {
    pub(crate) fn new(number: usize, user: Person, seed: u64) -> Self {
        let codec = if number.is_multiple_of(2) {
            Codec::Binary
        } else {
            Codec::Json
        };
        let life = TabId(u128::from(seed));
        let mut session = Session::new(codec, seed);
        session.set_user(user.id);
        session.use_store(life);
        Self {
            user,
            credential: login_session(number, 0),
            codec,
            session,
            carriers: Carriers::new(Rung::Socket, 0),
            timer_ms: None,
            offline_until_ms: 0,
            stalled_until_ms: 0,
            editors: BTreeMap::new(),
            presences: BTreeMap::new(),
            said: Vec::new(),
            says_failed: 0,
            edits: 0,
            asked: 0,
            typed: BTreeMap::new(),
            device: number % crate::plan::USERS,
            life,
            is_alive: true,
            keep: None,
            store_fails: false,
            asides_in_memory: Vec::new(),
            past_holds: BTreeMap::new(),
        }
    }

    /// The page is gone, with everything in memory.
    pub(crate) fn die(&mut self) {
        self.is_alive = false;
        self.session = Session::new(self.codec, 0);
        self.carriers = self.carriers.again();
        self.timer_ms = None;
        self.editors.clear();
        self.presences.clear();
        self.keep = None;
        self.asides_in_memory.clear();
        self.past_holds.clear();
    }

    /// The page is opened again.
    pub(crate) fn revive(&mut self, seed: u64) {
        self.is_alive = true;
        self.store_fails = false;
        self.life = TabId(u128::from(seed));
        self.session = Session::new(self.codec, seed);
        self.session.set_user(self.user.id);
        self.session.use_store(self.life);
    }

    pub(crate) fn open_document(&mut self, now_ms: u64, id: DocumentId, client_id: ClientId, kept: KeptDocument) {
        self.editors.insert(id, String::new());
        self.presences.remove(&Place::Document(id));
        // Whatever it had of it before, it has left where it keeps things.
        self.past_holds.remove(&id);
        self.session
            .open_kept_document(now_ms, id, client_id, kept)
            .expect("few are open, and not this one");
    }

    /// Leaves the document, unless edits would be lost. True when it can be opened again.
    pub(crate) fn leave_document(&mut self, now_ms: u64, id: DocumentId) -> bool {
        let may = self.is_alive && self.session.document(id).is_none_or(|document| document.unsaved() == 0);
        if may {
            self.session.close_document(now_ms, id);
        }
        may
    }

    /// One transaction at a place given in parts of 2^20 of the text.
    pub(crate) fn write(
        &mut self,
        now_ms: u64,
        id: DocumentId,
        at: u32,
        units: u32,
        insert: &str,
    ) -> Result<(), String> {
        let Some(document) = self.session.document(id).filter(|document| document.is_loaded()) else {
            return Ok(());
        };
        let replica = document.replica();
        let len = replica.len();
        let from = u32::try_from((u64::from(at) * (u64::from(len) + 1)) >> 20).expect("within the text");
        let splice = Splice {
            from,
            to: from.saturating_add(units).min(len),
            insert: insert.to_owned(),
        };
        let splices = replica.snapped(&[splice]).map_err(|error| error.to_string())?;
        match self.session.edit(now_ms, id, &splices, None) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => {
                self.edits += 1;
                let units: usize = splices.iter().map(|splice| splice.insert.encode_utf16().count()).sum();
                *self.typed.entry(id).or_default() += units as u64;
                self.show(id, &splices)
            }
            Err(EditError::ReadOnly(_) | EditError::NotLoaded) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(crate) fn undo(&mut self, now_ms: u64, id: DocumentId) -> Result<(), String> {
        let undone = self.session.undo(now_ms, id);
        self.show_undone(id, undone)
    }

    pub(crate) fn redo(&mut self, now_ms: u64, id: DocumentId) -> Result<(), String> {
        let undone = self.session.redo(now_ms, id);
        self.show_undone(id, undone)
    }

    fn show_undone(&mut self, id: DocumentId, undone: Result<Option<Undone>, EditError>) -> Result<(), String> {
        match undone {
            Ok(None) | Err(EditError::ReadOnly(_) | EditError::NotLoaded | EditError::NotOpen) => Ok(()),
            Ok(Some(undone)) => {
                self.edits += 1;
                self.show(id, &undone.splices)
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// An animation frame: the editor takes what has arrived.
    pub(crate) fn frame(&mut self, now_ms: u64, id: DocumentId) -> Result<(), String> {
        let splices = self.session.take_splices(now_ms, id);
        self.show(id, &splices)
    }

    fn show(&mut self, id: DocumentId, splices: &[Splice]) -> Result<(), String> {
        let text = self.editors.entry(id).or_default();
        *text = splice_text(text, splices);
        let document = self.session.document(id).filter(|document| document.is_loaded());
        if document.is_some_and(|document| document.replica().text() != *text) {
            return Err("the editor shows another text than the replica has".to_owned());
        }
        Ok(())
    }

    pub(crate) fn set_caret(&mut self, now_ms: u64, id: DocumentId, at: u32) {
        let Some(document) = self.session.document(id).filter(|document| document.is_loaded()) else {
            return;
        };
        let replica = document.replica();
        let offset = u32::try_from((u64::from(at) * (u64::from(replica.len()) + 1)) >> 20).expect("within the text");
        let end = replica.sticky(offset, Assoc::Before);
        let state = PresenceState {
            selection: Some(Selection { anchor: end, head: end }),
            document: None,
        };
        self.presences.insert(Place::Document(id), state);
        self.session.set_presence(now_ms, Place::Document(id), Some(state));
    }

    pub(crate) fn say(&mut self, now_ms: u64, room: RoomId, rng: &mut Rng) {
        let nonce = Nonce(Uuid::from_u128((u128::from(rng.next()) << 64) | u128::from(rng.next())));
        let body = format!("{} says {}", self.user.name, self.said.len());
        if self.session.say(now_ms, room, nonce, body).is_ok() {
            self.said.push((nonce, Expected::Stored));
        }
    }

    /// Whether the server lets it in there, as far as it knows.
    pub(crate) fn is_in(&self, place: Place) -> bool {
        let closed = match place {
            Place::Document(id) => self.session.document(id).and_then(Document::closed_reason),
            Place::Room(id) => self.session.room(id).and_then(Room::closed_reason),
        };
        closed.is_none()
    }

    /// What was closed for good and has nothing left to lose.
    pub(crate) fn closed_documents(&self) -> Vec<DocumentId> {
        let documents = self.session.documents();
        let closed = documents.filter(|(_, document)| document.closed_reason().is_some());
        closed.map(|(id, _)| id).collect()
    }

    /// Comes back to the room, and says again what was refused: what a person does who is let in again.
    pub(crate) fn come_back_to_room(&mut self, now_ms: u64, room: RoomId, kept: KeptRoom) {
        if self
            .session
            .room(room)
            .is_some_and(|room| room.closed_reason().is_some())
        {
            let unsent = self.session.close_room(now_ms, room);
            let opened = self.session.open_kept_room(now_ms, room, kept);
            opened.expect("it was just closed");
            let opened = self.session.room(room).expect("it was just opened");
            let kept: Vec<_> = opened.unsent().map(|unsent| unsent.nonce).collect();
            for unsent in unsent {
                if !kept.contains(&unsent.nonce) && !unsent.is_lost() {
                    self.session
                        .say(now_ms, room, unsent.nonce, unsent.body)
                        .expect("it could be said before");
                }
            }
        }
        let failed: Vec<_> = self
            .session
            .room(room)
            .into_iter()
            .flat_map(Room::unsent)
            .filter(|unsent| !unsent.is_lost())
            .map(|unsent| unsent.nonce)
            .collect();
        for nonce in failed {
            self.session.resend(now_ms, room, nonce);
        }
    }
}

/// The login session that a tab has after so many others.
pub(crate) fn login_session(tab: usize, others: u64) -> Credential {
    Credential::LoginSession(Uuid::from_u128((tab as u128) << 64 | u128::from(others)))
}

pub(crate) fn draw_client_id(rng: &mut Rng) -> ClientId {
    ClientId(u32::try_from(rng.below(1 << 32)).expect("below 2^32"))
}
