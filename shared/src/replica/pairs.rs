//! Where a text has surrogate pairs, so that no change cuts one. Most texts have few or none, which costs nothing.

use super::splice::{Splice, units};

/// Offsets of the first halves of all surrogate pairs, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs(Vec<u32>);

impl Pairs {
    pub(super) fn of(text: &str) -> Self {
        let mut pairs = Self::default();
        pairs.push_pairs_of(text, 0);
        pairs
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The offset, or the one before when it lies within a pair.
    pub(super) fn snap_down(&self, offset: u32) -> u32 {
        if self.is_cut_at(offset) { offset - 1 } else { offset }
    }

    /// The offset, or the one behind when it lies within a pair.
    fn snap_up(&self, offset: u32) -> u32 {
        if self.is_cut_at(offset) { offset + 1 } else { offset }
    }

    /// The splices widened to whole pairs; an insert within a pair goes behind it.
    pub(super) fn snap(&self, splices: &[Splice]) -> Vec<Splice> {
        let mut at = 0;
        let snap = |splice: &Splice| {
            let from = if splice.from == splice.to {
                self.snap_up(splice.from)
            } else {
                self.snap_down(splice.from)
            };
            let from = from.max(at);
            at = self.snap_up(splice.to).max(from);
            Splice {
                from,
                to: at,
                insert: splice.insert.clone(),
            }
        };
        splices.iter().map(snap).collect()
    }

    /// Changes of others, widened where they cut a pair: what is left of one is U+FFFD afterwards.
    pub(super) fn mend(&self, mut splices: Vec<Splice>) -> Vec<Splice> {
        if self.is_empty() {
            return splices;
        }
        for splice in &mut splices {
            if self.is_cut_at(splice.to) {
                splice.to += 1;
                splice.insert.push('\u{fffd}');
            }
            if self.is_cut_at(splice.from) {
                splice.from -= 1;
                splice.insert.insert(0, '\u{fffd}');
            }
        }
        splices
    }

    /// Follows a transaction that cuts no pair.
    pub(super) fn splice(&mut self, splices: &[Splice]) {
        let inserts_pairs = splices.iter().any(|s| s.insert.bytes().any(is_pair_lead));
        if self.0.is_empty() && !inserts_pairs {
            return;
        }
        let old = std::mem::take(&mut self.0);
        let mut old = old.into_iter().peekable();
        // Old offsets plus `gained` minus `lost` are new ones.
        let (mut gained, mut lost) = (0, 0);
        for splice in splices {
            while let Some(pair) = old.next_if(|pair| *pair < splice.from) {
                self.0.push(pair + gained - lost);
            }
            while old.next_if(|pair| *pair < splice.to).is_some() {}
            self.push_pairs_of(&splice.insert, splice.from + gained - lost);
            gained += units(&splice.insert);
            lost += splice.to - splice.from;
        }
        self.0.extend(old.map(|pair| pair + gained - lost));
    }

    /// Splices for the pairs that `text` does not have any more, each replaced by what is in its place; and forgets them.
    pub(super) fn take_broken(&mut self, text: &str) -> Vec<Splice> {
        let present = Self::of(text);
        if present == *self {
            return Vec::new();
        }
        let broken = self.0.iter().filter(|pair| present.0.binary_search(pair).is_err());
        let splices = broken.map(|pair| Splice {
            from: *pair,
            to: pair + 2,
            insert: "\u{fffd}\u{fffd}".to_owned(),
        });
        let splices = splices.collect();
        *self = present;
        splices
    }

    pub(super) fn is_cut_at(&self, offset: u32) -> bool {
        offset > 0 && self.0.binary_search(&(offset - 1)).is_ok()
    }

    fn push_pairs_of(&mut self, text: &str, mut at: u32) {
        if !text.bytes().any(is_pair_lead) {
            return;
        }
        for c in text.chars() {
            if c.len_utf16() == 2 {
                self.0.push(at);
                at += 1;
            }
            at += 1;
        }
    }
}

/// Characters that take two units of UTF-16 are those that take four bytes of UTF-8.
fn is_pair_lead(byte: u8) -> bool {
    byte >= 0xf0
}
