//! The latest stored updates, kept in memory for whoever is about to need them.

use super::Writer;
use crate::collab::effect::MemberId;
use bytes::Bytes;
use shared::id::Seq;
use shared::lib0::put_bytes;
use std::collections::VecDeque;

/// Updates kept. A member whose bundle takes longer than this many edits gets a second, shorter bundle.
const RECENT_UPDATES_MAX: usize = 2048;
/// Bytes kept, unless one commit alone is larger.
const RECENT_BYTES_MAX: usize = 1 << 20;

/// A stored update and where it came from.
#[derive(Debug)]
pub(super) struct Committed {
    pub(super) seq: Seq,
    pub(super) writer: Writer,
    pub(super) member: MemberId,
    pub(super) bytes: Bytes,
}

/// A run of stored updates without gaps that ends at the head.
#[derive(Debug)]
pub(super) struct Recent {
    updates: VecDeque<Committed>,
    bytes: usize,
    /// The position before the first one kept.
    after: Seq,
}

impl Recent {
    pub(super) const fn starting_after(head: Seq) -> Self {
        Self {
            updates: VecDeque::new(),
            bytes: 0,
            after: head,
        }
    }

    pub(super) fn push(&mut self, committed: Committed) {
        self.bytes += committed.bytes.len();
        self.updates.push_back(committed);
    }

    /// Lets go of the oldest. Not done while a commit is being taken in: all of it has to be told first.
    pub(super) fn trim(&mut self) {
        while self.updates.len() > RECENT_UPDATES_MAX || self.bytes > RECENT_BYTES_MAX {
            let Some(oldest) = self.updates.pop_front() else { return };
            self.bytes -= oldest.bytes.len();
            self.after = oldest.seq;
        }
    }

    /// Whether everything after `seq` is here.
    pub(super) fn covers(&self, seq: Seq) -> bool {
        seq >= self.after
    }

    pub(super) fn after(&self, seq: Seq) -> impl Iterator<Item = &Committed> {
        let start = self.updates.partition_point(|committed| committed.seq <= seq);
        self.updates.range(start..)
    }

    /// The bundle of what follows `from` up to `through`, if it is all here and small enough.
    pub(super) fn bundle(&self, from: Seq, through: Seq, bytes_max: usize) -> Option<Bytes> {
        if !self.covers(from) {
            return None;
        }
        let mut bundle = Vec::new();
        for committed in self.after(from).take_while(|committed| committed.seq <= through) {
            if bundle.len() + committed.bytes.len() > bytes_max {
                return None;
            }
            put_bytes(&mut bundle, &committed.bytes);
        }
        Some(bundle.into())
    }
}
