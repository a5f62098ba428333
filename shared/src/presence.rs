//! Who is where: a bounded map of presences, each with an owner and a time after which it is gone.
//!
//! The server keeps one for each open document and room, a tab one for each channel. Nothing here is ever stored.

use std::collections::BTreeMap;

/// A presence that was set, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<O, S> {
    /// Who may change it or take it back: a connection on the server, a person in a tab.
    pub owner: O,
    /// What it says.
    pub state: S,
    expires_ms: u64,
}

/// Why a presence was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PresenceError {
    /// No room for another one.
    #[error("too many presences")]
    Full,
    /// The key is somebody else's.
    #[error("the presence belongs to somebody else")]
    NotOwner,
}

/// Presences by key `K` (a peer), of owners `O`, each saying `S`.
///
/// Time is an argument and never goes backwards. An entry that is not set again for the map's time to live is gone: it is not seen
/// by [`get`](Self::get) and [`iter`](Self::iter), and [`expire`](Self::expire) hands it out once, to be announced. Ask
/// [`next_expiry_ms`](Self::next_expiry_ms) when to call that.
#[derive(Clone, Debug)]
pub struct PresenceMap<K, O, S> {
    entries: BTreeMap<K, Entry<O, S>>,
    entries_max: usize,
    ttl_ms: u64,
}

impl<K: Copy + Ord, O: PartialEq, S: PartialEq> PresenceMap<K, O, S> {
    /// An empty map of at most `entries_max` presences, each gone `ttl_ms` after it was last set.
    #[must_use]
    pub fn new(entries_max: usize, ttl_ms: u64) -> Self {
        Self {
            entries: BTreeMap::new(),
            entries_max,
            ttl_ms,
        }
    }

    /// Sets a presence and renews its time. Answers whether others have to be told: not when it says what it said.
    pub fn set(&mut self, key: K, owner: O, state: S, now_ms: u64) -> Result<Changed, PresenceError> {
        let expires_ms = now_ms.saturating_add(self.ttl_ms);
        let has_room = self.entries.len() < self.entries_max;
        match self.entries.get_mut(&key) {
            Some(entry) if entry.is_live(now_ms) && entry.owner != owner => Err(PresenceError::NotOwner),
            Some(entry) => {
                let changed = if entry.is_live(now_ms) && entry.state == state {
                    Changed::Renewed
                } else {
                    Changed::Told
                };
                *entry = Entry {
                    owner,
                    state,
                    expires_ms,
                };
                Ok(changed)
            }
            None if has_room => {
                self.entries.insert(
                    key,
                    Entry {
                        owner,
                        state,
                        expires_ms,
                    },
                );
                Ok(Changed::Told)
            }
            None => Err(PresenceError::Full),
        }
    }

    /// Takes a presence back. None when there is none, or it is somebody else's.
    pub fn remove(&mut self, key: K, owner: &O) -> Option<S> {
        if self.entries.get(&key)?.owner != *owner {
            return None;
        }
        self.entries.remove(&key).map(|entry| entry.state)
    }

    /// Takes back all presences of an owner: they left, were cut off, or lost their right. In the order of keys.
    pub fn remove_owner(&mut self, owner: &O) -> Vec<K> {
        self.extract(|entry| entry.owner == *owner)
    }

    /// Takes out what has not been set again in time. In the order of keys.
    pub fn expire(&mut self, now_ms: u64) -> Vec<K> {
        self.extract(|entry| !entry.is_live(now_ms))
    }

    /// When the first presence will be gone, unless it is set again.
    #[must_use]
    pub fn next_expiry_ms(&self) -> Option<u64> {
        self.entries.values().map(|entry| entry.expires_ms).min()
    }

    /// The presence, when it is not gone.
    #[must_use]
    pub fn get(&self, key: K, now_ms: u64) -> Option<&Entry<O, S>> {
        self.entries.get(&key).filter(|entry| entry.is_live(now_ms))
    }

    /// All that are not gone, in the order of keys.
    pub fn iter(&self, now_ms: u64) -> impl Iterator<Item = (K, &Entry<O, S>)> {
        self.entries
            .iter()
            .filter(move |(_, entry)| entry.is_live(now_ms))
            .map(|(key, entry)| (*key, entry))
    }

    /// How many there are, with those that are gone and not yet taken out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets all: the link is down, or the channel closed.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    fn extract(&mut self, is_gone: impl Fn(&Entry<O, S>) -> bool) -> Vec<K> {
        let gone: Vec<K> = self
            .entries
            .iter()
            .filter(|(_, entry)| is_gone(entry))
            .map(|(key, _)| *key)
            .collect();
        for key in &gone {
            self.entries.remove(key);
        }
        gone
    }
}

/// Whether others have to be told of a presence that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is new, or says something else now.
    Told,
    /// It says what it said; only its time was renewed.
    Renewed,
}

impl<O, S> Entry<O, S> {
    fn is_live(&self, now_ms: u64) -> bool {
        now_ms < self.expires_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map() -> PresenceMap<u32, &'static str, char> {
        PresenceMap::new(2, 1_000)
    }

    #[test]
    fn a_presence_is_told_when_it_says_something_new() {
        let mut map = map();
        assert_eq!(map.set(1, "ada", 'x', 0), Ok(Changed::Told));
        assert_eq!(map.set(1, "ada", 'x', 500), Ok(Changed::Renewed));
        assert_eq!(map.set(1, "ada", 'y', 600), Ok(Changed::Told));
        assert_eq!(map.get(1, 600).map(|entry| entry.state), Some('y'));
    }

    #[test]
    fn a_presence_that_is_not_renewed_is_gone_and_announced_once() {
        let mut map = map();
        map.set(1, "ada", 'x', 0).unwrap();
        map.set(2, "ben", 'x', 10).unwrap();
        map.set(1, "ada", 'x', 500).unwrap();
        assert_eq!(map.next_expiry_ms(), Some(1_010));
        assert!(map.expire(1_009).is_empty());
        assert_eq!(map.iter(1_010).map(|(key, _)| key).collect::<Vec<_>>(), [1]);
        assert_eq!(map.expire(1_010), [2]);
        assert!(map.expire(1_010).is_empty());
        assert_eq!(map.next_expiry_ms(), Some(1_500));
    }

    #[test]
    fn a_presence_is_its_owners_alone_until_it_is_gone() {
        let mut map = map();
        map.set(1, "ada", 'x', 0).unwrap();
        assert_eq!(map.set(1, "ben", 'y', 500), Err(PresenceError::NotOwner));
        assert_eq!(map.remove(1, &"ben"), None);
        assert_eq!(map.set(1, "ben", 'x', 1_000), Ok(Changed::Told));
        assert_eq!(map.remove(1, &"ben"), Some('x'));
    }

    #[test]
    fn a_full_map_refuses_and_keeps_what_it_has() {
        let mut map = map();
        map.set(1, "ada", 'x', 0).unwrap();
        map.set(2, "ben", 'x', 0).unwrap();
        assert_eq!(map.set(3, "cleo", 'x', 0), Err(PresenceError::Full));
        assert_eq!(map.set(2, "ben", 'y', 0), Ok(Changed::Told));
        assert_eq!(map.len(), 2);
    }

    #[test]
    fn leaving_takes_back_everything_of_an_owner() {
        let mut map = map();
        map.set(7, "ada", 'x', 0).unwrap();
        map.set(1, "ada", 'x', 0).unwrap();
        assert_eq!(map.remove_owner(&"ada"), [1, 7]);
        assert!(map.is_empty());
    }

    proptest! {
        #[test]
        fn a_map_never_outgrows_its_bound(sets in prop::collection::vec((0..9_u32, 0..3_usize, 0..300_u64), 0..60)) {
            let mut map = map();
            let mut now_ms = 0;
            for (key, owner, pause_ms) in sets {
                now_ms += pause_ms;
                let known = map.get(key, now_ms).map(|entry| entry.owner);
                let owner = ["ada", "ben", "cleo"][owner];
                let set = map.set(key, owner, 'x', now_ms);
                prop_assert_eq!(set == Err(PresenceError::NotOwner), known.is_some_and(|known| known != owner));
                prop_assert!(map.len() <= 2);
                prop_assert!(map.next_expiry_ms().is_none_or(|at| at <= now_ms + 1_000));
            }
        }
    }
}
