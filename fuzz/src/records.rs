//! Input that is a list of records, each a byte that says what to do and bytes behind their length: easy to mutate, easy to write.

use bytes::Bytes;
use shared::lib0::{Cursor, Malformed};

/// The records up to the first that is cut off.
pub(crate) fn read(input: &[u8]) -> Vec<(u8, Bytes)> {
    let mut cursor = Cursor::new(input, 0);
    let mut record = || -> Result<_, Malformed> { Ok((cursor.byte()?, Bytes::copy_from_slice(cursor.bytes()?))) };
    std::iter::from_fn(|| record().ok()).collect()
}
