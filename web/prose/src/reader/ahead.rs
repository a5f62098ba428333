//! The parser's events, as far as somebody has looked ahead.

use pulldown_cmark::{Event as Read, Tag};
use std::collections::VecDeque;
use std::ops::Range;

/// What the parser says, some of it before its turn.
pub(super) struct Ahead<'a, I> {
    parser: I,
    seen: VecDeque<(Read<'a>, Range<usize>)>,
}

impl<'a, I: Iterator<Item = (Read<'a>, Range<usize>)>> Ahead<'a, I> {
    pub(super) fn of(parser: I) -> Self {
        let seen = VecDeque::new();
        Self { parser, seen }
    }

    pub(super) fn next(&mut self) -> Option<(Read<'a>, Range<usize>)> {
        self.seen.pop_front().or_else(|| self.parser.next())
    }

    /// Passes over all up to this place of the source, if it is whole: no element begins before it and ends behind it, or the other way round, and no
    /// link is in it. Otherwise it passes over nothing.
    pub(super) fn skip_to(&mut self, end: usize) -> bool {
        let mut depth = 0_usize;
        for count in 1.. {
            if self.seen.len() < count {
                self.seen.extend(self.parser.next());
            }
            let Some((read, range)) = self.seen.get(count - 1) else {
                return false;
            };
            match read {
                _ if range.end > end => return false,
                Read::Start(Tag::Link { .. } | Tag::Image { .. }) | Read::FootnoteReference(_) => return false,
                Read::Start(_) => depth += 1,
                Read::End(_) if depth == 0 => return false,
                Read::End(_) => depth -= 1,
                _ => {}
            }
            if range.end == end && depth == 0 {
                self.seen.drain(..count);
                return true;
            }
        }
        false
    }
}
