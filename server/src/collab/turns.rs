//! Whose turn it is to be stored: the one writer's queue, in which a document that has much to store does not keep the others waiting.

use std::collections::{BTreeMap, VecDeque};

/// What one job adds to a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Rows of a log, or something as small.
    pub updates: usize,
    /// Bytes of content.
    pub bytes: usize,
}

impl Weight {
    /// Hardly anything.
    pub const SMALL: Self = Self { updates: 1, bytes: 0 };

    /// Above this, a job is *heavy*. As much as is written in the time that one sync takes anyhow.
    const LIGHT_MAX: Self = Self {
        updates: 128,
        bytes: 64 * 1024,
    };

    /// Light jobs are put together up to here. Enough to spread one sync over many documents, few enough to keep it within milliseconds.
    const BATCH_MAX: Self = Self {
        updates: 512,
        bytes: 256 * 1024,
    };

    fn is_heavy(self) -> bool {
        self.updates > Self::LIGHT_MAX.updates || self.bytes > Self::LIGHT_MAX.bytes
    }
}

/// Jobs that wait, each of some source.
///
/// - Sources take turns. What comes from one source is done in the order it came.
/// - A heavy job is a batch of its own, and between two of them all light ones that may go are done: whoever has little to store waits for one
///   heavy job at most, whatever others have in the queue.
#[derive(Debug)]
pub struct Turns<Source, Job> {
    waiting: BTreeMap<Source, VecDeque<(Weight, Job)>>,
    /// Sources whose next job is light, and those whose next one is heavy, in the order of their turns. Each source that waits is in one of them.
    light: VecDeque<Source>,
    heavy: VecDeque<Source>,
    heavy_is_next: bool,
    len: usize,
}

impl<Source: Ord + Copy, Job> Turns<Source, Job> {
    /// Nothing waits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            light: VecDeque::new(),
            heavy: VecDeque::new(),
            heavy_is_next: false,
            len: 0,
        }
    }

    /// How many jobs wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A job comes.
    pub fn push(&mut self, source: Source, weight: Weight, job: Job) {
        self.len += 1;
        let waiting = self.waiting.entry(source).or_default();
        waiting.push_back((weight, job));
        if waiting.len() == 1 {
            self.line_up(source, weight);
        }
    }

    /// Moves those whose turn it is to the end of `batch`, and answers what they weigh together; nothing when nothing waits.
    pub fn take(&mut self, batch: &mut Vec<Job>) -> Weight {
        let mut total = Weight::default();
        if (self.heavy_is_next || self.light.is_empty())
            && let Some(source) = self.heavy.pop_front()
        {
            self.heavy_is_next = false;
            self.take_one(source, &mut total, batch);
            return total;
        }
        self.heavy_is_next = true;
        while total.updates < Weight::BATCH_MAX.updates
            && total.bytes < Weight::BATCH_MAX.bytes
            && let Some(source) = self.light.pop_front()
        {
            self.take_one(source, &mut total, batch);
        }
        total
    }

    fn take_one(&mut self, source: Source, total: &mut Weight, batch: &mut Vec<Job>) {
        let waiting = self.waiting.get_mut(&source).expect("who is lined up waits");
        let (weight, job) = waiting.pop_front().expect("who waits has a job");
        let next = waiting.front().map(|(weight, _)| *weight);
        self.len -= 1;
        total.updates += weight.updates;
        total.bytes += weight.bytes;
        batch.push(job);
        match next {
            Some(weight) => self.line_up(source, weight),
            None => {
                self.waiting.remove(&source);
            }
        }
    }

    fn line_up(&mut self, source: Source, weight: Weight) {
        if weight.is_heavy() {
            self.heavy.push_back(source);
        } else {
            self.light.push_back(source);
        }
    }
}

impl<Source: Ord + Copy, Job> Default for Turns<Source, Job> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAVY: Weight = Weight {
        updates: 1,
        bytes: 256 * 1024,
    };

    fn batches<Job>(turns: &mut Turns<char, Job>) -> Vec<Vec<Job>> {
        let mut batches = Vec::new();
        while !turns.is_empty() {
            let mut batch = Vec::new();
            turns.take(&mut batch);
            batches.push(batch);
        }
        batches
    }

    #[test]
    fn whoever_has_little_to_store_waits_for_one_heavy_job_at_most() {
        let mut turns = Turns::new();
        for number in 0..4 {
            turns.push('p', HEAVY, ('p', number));
        }
        turns.push('a', Weight::SMALL, ('a', 0));
        turns.push('b', Weight::SMALL, ('b', 0));
        let mut batch = Vec::new();
        turns.take(&mut batch);
        assert_eq!(batch, [('a', 0), ('b', 0)], "they came last");
        batch.clear();
        turns.take(&mut batch);
        assert_eq!(batch, [('p', 0)], "alone");
        turns.push('a', Weight::SMALL, ('a', 1));
        assert_eq!(
            batches(&mut turns),
            [vec![('a', 1)], vec![('p', 1)], vec![('p', 2)], vec![('p', 3)]]
        );
    }

    #[test]
    fn a_source_with_many_jobs_does_not_come_before_one_with_few() {
        let mut turns = Turns::new();
        for number in 0..600 {
            turns.push('f', Weight::SMALL, ('f', number));
        }
        turns.push('a', Weight::SMALL, ('a', 0));
        let mut batch = Vec::new();
        turns.take(&mut batch);
        assert_eq!(batch[..3], [('f', 0), ('a', 0), ('f', 1)]);
        assert_eq!(batch.len(), Weight::BATCH_MAX.updates);
    }

    #[test]
    fn heavy_jobs_take_turns_too_and_are_not_kept_waiting_by_light_ones() {
        let mut turns = Turns::new();
        turns.push('p', HEAVY, ('p', 0));
        turns.push('p', HEAVY, ('p', 1));
        turns.push('q', HEAVY, ('q', 0));
        let mut seen = Vec::new();
        for number in 0..6 {
            turns.push('a', Weight::SMALL, ('a', number));
            turns.take(&mut seen);
        }
        let heavy: Vec<_> = seen.into_iter().filter(|(source, _)| *source != 'a').collect();
        assert_eq!(heavy, [('p', 0), ('q', 0), ('p', 1)]);
    }

    proptest! {
        #[test]
        fn everything_is_done_once_and_in_the_order_of_its_source(
            jobs in prop::collection::vec((0..5u8, 0..3usize, 0..600usize, any::<bool>()), 0..200)
        ) {
            let mut turns = Turns::new();
            let mut done: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
            let mut asked: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
            let take = |turns: &mut Turns<u8, (u8, usize, Weight)>, done: &mut BTreeMap<u8, Vec<usize>>| {
                let mut batch = Vec::new();
                turns.take(&mut batch);
                let alone = batch.iter().any(|(_, _, weight)| weight.is_heavy());
                assert!(!alone || batch.len() == 1, "a heavy job is alone");
                for (source, number, _) in batch {
                    done.entry(source).or_default().push(number);
                }
            };
            for (number, (source, kilobytes, updates, then_takes)) in jobs.into_iter().enumerate() {
                let weight = Weight { updates, bytes: kilobytes * 64 * 1024 };
                turns.push(source, weight, (source, number, weight));
                asked.entry(source).or_default().push(number);
                if then_takes {
                    take(&mut turns, &mut done);
                }
            }
            while !turns.is_empty() {
                take(&mut turns, &mut done);
            }
            prop_assert_eq!(done, asked);
        }
    }
}
