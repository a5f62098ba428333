//! Structs of an update: the two kinds of item that documents consist of.

use super::GateError;
use shared::id::ClientId;
use shared::lib0::{Cursor, put_bytes, put_number};
use std::borrow::Cow;

/// The one root that documents have.
const ROOT: &str = "content";

const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_PARENT_SUB: u8 = 0x20;
const CONTENT_BITS: u8 = 0x1f;
const CONTENT_DELETED: u8 = 1;
const CONTENT_STRING: u8 = 4;

/// Names one UTF-16 unit of the document, forever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) client: ClientId,
    pub(super) clock: u32,
}

/// An item: a run of units inserted in one go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    pub(super) origin: Option<Id>,
    pub(super) right_origin: Option<Id>,
    pub(super) content: Content<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    Text(&'a str),
    /// So many units that were deleted and whose text is forgotten.
    Deleted(u32),
}

impl<'a> Item<'a> {
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, GateError> {
        let info_at = *cursor;
        let info = cursor.byte()?;
        if info & HAS_PARENT_SUB != 0 {
            return Err(forbidden(&info_at, "a map key"));
        }
        if !matches!(info & CONTENT_BITS, CONTENT_DELETED | CONTENT_STRING) {
            return Err(forbidden(&info_at, "a struct that is neither text nor deleted text"));
        }
        let origin = (info & HAS_ORIGIN != 0).then(|| Id::read(cursor)).transpose()?;
        let right_origin = (info & HAS_RIGHT_ORIGIN != 0).then(|| Id::read(cursor)).transpose()?;
        if origin.is_none() && right_origin.is_none() {
            read_parent(cursor)?;
        }
        let content = if info & CONTENT_BITS == CONTENT_STRING {
            Content::Text(cursor.text()?)
        } else {
            Content::Deleted(cursor.number()?)
        };
        if content.is_empty() {
            return Err(cursor.malformed("an empty item").into());
        }
        Ok(Self {
            origin,
            right_origin,
            content,
        })
    }

    /// Writes the item without its first `cut` units, as Yjs does when the reader knows those: what remains hangs on the last
    /// unit cut off, and where a surrogate pair is cut its second half becomes U+FFFD.
    pub(super) fn write_from(&self, cut: u32, last_cut: Id, out: &mut Vec<u8>) {
        let (kind, right) = match self.content {
            Content::Text(_) => (CONTENT_STRING, self.right_origin),
            Content::Deleted(_) => (CONTENT_DELETED, self.right_origin),
        };
        out.push(kind | HAS_ORIGIN | if right.is_some() { HAS_RIGHT_ORIGIN } else { 0 });
        last_cut.write(out);
        if let Some(right) = right {
            right.write(out);
        }
        match self.content {
            Content::Text(text) => put_bytes(out, cut_text(text, cut).as_bytes()),
            Content::Deleted(len) => put_number(out, len - cut),
        }
    }
}

impl Content<'_> {
    /// Units, as clocks count them.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Text(text) => text.encode_utf16().count() as u64,
            Self::Deleted(len) => u64::from(*len),
        }
    }

    const fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Deleted(len) => *len == 0,
        }
    }
}

impl Id {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, GateError> {
        Ok(Self {
            client: ClientId(cursor.number()?),
            clock: cursor.number()?,
        })
    }

    fn write(self, out: &mut Vec<u8>) {
        put_number(out, self.client.0);
        put_number(out, self.clock);
    }
}

fn read_parent(cursor: &mut Cursor<'_>) -> Result<(), GateError> {
    let at = *cursor;
    match cursor.number()? {
        0 => Err(forbidden(&at, "text inside of something else")),
        1 if cursor.text()? == ROOT => Ok(()),
        1 => Err(forbidden(&at, "another root")),
        _ => Err(at.malformed("neither a root nor an item as parent").into()),
    }
}

/// The text after its first `cut` units, with U+FFFD ahead of it when half a pair is left over.
fn cut_text(text: &str, cut: u32) -> Cow<'_, str> {
    let mut units = 0;
    let mut chars = text.chars();
    while units < cut {
        match chars.next() {
            Some(c) => units += if c.len_utf16() == 2 { 2 } else { 1 },
            None => break,
        }
    }
    if units > cut {
        format!("\u{fffd}{}", chars.as_str()).into()
    } else {
        chars.as_str().into()
    }
}

const fn forbidden(at: &Cursor<'_>, what: &'static str) -> GateError {
    GateError::Forbidden { at: at.at(), what }
}
