//! Documents that are made on this device before the server knows of them. It is told of one after the other, each before its edits.

use super::Session;
use super::backoff::{Backoff, Rng};
use super::event::Event;
use super::keep::{CreationRow, FORMAT, decode, encode, key};
use super::keeper::Batch;
use super::kept::Rows;
use crate::error::ErrorCode;
use crate::id::{DocumentId, RoomId};
use crate::sorted::gather;
use litemap::LiteMap;

/// A document that the server is to make. Asking twice makes it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// Made by the shell: a UUID of version 7, so that the order of ids is that in which the documents were made.
    pub id: DocumentId,
    /// Where it belongs.
    pub room: RoomId,
    /// As the person named it.
    pub title: String,
}

/// Where a wish for a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Birth {
    /// The server has the document.
    Known,
    /// The tab alone knows of it.
    Wished,
    /// The tab's store does, too.
    Kept,
}

/// What the server has not made yet.
#[derive(Debug, Default)]
pub(super) struct Creations {
    waiting: LiteMap<DocumentId, (Creation, Birth)>,
    /// No row holds these yet.
    fresh: Vec<DocumentId>,
    under_way: Option<DocumentId>,
    /// After a failure: not before this.
    until_ms: Option<u64>,
    backoff: Backoff,
}

impl Creations {
    /// As the store has them: the rows of [`super::creation_rows`].
    pub(super) fn restore(&mut self, rows: &Rows) {
        for (found, value) in rows {
            if let (Some(id), Some(row)) = (key::read_creation(found), decode::<CreationRow>(value))
                && row.format == FORMAT
            {
                let CreationRow { room, title, .. } = row;
                let creation = Creation { id, room, title };
                self.waiting.entry(id).or_insert((creation, Birth::Kept));
            }
        }
    }

    pub(super) fn add(&mut self, creation: Creation) {
        self.fresh.push(creation.id);
        self.waiting.insert(creation.id, (creation, Birth::Wished));
    }

    /// The server need not be told any more.
    pub(super) fn remove(&mut self, id: DocumentId) -> Option<Creation> {
        self.under_way.take_if(|under_way| *under_way == id);
        self.fresh.retain(|fresh| *fresh != id);
        let (creation, _) = self.waiting.remove(&id)?;
        self.until_ms = None;
        self.backoff.reset();
        Some(creation)
    }

    pub(super) fn birth(&self, id: DocumentId) -> Birth {
        self.waiting.get(&id).map_or(Birth::Known, |(_, birth)| *birth)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Creation> {
        self.waiting.values().map(|(creation, _)| creation)
    }

    /// The next that the server is to be told of. With a store, not before that has it.
    pub(super) fn next(&mut self, now_ms: u64, with_store: bool) -> Option<Creation> {
        if self.under_way.is_some() || self.until_ms.is_some_and(|until_ms| now_ms < until_ms) {
            return None;
        }
        let creation = self.first(with_store)?.clone();
        self.under_way = Some(creation.id);
        Some(creation)
    }

    fn first(&self, with_store: bool) -> Option<&Creation> {
        let (creation, birth) = self.waiting.values().next()?;
        (!with_store || *birth != Birth::Wished).then_some(creation)
    }

    /// It did not work out this time.
    pub(super) fn delay(&mut self, now_ms: u64, id: DocumentId, rng: &mut Rng) {
        if self.under_way.take_if(|under_way| *under_way == id).is_some() {
            self.until_ms = Some(now_ms + self.backoff.next_wait_ms(rng));
        }
    }

    /// What waits for the store waits for no time.
    pub(super) fn deadline(&self, with_store: bool) -> Option<u64> {
        self.until_ms
            .filter(|_| self.under_way.is_none() && self.first(with_store).is_some())
    }

    /// Adds to a transaction what belongs into it.
    pub(super) fn gather(&mut self, batch: &mut Batch) {
        for id in std::mem::take(&mut self.fresh) {
            if let Some((Creation { room, title, .. }, _)) = self.waiting.get(&id) {
                let row = CreationRow {
                    format: FORMAT,
                    room: *room,
                    title: title.clone(),
                };
                batch.put(key::creation(id), encode(&row));
                batch.marks.creations.push(id);
            }
        }
    }

    /// The store has it.
    pub(super) fn mark_durable(&mut self, id: DocumentId) {
        if let Some((_, birth)) = self.waiting.get_mut(&id) {
            *birth = Birth::Kept;
        }
    }

    /// The store is of no use any more.
    pub(super) fn lose_store(&mut self) {
        self.fresh.clear();
        for (_, (_, birth)) in self.waiting.iter_mut() {
            *birth = Birth::Wished;
        }
    }

    /// There is a store again.
    pub(super) fn regain_store(&mut self) {
        self.fresh = gather(self.waiting.keys().copied());
    }
}

impl Session {
    /// Makes a document, to be opened and written at once. The server is told of it when it can be, and then of its edits.
    pub fn create_document(&mut self, now_ms: u64, creation: Creation) {
        self.creations.add(creation);
        self.out.event(Event::Creations);
        self.settle(now_ms);
    }

    /// Documents that tabs before this one made and the server may not know of, from the rows of [`super::creation_rows`]. To be called before any
    /// of them is opened.
    pub fn restore_creations(&mut self, now_ms: u64, rows: &Rows) {
        self.creations.restore(rows);
        self.out.event(Event::Creations);
        self.settle(now_ms);
    }

    /// Documents that the server does not know of yet, in the order in which they were made.
    pub fn creations(&self) -> impl Iterator<Item = &Creation> {
        self.creations.iter()
    }

    /// The next document that the server is to make, while there is a link: one at a time, to be answered by
    /// [`handle_created`](Self::handle_created), [`handle_creation_delayed`](Self::handle_creation_delayed) or
    /// [`handle_creation_refused`](Self::handle_creation_refused).
    pub fn poll_creation(&mut self, now_ms: u64) -> Option<Creation> {
        let with_store = self.out.keeper.is_on();
        self.out.up.then(|| self.creations.next(now_ms, with_store)).flatten()
    }

    /// The server has made the document, now or before.
    pub fn handle_created(&mut self, now_ms: u64, id: DocumentId) {
        self.forget_creation(id);
        self.tell_birth(id);
        self.settle(now_ms);
    }

    /// No answer, or one that may be another next time.
    pub fn handle_creation_delayed(&mut self, now_ms: u64, id: DocumentId) {
        self.creations.delay(now_ms, id, &mut self.out.rng);
        self.settle(now_ms);
    }

    /// The server does not make the document. What was written in it is kept aside; whoever reports this has opened it, if there is anything.
    pub fn handle_creation_refused(&mut self, now_ms: u64, id: DocumentId, code: ErrorCode) {
        self.forget_creation(id);
        if let Some(document) = self.documents.get_mut(&id) {
            document.handle_not_made(code, &mut self.out);
        }
        self.settle(now_ms);
    }

    fn forget_creation(&mut self, id: DocumentId) {
        if self.creations.remove(id).is_some() {
            self.out.keeper.with(|batch| batch.drop(key::only(&key::creation(id))));
            self.out.event(Event::Creations);
        }
    }

    pub(super) fn tell_birth(&mut self, id: DocumentId) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.set_birth(self.creations.birth(id));
        }
    }
}
