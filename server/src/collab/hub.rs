//! Which documents or rooms are open, so that each is loaded once and only one machine ever works for it.

use std::collections::BTreeMap;

/// What to do for somebody who wants a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<Handle, Waiter> {
    /// It is open.
    Ready(Handle, Waiter),
    /// Nobody has asked before: load it, and report with [`Hub::loaded`] or [`Hub::load_failed`].
    Load,
    /// It is being loaded, or its former machine is not quite gone: the answer comes with a later report.
    Wait,
}

/// How to say something to those who have a target open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach<Handle> {
    /// It is open.
    Ready(Handle),
    /// It is being loaded: the answer comes with the report of that.
    Wait,
    /// Nobody has it open. Whoever loads it later reads what was to be said.
    Nobody,
}

/// One slot per target that is open, opening or closing.
///
/// A second opener waits and never loads again. A failed load is told to everybody who waited and leaves no slot, so that it is
/// never taken for an empty target. A machine that ends is *closing* until it is gone; whoever comes meanwhile waits, and
/// then a new one is loaded: two machines never write to one target.
#[derive(Debug)]
pub struct Hub<Id, Handle, Waiter> {
    slots: BTreeMap<Id, Slot<Handle, Waiter>>,
}

#[derive(Debug)]
enum Slot<Handle, Waiter> {
    Loading(Vec<Waiter>),
    Ready(Handle),
    Closing(Vec<Waiter>),
}

impl<Id: Ord + Copy, Handle: Clone, Waiter> Hub<Id, Handle, Waiter> {
    /// Nothing is open.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: BTreeMap::new() }
    }

    /// How many targets are open, opening or closing.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether nothing is open, opening or closing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Somebody wants the target.
    pub fn open(&mut self, id: Id, waiter: Waiter) -> Lookup<Handle, Waiter> {
        match self.slots.get_mut(&id) {
            Some(Slot::Ready(handle)) => Lookup::Ready(handle.clone(), waiter),
            Some(Slot::Loading(waiters) | Slot::Closing(waiters)) => {
                waiters.push(waiter);
                Lookup::Wait
            }
            None => {
                self.slots.insert(id, Slot::Loading(vec![waiter]));
                Lookup::Load
            }
        }
    }

    /// Somebody has something to say to those who have the target open.
    ///
    /// What is being loaded was perhaps read before that was stored, so it is waited for: it would never hear of it otherwise.
    pub fn reach(&mut self, id: Id, waiter: Waiter) -> Reach<Handle> {
        match self.slots.get_mut(&id) {
            Some(Slot::Ready(handle)) => Reach::Ready(handle.clone()),
            Some(Slot::Loading(waiters)) => {
                waiters.push(waiter);
                Reach::Wait
            }
            Some(Slot::Closing(_)) | None => Reach::Nobody,
        }
    }

    /// The load succeeded: everybody returned gets the handle.
    pub fn loaded(&mut self, id: Id, handle: Handle) -> Vec<Waiter> {
        match self.slots.insert(id, Slot::Ready(handle)) {
            Some(Slot::Loading(waiters)) => waiters,
            _ => unreachable!("only what was being loaded is loaded"),
        }
    }

    /// The load failed: everybody returned is told so. The next one to ask loads again.
    pub fn load_failed(&mut self, id: Id) -> Vec<Waiter> {
        match self.slots.remove(&id) {
            Some(Slot::Loading(waiters)) => waiters,
            _ => unreachable!("only what was being loaded fails to load"),
        }
    }

    /// The machine is about to end and takes nobody in any more.
    pub fn closing(&mut self, id: Id) {
        if let Some(slot @ Slot::Ready(_)) = self.slots.get_mut(&id) {
            *slot = Slot::Closing(Vec::new());
        }
    }

    /// The machine is gone. When somebody waits, true: load it again, and report as for [`Lookup::Load`].
    #[must_use]
    pub fn closed(&mut self, id: Id) -> bool {
        match self.slots.remove(&id) {
            Some(Slot::Closing(waiters)) if !waiters.is_empty() => {
                self.slots.insert(id, Slot::Loading(waiters));
                true
            }
            Some(Slot::Ready(_) | Slot::Closing(_)) | None => false,
            Some(Slot::Loading(_)) => unreachable!("only what was open is closed"),
        }
    }

    /// Every open target.
    pub fn ready(&self) -> impl Iterator<Item = (Id, &Handle)> {
        self.slots.iter().filter_map(|(id, slot)| match slot {
            Slot::Ready(handle) => Some((*id, handle)),
            _ => None,
        })
    }
}

impl<Id: Ord + Copy, Handle: Clone, Waiter> Default for Hub<Id, Handle, Waiter> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type TestHub = Hub<u32, &'static str, char>;

    #[test]
    fn a_second_opener_waits_and_does_not_load_again() {
        let mut hub = TestHub::new();
        assert_eq!(hub.open(1, 'a'), Lookup::Load);
        assert_eq!(hub.open(1, 'b'), Lookup::Wait);
        assert_eq!(hub.loaded(1, "document"), ['a', 'b']);
        assert_eq!(hub.open(1, 'c'), Lookup::Ready("document", 'c'));
    }

    #[test]
    fn a_failed_load_is_told_to_all_who_wait_and_the_next_one_loads_again() {
        let mut hub = TestHub::new();
        assert_eq!(hub.open(1, 'a'), Lookup::Load);
        assert_eq!(hub.open(1, 'b'), Lookup::Wait);
        assert_eq!(hub.load_failed(1), ['a', 'b']);
        assert!(hub.is_empty());
        assert_eq!(hub.open(1, 'c'), Lookup::Load);
    }

    #[test]
    fn whoever_comes_while_a_machine_ends_waits_for_the_next_one() {
        let mut hub = TestHub::new();
        assert_eq!(hub.open(1, 'a'), Lookup::Load);
        hub.loaded(1, "old");
        hub.closing(1);
        assert_eq!(hub.ready().count(), 0);
        assert_eq!(hub.open(1, 'b'), Lookup::Wait);
        assert!(hub.closed(1), "somebody waits");
        assert_eq!(hub.open(1, 'c'), Lookup::Wait);
        assert_eq!(hub.loaded(1, "new"), ['b', 'c']);
    }

    #[test]
    fn whoever_has_something_to_say_waits_for_what_is_being_loaded_and_wakes_nothing() {
        let mut hub = TestHub::new();
        assert_eq!(hub.reach(1, 'x'), Reach::Nobody);
        assert_eq!(hub.open(1, 'a'), Lookup::Load);
        assert_eq!(hub.reach(1, 'b'), Reach::Wait, "it may have been read before");
        assert_eq!(hub.loaded(1, "document"), ['a', 'b']);
        assert_eq!(hub.reach(1, 'c'), Reach::Ready("document"));
        hub.closing(1);
        assert_eq!(hub.reach(1, 'd'), Reach::Nobody);
        assert!(!hub.closed(1), "nobody wants it opened");
    }

    #[test]
    fn a_machine_that_ends_unmissed_leaves_nothing() {
        let mut hub = TestHub::new();
        assert_eq!(hub.open(1, 'a'), Lookup::Load);
        hub.loaded(1, "document");
        hub.closing(1);
        assert!(!hub.closed(1));
        assert!(hub.is_empty());
        assert_eq!(hub.ready().count(), 0);
    }
}
