//! Highlights, `==like this==`: two marks that lie close to the words between them, in the same element of the same block.

use crate::{Element, Event};

const MARK: &str = "==";

/// The characters around a text in the source.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub(super) before: Option<char>,
    pub(super) after: Option<char>,
}

/// Marks that may still begin a highlight.
#[derive(Default)]
pub(super) struct Highlights(Vec<Mark>);

struct Mark {
    /// Its place among the events.
    at: usize,
    /// How many elements it stands in.
    depth: usize,
}

impl Highlights {
    /// A new block begins.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// An element ended; so many are left.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.0.last().is_some_and(|mark| mark.depth > depth) {
            self.0.pop();
        }
    }

    /// Adds a text to the events, with the marks in it heeded. Of an escaped text the first character is only itself.
    pub(super) fn read(&mut self, text: &str, is_escaped: bool, around: Around, depth: usize, events: &mut Vec<Event>) {
        let mut done = 0;
        let mut from = if is_escaped {
            text.chars().next().map_or(0, char::len_utf8)
        } else {
            0
        };
        while let Some(at) = text[from..].find(MARK).map(|at| at + from) {
            let end = at + text[at..].bytes().take_while(|byte| *byte == b'=').count();
            from = end;
            let before = text[..at].chars().next_back().or(around.before);
            let after = text[end..].chars().next().or(around.after);
            let is_word = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
            // Longer ones are lines that people draw.
            if end - at > MARK.len() || !(is_word(before) || is_word(after)) {
                continue;
            }
            let begun = self.0.iter().rposition(|mark| mark.depth == depth);
            let (closes, opens) = (begun.filter(|_| is_word(before)), is_word(after));
            if closes.is_none() && !opens {
                continue;
            }
            push(events, &text[done..at]);
            done = end;
            if let Some(begun) = closes {
                events[self.0[begun].at] = Event::Start(Element::Highlight);
                events.push(Event::End);
                self.0.truncate(begun);
            } else {
                self.0.push(Mark {
                    at: events.len(),
                    depth,
                });
                events.push(Event::Text(MARK.to_owned()));
            }
        }
        push(events, &text[done..]);
    }
}

fn push(events: &mut Vec<Event>, text: &str) {
    if !text.is_empty() {
        events.push(Event::Text(text.to_owned()));
    }
}
