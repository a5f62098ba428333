//! The bundle that brings a document up to date, in the parts that frames carry.

use bytes::Bytes;
use shared::lib0::put_len;
use shared::limits::CATCHUP_PART_BYTES;

/// Cuts a bundle (see [`shared::bundle`]) of updates into parts of [`CATCHUP_PART_BYTES`]. An update is let go of once it is cut.
#[derive(Debug)]
pub struct Parts {
    updates: std::iter::Peekable<std::vec::IntoIter<Bytes>>,
    /// What is left of the update being cut.
    rest: Bytes,
}

impl Parts {
    /// Bytes that are cut as they are.
    #[must_use]
    pub fn of_bytes(bytes: Bytes) -> Self {
        Self {
            updates: Vec::new().into_iter().peekable(),
            rest: bytes,
        }
    }

    /// The bundle of these updates, in this order.
    #[must_use]
    pub fn new(updates: Vec<Bytes>) -> Self {
        Self {
            updates: updates.into_iter().peekable(),
            rest: Bytes::new(),
        }
    }

    /// The next part, and whether it is the last one. A bundle of nothing is one empty part.
    pub fn next_part(&mut self) -> (Bytes, bool) {
        let mut part = Vec::with_capacity(CATCHUP_PART_BYTES);
        while part.len() < CATCHUP_PART_BYTES {
            if self.rest.is_empty() {
                let Some(update) = self.updates.next() else { break };
                // The length may make the part a few bytes longer than the others.
                put_len(&mut part, update.len());
                self.rest = update;
            }
            let take = self.rest.len().min(CATCHUP_PART_BYTES.saturating_sub(part.len()));
            part.extend_from_slice(&self.rest.split_to(take));
        }
        (part.into(), self.rest.is_empty() && self.updates.peek().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(updates: &[Vec<u8>]) -> Vec<Bytes> {
        let mut parts = Parts::new(updates.iter().cloned().map(Bytes::from).collect());
        let mut cut = Vec::new();
        loop {
            let (part, last) = parts.next_part();
            cut.push(part);
            if last {
                return cut;
            }
        }
    }

    #[test]
    fn parts_put_together_are_the_updates_behind_their_lengths() {
        for sizes in [
            &[][..],
            &[3],
            &[CATCHUP_PART_BYTES],
            &[CATCHUP_PART_BYTES - 3, 1, 40_000, 200],
        ] {
            let updates: Vec<_> = sizes.iter().map(|size| vec![7; *size]).collect();
            let parts = cut(&updates);
            assert!(parts.iter().all(|part| part.len() <= CATCHUP_PART_BYTES + 10));
            assert_eq!(parts.concat(), shared::bundle::write(&updates));
        }
    }

    #[test]
    fn a_bundle_of_nothing_is_one_empty_part() {
        assert_eq!(cut(&[]), [Bytes::new()]);
    }
}
