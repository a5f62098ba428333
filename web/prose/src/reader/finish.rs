//! The second step: texts become one where they touch, addresses written out in them become links, and nothing stands too deep.

use super::DEPTH_MAX;
use super::picture::sized;
use crate::address::{find, safe_url};
use crate::{Element, Event};

/// See the module.
pub(super) fn finish(events: Vec<Event>) -> Vec<Event> {
    let mut finishing = Finishing::default();
    for event in events {
        finishing.take(event);
    }
    finishing.flush();
    finishing.events
}

#[derive(Default)]
struct Finishing {
    events: Vec<Event>,
    /// Text that goes on as long as nothing else comes.
    text: String,
    /// The character before it in the same block.
    before: Option<char>,
    /// What is open: whether it was kept, and whether text in it is shown as it is.
    open: Vec<Open>,
    kept: usize,
}

#[derive(Clone, Copy)]
struct Open {
    is_kept: bool,
    is_plain: bool,
}

impl Finishing {
    fn take(&mut self, event: Event) {
        match event {
            Event::Text(text) => self.text.push_str(&text),
            Event::Start(element) => self.start(element),
            Event::End => {
                self.flush();
                let open = self.open.pop();
                if open.is_some_and(|open| open.is_kept) {
                    self.kept -= 1;
                    self.events.push(Event::End);
                }
            }
            Event::At(_) if self.kept >= DEPTH_MAX => {}
            other => {
                self.flush();
                self.before = None;
                self.events.push(other);
            }
        }
    }

    fn start(&mut self, element: Element) {
        self.flush();
        let is_plain = self.open.last().is_some_and(|open| open.is_plain)
            || matches!(
                element,
                Element::CodeBlock(_) | Element::Verbatim | Element::Link { .. }
            );
        let is_kept = self.kept < DEPTH_MAX;
        self.open.push(Open { is_kept, is_plain });
        if !element.is_inline() {
            self.before = None;
        }
        if is_kept {
            self.kept += 1;
            self.events.push(Event::Start(element));
        } else if !element.is_inline() && matches!(self.events.last(), Some(Event::Text(_))) {
            // Blocks that are shown flat still stand on lines of their own.
            self.events.push(Event::Break { is_hard: true });
        }
    }

    /// Adds the text that was gathered.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() {
            return;
        }
        let is_plain = self.open.last().is_some_and(|open| open.is_plain) || self.kept + 1 >= DEPTH_MAX;
        let before = self.before.replace(text.chars().next_back().unwrap_or(' '));
        if is_plain {
            self.events.push(Event::Text(text));
        } else {
            self.with_pictures(&text, before);
        }
    }

    fn with_pictures(&mut self, text: &str, before: Option<char>) {
        let (mut done, mut before) = (0, before);
        for (at, _) in text.match_indices("![") {
            if at < done {
                continue;
            }
            let Some((picture, len)) = sized(&text[at..]) else {
                continue;
            };
            self.with_links(&text[done..at], before);
            self.events.push(picture);
            (done, before) = (at + len, None);
        }
        self.with_links(&text[done..], before);
    }

    fn with_links(&mut self, text: &str, before: Option<char>) {
        let mut done = 0;
        while let Some(found) = find(text, done, before) {
            let shown = &text[found.from..found.to];
            let url = format!("{}{shown}", found.prefix);
            debug_assert!(safe_url(&url).is_some(), "what is found may be followed");
            self.words(&text[done..found.from]);
            let title = String::new();
            self.events.push(Event::Start(Element::Link { url, title }));
            self.words(shown);
            self.events.push(Event::End);
            done = found.to;
        }
        self.words(&text[done..]);
    }

    fn words(&mut self, text: &str) {
        if !text.is_empty() {
            self.events.push(Event::Text(text.to_owned()));
        }
    }
}
