//! The numbers of a link: what is said and told over requests that may break, each frame once and in order.
//!
//! A request or its answer can be lost, and then nobody knows which: the request is made again. So both sides number their frames, the
//! one that sends keeps them until they are acknowledged, and the one that receives passes over what it had before.

use super::plant::Plant;
use bytes::Bytes;
use std::collections::VecDeque;

/// Frames kept for one client. It acknowledges with every request; what is beyond waits in the connection's outbox, which closes when it is full.
const FRAMES_MAX: usize = 1024;

/// Bytes kept for one client: a few round trips' worth of a large document on a good line.
const BYTES_MAX: usize = 1 << 20;

/// A number that no frame has yet, or that of a frame which was acknowledged and is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number out of range")]
pub struct OutOfRange;

/// What a client is told, until it has acknowledged it. The first frame is number 1.
#[derive(Debug)]
pub struct Kept {
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// The number of the next frame.
    next: u64,
}

/// What follows a number.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// In order, as many as were asked for.
    pub frames: Vec<Bytes>,
    /// Whether there are no more at the moment.
    pub is_all: bool,
}

/// What a client has said: numbers only.
#[derive(Debug)]
pub struct Heard {
    /// The number of the next frame; the first one is 1.
    next: u64,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            frames: VecDeque::new(),
            bytes: 0,
            next: 1,
        }
    }
}

impl Kept {
    /// Whether a frame of this size may be added.
    #[must_use]
    pub fn has_room_for(&self, bytes: usize) -> bool {
        // A frame larger than all that may be kept still goes through when nothing else is there.
        self.frames.is_empty() || (self.frames.len() < FRAMES_MAX && self.bytes + bytes <= BYTES_MAX)
    }

    /// Adds a frame, under the next number.
    pub fn push(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.next += 1;
        self.frames.push_back(frame);
    }

    /// The client holds everything up to this number.
    pub fn acknowledge(&mut self, through: u64) -> Result<(), OutOfRange> {
        if through >= self.next {
            return Err(OutOfRange);
        }
        let through = through + u64::from(Plant::AcknowledgedTooFar.is_planted());
        while self.first() <= through
            && let Some(frame) = self.frames.pop_front()
        {
            self.bytes -= frame.len();
        }
        Ok(())
    }

    /// What follows a number, as many frames as fit `bytes_max`, and one at least.
    pub fn after(&self, after: u64, bytes_max: usize) -> Result<Following, OutOfRange> {
        let position = after.checked_add(1).and_then(|number| number.checked_sub(self.first()));
        let position = position.and_then(|position| usize::try_from(position).ok());
        let position = position
            .filter(|position| *position <= self.frames.len())
            .ok_or(OutOfRange)?;
        let mut bytes = 0;
        let fitting = self.frames.range(position..).take_while(|frame| {
            let is_first = bytes == 0;
            bytes += frame.len();
            is_first || bytes <= bytes_max
        });
        let frames: Vec<_> = fitting.cloned().collect();
        let is_all = position + frames.len() == self.frames.len();
        Ok(Following { frames, is_all })
    }

    /// The number of the first frame that is kept.
    fn first(&self) -> u64 {
        self.next - self.frames.len() as u64
    }
}

impl Default for Heard {
    fn default() -> Self {
        Self { next: 1 }
    }
}

impl Heard {
    /// How many frames of a request that begins with number `first` were heard before.
    pub fn known(&self, first: u64) -> Result<usize, OutOfRange> {
        let known = self.next.checked_sub(first).ok_or(OutOfRange)?;
        if Plant::PostHeardTwice.is_planted() {
            return Ok(0);
        }
        // More than there is memory for: all of them.
        Ok(usize::try_from(known).unwrap_or(usize::MAX))
    }

    /// The next frame is heard.
    pub fn hear(&mut self) {
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(byte: u8) -> Bytes {
        Bytes::copy_from_slice(&[byte])
    }

    #[test]
    fn what_was_not_acknowledged_is_told_again_and_what_was_is_gone() {
        let mut kept = Kept::default();
        assert_eq!(kept.after(0, 100).unwrap().frames.len(), 0);
        for byte in [1, 2, 3] {
            kept.push(frame(byte));
        }
        let told = |kept: &Kept, after, bytes_max| {
            let following = kept.after(after, bytes_max).unwrap();
            (following.frames.concat(), following.is_all)
        };
        assert_eq!(told(&kept, 0, 100), (vec![1, 2, 3], true));
        kept.acknowledge(1).unwrap();
        assert_eq!(told(&kept, 1, 100), (vec![2, 3], true));
        assert_eq!(told(&kept, 1, 1), (vec![2], false));
        assert_eq!(told(&kept, 1, 0), (vec![2], false), "one goes in any case");
        for after in [0, 4, u64::MAX] {
            assert_eq!(kept.after(after, 100), Err(OutOfRange));
        }
        assert_eq!(kept.acknowledge(4), Err(OutOfRange));
        kept.acknowledge(3).unwrap();
        kept.acknowledge(0).unwrap();
        kept.push(frame(4));
        assert_eq!(told(&kept, 3, 100), (vec![4], true));
    }

    #[test]
    fn it_is_bounded_in_frames_and_bytes_and_takes_anything_when_empty() {
        let mut kept = Kept::default();
        assert!(kept.has_room_for(2 * BYTES_MAX));
        kept.push(frame(0));
        assert!(kept.has_room_for(BYTES_MAX - 1));
        assert!(!kept.has_room_for(BYTES_MAX));
        while kept.frames.len() < FRAMES_MAX {
            kept.push(frame(0));
        }
        assert!(!kept.has_room_for(0));
    }

    #[test]
    fn what_was_heard_is_passed_over_and_a_gap_refused() {
        let mut heard = Heard::default();
        assert_eq!(heard.known(1), Ok(0));
        heard.hear();
        heard.hear();
        assert_eq!((heard.known(1), heard.known(3)), (Ok(2), Ok(0)));
        assert_eq!(heard.known(4), Err(OutOfRange));
    }
}
