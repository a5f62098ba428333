//! The Markdown of messages, from text to events.
//!
//! Reading is a program of its own (feature `program`), which the tab loads with the first message that needs it; most do not, see [`plain`].
//! What is answered says what stands where, and never holds HTML: elements are made of it by the tab alone.

#[cfg(feature = "program")]
mod program;

#[cfg(feature = "program")]
pub use program::{events, read};
use serde::{Deserialize, Serialize};

/// A step on the way through a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// What follows stands in this, up to its [`Event::End`].
    Start(Element),
    /// Of what was started last and has not ended.
    End,
    /// Words, in which addresses may be written out.
    Text(String),
    /// Text that is shown as it was written, such as HTML.
    Verbatim(String),
    /// Code within a line.
    Code(String),
    /// A new line.
    Break,
    /// A line across.
    Rule,
    /// The box of a task.
    Task {
        /// Whether it is ticked.
        done: bool,
    },
}

/// What text can stand in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Element {
    /// A paragraph.
    Paragraph,
    /// A heading of any level.
    Heading,
    /// A quotation.
    Quote,
    /// Lines of code.
    Code,
    /// A list with bullets.
    Bullets,
    /// A list with numbers, from this one on.
    Numbers(u64),
    /// An item of a list.
    Item,
    /// A table, with the alignment of each column.
    Table(Vec<Alignment>),
    /// The first row of a table.
    Head,
    /// Another row of a table.
    Row,
    /// A cell of a row.
    Cell,
    /// Emphasis.
    Emphasis,
    /// Strong emphasis.
    Strong,
    /// What no longer holds.
    Strikethrough,
    /// A link or an image; where to is as it was written and may be anything.
    Link(String),
    /// Something that has no look of its own.
    Other,
}

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alignment {
    /// Where text begins.
    Start,
    /// In the middle.
    Center,
    /// Where text ends.
    End,
}

/// Marks that mean something wherever they stand.
const MARKS: &[char] = &['*', '_', '`', '~', '[', '|', '\\', '&', '<'];

/// Marks that mean something at the beginning of a line.
const LINE_MARKS: &[char] = &['#', '>', '-', '+', '=', ':'];

/// The events of a text that has no marks, exactly as the program would answer; none when it may have some.
pub fn plain(source: &str) -> Option<Vec<Event>> {
    let is_plain = |line: &str| {
        let (Some(first), Some(last)) = (line.chars().next(), line.chars().next_back()) else {
            return true;
        };
        let begins = first.is_whitespace() || first.is_ascii_digit() || LINE_MARKS.contains(&first);
        !begins && !last.is_whitespace() && !line.chars().any(|c| c.is_control() || MARKS.contains(&c))
    };
    source.split('\n').all(is_plain).then(|| as_written(source))
}

/// The events of a text whose marks are shown instead of heeded.
pub fn as_written(source: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut inside = false;
    for line in source.lines() {
        if line.trim().is_empty() {
            if inside {
                events.push(Event::End);
            }
            inside = false;
            continue;
        }
        events.push(if inside {
            Event::Break
        } else {
            Event::Start(Element::Paragraph)
        });
        events.push(Event::Text(line.to_owned()));
        inside = true;
    }
    if inside {
        events.push(Event::End);
    }
    events
}

/// What the program answered, as events.
///
/// # Errors
/// When the bytes are no answer of this program's.
pub fn decode(answer: &[u8]) -> postcard::Result<Vec<Event>> {
    postcard::from_bytes(answer)
}
