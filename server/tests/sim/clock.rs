//! Simulated time: what happens when, in one order that the seed decides.

use std::collections::BTreeMap;

/// Milliseconds since the world began, and everything that is still to happen. Things due at the same moment happen in the order
/// in which they were planned.
#[derive(Debug)]
pub(crate) struct Clock<T> {
    now_ms: u64,
    planned: u64,
    queue: BTreeMap<(u64, u64), T>,
}

impl<T> Clock<T> {
    pub(crate) const fn new() -> Self {
        Self {
            now_ms: 0,
            planned: 0,
            queue: BTreeMap::new(),
        }
    }

    pub(crate) const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    pub(crate) fn at(&mut self, at_ms: u64, what: T) {
        self.planned += 1;
        self.queue.insert((at_ms.max(self.now_ms), self.planned), what);
    }

    pub(crate) fn after(&mut self, wait_ms: u64, what: T) {
        self.at(self.now_ms + wait_ms, what);
    }

    /// The next thing that happens not later than `until_ms`; the clock stands at its time then, or at `until_ms` if there is none.
    pub(crate) fn next_until(&mut self, until_ms: u64) -> Option<T> {
        let due = self.queue.first_entry().filter(|entry| entry.key().0 <= until_ms);
        match due {
            Some(entry) => {
                self.now_ms = entry.key().0;
                Some(entry.remove())
            }
            None => {
                self.now_ms = self.now_ms.max(until_ms);
                None
            }
        }
    }
}
