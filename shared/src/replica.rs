//! One copy of a document's text that can be changed by several at once. The one place that knows yrs.

mod history;
mod pairs;
mod plan;
mod splice;
mod steps;
mod sticky;
mod written;

#[cfg(test)]
mod tests;

pub use splice::{Splice, compose, splice_text, text_hash, units};
pub use steps::Steps;

use crate::id::ClientId;
use crate::wire::{Assoc, Selection, Sticky};
use bytes::Bytes;
use history::History;
use pairs::Pairs;
use plan::{Operation, plan};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use yrs::types::Delta;
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{Any, GetString as _, Observable as _, Out, ReadTxn as _, Text as _, Transact as _, WriteTxn as _};

/// Name of the root text that holds a document.
pub const ROOT: &str = "content";

/// Origin of transactions made here, by the person at this replica.
const LOCAL: &str = "local";

/// Origin of transactions made elsewhere.
const REMOTE: &str = "remote";

/// A selection as offsets in UTF-16 units; a caret when both are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetSelection {
    /// The end that stays.
    pub anchor: u32,
    /// The end that moves.
    pub head: u32,
}

/// What an undo or a redo did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// To be sent, in this order, like those of an edit.
    pub updates: Vec<Bytes>,
    /// To be shown.
    pub splices: Vec<Splice>,
    /// Where the caret belongs, in the text as it is now.
    pub selection: OffsetSelection,
}

/// Why a replica did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplicaError {
    /// Nothing was changed: the splices do not fit the text.
    #[error("splice {index} is out of bounds or out of order")]
    InvalidSplice {
        /// The first one that does not fit.
        index: usize,
    },
    /// Nothing was changed: these bytes are not an update.
    #[error("update {index} cannot be read: {reason}")]
    Malformed {
        /// Which of the updates.
        index: usize,
        /// In yrs' words.
        reason: String,
    },
    /// The replica has to be thrown away: an update could be read, yet not be made part of the document.
    #[error("update {index} cannot be integrated: {reason}")]
    Unintegrable {
        /// Which of the updates.
        index: usize,
        /// In yrs' words.
        reason: String,
    },
    /// The replica has to be thrown away: it holds something that is not text.
    #[error("an update holds something that is not text")]
    Foreign,
}

/// One copy of a document, written to as one client id.
///
/// Offsets and lengths are UTF-16 units everywhere. A transaction is a list of [`Splice`]s: ascending, not overlapping, all in
/// coordinates of the text before it. [`edit`](Self::edit), [`undo`](Self::undo) and [`redo`](Self::redo) give updates to be
/// sent, in order; [`apply`](Self::apply), `undo` and `redo` give splices to be shown. Splices given out turn the old text into
/// the new one exactly. A client id is written as by one replica at a time, or updates are lost: the caller sees to that.
pub struct Replica {
    /// Dropped before `doc`, to which it is subscribed.
    history: History,
    client_id: ClientId,
    text: yrs::TextRef,
    pairs: Pairs,
    outbox: Arc<Mutex<Outbox>>,
    doc: yrs::Doc,
}

/// What the observers leave for the code that committed a transaction. Observers only push: they run inside the transaction.
#[derive(Default)]
struct Outbox {
    updates: Vec<Bytes>,
    deltas: Vec<Vec<Delta>>,
}

impl Replica {
    /// An empty document, to be written to as `client_id`.
    #[must_use]
    pub fn new(client_id: ClientId) -> Self {
        // The guid is yrs' name for a subdocument; there are none. A fixed one saves drawing a random one.
        let mut options = yrs::Options::with_guid_and_client_id("".into(), client_id.into());
        options.offset_kind = yrs::OffsetKind::Utf16;
        let doc = yrs::Doc::with_options(options);
        let text = doc.get_or_insert_text(ROOT);
        let outbox = Arc::new(Mutex::new(Outbox::default()));
        observe(&doc, &text, &outbox);
        let history = History::new(&doc, &text);
        Self {
            history,
            client_id,
            text,
            pairs: Pairs::default(),
            outbox,
            doc,
        }
    }

    /// A replica as it was left: its updates in order, and the steps that it could take back.
    pub fn restored<B: AsRef<[u8]>>(
        client_id: ClientId,
        updates: impl IntoIterator<Item = B>,
        steps: &[(u64, Bytes)],
    ) -> Result<Self, ReplicaError> {
        let mut replica = Self::new(client_id);
        let (first, stack) = steps::read(steps);
        if stack.is_empty() {
            replica.apply(updates)?;
        } else {
            steps::load_holding(&mut replica, updates)?;
        }
        replica.history = History::restored(&replica.doc, &replica.text, first, stack);
        Ok(replica)
    }

    /// The same document as another replica. It takes back what this one could.
    #[must_use]
    pub fn renamed(&mut self, client_id: ClientId) -> Self {
        let steps = self.steps();
        Self::restored(client_id, [self.encode_state()], &steps).expect("a replica's own state can be integrated")
    }

    /// What the person can take back, for [`restored`](Self::restored): the last steps, each with its number. A step keeps its bytes while nothing is
    /// added to it, and nothing that it inserted is taken back and brought back.
    #[must_use]
    pub fn steps(&mut self) -> Steps {
        self.history.steps()
    }

    /// As whom this replica writes.
    #[must_use]
    pub fn client_id(&self) -> ClientId {
        self.client_id
    }

    /// The whole text. Walks the document.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    /// Length of the text, UTF-16 units.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.text.len(&self.doc.transact())
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// [`text_hash`] of the text. Walks the document: for idle moments.
    #[must_use]
    pub fn text_hash(&self) -> u32 {
        text_hash(&self.text())
    }

    /// The splices as [`edit`](Self::edit) carries them out: widened where they would cut a surrogate pair, and an insert within
    /// a pair moved behind it.
    pub fn snapped(&self, splices: &[Splice]) -> Result<Vec<Splice>, ReplicaError> {
        splice::check(splices, self.len())?;
        Ok(self.pairs.snap(splices))
    }

    /// One transaction of the person here. `selection` is the one before it, in offsets of the text before it, and comes back when
    /// the edit is undone. Edits within half a second of each other are undone together; time never goes backwards.
    ///
    /// Gives one update as a rule, none when nothing changes, and several when one would be too large to send.
    pub fn edit(
        &mut self,
        splices: &[Splice],
        now_ms: u64,
        selection: Option<OffsetSelection>,
    ) -> Result<Vec<Bytes>, ReplicaError> {
        let splices = self.snapped(splices)?;
        let transactions = plan(&splices, &self.pairs);
        if transactions.is_empty() {
            return Ok(Vec::new());
        }
        let first_cost = transactions[0].cost_bytes;
        if self.history.begins_step(now_ms, first_cost) {
            let sticky = selection.map(|s| self.sticky_selection(s));
            self.history.begin_step(sticky);
        }
        for (index, transaction) in transactions.iter().enumerate() {
            if index > 0 {
                self.history.continue_in_new_step();
            }
            self.history.note_edit(now_ms, transaction.cost_bytes);
            let mut txn = self.doc.transact_mut_with(LOCAL);
            for operation in &transaction.operations {
                match *operation {
                    Operation::Remove { at, len } => self.text.remove_range(&mut txn, at, len),
                    Operation::Insert { at, text } => self.text.insert(&mut txn, at, text),
                }
            }
        }
        self.pairs.splice(&splices);
        Ok(self.take_outbox().updates)
    }

    /// Makes updates from elsewhere part of the document, in one transaction. Order does not matter: an update that needs another
    /// waits for it ([`is_waiting`](Self::is_waiting)), and one that is known already changes nothing.
    ///
    /// The splices turn the old text into the new one.
    pub fn apply<B: AsRef<[u8]>>(&mut self, updates: impl IntoIterator<Item = B>) -> Result<Vec<Splice>, ReplicaError> {
        let updates = updates
            .into_iter()
            .enumerate()
            .map(read_update)
            .collect::<Result<Vec<_>, _>>()?;
        let applied = {
            let mut txn = self.doc.transact_mut_with(REMOTE);
            let refused = |index| {
                move |e: yrs::error::UpdateError| ReplicaError::Unintegrable {
                    index,
                    reason: e.to_string(),
                }
            };
            let last = updates.len().saturating_sub(1);
            let mut updates = updates.into_iter().enumerate();
            updates
                .try_for_each(|(index, update)| txn.apply_update(update).map_err(refused(index)))
                .and_then(|()| retry_waiting(&mut txn).map_err(refused(last)))
        };
        let deltas = self.take_outbox().deltas;
        applied?;
        self.splices_from(deltas)
    }

    /// Takes back the person's own last step, and nobody else's. None when there is nothing to take back.
    pub fn undo(&mut self) -> Result<Option<Undone>, ReplicaError> {
        let selection = self.history.undo();
        self.undone(selection)
    }

    /// Takes back the last [`undo`](Self::undo). None when there is none, or something was edited since.
    pub fn redo(&mut self) -> Result<Option<Undone>, ReplicaError> {
        let selection = self.history.redo();
        self.undone(selection)
    }

    /// The position at `offset` (moved into the text when beyond its end), as one that moves with the text.
    #[must_use]
    pub fn sticky(&self, offset: u32, assoc: Assoc) -> Sticky {
        let txn = self.doc.transact();
        let offset = offset.min(self.text.len(&txn));
        sticky::at(&txn, &self.text, self.pairs.snap_down(offset), assoc)
    }

    /// Where a position is now. None when it refers to text that this replica does not hold.
    #[must_use]
    pub fn offset(&self, sticky: &Sticky) -> Option<u32> {
        sticky::offset(&self.doc.transact(), &self.text, sticky).map(|offset| self.pairs.snap_down(offset))
    }

    /// Both ends of a selection as positions that move with the text.
    #[must_use]
    pub fn sticky_selection(&self, selection: OffsetSelection) -> Selection {
        let head = self.sticky(selection.head, Assoc::Before);
        let anchor = if selection.anchor == selection.head {
            head
        } else {
            self.sticky(selection.anchor, Assoc::Before)
        };
        Selection { anchor, head }
    }

    /// Where a selection is now. None when an end of it refers to text that this replica does not hold.
    #[must_use]
    pub fn selection(&self, selection: &Selection) -> Option<OffsetSelection> {
        Some(OffsetSelection {
            anchor: self.offset(&selection.anchor)?,
            head: self.offset(&selection.head)?,
        })
    }

    /// The whole document as one update, with whatever waits for something missing.
    #[must_use]
    pub fn encode_state(&self) -> Bytes {
        self.doc
            .transact()
            .encode_state_as_update_v1(&yrs::StateVector::default())
            .into()
    }

    /// How many units of each client are part of the document.
    #[must_use]
    pub fn state_vector(&self) -> BTreeMap<ClientId, u32> {
        let state = self.doc.transact().state_vector();
        state
            .iter()
            .map(|(client, clock)| (client_id(*client), *clock))
            .collect()
    }

    /// Which units of each client are deleted: ranges of clocks, ascending.
    #[must_use]
    pub fn delete_set(&self) -> BTreeMap<ClientId, Vec<Range<u32>>> {
        let deleted = self.doc.transact().snapshot().delete_set;
        deleted
            .iter()
            .map(|(client, ranges)| (client_id(*client), ranges.iter().cloned().collect()))
            .collect()
    }

    /// Whether an update waits for another one that has not come.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.doc.transact().has_missing_updates()
    }

    fn undone(&mut self, popped: Option<Option<Selection>>) -> Result<Option<Undone>, ReplicaError> {
        let Outbox { updates, deltas } = self.take_outbox();
        self.history.note_taken_back(&updates);
        let splices = self.splices_from(deltas)?;
        let Some(remembered) = popped else { return Ok(None) };
        let selection = remembered.and_then(|s| self.selection(&s)).unwrap_or_else(|| {
            let end = splice::end_of_last(&splices);
            OffsetSelection { anchor: end, head: end }
        });
        Ok(Some(Undone {
            updates,
            splices,
            selection,
        }))
    }

    /// Turns what the text observer saw in successive transactions into one list of splices.
    fn splices_from(&mut self, deltas: Vec<Vec<Delta>>) -> Result<Vec<Splice>, ReplicaError> {
        // A stock client may cut a pair. Both halves become U+FFFD then, without the delta saying so.
        let may_break = !self.pairs.is_empty();
        let mut splices = Vec::new();
        for delta in deltas {
            let next = self.pairs.mend(from_delta(delta)?);
            self.pairs.splice(&next);
            splices = if splices.is_empty() {
                next
            } else {
                compose(&splices, &next)
            };
        }
        if may_break {
            let broken = self.pairs.take_broken(&self.text());
            splices = if broken.is_empty() {
                splices
            } else {
                compose(&splices, &broken)
            };
        }
        Ok(splices)
    }

    fn take_outbox(&self) -> Outbox {
        std::mem::take(&mut *self.outbox.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica")
            .field("client_id", &self.client_id)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl From<ClientId> for yrs::ClientID {
    fn from(id: ClientId) -> Self {
        Self::new(u64::from(id.0))
    }
}

/// The other way round; [`read_update`] lets no larger id in.
fn client_id(id: yrs::ClientID) -> ClientId {
    ClientId(u32::try_from(id.get()).expect("updates with client ids over 32 bits are refused"))
}

/// Leaves each local transaction's update and each other transaction's delta in the outbox.
fn observe(doc: &yrs::Doc, text: &yrs::TextRef, outbox: &Arc<Mutex<Outbox>>) {
    let deltas = Arc::clone(outbox);
    let (local, remote) = (yrs::Origin::from(LOCAL), yrs::Origin::from(REMOTE));
    text.observe("deltas", move |txn, event| {
        // Working out a delta walks the document, and a local edit's is known.
        if txn.origin() != Some(&local) {
            let delta = event.delta(txn).to_vec();
            deltas.lock().unwrap_or_else(PoisonError::into_inner).deltas.push(delta);
        }
    });
    let updates = Arc::clone(outbox);
    doc.observe_update_v1("updates", move |txn, event| {
        if txn.origin() != Some(&remote) {
            let update = Bytes::copy_from_slice(&event.update);
            updates
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .updates
                .push(update);
        }
    })
    .expect("nobody else holds the new document");
}

fn read_update((index, bytes): (usize, impl AsRef<[u8]>)) -> Result<yrs::Update, ReplicaError> {
    let malformed = |reason: String| ReplicaError::Malformed { index, reason };
    let update = yrs::Update::decode_v1(bytes.as_ref()).map_err(|e| malformed(e.to_string()))?;
    let is_large = |id: yrs::ClientID| u32::try_from(id.get()).is_err();
    let inserts_large = update.state_vector().iter().any(|(id, _)| is_large(*id));
    if inserts_large || update.delete_set().client_ids().any(is_large) {
        return Err(malformed("a client id is over 32 bits".to_owned()));
    }
    Ok(update)
}

/// Tries what waits again until that changes nothing. yrs remembers one missing client of those that a waiting update needs, and
/// may remember the wrong one when two clients' updates wait for each other: then it does not try again by itself.
fn retry_waiting(txn: &mut yrs::TransactionMut<'_>) -> Result<(), yrs::error::UpdateError> {
    let mut tried = None;
    while let Some(waiting) = txn.prune_pending() {
        let bytes = waiting.encode_v1();
        txn.apply_update(waiting)?;
        if tried.as_ref() == Some(&bytes) {
            break;
        }
        tried = Some(bytes);
    }
    Ok(())
}

fn from_delta(delta: Vec<Delta>) -> Result<Vec<Splice>, ReplicaError> {
    let mut splices = splice::Builder::default();
    for change in delta {
        match change {
            Delta::Retain(len, _) => splices.retain(len),
            Delta::Deleted(len) => splices.remove(len),
            Delta::Inserted(Out::Any(Any::String(text)), _) => splices.insert(&text),
            Delta::Inserted(..) => return Err(ReplicaError::Foreign),
        }
    }
    Ok(splices.finish())
}
