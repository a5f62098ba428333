//! How fast one socket may send: a token bucket.

use std::time::Duration;
use tokio::time::Instant;

/// Holds up to `burst` tokens and is filled at a steady rate. One for messages, one for bytes.
#[derive(Debug)]
pub(in crate::http) struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(in crate::http) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst);
        Self {
            per_second: f64::from(per_second),
            burst,
            tokens: burst,
            filled_at: now,
        }
    }

    /// Takes tokens, if there are as many.
    pub(in crate::http) fn try_take(&mut self, count: u32, now: Instant) -> bool {
        self.fill(now);
        let enough = self.tokens >= f64::from(count);
        if enough {
            self.tokens -= f64::from(count);
        }
        enough
    }

    /// Takes tokens in any case, and tells how long to wait until the bucket holds none too few.
    pub(in crate::http) fn take(&mut self, count: u32, now: Instant) -> Duration {
        self.fill(now);
        self.tokens -= f64::from(count);
        Duration::from_secs_f64((-self.tokens).max(0.0) / self.per_second)
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled_at);
        self.filled_at = now;
        self.tokens = (self.tokens + elapsed.as_secs_f64() * self.per_second).min(self.burst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_only_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, 3, start);
        assert!((0..3).all(|_| bucket.try_take(1, start)));
        assert!(!bucket.try_take(1, start));
        let later = start + Duration::from_millis(100);
        assert!(bucket.try_take(1, later));
        assert!(!bucket.try_take(1, later));
    }

    #[test]
    fn what_is_over_is_paid_for_by_waiting() {
        let start = Instant::now();
        let mut bucket = Bucket::new(100, 100, start);
        assert_eq!(bucket.take(100, start), Duration::ZERO);
        assert_eq!(bucket.take(50, start), Duration::from_millis(500));
    }
}
