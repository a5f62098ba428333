//! Whether an update may cut a surrogate pair. A client that counts units can, and both halves become U+FFFD then, also where nothing that is
//! seen changes beside them. Looking for that in the whole text would cost the whole text with every edit of others.

use super::Replica;
use super::structs::{self, Unit};
use crate::lib0::{Cursor, Malformed};
use yrs::Transact as _;

/// More places than these are not looked up one by one: each costs a walk over the items before it.
const PLACES_MAX: usize = 16;

impl Replica {
    /// False when no pair of the text is cut by these updates, which are not applied yet.
    pub(super) fn may_be_cut<B: AsRef<[u8]>>(&self, updates: &[B]) -> bool {
        if self.pairs.is_empty() {
            return false;
        }
        if self.is_waiting() {
            return true;
        }
        let mut places = Vec::new();
        for update in updates {
            let Ok(found) = places_of(update.as_ref()) else {
                return true;
            };
            places.extend(found);
            if places.len() > PLACES_MAX {
                return true;
            }
        }
        let txn = self.doc.transact();
        places.into_iter().any(|(client, clock)| {
            let unit = yrs::ID::new(client.into(), clock);
            // What is not part of the text yet is cut before anybody has seen it.
            let offset = yrs::StickyIndex::from_id(unit, yrs::Assoc::After).get_offset(&txn);
            offset.is_some_and(|offset| self.pairs.is_cut_at(offset.index))
        })
    }
}

/// The units before which the update cuts what is there: around what it inserts and around what it deletes.
fn places_of(update: &[u8]) -> Result<Vec<Unit>, Malformed> {
    let mut cursor = Cursor::new(update, 0);
    let mut places = Vec::new();
    for one in structs::read(&mut cursor)? {
        places.extend(one.left.map(|(client, clock)| (client, clock.saturating_add(1))));
        places.extend(one.right);
    }
    places.extend(structs::read_deletions(&mut cursor)?.into_iter().flatten());
    Ok(places)
}
