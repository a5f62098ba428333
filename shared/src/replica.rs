//! One copy of a document's text that can be changed by several at once. The one place that knows yrs.

mod arriving;
mod cuts;
mod error;
mod history;
mod observed;
mod pairs;
mod plan;
mod splice;
mod state;
mod steps;
mod sticky;
mod structs;
mod undoing;
mod written;

#[cfg(test)]
mod tests;

pub use error::ReplicaError;
pub use splice::{Splice, compose, splice_text, text_hash, units};
pub use steps::Steps;
pub use sticky::OffsetSelection;
pub use undoing::Undone;

use crate::id::ClientId;
use bytes::Bytes;
use history::History;
use observed::Outbox;
use pairs::Pairs;
use plan::{Operation, plan};
use yrs::{GetString as _, Text as _, Transact as _};

/// Name of the root text that holds a document.
pub const ROOT: &str = "content";

/// Origin of transactions made here, by the person at this replica.
const LOCAL: &str = "local";

/// Origin of transactions made elsewhere.
const REMOTE: &str = "remote";

/// Origin of those that were made elsewhere too, and of which nobody asks what they change.
const LOADED: &str = "loaded";

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
    outbox: Outbox,
    doc: yrs::Doc,
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
        let outbox = Outbox::of(&doc, &text);
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
        Ok(self.outbox.take().updates)
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

/// The other way round; [`apply`](Replica::apply) lets no larger id in.
fn client_id(id: yrs::ClientID) -> ClientId {
    ClientId(u32::try_from(id.get()).expect("updates with client ids over 32 bits are refused"))
}
