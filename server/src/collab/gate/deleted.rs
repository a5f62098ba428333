//! What is known to be deleted: a cache, so that a stock client's answer, which repeats all deletions there ever were, is not stored each time.

use shared::id::ClientId;
use std::collections::BTreeMap;

/// Ranges remembered for one document, about 50 bytes each. Beyond, the cache starts over: it may forget, and only that.
const RANGES_MAX: usize = 1 << 16;

/// Deletions that are on disk, as far as remembered: ascending, apart from each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Deleted {
    end_by_start: BTreeMap<(ClientId, u32), u32>,
}

impl Deleted {
    /// Whether all of the range is known to be deleted.
    pub(super) fn contains(&self, client: ClientId, start: u32, end: u32) -> bool {
        self.before(client, start)
            .is_some_and(|(_, known_end)| end <= known_end)
    }

    /// The range is deleted and on disk.
    pub(super) fn insert(&mut self, client: ClientId, mut start: u32, mut end: u32) {
        if self.end_by_start.len() >= RANGES_MAX {
            self.end_by_start.clear();
        }
        if let Some((known_start, known_end)) = self.before(client, start)
            && start <= known_end
        {
            start = known_start;
            end = end.max(known_end);
        }
        while let Some((&key, &known_end)) = self.end_by_start.range((client, start)..=(client, end)).next() {
            end = end.max(known_end);
            self.end_by_start.remove(&key);
        }
        self.end_by_start.insert((client, start), end);
    }

    /// The last range that begins at or before `start`.
    fn before(&self, client: ClientId, start: u32) -> Option<(u32, u32)> {
        let (&(owner, known_start), &end) = self.end_by_start.range(..=(client, start)).next_back()?;
        (owner == client).then_some((known_start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_knows_what_it_was_told_and_nothing_else(
            ranges in prop::collection::vec((0u32..3, 0u32..40, 1u32..8), 0..30),
        ) {
            let (mut deleted, mut units) = (Deleted::default(), std::collections::BTreeSet::new());
            for (client, start, len) in ranges {
                deleted.insert(ClientId(client), start, start + len);
                units.extend((start..start + len).map(|unit| (client, unit)));
            }
            for client in 0..3 {
                for (start, end) in (0..48).flat_map(|start| (start + 1..50).map(move |end| (start, end))) {
                    let known = (start..end).all(|unit| units.contains(&(client, unit)));
                    prop_assert_eq!(deleted.contains(ClientId(client), start, end), known);
                }
            }
        }
    }
}
