//! How fast somebody may send: token buckets of frames and of bytes.

use std::time::{Duration, Instant};

/// As many seconds' worth may be sent at once.
const BURST_SECONDS: u32 = 10;

/// Holds up to `burst` tokens and is filled at a steady rate.
#[derive(Debug)]
pub struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst);
        Self {
            per_second: f64::from(per_second),
            burst,
            tokens: burst,
            filled_at: now,
        }
    }

    /// Takes tokens, if there are as many.
    pub fn try_take(&mut self, count: u32, now: Instant) -> bool {
        self.fill(now);
        let enough = self.tokens >= f64::from(count);
        if enough {
            self.tokens -= f64::from(count);
        }
        enough
    }

    /// Takes tokens in any case, and tells how long to wait until the bucket holds none too few. Of several who wait, each waits for those before it.
    pub fn take(&mut self, count: u32, now: Instant) -> Duration {
        self.fill(now);
        self.tokens -= f64::from(count);
        Duration::from_secs_f64((-self.tokens).max(0.0) / self.per_second)
    }

    /// Whether nothing was taken for so long that it says nothing any more.
    pub fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.tokens >= self.burst
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled_at);
        self.filled_at = now.max(self.filled_at);
        self.tokens = (self.tokens + elapsed.as_secs_f64() * self.per_second).min(self.burst);
    }
}

/// What may be sent in a second; ten times that at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Frames.
    pub frames: u32,
    /// Bytes in them.
    pub bytes: u32,
}

impl Rate {
    /// As good as none.
    pub const UNLIMITED: Self = Self {
        frames: u32::MAX,
        bytes: u32::MAX,
    };
}

/// A bucket of frames and one of bytes.
#[derive(Debug)]
pub struct Buckets {
    frames: Bucket,
    bytes: Bucket,
}

impl Buckets {
    /// Two full buckets.
    #[must_use]
    pub fn new(rate: Rate, now: Instant) -> Self {
        let full = |rate: u32| Bucket::new(rate, rate.saturating_mul(BURST_SECONDS), now);
        Self {
            frames: full(rate.frames),
            bytes: full(rate.bytes),
        }
    }

    /// Takes one frame of so many bytes, and tells how long it has to wait for its turn.
    pub fn take(&mut self, bytes: usize, now: Instant) -> Duration {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.frames.take(1, now).max(self.bytes.take(bytes, now))
    }

    /// Whether nobody has taken anything for some time.
    pub fn are_full(&mut self, now: Instant) -> bool {
        self.frames.is_full(now) && self.bytes.is_full(now)
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
        assert_eq!(bucket.take(50, start), Duration::from_secs(1), "behind the one before");
    }

    #[test]
    fn frames_and_bytes_are_both_counted() {
        let start = Instant::now();
        let mut buckets = Buckets::new(Rate { frames: 1, bytes: 100 }, start);
        assert_eq!(buckets.take(1_000, start), Duration::ZERO);
        assert_eq!(buckets.take(50, start), Duration::from_millis(500));
        assert!((2..10).all(|_| buckets.take(0, start) == Duration::from_millis(500)));
        assert_eq!(buckets.take(0, start), Duration::from_secs(1));
        assert!(!buckets.are_full(start + Duration::from_secs(10)));
        assert!(buckets.are_full(start + Duration::from_secs(11)));
    }
}
