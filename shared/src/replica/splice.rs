//! Changes of a text as lists of splices: checking, carrying out, composing.

use super::ReplicaError;

/// One change: the units from `from` up to `to` become `insert`. A transaction is a list of these: ascending, not overlapping, all
/// in coordinates of the text *before* the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// First UTF-16 unit that goes.
    pub from: u32,
    /// First UTF-16 unit that stays.
    pub to: u32,
    /// What comes in between.
    pub insert: String,
}

/// Length of a string in UTF-16 units.
///
/// # Panics
/// When it does not fit 32 bits: documents hold at most 2^26 units.
#[must_use]
pub fn units(text: &str) -> u32 {
    // One for each character, and another for those of four bytes.
    let count = text.bytes().fold(0, |count, byte| {
        count + usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0)
    });
    u32::try_from(count).expect("a document's text is far below 2^32 units")
}

/// A number that two equal texts share: FNV-1a with 32 bits over the UTF-16 units (each unit at once, not its bytes), which the
/// editor's side can work out on its own string.
#[must_use]
pub fn text_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0x811c_9dc5, |hash, unit| {
        (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193)
    })
}

/// The text after a transaction.
///
/// # Panics
/// When the splices do not fit the text or cut a surrogate pair.
#[must_use]
pub fn splice_text(text: &str, splices: &[Splice]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = Cursor { text, at: 0 };
    for splice in splices {
        result.push_str(rest.take(splice.from - rest.at));
        rest.take(splice.to - splice.from);
        result.push_str(&splice.insert);
    }
    result.push_str(rest.text);
    result
}

/// One transaction that does what `first` and then `second` do; `second` is in coordinates of the text after `first`.
#[must_use]
pub fn compose(first: &[Splice], second: &[Splice]) -> Vec<Splice> {
    let mut result = Builder::default();
    let mut middle = Middle {
        old: 0,
        splices: first,
        insert: None,
    };
    let mut at = 0;
    for splice in second {
        middle.copy(splice.from - at, &mut result);
        middle.skip(splice.to - splice.from, &mut result);
        result.insert(&splice.insert);
        at = splice.to;
    }
    middle.copy_rest(&mut result);
    result.finish()
}

/// Refuses what does not fit a text of `len` units.
pub(super) fn check(splices: &[Splice], len: u32) -> Result<(), ReplicaError> {
    let mut at = 0;
    for (index, splice) in splices.iter().enumerate() {
        if splice.from < at || splice.to < splice.from || splice.to > len {
            return Err(ReplicaError::InvalidSplice { index });
        }
        at = splice.to;
    }
    Ok(())
}

/// Where the last change ends, in coordinates of the text after it; 0 when there is none.
pub(super) fn end_of_last(splices: &[Splice]) -> u32 {
    let Some((last, before)) = splices.split_last() else {
        return 0;
    };
    before.iter().fold(last.from + units(&last.insert), |end, s| {
        end + units(&s.insert) - (s.to - s.from)
    })
}

/// Builds a transaction from left to right. Changes that touch become one.
#[derive(Default)]
pub(super) struct Builder {
    splices: Vec<Splice>,
    /// Position in the old text.
    at: u32,
}

impl Builder {
    pub(super) fn retain(&mut self, len: u32) {
        self.at += len;
    }

    pub(super) fn remove(&mut self, len: u32) {
        if len > 0 {
            self.at += len;
            self.last_or_new(len).to += len;
        }
    }

    pub(super) fn insert(&mut self, text: &str) {
        if !text.is_empty() {
            self.last_or_new(0).insert.push_str(text);
        }
    }

    pub(super) fn finish(self) -> Vec<Splice> {
        self.splices
    }

    /// The change that ends where we were `back` units ago, or a new one there.
    fn last_or_new(&mut self, back: u32) -> &mut Splice {
        let at = self.at - back;
        if self.splices.last().is_none_or(|last| last.to != at) {
            self.splices.push(Splice {
                from: at,
                to: at,
                insert: String::new(),
            });
        }
        self.splices.last_mut().expect("one was pushed when there was none")
    }
}

/// Reads the text after a transaction, without having it: as stretches of the old text and pieces of inserts.
struct Middle<'a> {
    /// Position in the old text.
    old: u32,
    splices: &'a [Splice],
    /// What is left of the insert that is being read.
    insert: Option<Cursor<'a>>,
}

impl<'a> Middle<'a> {
    /// Keeps the next `len` units of the middle text.
    fn copy(&mut self, len: u32, result: &mut Builder) {
        self.walk(len, result, |piece, result| match piece {
            Piece::Old(len) => result.retain(len),
            Piece::New(text) => result.insert(text),
        });
    }

    /// Drops the next `len` units of the middle text.
    fn skip(&mut self, len: u32, result: &mut Builder) {
        self.walk(len, result, |piece, result| match piece {
            Piece::Old(len) => result.remove(len),
            Piece::New(_) => {}
        });
    }

    fn walk(&mut self, mut len: u32, result: &mut Builder, keep: impl Fn(Piece<'a>, &mut Builder)) {
        while len > 0 {
            if let Some(insert) = &mut self.insert {
                let left = units(insert.text);
                let text = insert.take(len.min(left));
                len -= len.min(left);
                keep(Piece::New(text), result);
                self.insert.take_if(|insert| insert.text.is_empty());
                continue;
            }
            match self.splices.split_first() {
                Some((next, rest)) if next.from == self.old => {
                    self.enter(next, result);
                    self.splices = rest;
                }
                next => {
                    let stretch = next.map_or(len, |(next, _)| len.min(next.from - self.old));
                    self.old += stretch;
                    len -= stretch;
                    keep(Piece::Old(stretch), result);
                }
            }
        }
    }

    fn copy_rest(mut self, result: &mut Builder) {
        if let Some(insert) = self.insert.take() {
            result.insert(insert.text);
        }
        for splice in self.splices {
            result.retain(splice.from - self.old);
            result.remove(splice.to - splice.from);
            result.insert(&splice.insert);
            self.old = splice.to;
        }
    }

    fn enter(&mut self, splice: &'a Splice, result: &mut Builder) {
        result.remove(splice.to - splice.from);
        self.old = splice.to;
        self.insert = (!splice.insert.is_empty()).then(|| Cursor {
            text: &splice.insert,
            at: 0,
        });
    }
}

enum Piece<'a> {
    Old(u32),
    New(&'a str),
}

/// What is left of a string, counted in UTF-16 units.
struct Cursor<'a> {
    text: &'a str,
    at: u32,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, len: u32) -> &'a str {
        let (taken, rest) = self.text.split_at(byte_at(self.text, len));
        self.text = rest;
        self.at += len;
        taken
    }
}

/// Where in the bytes of a string its UTF-16 unit number `unit` begins.
fn byte_at(text: &str, unit: u32) -> usize {
    let mut left = unit;
    for (at, c) in text.char_indices() {
        match left {
            0 => return at,
            1 if c.len_utf16() == 2 => panic!("a splice cuts a surrogate pair"),
            _ => left -= if c.len_utf16() == 2 { 2 } else { 1 },
        }
    }
    assert!(left == 0, "a splice ends beyond the text");
    text.len()
}
