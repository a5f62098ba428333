//! Updates that passed the gate and are not stored yet.

use super::Writer;
use crate::collab::effect::{MemberId, NewUpdate};
use shared::id::{PeerId, UserId};
use std::collections::VecDeque;

/// Updates in one batch. A batch is one transaction, so this bounds how long others wait for it.
const BATCH_UPDATES_MAX: usize = 512;
/// Bytes in one batch, unless one update alone is larger: it is stored while others wait for their turn.
const BATCH_BYTES_MAX: usize = 256 * 1024;
/// Waiting updates above which no more are taken: two batches, so that storage never waits for input.
const GATHERING_UPDATES_MAX: usize = 2 * BATCH_UPDATES_MAX;
/// See [`GATHERING_UPDATES_MAX`].
const GATHERING_BYTES_MAX: usize = 2 * BATCH_BYTES_MAX;

/// One update that passed the gate.
#[derive(Debug)]
pub(super) struct PendingUpdate {
    pub(super) member: MemberId,
    pub(super) peer: PeerId,
    pub(super) writer: Writer,
    pub(super) update: NewUpdate,
}

/// What waits for the batch under way to end.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    updates: VecDeque<PendingUpdate>,
    bytes: usize,
}

impl Gathering {
    pub(super) fn is_empty(&self) -> bool {
        self.updates.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.updates.len() >= GATHERING_UPDATES_MAX || self.bytes >= GATHERING_BYTES_MAX
    }

    pub(super) fn push(&mut self, pending: PendingUpdate) {
        self.bytes += pending.update.bytes.len();
        self.updates.push_back(pending);
    }

    /// The oldest, as many as make one batch.
    pub(super) fn take_batch(&mut self) -> Vec<PendingUpdate> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while let Some(next) = self.updates.front() {
            bytes += next.update.bytes.len();
            if !batch.is_empty() && (batch.len() == BATCH_UPDATES_MAX || bytes > BATCH_BYTES_MAX) {
                break;
            }
            self.bytes -= next.update.bytes.len();
            batch.extend(self.updates.pop_front());
        }
        batch
    }

    pub(super) fn take_all(&mut self) -> Vec<PendingUpdate> {
        self.bytes = 0;
        std::mem::take(&mut self.updates).into()
    }

    /// Everything of one person.
    pub(super) fn remove_of(&mut self, user: UserId) -> Vec<PendingUpdate> {
        let (removed, kept): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.updates)
            .into_iter()
            .partition(|pending| pending.update.user == user);
        self.bytes = kept.iter().map(|pending| pending.update.bytes.len()).sum();
        self.updates = kept;
        removed.into()
    }
}
