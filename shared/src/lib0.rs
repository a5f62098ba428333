//! Primitives of lib0, the encoding under Yjs, strictly: every number has one spelling, and nothing is reserved ahead of its bytes.

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed at byte {at}: {what}")]
pub struct Malformed {
    /// Where the reader stood.
    pub at: usize,
    /// What it met there.
    pub what: &'static str,
}

/// A position in bytes that are read.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Begins at `at`, which is within the bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// How many bytes lie before.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// What follows is not what it should be.
    #[must_use]
    pub const fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { at: self.at, what }
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = *self.bytes.get(self.at).ok_or(self.malformed("the end"))?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned LEB128 number in its shortest spelling. Clients, clocks, lengths and counts all fit 32 bits.
    pub fn number(&mut self) -> Result<u32, Malformed> {
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

    /// Bytes behind their length.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.number()? as usize;
        let rest = &self.bytes[self.at..];
        let bytes = rest.get(..len).ok_or(self.malformed("a length past the end"))?;
        self.at += len;
        Ok(bytes)
    }

    /// A string behind its length in bytes.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed("a string that is not UTF-8"))
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.is_at_end() {
            Ok(())
        } else {
            Err(self.malformed("bytes after the end"))
        }
    }
}

/// Writes what [`Cursor::number`] reads.
pub fn put_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

/// Writes the length that stands before bytes.
///
/// # Panics
/// When it is over 4 GiB.
pub fn put_len(out: &mut Vec<u8>, len: usize) {
    put_number(out, u32::try_from(len).expect("frames and updates are far below 4 GiB"));
}

/// Writes what [`Cursor::bytes`] reads.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_len(out, bytes.len());
    out.extend_from_slice(bytes);
}
