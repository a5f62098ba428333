//! How fast one connection may go on: by what it has sent itself, and by what all of its account send.

use super::hub::Hub;
use crate::collab::rate::{Buckets, Rate};
use shared::id::UserId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Accounts whose buckets are kept before it is looked through which of them say nothing any more.
const ACCOUNTS_MIN: usize = 1_024;

/// What may be sent, and how long somebody may be slowed.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// By one connection.
    pub connection: Rate,
    /// By all connections of an account.
    pub account: Rate,
    /// Into one document or room, by all who are there.
    pub target: Rate,
    /// A connection that was slowed for what it sends itself, without a pause for this long, is closed.
    pub slowed_max: Duration,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            connection: Rate::UNLIMITED,
            account: Rate::UNLIMITED,
            target: Rate::UNLIMITED,
            slowed_max: Duration::from_secs(60),
        }
    }
}

/// Buckets that several share. Locked for one look-up, never across an await.
pub(super) type SharedBuckets = Arc<Mutex<Buckets>>;

/// The buckets of accounts. Those of somebody who has just left are kept: coming back does not fill them.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    buckets: BTreeMap<UserId, SharedBuckets>,
    look_through_at: usize,
}

impl Accounts {
    pub(super) fn buckets(&mut self, user: UserId, rate: Rate, now: Instant) -> SharedBuckets {
        if self.buckets.len() >= self.look_through_at.max(ACCOUNTS_MIN) {
            self.buckets
                .retain(|_, buckets| Arc::strong_count(buckets) > 1 || !lock(buckets).are_full(now));
            self.look_through_at = 2 * self.buckets.len();
        }
        let new = || Arc::new(Mutex::new(Buckets::new(rate, now)));
        Arc::clone(self.buckets.entry(user).or_insert_with(new))
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Pace {
    own: Buckets,
    account: SharedBuckets,
    slowed_max: Duration,
    slowed_since: Option<Instant>,
}

/// It sends more than it may, and has been made to wait for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too fast for too long")]
pub struct TooFast;

/// What makes somebody wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlowedBy {
    /// What the connection has sent itself.
    Connection,
    /// What all of the account send.
    Account,
    /// What all send into the document or room.
    Target,
}

impl Pace {
    pub(super) fn new(hub: &Hub, user: UserId) -> Self {
        let now = Instant::now();
        let rates = hub.limits().rates;
        Self {
            own: Buckets::new(rates.connection, now),
            account: hub.connections().account(user, rates.account, now),
            slowed_max: rates.slowed_max,
            slowed_since: None,
        }
    }

    /// A frame of so many bytes has come: how long it has to wait, and for what.
    pub(super) fn take(&mut self, bytes: usize, now: Instant) -> Result<Option<(Duration, SlowedBy)>, TooFast> {
        let own = self.own.take(bytes, now);
        let account = lock(&self.account).take(bytes, now);
        if own.is_zero() {
            // Those who share an account with one that floods wait with it, and are not closed for it.
            self.slowed_since = None;
        } else if now.saturating_duration_since(*self.slowed_since.get_or_insert(now)) > self.slowed_max {
            return Err(TooFast);
        }
        Ok(if own.is_zero() && account.is_zero() {
            None
        } else if own >= account {
            Some((own, SlowedBy::Connection))
        } else {
            Some((account, SlowedBy::Account))
        })
    }
}

pub(super) fn lock(buckets: &Mutex<Buckets>) -> std::sync::MutexGuard<'_, Buckets> {
    // A bucket is whole after every statement.
    buckets.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        frames: 10,
        bytes: 1_000,
    };

    fn pace(account: &SharedBuckets, now: Instant) -> Pace {
        Pace {
            own: Buckets::new(RATE, now),
            account: Arc::clone(account),
            slowed_max: Duration::from_secs(1),
            slowed_since: None,
        }
    }

    fn account(frames: u32, now: Instant) -> SharedBuckets {
        Arc::new(Mutex::new(Buckets::new(Rate { frames, ..RATE }, now)))
    }

    #[test]
    fn whoever_is_slowed_without_a_pause_for_too_long_is_closed() {
        let mut now = Instant::now();
        let mut pace = pace(&account(1_000, now), now);
        assert!((0..100).all(|_| pace.take(0, now) == Ok(None)), "a burst");
        let mut slowed = 0;
        while let Ok(wait) = pace.take(0, now) {
            // It is read again as soon as it may be, and there is always more.
            now += wait.map_or(Duration::ZERO, |(wait, _)| wait);
            slowed += 1;
            assert!(slowed < 1_000, "it is never closed");
        }
        assert!(slowed > 9, "slowed before it is closed");
    }

    #[test]
    fn a_pause_makes_up_for_it() {
        let start = Instant::now();
        let mut pace = pace(&account(1_000, start), start);
        for second in 0..100 {
            let now = start + Duration::from_secs(20 * second);
            assert!((0..100).all(|_| pace.take(0, now) == Ok(None)));
            let (wait, by) = pace.take(0, now).unwrap().unwrap();
            assert_eq!((wait, by), (Duration::from_millis(100), SlowedBy::Connection));
        }
    }

    #[test]
    fn many_connections_of_one_account_share_its_rate_and_are_slowed_and_not_closed() {
        let now = Instant::now();
        let account = account(5, now);
        let mut paces: Vec<_> = (0..60).map(|_| pace(&account, now)).collect();
        let waits: Vec<_> = paces.iter_mut().map(|pace| pace.take(0, now).unwrap()).collect();
        assert!(waits[..50].iter().all(Option::is_none));
        assert_eq!(waits[59], Some((Duration::from_secs(2), SlowedBy::Account)));
        let later = now + Duration::from_secs(2);
        assert!(paces.iter_mut().all(|pace| pace.take(0, later).is_ok()));
    }

    #[test]
    fn leaving_and_coming_back_does_not_fill_the_buckets_and_old_ones_are_forgotten() {
        let now = Instant::now();
        let mut accounts = Accounts::default();
        let user = |number: usize| UserId(uuid::Uuid::from_u128(number as u128));
        let first = accounts.buckets(user(0), RATE, now);
        assert_eq!(lock(&first).take(20_000, now), Duration::from_secs(10));
        drop(first);
        for number in 1..10 * ACCOUNTS_MIN {
            drop(accounts.buckets(user(number), RATE, now));
        }
        let again = accounts.buckets(user(0), RATE, now);
        assert!(!lock(&again).are_full(now));
        assert!(accounts.buckets.len() <= 2 * ACCOUNTS_MIN);
    }
}
