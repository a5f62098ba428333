//! Updates from elsewhere become part of the document.

use super::observed::splices_of;
use super::pairs::Pairs;
use super::{LOADED, REMOTE, Replica, ReplicaError, Splice, compose, units};
use yrs::types::Delta;
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{ReadTxn as _, Transact as _, WriteTxn as _};

impl Replica {
    /// Makes updates from elsewhere part of the document, in one transaction. Order does not matter: an update that needs another
    /// waits for it ([`is_waiting`](Self::is_waiting)), and one that is known already changes nothing.
    ///
    /// The splices turn the old text into the new one.
    pub fn apply<B: AsRef<[u8]>>(&mut self, updates: impl IntoIterator<Item = B>) -> Result<Vec<Splice>, ReplicaError> {
        let updates: Vec<B> = updates.into_iter().collect();
        let may_be_cut = self.may_be_cut(&updates);
        let applied = self.integrate(updates, REMOTE);
        let deltas = self.outbox.take().deltas;
        applied?;
        self.splices_from(deltas, may_be_cut)
    }

    /// As [`apply`](Self::apply), for a text that nobody has seen yet: what changes is not worked out, which would take as long again.
    pub fn load<B: AsRef<[u8]>>(&mut self, updates: impl IntoIterator<Item = B>) -> Result<(), ReplicaError> {
        self.integrate(updates, LOADED)?;
        let text = self.text();
        // What counts as a unit of the text and is none.
        if units(&text) != self.len() {
            return Err(ReplicaError::Foreign);
        }
        self.pairs = Pairs::of(&text);
        Ok(())
    }

    fn integrate<B: AsRef<[u8]>>(
        &mut self,
        updates: impl IntoIterator<Item = B>,
        origin: &str,
    ) -> Result<(), ReplicaError> {
        let updates = updates
            .into_iter()
            .enumerate()
            .map(read_update)
            .collect::<Result<Vec<_>, _>>()?;
        let mut txn = self.doc.transact_mut_with(origin);
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
    }

    /// Whether an update waits for another one that has not come.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.doc.transact().has_missing_updates()
    }

    /// Turns what the text observer saw in successive transactions into one list of splices. Where a pair may have been cut, the text is looked
    /// through: both halves are U+FFFD then, without a delta saying so.
    pub(super) fn splices_from(
        &mut self,
        deltas: Vec<Vec<Delta>>,
        may_be_cut: bool,
    ) -> Result<Vec<Splice>, ReplicaError> {
        let mut splices = Vec::new();
        for delta in deltas {
            let next = self.pairs.mend(splices_of(delta)?);
            self.pairs.splice(&next);
            splices = if splices.is_empty() {
                next
            } else {
                compose(&splices, &next)
            };
        }
        if may_be_cut {
            let broken = self.pairs.take_broken(&self.text());
            splices = if broken.is_empty() {
                splices
            } else {
                compose(&splices, &broken)
            };
        }
        Ok(splices)
    }
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
