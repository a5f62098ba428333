//! What yrs tells of a transaction: the update to be sent, and what changed in the text.

use super::{LOADED, LOCAL, REMOTE, ReplicaError, Splice, splice};
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use yrs::types::Delta;
use yrs::{Any, Observable as _, Out};

/// What the observers leave for the code that committed a transaction.
#[derive(Default)]
pub(super) struct Observed {
    /// Of each transaction that was made here.
    pub(super) updates: Vec<Bytes>,
    /// Of each that did not come from the person here.
    pub(super) deltas: Vec<Vec<Delta>>,
}

/// Where they leave it. Observers only push: they run inside the transaction.
#[derive(Clone, Default)]
pub(super) struct Outbox(Arc<Mutex<Observed>>);

impl Outbox {
    /// One that holds what is observed of `doc` from now on.
    pub(super) fn of(doc: &yrs::Doc, text: &yrs::TextRef) -> Self {
        let outbox = Self::default();
        let [local, remote, loaded] = [LOCAL, REMOTE, LOADED].map(yrs::Origin::from);
        let (is_known, is_received) = ([local, loaded.clone()], [remote, loaded]);
        let deltas = outbox.clone();
        text.observe("deltas", move |txn, event| {
            // Working out a delta walks the document. A local edit's is known, and nobody asks for that of a text which nobody has seen.
            if !txn.origin().is_some_and(|origin| is_known.contains(origin)) {
                let delta = event.delta(txn).to_vec();
                deltas.lock().deltas.push(delta);
            }
        });
        let updates = outbox.clone();
        doc.observe_update_v1("updates", move |txn, event| {
            if !txn.origin().is_some_and(|origin| is_received.contains(origin)) {
                let update = Bytes::copy_from_slice(&event.update);
                updates.lock().updates.push(update);
            }
        })
        .expect("nobody else holds the new document");
        outbox
    }

    /// What was observed since the last time.
    pub(super) fn take(&self) -> Observed {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Observed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a delta does to the text, when it is all text.
pub(super) fn splices_of(delta: Vec<Delta>) -> Result<Vec<Splice>, ReplicaError> {
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
