//! Reading and writing lib0 primitives, strictly: every number has one spelling, and nothing is reserved ahead of its bytes.

use super::GateError;

/// A position in the bytes of an update.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) const fn malformed(&self, what: &'static str) -> GateError {
        GateError::Malformed { at: self.at, what }
    }

    pub(super) const fn forbidden(&self, what: &'static str) -> GateError {
        GateError::Forbidden { at: self.at, what }
    }

    pub(super) fn byte(&mut self) -> Result<u8, GateError> {
        let byte = *self.bytes.get(self.at).ok_or(self.malformed("the end"))?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned LEB128 number in its shortest spelling. Clients, clocks, lengths and counts all fit 32 bits.
    pub(super) fn number(&mut self) -> Result<u32, GateError> {
        let mut number = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                if byte == 0 && shift > 0 {
                    return Err(self.malformed("an overlong number"));
                }
                return u32::try_from(number).map_err(|_| self.malformed("a number over 32 bits"));
            }
        }
        Err(self.malformed("a number over 32 bits"))
    }

    /// A string behind its length in bytes.
    pub(super) fn text(&mut self) -> Result<&'a str, GateError> {
        let len = self.number()? as usize;
        let bytes = self.bytes[self.at..]
            .get(..len)
            .ok_or(self.malformed("a string past the end"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| self.malformed("a string that is not UTF-8"))?;
        self.at += len;
        Ok(text)
    }

    pub(super) fn end(&self) -> Result<(), GateError> {
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(self.malformed("bytes after the update"))
        }
    }
}

/// Writes what [`Cursor::number`] reads.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

/// Writes what [`Cursor::text`] reads, in two pieces.
pub(super) fn put_text(out: &mut Vec<u8>, head: &str, tail: &str) {
    let len = u32::try_from(head.len() + tail.len()).expect("a piece of an update is no longer than updates may be");
    put_number(out, len);
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(tail.as_bytes());
}
