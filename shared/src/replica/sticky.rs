//! Between offsets and positions that move with the text.

use super::Replica;
use crate::wire::{Assoc, Selection, Sticky};
use yrs::{IndexedSequence as _, ReadTxn, Text as _, Transact as _};

/// A selection as offsets in UTF-16 units; a caret when both are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetSelection {
    /// The end that stays.
    pub anchor: u32,
    /// The end that moves.
    pub head: u32,
}

impl Replica {
    /// The position at `offset` (moved into the text when beyond its end), as one that moves with the text.
    #[must_use]
    pub fn sticky(&self, offset: u32, assoc: Assoc) -> Sticky {
        let txn = self.doc.transact();
        let offset = offset.min(self.text.len(&txn));
        at(&txn, &self.text, self.pairs.snap_down(offset), assoc)
    }

    /// Where a position is now. None when it refers to text that this replica does not hold.
    #[must_use]
    pub fn offset(&self, sticky: &Sticky) -> Option<u32> {
        offset(&self.doc.transact(), &self.text, sticky).map(|offset| self.pairs.snap_down(offset))
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
}

/// The position at `offset`, which is within the text and at a whole character.
fn at<T: ReadTxn>(txn: &T, text: &yrs::TextRef, offset: u32, assoc: Assoc) -> Sticky {
    let index = text.sticky_index(txn, offset, to_yrs(assoc));
    // None is the end of the text, which has no character after it.
    let id = index.as_ref().and_then(yrs::StickyIndex::id);
    Sticky {
        item: id.map(|id| (super::client_id(id.client), id.clock)),
        assoc,
    }
}

/// Where the position is now.
fn offset<T: ReadTxn>(txn: &T, text: &yrs::TextRef, sticky: &Sticky) -> Option<u32> {
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
