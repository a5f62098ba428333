//! Taking back what the person did, and taking that back.

use super::observed::Observed;
use super::{OffsetSelection, Replica, ReplicaError, Splice, splice};
use crate::wire::Selection;
use bytes::Bytes;

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

impl Replica {
    /// What is edited next is a step of its own, however soon it comes.
    pub const fn end_step(&mut self) {
        self.history.end_step();
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

    fn undone(&mut self, popped: Option<Option<Selection>>) -> Result<Option<Undone>, ReplicaError> {
        let Observed { updates, deltas } = self.outbox.take();
        self.history.note_taken_back(&updates);
        let has_pairs = !self.pairs.is_empty();
        let splices = self.splices_from(deltas, has_pairs)?;
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
}
