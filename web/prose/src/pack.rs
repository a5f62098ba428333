//! Events as bytes for the tab: numbers first, then all texts as one. `web/editor/src/prose/unpack.ts` reads them.

use crate::{Alignment, Callout, Element, Event};

/// How many numbers, four bytes each from the lowest; the numbers; then UTF-8. A number is a kind of event with what belongs to it behind, where
/// texts are lengths in UTF-16 units, and taken in order from the one text.
pub(crate) fn pack(source: &str, events: &[Event]) -> Vec<u8> {
    let mut packing = Packing {
        source,
        numbers: vec![0],
        text: String::new(),
        bytes: 0,
        units: 0,
    };
    for event in events {
        packing.event(event);
    }
    let Packing { mut numbers, text, .. } = packing;
    numbers[0] = number(numbers.len() - 1);
    let mut packed: Vec<u8> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
    packed.extend(text.into_bytes());
    packed
}

struct Packing<'a> {
    source: &'a str,
    numbers: Vec<u32>,
    text: String,
    /// A place in the source, in both ways of counting.
    bytes: usize,
    units: usize,
}

impl Packing<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::End => self.numbers.push(0),
            Event::At(at) => {
                let at = self.units(*at);
                self.numbers.extend([1, at]);
            }
            Event::Text(text) => self.texts(2, &[text]),
            Event::Code(code) => self.texts(3, &[code]),
            Event::Math { source, is_display } => {
                self.texts(4, &[source]);
                self.numbers.push(u32::from(*is_display));
            }
            Event::Diagram(source) => self.texts(11, &[source]),
            Event::Image {
                url,
                alt,
                title,
                width,
                height,
            } => {
                self.texts(5, &[url.as_deref().unwrap_or_default(), alt, title]);
                self.numbers.extend([width.unwrap_or(0), height.unwrap_or(0)]);
            }
            Event::Break { .. } => self.numbers.push(6),
            Event::Rule => self.numbers.push(7),
            Event::Task { is_done } => self.numbers.extend([8, u32::from(*is_done)]),
            Event::Property { name, value } => self.texts(9, &[name, value]),
            Event::Reference { number, nth } => self.numbers.extend([10, *number, *nth]),
            Event::Start(element) => self.start(element),
        }
    }

    fn start(&mut self, element: &Element) {
        match element {
            Element::Paragraph => self.numbers.push(16),
            Element::Heading { level, id } => {
                self.texts(17, &[id]);
                self.numbers.push(u32::from(*level));
            }
            Element::Quote => self.numbers.push(18),
            Element::Callout(kind) => {
                let kind = match kind {
                    Callout::Note => 0,
                    Callout::Tip => 1,
                    Callout::Important => 2,
                    Callout::Warning => 3,
                    Callout::Caution => 4,
                };
                self.numbers.extend([19, kind]);
            }
            Element::CalloutTitle => self.numbers.push(20),
            Element::CodeBlock(language) => self.texts(21, &[language]),
            Element::Verbatim => self.numbers.push(22),
            Element::Bullets => self.numbers.push(23),
            // A number in a list has nine digits at most.
            Element::Numbers(first) => self.numbers.extend([24, number(usize::try_from(*first).unwrap_or(1))]),
            Element::Item => self.numbers.push(25),
            Element::Table => self.numbers.push(26),
            Element::Head => self.numbers.push(27),
            Element::Row => self.numbers.push(28),
            Element::Cell { alignment, is_head } => {
                let alignment = match alignment {
                    None => 0,
                    Some(Alignment::Start) => 1,
                    Some(Alignment::Center) => 2,
                    Some(Alignment::End) => 3,
                };
                self.numbers.extend([29, alignment, u32::from(*is_head)]);
            }
            Element::Properties => self.numbers.push(30),
            Element::Footnotes => self.numbers.push(31),
            Element::Footnote { number, references } => self.numbers.extend([32, *number, *references]),
            Element::Emphasis => self.numbers.push(33),
            Element::Strong => self.numbers.push(34),
            Element::Strikethrough => self.numbers.push(35),
            Element::Highlight => self.numbers.push(36),
            Element::Link { url, title } => self.texts(37, &[url, title]),
        }
    }

    fn texts(&mut self, kind: u32, texts: &[&str]) {
        self.numbers.push(kind);
        for text in texts {
            self.numbers.push(number(units(text)));
            self.text.push_str(text);
        }
    }

    /// A place of the source in UTF-16 units. Places come in order but for footnotes, which were moved.
    fn units(&mut self, at: usize) -> u32 {
        if at < self.bytes {
            (self.bytes, self.units) = (0, 0);
        }
        self.units += units(&self.source[self.bytes..at]);
        self.bytes = at;
        number(self.units)
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn number(number: usize) -> u32 {
    u32::try_from(number).expect("a document has fewer than four thousand million units")
}
