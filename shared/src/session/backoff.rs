//! When to try again: exponential backoff with full jitter, and the seeded generator that the session draws from.

/// The first wait is at most this long, milliseconds: a blip goes unnoticed.
pub const BACKOFF_FIRST_MS: u64 = 250;

/// No wait is longer, milliseconds: a person who watches does not give up in that time.
pub const BACKOFF_MAX_MS: u64 = 30_000;

/// A seeded generator of numbers (`SplitMix64`, Steele, Lea and Flood 2014). Not for secrets.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The same seed draws the same numbers.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, or 0 when `bound` is 0. Bounds here are small against 64 bits, so the bias is too.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next() % bound }
    }
}

/// Counts failures in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(super) const fn new() -> Self {
        Self { failures: 0 }
    }

    /// How long to wait after one more failure: anything from nothing to a ceiling that doubles, so that many tabs that lost
    /// the same server do not come back in one moment.
    pub(super) fn next_wait_ms(&mut self, rng: &mut Rng) -> u64 {
        let ceiling = BACKOFF_FIRST_MS
            .saturating_mul(1 << self.failures.min(16))
            .min(BACKOFF_MAX_MS);
        self.failures = self.failures.saturating_add(1);
        rng.below(ceiling + 1)
    }

    /// Something succeeded.
    pub(super) const fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_thirty_seconds_and_never_beyond() {
        let mut rng = Rng::new(7);
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..2_000).map(|_| backoff.next_wait_ms(&mut rng)).collect();
        assert!(waits[0] <= BACKOFF_FIRST_MS);
        assert!(waits.iter().all(|wait| *wait <= BACKOFF_MAX_MS));
        assert!(
            waits.iter().any(|wait| *wait > BACKOFF_MAX_MS - 1_000),
            "the ceiling is reached"
        );
        assert!(
            waits[100..].iter().any(|wait| *wait < 1_000),
            "full jitter starts at nothing"
        );
    }

    #[test]
    fn a_success_starts_again_at_a_quarter_second() {
        let mut rng = Rng::new(7);
        let mut backoff = Backoff::default();
        for _ in 0..20 {
            backoff.next_wait_ms(&mut rng);
        }
        backoff.reset();
        assert!(backoff.next_wait_ms(&mut rng) <= BACKOFF_FIRST_MS);
    }
}
