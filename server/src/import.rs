//! What comes from elsewhere, as files: read without trust, and laid out as the documents of a room that it is to become.

pub mod etherpad;
pub mod package;
pub mod terminal;
pub mod tree;

/// Why something of what was sent did not become part of the room. Each has a name for programs, which never changes, and a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// A text with bytes that are none, from this one on.
    NotUtf8(usize),
    /// More bytes than a text, or a file, may have.
    TooLarge(u64),
    /// A path that leads out of the archive, or is none.
    PathUnsafe,
    /// A path that is too long, or in too many folders.
    PathTooLong,
    /// Not a file, but a link to one.
    Link,
    /// Encrypted.
    Encrypted,
    /// There is one of this path already.
    Twice,
    /// Its bytes are not those that were packed.
    Damaged,
    /// Packed in a way that is not known.
    Unknown,
    /// So many bytes packed into so few that somebody means harm.
    TooTight,
    /// A pad that has no text where Etherpad has it.
    NoPad,
    /// No text of what was sent names it.
    NotNamed,
}

impl LeftOut {
    /// For programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUtf8(_) => "not_utf8",
            Self::TooLarge(_) => "too_large",
            Self::PathUnsafe => "path_unsafe",
            Self::PathTooLong => "path_too_long",
            Self::Link => "link",
            Self::Encrypted => "encrypted",
            Self::Twice => "twice",
            Self::Damaged => "damaged",
            Self::Unknown => "unknown",
            Self::TooTight => "too_tight",
            Self::NoPad => "no_pad",
            Self::NotNamed => "not_named",
        }
    }

    /// For a person.
    #[must_use]
    pub fn sentence(self) -> String {
        let fixed = match self {
            Self::NotUtf8(at) => return format!("This is not UTF-8 from byte {at} on."),
            Self::TooLarge(max) => return format!("This has more than {max} bytes."),
            Self::PathUnsafe => "Its path leads elsewhere.",
            Self::PathTooLong => "Its path is too long, or in too many folders.",
            Self::Link => "This is a link to another file.",
            Self::Encrypted => "This is encrypted.",
            Self::Twice => "There is another file of this path.",
            Self::Damaged => "This is damaged.",
            Self::Unknown => "This is packed in a way that is not known here.",
            Self::TooTight => "This is packed so tightly that it would not stop unpacking.",
            Self::NoPad => "There is no text of a pad in it.",
            Self::NotNamed => "No text names it.",
        };
        fixed.to_owned()
    }
}
