//! Cuts a transaction into pieces of which each makes an update that can be sent.

use super::pairs::Pairs;
use super::splice::{Splice, units};
use crate::limits::{INSERT_UNITS_MAX, UPDATE_BYTES_MAX};

/// At most this, in bytes, may a piece come to; the rest is for what frames an update.
const COST_BYTES_MAX: usize = UPDATE_BYTES_MAX - 16 * 1024;

/// What the framing of one insert or one removal may take in an update: ids, origins, lengths.
const OPERATION_BYTES: usize = 64;

/// What a removed unit may take in an update, or in the one that brings it back: in the worst case each is an item of its own.
const REMOVED_UNIT_BYTES: usize = 25;

/// What is removed in one operation, UTF-16 units.
const REMOVE_UNITS_MAX: u32 = 32 * 1024;

const _: () = assert!(REMOVE_UNITS_MAX as usize * REMOVED_UNIT_BYTES + OPERATION_BYTES <= COST_BYTES_MAX);
const _: () = assert!(INSERT_UNITS_MAX * 3 + OPERATION_BYTES <= COST_BYTES_MAX);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation<'a> {
    Remove { at: u32, len: u32 },
    Insert { at: u32, text: &'a str },
}

/// Operations of one transaction, each in coordinates of the text after the one before it.
#[derive(Debug, Default)]
pub(super) struct Transaction<'a> {
    pub(super) operations: Vec<Operation<'a>>,
    pub(super) cost_bytes: usize,
    inserted_units: usize,
}

/// The largest sum of costs that is undone in one transaction.
pub(super) const fn fits_one_update(cost_bytes: usize) -> bool {
    cost_bytes <= COST_BYTES_MAX
}

/// From the last splice to the first, so that the offsets of those to come stay right.
pub(super) fn plan<'a>(splices: &'a [Splice], pairs: &Pairs) -> Vec<Transaction<'a>> {
    let mut plan = Plan::default();
    for splice in splices.iter().rev() {
        let mut to = splice.to;
        while to > splice.from {
            let at = pairs.snap_down(splice.from.max(to.saturating_sub(REMOVE_UNITS_MAX)));
            plan.remove(at, to - at);
            to = at;
        }
        let (mut at, mut text) = (splice.from, splice.insert.as_str());
        while !text.is_empty() {
            let (piece, rest) = text.split_at(piece_end(text));
            let len = units(piece);
            plan.insert(at, piece, len);
            at += len;
            text = rest;
        }
    }
    plan.transactions
}

/// Where to cut what is inserted at once, in bytes: at a character.
fn piece_end(text: &str) -> usize {
    if text.len() <= INSERT_UNITS_MAX {
        return text.len();
    }
    let mut count = 0;
    let fits = |(_, c): &(usize, char)| {
        count += c.len_utf16();
        count <= INSERT_UNITS_MAX
    };
    text.char_indices()
        .take_while(fits)
        .last()
        .map_or(0, |(at, c)| at + c.len_utf8())
}

#[derive(Default)]
struct Plan<'a> {
    transactions: Vec<Transaction<'a>>,
}

impl<'a> Plan<'a> {
    fn remove(&mut self, at: u32, len: u32) {
        let cost_bytes = OPERATION_BYTES + len as usize * REMOVED_UNIT_BYTES;
        self.push(Operation::Remove { at, len }, cost_bytes, 0);
    }

    fn insert(&mut self, at: u32, text: &'a str, len: u32) {
        self.push(
            Operation::Insert { at, text },
            OPERATION_BYTES + text.len(),
            len as usize,
        );
    }

    fn push(&mut self, operation: Operation<'a>, cost_bytes: usize, inserted_units: usize) {
        let fits = |last: &Transaction<'_>| {
            last.cost_bytes + cost_bytes <= COST_BYTES_MAX && last.inserted_units + inserted_units <= INSERT_UNITS_MAX
        };
        if !self.transactions.last().is_some_and(fits) {
            self.transactions.push(Transaction::default());
        }
        let last = self
            .transactions
            .last_mut()
            .expect("one was pushed when there was none");
        last.operations.push(operation);
        last.cost_bytes += cost_bytes;
        last.inserted_units += inserted_units;
    }
}
