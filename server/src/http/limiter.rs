//! Slows down guessing: a bucket of attempts for each account and each address, refilled over a minute.

use shared::id::{DocumentId, UserId};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Buckets remembered. A full one says nothing and is forgotten first.
const BUCKETS_MAX: usize = 10_000;

const REFILL_SECONDS: f64 = 60.0;

/// Who makes attempts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Attempts to sign in to this account, whether it exists or not.
    Account(String),
    /// Sockets of an account to `/yjs` of a document.
    Document(UserId, DocumentId),
    /// Links that an account opens instead of sockets.
    Links(UserId),
    /// Attempts from this address. An IPv6 host owns its whole /64.
    Address(IpAddr),
}

impl Subject {
    /// The subject that a client's address counts as.
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::Address(IpAddr::from([a, b, c, d, 0, 0, 0, 0]))
            }
            v4 @ IpAddr::V4(_) => Self::Address(v4),
        }
    }
}

/// All buckets. The lock is held for one look-up, or once in a while for one pass over them; never across an await.
#[derive(Debug, Default)]
pub struct Limiter {
    buckets: Mutex<HashMap<Subject, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Limiter {
    /// Takes one of `per_minute` attempts; false when none is left.
    pub fn take(&self, subject: Subject, per_minute: u64, now: Instant) -> bool {
        // A limit past 2^32 is no limit.
        let capacity = f64::from(u32::try_from(per_minute).unwrap_or(u32::MAX));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&subject) {
            make_room(&mut buckets, now);
        }
        let bucket = buckets.entry(subject).or_insert(Bucket {
            left: capacity,
            at: now,
        });
        let refill = now.saturating_duration_since(bucket.at).as_secs_f64() / REFILL_SECONDS * capacity;
        bucket.left = (bucket.left + refill).min(capacity);
        bucket.at = now;
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }

    /// Forgets what was taken: the attempt was a good one.
    pub fn forgive(&self, subject: &Subject) {
        self.buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(subject);
    }
}

fn make_room(buckets: &mut HashMap<Subject, Bucket>, now: Instant) {
    buckets.retain(|_, bucket| now.saturating_duration_since(bucket.at).as_secs_f64() < REFILL_SECONDS);
    if buckets.len() >= BUCKETS_MAX {
        let oldest = buckets
            .iter()
            .min_by_key(|(_, bucket)| bucket.at)
            .map(|(subject, _)| subject.clone());
        if let Some(oldest) = oldest {
            buckets.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn attempts_run_out_and_come_back_with_time() {
        let limiter = Limiter::default();
        let (start, ada) = (Instant::now(), Subject::Account("ada".into()));
        assert!((0..3).all(|_| limiter.take(ada.clone(), 3, start)));
        assert!(!limiter.take(ada.clone(), 3, start));
        assert!(limiter.take(Subject::Account("ben".into()), 3, start));
        assert!(limiter.take(ada.clone(), 3, start + Duration::from_secs(20)));
        assert!(!limiter.take(ada.clone(), 3, start + Duration::from_secs(20)));
        limiter.forgive(&ada);
        assert!(limiter.take(ada, 3, start + Duration::from_secs(20)));
    }

    #[test]
    fn a_host_cannot_escape_within_its_network() {
        let subject = |text: &str| Subject::address(text.parse().unwrap());
        assert_eq!(subject("2001:db8::1"), subject("2001:db8::ffff:2"));
        assert_ne!(subject("2001:db8::1"), subject("2001:db8:0:1::1"));
        assert_eq!(subject("::ffff:10.0.0.1"), subject("10.0.0.1"));
    }

    #[test]
    fn the_memory_of_attempts_is_bounded() {
        let limiter = Limiter::default();
        let now = Instant::now();
        for number in 0..BUCKETS_MAX + 100 {
            limiter.take(Subject::Account(number.to_string()), 3, now);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= BUCKETS_MAX);
    }
}
