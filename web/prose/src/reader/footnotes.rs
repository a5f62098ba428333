//! Footnotes: numbered in the order in which they are referred to, and shown at the end wherever they are written.

use crate::{Element, Event};
use std::collections::BTreeMap;

/// What is known of a footnote.
#[derive(Default)]
struct Note {
    /// None until something refers to it.
    number: Option<u32>,
    references: u32,
    /// What it says.
    events: Option<Vec<Event>>,
}

/// All footnotes of a document.
#[derive(Default)]
pub(super) struct Footnotes {
    notes: BTreeMap<String, Note>,
    numbered: u32,
    /// Footnotes that are being read, one within the other, with what was read before each.
    open: Vec<(String, Vec<Event>)>,
}

impl Footnotes {
    /// A reference to the one of this name.
    pub(super) fn refer(&mut self, label: &str) -> Event {
        let note = self.notes.entry(label.to_lowercase()).or_default();
        let number = *note.number.get_or_insert_with(|| {
            self.numbered += 1;
            self.numbered
        });
        note.references += 1;
        Event::Reference {
            number,
            nth: note.references,
        }
    }

    /// What follows is what this one says.
    pub(super) fn begin(&mut self, label: &str, events: &mut Vec<Event>) {
        self.open.push((label.to_lowercase(), std::mem::take(events)));
    }

    /// It ends, and the text goes on.
    pub(super) fn end(&mut self, events: &mut Vec<Event>) {
        let Some((label, before)) = self.open.pop() else { return };
        let said = std::mem::replace(events, before);
        // Of two under one name the first counts, as with links.
        self.notes.entry(label).or_default().events.get_or_insert(said);
    }

    /// All of them, those that nothing refers to last: what somebody wrote is shown.
    pub(super) fn append_to(self, events: &mut Vec<Event>) {
        let mut notes: Vec<_> = self.notes.into_values().filter(|note| note.events.is_some()).collect();
        if notes.is_empty() {
            return;
        }
        notes.sort_by_key(|note| note.number.unwrap_or(u32::MAX));
        events.push(Event::Start(Element::Footnotes));
        let mut last = self.numbered;
        for note in notes {
            let number = note.number.unwrap_or_else(|| {
                last += 1;
                last
            });
            events.push(Event::Start(Element::Footnote {
                number,
                references: note.references,
            }));
            events.extend(note.events.unwrap_or_default());
            events.push(Event::End);
        }
        events.push(Event::End);
    }
}
