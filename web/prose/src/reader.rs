//! The reading: `CommonMark`, what GitHub adds to it, and what people know from other editors.
//!
//! In two steps. The first follows the parser's events and works out what needs to know the source: callouts, highlights, the sizes of
//! pictures, the names of headings, the numbers of footnotes. The second ([`finish`]) joins texts, finds the addresses written out in them,
//! and bounds how deep elements stand in each other.

mod ahead;
mod callout;
mod finish;
mod footnotes;
mod formula;
mod front_matter;
mod headings;
mod highlight;
pub(crate) mod named;
mod picture;

use crate::address::safe_url;
use crate::{Alignment, Element, Event};
use ahead::Ahead;
use footnotes::Footnotes;
use formula::Fenced;
use headings::Names;
use highlight::{Around, Highlights};
use named::Named;
use picture::Picture;
use pulldown_cmark::{Alignment as Column, CodeBlockKind, Event as Read, LinkType, Options, Parser, Tag};
use std::ops::Range;

/// Deepest nesting of elements. What is deeper is shown flat: whoever makes elements or pages of it may recurse, and half a million quotation
/// marks fit into one document.
pub const DEPTH_MAX: usize = 32;

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Said in a room. What is said has no notes at its foot, and nothing is said about it at its beginning.
    Message,
    /// A document.
    Document,
}

/// What stands where in a text. Starts and ends are balanced.
#[must_use]
pub fn events(source: &str, kind: Kind) -> Vec<Event> {
    let mut options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_MATH;
    let mut reading = Reading::new(source, kind);
    // A mark of byte order is no text, and what is behind it begins the first line.
    let mut from = if source.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    if kind == Kind::Document {
        options |= Options::ENABLE_FOOTNOTES;
        from += front_matter::read(&source[from..], &mut reading.events);
    }
    let parser = Parser::new_ext(&source[from..], options).into_offset_iter();
    let mut reads = Ahead::of(parser.map(|(read, range)| (read, from + range.start..from + range.end)));
    while let Some((read, range)) = reads.next() {
        if let Some(fenced) = reading.fenced(&read, &range)
            && reads.skip_to(range.start + fenced.end)
        {
            reading.events.push(Event::Math {
                source: fenced.source,
                is_display: true,
            });
            continue;
        }
        match reading.named(&read, &range) {
            Some(named) if reads.skip_to(range.start + named.len) => reading.name(named),
            _ => reading.follow(read, range),
        }
    }
    let Reading { mut events, notes, .. } = reading;
    notes.append_to(&mut events);
    finish::finish(events)
}

/// The first step.
struct Reading<'a> {
    source: &'a str,
    kind: Kind,
    events: Vec<Event>,
    /// What was started and has not ended, with where it was.
    open: Vec<Open>,
    /// How many of those are quotations.
    quotations: usize,
    notes: Footnotes,
    names: Names,
    highlights: Highlights,
    picture: Option<Picture>,
    /// The lines of a block that is drawn, so far.
    drawn: String,
    /// Of the table that is being read.
    columns: Vec<Column>,
    /// Of its row, so far.
    cells: usize,
}

/// Something that was started, by the place of its start among the events; none for what has no element, such as a refused link.
struct Open {
    start: Option<usize>,
    what: What,
    /// Where it ends in the source.
    end: usize,
}

/// What has to be done at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Verbatim,
    Heading,
    Head,
    Note,
    Picture,
    Link,
    Drawn(Drawn),
    Else,
}

/// A block of code that stands for what is drawn of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Formula,
    Diagram,
}

impl Drawn {
    /// What is drawn of a block in this language.
    fn named(language: &str) -> Option<Self> {
        match language {
            _ if language.eq_ignore_ascii_case("math") => Some(Self::Formula),
            _ if language.eq_ignore_ascii_case("mermaid") => Some(Self::Diagram),
            _ => None,
        }
    }
}

impl<'a> Reading<'a> {
    fn new(source: &'a str, kind: Kind) -> Self {
        Self {
            source,
            kind,
            events: Vec::new(),
            open: Vec::new(),
            quotations: 0,
            notes: Footnotes::default(),
            names: Names::default(),
            highlights: Highlights::default(),
            picture: None,
            drawn: String::new(),
            columns: Vec::new(),
            cells: 0,
        }
    }

    fn follow(&mut self, read: Read<'_>, range: Range<usize>) {
        if self.picture.is_some() && self.follow_into_picture(&read) {
            return;
        }
        match read {
            Read::Start(tag) => self.start(tag, range),
            Read::End(_) => self.end(),
            Read::Text(text) => self.text(&text, range),
            Read::Code(code) => self.events.push(Event::Code(code.into_string())),
            Read::InlineMath(source) => self.formula(&source, range, false),
            Read::DisplayMath(source) => self.formula(&source, range, true),
            Read::Html(text) | Read::InlineHtml(text) => self.events.push(Event::Text(text.into_string())),
            Read::FootnoteReference(label) => {
                let reference = self.notes.refer(&label);
                self.events.push(reference);
            }
            Read::SoftBreak => self.events.push(Event::Break { is_hard: false }),
            Read::HardBreak => self.events.push(Event::Break { is_hard: true }),
            Read::Rule => {
                self.at(&range);
                self.events.push(Event::Rule);
            }
            Read::TaskListMarker(is_done) => self.events.push(Event::Task { is_done }),
        }
    }

    fn at(&mut self, range: &Range<usize>) {
        if self.kind == Kind::Document {
            self.events.push(Event::At(range.start));
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let what = match &tag {
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) if let Some(drawn) = Drawn::named(language(info)) => {
                self.at(&range);
                return self.open.push(Open {
                    start: None,
                    what: What::Drawn(drawn),
                    end: range.end,
                });
            }
            Tag::CodeBlock(_) | Tag::HtmlBlock => What::Verbatim,
            Tag::Heading { .. } => What::Heading,
            Tag::TableHead => What::Head,
            Tag::FootnoteDefinition(label) => {
                self.notes.begin(label, &mut self.events);
                What::Note
            }
            Tag::Image { dest_url, title, .. } => {
                self.picture = Some(Picture::new(dest_url, title));
                What::Picture
            }
            Tag::Link { .. } => What::Link,
            _ => What::Else,
        };
        let end = range.end;
        let element = self.element(tag);
        self.quotations += usize::from(element == Some(Element::Quote));
        if element.as_ref().is_some_and(|element| !element.is_inline()) {
            self.at(&range);
            self.highlights.clear();
        }
        let start = element.map(|element| {
            self.events.push(Event::Start(element));
            self.events.len() - 1
        });
        self.open.push(Open { start, what, end });
    }

    /// What a tag becomes; none when it is left out, and what is in it stays.
    fn element(&mut self, tag: Tag<'_>) -> Option<Element> {
        Some(match tag {
            Tag::Paragraph => Element::Paragraph,
            Tag::Heading { level, .. } => Element::Heading {
                level: level as u8,
                id: String::new(),
            },
            Tag::BlockQuote(_) => Element::Quote,
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Element::CodeBlock(language(&info).to_owned()),
            Tag::CodeBlock(CodeBlockKind::Indented) => Element::CodeBlock(String::new()),
            Tag::HtmlBlock => Element::Verbatim,
            Tag::List(None) => Element::Bullets,
            Tag::List(Some(first)) => Element::Numbers(first),
            Tag::Item => Element::Item,
            Tag::Table(columns) => {
                self.columns = columns;
                Element::Table
            }
            Tag::TableHead | Tag::TableRow => {
                self.cells = 0;
                if tag == Tag::TableHead {
                    Element::Head
                } else {
                    Element::Row
                }
            }
            Tag::TableCell => {
                self.cells += 1;
                Element::Cell {
                    alignment: self.columns.get(self.cells - 1).and_then(alignment),
                    is_head: self.open.last().is_some_and(|open| open.what == What::Head),
                }
            }
            Tag::Emphasis => Element::Emphasis,
            Tag::Strong => Element::Strong,
            Tag::Strikethrough => Element::Strikethrough,
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => {
                let scheme = if link_type == LinkType::Email { "mailto:" } else { "" };
                Element::Link {
                    url: safe_url(&format!("{scheme}{dest_url}"))?.to_owned(),
                    title: title.into_string(),
                }
            }
            _ => return None,
        })
    }

    fn end(&mut self) {
        let Some(Open { start, what, .. }) = self.open.pop() else {
            debug_assert!(false, "the parser ends what it has started");
            return;
        };
        self.highlights.leave(self.open.len());
        match what {
            What::Heading => {
                if let Some(start) = start {
                    self.names.name(&mut self.events, start);
                }
            }
            What::Note => self.notes.end(&mut self.events),
            What::Picture => self.events.extend(self.picture.take().map(Picture::into_event)),
            What::Drawn(drawn) => {
                let source = std::mem::take(&mut self.drawn);
                let source = source.trim_matches('\n').to_owned();
                self.highlights.clear();
                self.events.push(match drawn {
                    Drawn::Formula => Event::Math {
                        source,
                        is_display: true,
                    },
                    Drawn::Diagram => Event::Diagram(source),
                });
            }
            What::Verbatim | What::Head | What::Link | What::Else => {}
        }
        if let Some(start) = start {
            if self.events[start] == Event::Start(Element::Quote) {
                self.quotations -= 1;
                callout::mark(&mut self.events, start);
            }
            self.events.push(Event::End);
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        match self.open.last().map(|open| open.what) {
            Some(What::Verbatim) => return self.events.push(Event::Text(text.to_owned())),
            Some(What::Drawn(_)) => return self.drawn.push_str(text),
            _ => {}
        }
        let is_escaped = range.start > 0 && self.source.as_bytes()[range.start - 1] == b'\\';
        let around = Around {
            before: self.source[..range.start].chars().next_back(),
            after: self.source[range.end..].chars().next(),
        };
        self.highlights
            .read(text, is_escaped, around, self.open.len(), &mut self.events);
    }

    /// The formula that begins with this text, on a line of its own, and that the parser did not take for one.
    fn fenced(&self, read: &Read<'_>, range: &Range<usize>) -> Option<Fenced> {
        let before = &self.source[..range.start];
        let is_mark = matches!(read, Read::Text(text) if text.starts_with('$')) && !before.ends_with('\\');
        let open = self.open.last()?;
        let holds_text = matches!(open.what, What::Verbatim | What::Drawn(_));
        if !is_mark || holds_text || self.picture.is_some() {
            return None;
        }
        let begins_block = match self.events.last() {
            Some(Event::Start(element)) => !element.is_inline(),
            Some(Event::Task { .. }) => true,
            _ => false,
        };
        let begins_line = || before.trim_end_matches([' ', '\t', '>']).ends_with('\n');
        if !begins_block && !begins_line() {
            return None;
        }
        // Nothing behind what is open belongs to it.
        formula::fenced(self.source.get(range.start..open.end)?, self.quotations)
    }

    /// What is named between brackets from here on. A backslash before them makes them brackets.
    fn named(&self, read: &Read<'_>, range: &Range<usize>) -> Option<Named> {
        let begins = matches!(read, Read::Text(text) if matches!(&**text, "[" | "!["));
        if !begins || self.kind != Kind::Document || self.picture.is_some() {
            return None;
        }
        let before = self.source[..range.start].bytes().rev();
        let is_escaped = before.take_while(|byte| *byte == b'\\').count() % 2 == 1;
        let holds_none = |open: &Open| matches!(open.what, What::Verbatim | What::Drawn(_) | What::Link);
        if is_escaped || self.open.iter().any(holds_none) {
            return None;
        }
        named::at(&self.source[range.start..])
    }

    fn name(&mut self, named: Named) {
        let Named {
            url, words, picture, ..
        } = named;
        let title = String::new();
        if let Some((width, height)) = picture {
            return self.events.push(Event::Image {
                url: Some(url),
                alt: words,
                title,
                width,
                height,
            });
        }
        self.events.push(Event::Start(Element::Link { url, title }));
        self.events.push(Event::Text(words));
        self.events.push(Event::End);
    }

    fn formula(&mut self, source: &str, range: Range<usize>, is_display: bool) {
        let around = Around {
            before: self.source[..range.start].chars().next_back(),
            after: self.source[range.end..].chars().next(),
        };
        if formula::is_one(source, around, is_display) {
            // Of one on lines of its own, the marks stand on lines too.
            let source = source.trim_matches('\n').to_owned();
            return self.events.push(Event::Math { source, is_display });
        }
        let mark = if is_display { "$$" } else { "$" };
        let text = format!("{mark}{}{mark}", source.replace('\n', " "));
        self.text(&text, range);
    }

    /// What stands in a picture is what is said in its place. False when the picture ends with this.
    fn follow_into_picture(&mut self, read: &Read<'_>) -> bool {
        let Some(picture) = &mut self.picture else { return false };
        picture.follow(read)
    }
}

/// The first word behind a fence.
fn language(info: &str) -> &str {
    info.split_whitespace().next().unwrap_or_default()
}

const fn alignment(column: &Column) -> Option<Alignment> {
    match column {
        Column::None => None,
        Column::Left => Some(Alignment::Start),
        Column::Center => Some(Alignment::Center),
        Column::Right => Some(Alignment::End),
    }
}
