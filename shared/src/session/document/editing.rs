//! What the person does to a document, and what the editor takes of it.

use super::{Document, Load, TextFlag};
use crate::error::ErrorCode;
use crate::id::ClientSeq;
use crate::replica::{OffsetSelection, ReplicaError, Splice, Undone};
use crate::session::arrival::difference;
use crate::session::slot::Out;
use bytes::Bytes;

/// Updates of so many bytes are taken in within a few frames' time, also when each of them is a letter.
const STEP_BYTES_MAX: usize = 256 * 1024;

/// Why a local edit did not happen. The editor has to take it back: it shows text that the session does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The document is not open in this session.
    #[error("the document is not open")]
    NotOpen,
    /// The text has not arrived yet, or arrives anew.
    #[error("the document has not been loaded")]
    NotLoaded,
    /// It may not be changed.
    #[error("the document is read-only: {0}")]
    ReadOnly(ErrorCode),
    /// Too much waits for the server.
    #[error("too many edits wait for the server")]
    Full,
    /// The splices do not fit the text.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl Document {
    fn check_editable(&self) -> Result<(), EditError> {
        if let Some(code) = self.read_only_reason() {
            return Err(EditError::ReadOnly(code));
        }
        if !self.is_loaded() {
            return Err(EditError::NotLoaded);
        }
        if self.writers.own.is_full() {
            return Err(EditError::Full);
        }
        Ok(())
    }

    pub(in crate::session) fn edit(
        &mut self,
        splices: &[Splice],
        now_ms: u64,
        selection: Option<OffsetSelection>,
        out: &mut Out,
    ) -> Result<Option<ClientSeq>, EditError> {
        self.check_editable()?;
        self.own_name(out);
        let updates = self.replica.edit(splices, now_ms, selection)?;
        Ok(updates.into_iter().map(|update| self.writers.own.push(update)).last())
    }

    pub(in crate::session) const fn end_step(&mut self) {
        self.replica.end_step();
    }

    pub(in crate::session) fn undo(&mut self, out: &mut Out) -> Result<Option<Undone>, EditError> {
        self.check_editable()?;
        self.own_name(out);
        let undone = self.replica.undo()?;
        Ok(self.keep(undone))
    }

    pub(in crate::session) fn redo(&mut self, out: &mut Out) -> Result<Option<Undone>, EditError> {
        self.check_editable()?;
        self.own_name(out);
        let undone = self.replica.redo()?;
        Ok(self.keep(undone))
    }

    fn keep(&mut self, undone: Option<Undone>) -> Option<Undone> {
        for update in undone.iter().flat_map(|undone| &undone.updates) {
            self.writers.own.push(update.clone());
        }
        undone
    }

    /// Makes what has arrived part of the replica, as long as the editor shows nothing of the document: most of the work of opening a long one.
    /// True when there was something; the editor shows it, and the person may write, after [`take_splices`](Self::take_splices).
    pub(in crate::session) fn take_in(&mut self, out: &mut Out) -> bool {
        if !matches!(self.load, Load::Arrived { .. }) || self.inbox.is_empty() {
            return false;
        }
        let updates = self.inbox.drain(..next_step(&self.inbox)).collect::<Vec<_>>();
        if self.replica.load(&updates).is_err() {
            self.fail(ErrorCode::UpdateMalformed, out);
        }
        true
    }

    pub(in crate::session) fn take_splices(&mut self, out: &mut Out) -> Vec<Splice> {
        self.text_flag = TextFlag::Quiet;
        let updates = std::mem::take(&mut self.inbox);
        let Ok(splices) = self.replica.apply(&updates) else {
            // The server let something pass that cannot be read. The text stays as it is, and the person is told.
            self.fail(ErrorCode::UpdateMalformed, out);
            return Vec::new();
        };
        match std::mem::replace(&mut self.load, Load::Done) {
            Load::Done => splices,
            Load::Arrived { shown } => difference(&shown, self.replica.text()),
            pending @ Load::Pending { .. } => {
                self.load = pending;
                Vec::new()
            }
        }
    }
}

/// How many updates are taken in at once.
fn next_step(inbox: &[Bytes]) -> usize {
    let mut sum = 0;
    let fits = |update: &&Bytes| {
        sum += update.len();
        sum <= STEP_BYTES_MAX
    };
    inbox.iter().take_while(fits).count().max(1)
}
