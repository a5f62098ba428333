//! A replica's own edits until the server's disk has them.

use super::keeper::Store;
use super::plant::Plant;
use crate::id::ClientSeq;
use bytes::Bytes;
use std::collections::VecDeque;

/// Edits under way at once. Enough to hide a round trip of fast typing, few enough that a cut repeats little.
const IN_FLIGHT_MAX: usize = 64;

/// Bytes of edits under way at once, unless a single edit is larger.
const IN_FLIGHT_BYTES_MAX: usize = 1 << 20;

/// Bytes of edits that one document may hold back; after that the person has to wait for the server.
pub const OUTBOX_BYTES_MAX: usize = 64 << 20;

/// Edits in the order they were made, numbered without gaps. An edit passes four positions, each a number and never a flag:
/// made (`last`), stored in this tab (`durable_through`), sent on this channel (`sent_through`), on the server's disk (`saved_through`).
///
/// With a store in the tab an edit is sent when the store has it: what [`Outbox::undurable`] yields is written, [`Outbox::mark_durable`] says
/// that it is, and [`Outbox::restore`] takes it back after the tab was gone. Without one nothing waits, and nothing is durable.
#[derive(Debug, Default)]
pub struct Outbox {
    edits: VecDeque<Bytes>,
    bytes: usize,
    saved_through: ClientSeq,
    sent_through: ClientSeq,
    durable_through: ClientSeq,
    store: Store,
}

impl Outbox {
    /// An empty one.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            ..Self::default()
        }
    }

    /// An outbox as the tab's store has it: `pending` follows `saved_through` without a gap.
    #[must_use]
    pub fn restore(store: Store, saved_through: ClientSeq, pending: Vec<Bytes>) -> Self {
        let mut outbox = Self {
            saved_through,
            sent_through: saved_through,
            ..Self::new(store)
        };
        for update in pending {
            outbox.push(update);
        }
        outbox.durable_through = outbox.last();
        outbox
    }

    /// What has to hold an edit before it is sent.
    #[must_use]
    pub const fn store(&self) -> Store {
        self.store
    }

    /// The number of the last edit made.
    #[must_use]
    pub fn last(&self) -> ClientSeq {
        ClientSeq(self.saved_through.0 + self.edits.len() as u64)
    }

    /// On the server's disk up to here.
    #[must_use]
    pub const fn saved_through(&self) -> ClientSeq {
        self.saved_through
    }

    /// How many edits are not on the server's disk.
    #[must_use]
    pub fn len(&self) -> usize {
        self.edits.len()
    }

    /// Whether everything is on the server's disk.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Whether one more edit has to wait for the server.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.bytes >= OUTBOX_BYTES_MAX
    }

    /// Edits that are not on the server's disk, in order.
    pub fn pending(&self) -> impl Iterator<Item = (ClientSeq, &Bytes)> {
        (self.saved_through.0 + 1..).map(ClientSeq).zip(&self.edits)
    }

    /// Edits that the tab's store does not hold yet, in order.
    pub fn undurable(&self) -> impl Iterator<Item = (ClientSeq, &Bytes)> {
        self.after(self.durable_through)
    }

    /// Edits after this one, in order.
    pub(super) fn after(&self, through: ClientSeq) -> impl Iterator<Item = (ClientSeq, &Bytes)> {
        let through = through.max(self.saved_through);
        let skipped = usize::try_from(through.0 - self.saved_through.0).unwrap_or(usize::MAX);
        (through.0 + 1..).map(ClientSeq).zip(self.edits.iter().skip(skipped))
    }

    /// The tab's store holds everything up to here.
    pub fn mark_durable(&mut self, through: ClientSeq) {
        self.durable_through = self.durable_through.max(through).min(self.last());
    }

    /// How many edits the tab's store has and the server's disk has not.
    #[must_use]
    pub fn durable(&self) -> usize {
        usize::try_from(self.durable_through.0.saturating_sub(self.saved_through.0)).unwrap_or(usize::MAX)
    }

    /// The tab's store is of no use any more: nothing waits for it, and nothing in it counts.
    pub(super) fn lose_store(&mut self) {
        self.store = Store::Memory;
        self.durable_through = self.saved_through;
    }

    /// There is a store again, which holds nothing of this.
    pub(super) const fn regain_store(&mut self, store: Store) {
        self.store = store;
    }

    /// How many edits are sent and not known to be stored.
    pub(super) fn in_flight(&self) -> u64 {
        self.sent_through.0 - self.saved_through.0
    }

    pub(super) fn push(&mut self, update: Bytes) -> ClientSeq {
        self.bytes += update.len();
        self.edits.push_back(update);
        self.last()
    }

    /// The next edit to be sent, which counts as sent from now on.
    pub(super) fn next_to_send(&mut self) -> Option<(ClientSeq, Bytes)> {
        let waits_for_store = self.store != Store::Memory && !Plant::SentBeforeDurable.is_planted();
        if waits_for_store && self.sent_through >= self.durable_through {
            return None;
        }
        let in_flight = usize::try_from(self.in_flight()).unwrap_or(usize::MAX);
        if in_flight >= IN_FLIGHT_MAX {
            return None;
        }
        let bytes: usize = self.edits.iter().take(in_flight).map(Bytes::len).sum();
        let update = self.edits.get(in_flight)?.clone();
        if in_flight > 0 && bytes + update.len() > IN_FLIGHT_BYTES_MAX {
            return None;
        }
        self.sent_through = self.sent_through.next();
        Some((self.sent_through, update))
    }

    /// The server's disk holds everything up to here. Returns how many edits that settles.
    pub(super) fn acknowledge(&mut self, through: ClientSeq) -> u64 {
        let mut settled = 0;
        while self.saved_through < through {
            let Some(update) = self.edits.pop_front() else { break };
            self.bytes -= update.len();
            self.saved_through = self.saved_through.next();
            settled += 1;
        }
        self.sent_through = self.sent_through.max(self.saved_through);
        self.durable_through = self.durable_through.max(self.saved_through);
        settled
    }

    /// A new channel: what comes after the last that the server's disk holds has to be sent again.
    pub(super) fn rewind(&mut self, stored: ClientSeq) {
        self.sent_through = stored.clamp(self.saved_through, self.last());
    }

    /// How many edits up to this one are not known to be on the server's disk.
    pub(super) fn len_through(&self, through: ClientSeq) -> usize {
        let settled = through.0.saturating_sub(self.saved_through.0);
        usize::try_from(settled).unwrap_or(usize::MAX).min(self.edits.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::keep::TabId;

    fn update(n: u8) -> Bytes {
        Bytes::from(vec![n; 3])
    }

    #[test]
    fn an_edit_is_sent_once_until_the_channel_is_opened_again() {
        let mut outbox = Outbox::default();
        outbox.push(update(1));
        outbox.push(update(2));
        assert_eq!(outbox.next_to_send(), Some((ClientSeq(1), update(1))));
        assert_eq!(outbox.next_to_send(), Some((ClientSeq(2), update(2))));
        assert_eq!(outbox.next_to_send(), None);
        outbox.acknowledge(ClientSeq(1));
        outbox.rewind(ClientSeq(1));
        assert_eq!(outbox.next_to_send(), Some((ClientSeq(2), update(2))));
        assert_eq!(outbox.next_to_send(), None);
    }

    #[test]
    fn with_a_store_in_the_tab_an_edit_waits_until_it_is_durable() {
        let mut outbox = Outbox::restore(Store::Tab(TabId(1)), ClientSeq(4), vec![update(5)]);
        assert_eq!(outbox.next_to_send(), Some((ClientSeq(5), update(5))));
        outbox.push(update(6));
        assert_eq!(outbox.next_to_send(), None);
        assert_eq!(outbox.undurable().map(|(n, _)| n).collect::<Vec<_>>(), [ClientSeq(6)]);
        outbox.mark_durable(ClientSeq(6));
        assert_eq!(outbox.next_to_send(), Some((ClientSeq(6), update(6))));
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        let mut outbox = Outbox::default();
        for n in 0..=u8::try_from(IN_FLIGHT_MAX).expect("small") {
            outbox.push(update(n));
        }
        assert_eq!(std::iter::from_fn(|| outbox.next_to_send()).count(), IN_FLIGHT_MAX);
        assert_eq!(outbox.acknowledge(ClientSeq(10)), 10);
        assert_eq!(
            outbox.next_to_send().map(|(n, _)| n),
            Some(ClientSeq(IN_FLIGHT_MAX as u64 + 1))
        );
    }
}
