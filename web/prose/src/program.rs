//! The reading: `CommonMark` with the tables, tasks and strikethrough that people know from elsewhere.

use crate::{Alignment, Element, Event};
use pulldown_cmark::{Alignment as Column, Event as Read, Options, Parser, Tag, TextMergeStream};
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads a text; the answer is for [`crate::decode`].
#[wasm_bindgen]
pub fn read(source: &str) -> Vec<u8> {
    postcard::to_allocvec(&events(source)).expect("events are plain values, and memory grows or ends the program")
}

/// What stands where in a text. Starts and ends are balanced.
pub fn events(source: &str) -> Vec<Event> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    TextMergeStream::new(Parser::new_ext(source, options))
        .map(event)
        .collect()
}

fn event(read: Read<'_>) -> Event {
    match read {
        Read::Start(tag) => Event::Start(element(tag)),
        Read::End(_) => Event::End,
        Read::Text(text) => Event::Text(text.into_string()),
        Read::Code(code) => Event::Code(code.into_string()),
        Read::Html(text)
        | Read::InlineHtml(text)
        | Read::FootnoteReference(text)
        | Read::InlineMath(text)
        | Read::DisplayMath(text) => Event::Verbatim(text.into_string()),
        // People who press Enter in a message mean a new line.
        Read::SoftBreak | Read::HardBreak => Event::Break,
        Read::Rule => Event::Rule,
        Read::TaskListMarker(done) => Event::Task { done },
    }
}

fn element(tag: Tag<'_>) -> Element {
    match tag {
        Tag::Paragraph => Element::Paragraph,
        Tag::Heading { .. } => Element::Heading,
        Tag::BlockQuote(_) => Element::Quote,
        Tag::CodeBlock(_) => Element::Code,
        Tag::List(None) => Element::Bullets,
        Tag::List(Some(first)) => Element::Numbers(first),
        Tag::Item => Element::Item,
        Tag::Table(columns) => Element::Table(columns.into_iter().map(alignment).collect()),
        Tag::TableHead => Element::Head,
        Tag::TableRow => Element::Row,
        Tag::TableCell => Element::Cell,
        Tag::Emphasis => Element::Emphasis,
        Tag::Strong => Element::Strong,
        Tag::Strikethrough => Element::Strikethrough,
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => Element::Link(dest_url.into_string()),
        _ => Element::Other,
    }
}

fn alignment(column: Column) -> Alignment {
    match column {
        Column::None | Column::Left => Alignment::Start,
        Column::Center => Alignment::Center,
        Column::Right => Alignment::End,
    }
}
