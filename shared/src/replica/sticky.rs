//! Between offsets and positions that move with the text.

use crate::wire::{Assoc, Sticky};
use yrs::{IndexedSequence as _, ReadTxn, Text as _};

/// The position at `offset`, which is within the text and at a whole character.
pub(super) fn at<T: ReadTxn>(txn: &T, text: &yrs::TextRef, offset: u32, assoc: Assoc) -> Sticky {
    let index = text.sticky_index(txn, offset, to_yrs(assoc));
    // None is the end of the text, which has no character after it.
    let id = index.as_ref().and_then(yrs::StickyIndex::id);
    Sticky {
        item: id.map(|id| (super::client_id(id.client), id.clock)),
        assoc,
    }
}

/// Where the position is now.
pub(super) fn offset<T: ReadTxn>(txn: &T, text: &yrs::TextRef, sticky: &Sticky) -> Option<u32> {
    match (sticky.item, sticky.assoc) {
        (None, Assoc::Before) => Some(0),
        (None, Assoc::After) => Some(text.len(txn)),
        (Some((client_id, clock)), assoc) => {
            let id = yrs::ID::new(client_id.into(), clock);
            let offset = yrs::StickyIndex::from_id(id, to_yrs(assoc)).get_offset(txn)?;
            Some(offset.index.min(text.len(txn)))
        }
    }
}

fn to_yrs(assoc: Assoc) -> yrs::Assoc {
    match assoc {
        Assoc::Before => yrs::Assoc::Before,
        Assoc::After => yrs::Assoc::After,
    }
}
