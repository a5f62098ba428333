//! One transaction of the tab's store after the other: what gathers while one is under way goes into the next.

use super::keep::{Care, Keep, KeepToken, KeyRange, TabId};
use crate::id::{ClientId, ClientSeq, DocumentId, Nonce, RoomId};
use bytes::Bytes;
use litemap::LiteMap;

/// What nobody waits for (text of others, positions, undo history) is written this long after it came, milliseconds: often enough
/// that little has to be fetched again, seldom enough that a busy document does not keep the disk awake.
pub const KEEP_LAZY_MS: u64 = 1_000;

/// Whether something on this device holds what the server does not have yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Store {
    /// Memory only: what the server does not have is gone with the tab.
    #[default]
    Memory,
    /// A store that outlives the tab. Nothing is sent before it holds it.
    Tab(TabId),
}

/// The session's way into the store.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    pub(super) store: Store,
    tokens: u64,
    under_way: Option<UnderWay>,
    ready: Option<Keep>,
    /// Goes into the next transaction.
    gathering: Batch,
    /// Copies kept aside that the store was to have and has not said so. They outlast its failing.
    asides: LiteMap<Bytes, Bytes>,
    /// When what nobody waits for is written.
    lazy_ms: Option<u64>,
}

#[derive(Debug)]
struct UnderWay {
    token: KeepToken,
    marks: Marks,
}

/// What a transaction makes durable, for those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) edits: Vec<(DocumentId, ClientId, ClientSeq)>,
    pub(super) messages: Vec<(RoomId, Nonce)>,
    pub(super) creations: Vec<DocumentId>,
    asides: Vec<Bytes>,
}

/// A transaction that is being put together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) drops: Vec<KeyRange>,
    pub(super) puts: Vec<(Bytes, Bytes)>,
    pub(super) marks: Marks,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.drops.is_empty() && self.puts.is_empty()
    }

    pub(super) fn put(&mut self, key: Bytes, value: Bytes) {
        self.puts.push((key, value));
    }

    /// Also what was to be put there before. Stores refuse ranges that hold nothing.
    pub(super) fn drop(&mut self, range: KeyRange) {
        if range.0 >= range.1 {
            return;
        }
        self.puts.retain(|(key, _)| !(&range.0..&range.1).contains(&key));
        self.drops.push(range);
    }
}

impl Keeper {
    /// Whether there is anything to write to.
    pub(super) const fn is_on(&self) -> bool {
        matches!(self.store, Store::Tab(_))
    }

    /// Which life of which tab writes.
    pub(super) const fn tab(&self) -> Option<TabId> {
        match self.store {
            Store::Tab(tab) => Some(tab),
            Store::Memory => None,
        }
    }

    /// For the next transaction, which is not put off. Nothing comes of it without a store.
    pub(super) fn with(&mut self, add: impl FnOnce(&mut Batch)) {
        if self.is_on() {
            add(&mut self.gathering);
        }
    }

    /// A copy kept aside. Also one from the time when the store takes nothing is kept when it does again.
    pub(super) fn put_aside(&mut self, key: Bytes, row: Bytes) {
        let was_ever_on = self.is_on() || self.tokens > 0;
        if was_ever_on {
            self.asides.insert(key.clone(), row.clone());
        }
        self.with(|batch| {
            batch.marks.asides.push(key.clone());
            batch.put(key, row);
        });
    }

    /// The person has dealt with it.
    pub(super) fn drop_aside(&mut self, row: KeyRange) {
        self.asides.remove(&row.0);
        self.with(|batch| batch.drop(row));
    }

    /// The store that failed takes something again.
    pub(super) fn regain(&mut self, tab: TabId) {
        self.store = Store::Tab(tab);
        for (key, row) in std::mem::take(&mut self.asides) {
            self.put_aside(key, row);
        }
    }

    /// Whether a transaction can be put together now, and then with what nobody waits for.
    pub(super) fn turn(&self, now_ms: u64) -> Option<Turn> {
        if !self.is_on() || self.under_way.is_some() {
            return None;
        }
        let lazy_is_due = self.lazy_ms.is_some_and(|due_ms| due_ms <= now_ms);
        Some(if lazy_is_due { Turn::All } else { Turn::Urgent })
    }

    /// Something waits that nobody waits for.
    pub(super) fn note_lazy(&mut self, now_ms: u64) {
        if self.is_on() && self.lazy_ms.is_none() {
            self.lazy_ms = Some(now_ms + KEEP_LAZY_MS);
        }
    }

    /// The batch that `gather` adds to is what the shell gets next, if anything is in it.
    pub(super) fn begin(&mut self, turn: Turn, care: Care, gather: impl FnOnce(&mut Batch)) {
        let mut batch = std::mem::take(&mut self.gathering);
        gather(&mut batch);
        if turn == Turn::All {
            self.lazy_ms = None;
        }
        if batch.is_empty() {
            return;
        }
        self.tokens += 1;
        let token = KeepToken(self.tokens);
        let Batch { drops, puts, marks } = batch;
        self.under_way = Some(UnderWay { token, marks });
        self.ready = Some(Keep {
            token,
            drops,
            puts,
            care,
        });
    }

    pub(super) fn poll(&mut self) -> Option<Keep> {
        self.ready.take()
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        self.lazy_ms.filter(|_| self.under_way.is_none())
    }

    /// Whether everything that was to be written is.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_none() && self.lazy_ms.is_none() && self.gathering.is_empty()
    }

    /// Whether a transaction is under way, or one has to be.
    pub(super) const fn is_writing(&self) -> bool {
        self.under_way.is_some() || !self.gathering.drops.is_empty() || !self.gathering.puts.is_empty()
    }

    /// The transaction is done.
    pub(super) fn handle_kept(&mut self, token: KeepToken) -> Option<Marks> {
        let done = self.under_way.take_if(|under_way| under_way.token == token)?;
        for key in &done.marks.asides {
            self.asides.remove(key);
        }
        Some(done.marks)
    }

    /// The store is of no use any more.
    pub(super) fn give_up(&mut self) {
        *self = Self {
            tokens: self.tokens,
            asides: std::mem::take(&mut self.asides),
            ..Self::default()
        };
    }
}

/// What goes into a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// What somebody waits for, and what that needs.
    Urgent,
    /// Everything.
    All,
}
