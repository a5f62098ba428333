//! What stands where in a text, step by step.

/// A step on the way through a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The block that is started next, or the leaf that comes next, begins at this byte of the source. Only for documents.
    At(usize),
    /// What follows stands in this, up to its [`Event::End`].
    Start(Element),
    /// Of what was started last and has not ended.
    End,
    /// Words, with nothing in them that would still have to be read.
    Text(String),
    /// Code within a line.
    Code(String),
    /// A formula, as it was written.
    Math {
        /// The source of the formula without the marks around it.
        source: String,
        /// Whether it stands on a line of its own.
        is_display: bool,
    },
    /// A diagram, as it was written.
    Diagram(String),
    /// A picture.
    Image {
        /// Where it is, safe to ask for; none when it is nowhere that may be asked.
        url: Option<String>,
        /// What stands in its place where it is not shown.
        alt: String,
        /// What is said about it when one points at it.
        title: String,
        /// Pixels, as far as they were given.
        width: Option<u32>,
        /// Pixels, as far as they were given.
        height: Option<u32>,
    },
    /// A new line.
    Break {
        /// Whether it was asked for, and not only written.
        is_hard: bool,
    },
    /// A line across.
    Rule,
    /// The box of a task.
    Task {
        /// Whether it is ticked.
        is_done: bool,
    },
    /// A line of what is said about the document at its beginning.
    Property {
        /// Its name.
        name: String,
        /// What it says.
        value: String,
    },
    /// Refers to a footnote.
    Reference {
        /// The number of the footnote, from one on.
        number: u32,
        /// Which reference to it this is, from one on.
        nth: u32,
    },
}

/// What text can stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A paragraph.
    Paragraph,
    /// A heading.
    Heading {
        /// One to six.
        level: u8,
        /// Names it within the page, differently from every other heading.
        id: String,
    },
    /// A quotation.
    Quote,
    /// A box that stands out.
    Callout(Callout),
    /// What stands above a callout in place of its kind.
    CalloutTitle,
    /// Lines of code, and the language they are in; empty when it was not said.
    CodeBlock(String),
    /// Lines that are shown as they were written, such as HTML.
    Verbatim,
    /// A list with bullets.
    Bullets,
    /// A list with numbers, from this one on.
    Numbers(u64),
    /// An item of a list.
    Item,
    /// A table.
    Table,
    /// The first row of a table.
    Head,
    /// Another row of a table.
    Row,
    /// A cell of a row.
    Cell {
        /// Where its text stands; none when that was not said.
        alignment: Option<Alignment>,
        /// Whether it stands in the first row.
        is_head: bool,
    },
    /// What is said about the document at its beginning: [`Event::Property`] only.
    Properties,
    /// All footnotes, at the end.
    Footnotes,
    /// A footnote.
    Footnote {
        /// Its number, from one on, which is also its place.
        number: u32,
        /// How many refer to it.
        references: u32,
    },
    /// Emphasis.
    Emphasis,
    /// Strong emphasis.
    Strong,
    /// What no longer holds.
    Strikethrough,
    /// What somebody marked.
    Highlight,
    /// A link.
    Link {
        /// Where to, safe to follow.
        url: String,
        /// What is said about it when one points at it.
        title: String,
    },
}

impl Element {
    /// Whether it stands in a line with others.
    #[must_use]
    pub const fn is_inline(&self) -> bool {
        matches!(
            self,
            Self::Emphasis | Self::Strong | Self::Strikethrough | Self::Highlight | Self::Link { .. }
        )
    }
}

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// Where text begins.
    Start,
    /// In the middle.
    Center,
    /// Where text ends.
    End,
}

/// What a box that stands out is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callout {
    /// Worth knowing.
    Note,
    /// Makes something easier.
    Tip,
    /// Has to be known.
    Important,
    /// Asks for care.
    Warning,
    /// Something may be lost.
    Caution,
}

impl Callout {
    /// The kind that somebody means by this word, in any case: those of GitHub, and the commoner ones that people bring from Obsidian.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "note" | "info" | "abstract" | "summary" | "todo" | "example" | "quote" => Self::Note,
            "tip" | "hint" | "success" | "check" | "done" => Self::Tip,
            "important" | "question" | "help" | "faq" => Self::Important,
            "warning" | "attention" => Self::Warning,
            "caution" | "danger" | "error" | "failure" | "bug" => Self::Caution,
            _ => return None,
        })
    }

    /// Its name in style sheets.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Important => "important",
            Self::Warning => "warning",
            Self::Caution => "caution",
        }
    }
}
