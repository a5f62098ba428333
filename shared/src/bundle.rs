//! Bundles: updates one after the other, each behind its length as an unsigned LEB128 varint.

use crate::lib0::{Cursor, Malformed, put_bytes};
use bytes::Bytes;

/// A bundle of these updates.
///
/// # Panics
/// When one of them is over 4 GiB.
#[must_use]
pub fn write<B: AsRef<[u8]>>(updates: impl IntoIterator<Item = B>) -> Bytes {
    let mut bundle = Vec::new();
    for update in updates {
        put_bytes(&mut bundle, update.as_ref());
    }
    bundle.into()
}

/// The updates of a whole bundle, without copying them.
pub fn read(bundle: &Bytes) -> Result<Vec<Bytes>, Malformed> {
    let mut updates = Vec::new();
    let mut cursor = Cursor::new(bundle, 0);
    while !cursor.is_at_end() {
        updates.push(bundle.slice_ref(cursor.bytes()?));
    }
    Ok(updates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bundle_is_lengths_and_updates() {
        let long = [7; 200];
        let bundle = write([&b"ab"[..], b"", &long]);
        assert_eq!(bundle[..6], [2, b'a', b'b', 0, 0xc8, 0x01]);
        assert_eq!(read(&bundle).unwrap(), [&b"ab"[..], b"", &long]);
        assert_eq!(read(&Bytes::new()).unwrap().len(), 0);
    }

    #[test]
    fn a_cut_bundle_is_refused() {
        let bundle = write([&b"ab"[..], &[7; 200]]);
        for len in 1..bundle.len() {
            let cut = read(&bundle.slice(..len));
            assert!(cut.is_err() || len == 3, "cut at {len}");
        }
    }

    #[test]
    fn lengths_that_are_padded_or_too_large_are_refused() {
        for bytes in [
            &[0x82, 0x00, 1, 1][..],
            &[0xff; 5],
            &[0x80, 0x80, 0x80, 0x80, 0x10],
            &[0x80, 0x80, 0x80, 0x80, 0x80],
        ] {
            let refused = read(&Bytes::copy_from_slice(bytes)).unwrap_err();
            assert!(
                refused.what.ends_with("number") || refused.what.ends_with("32 bits"),
                "{refused}"
            );
        }
        let huge = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1]);
        assert_eq!(read(&huge).unwrap_err().what, "a length past the end");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(updates in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8)) {
            prop_assert_eq!(read(&write(&updates)).unwrap(), updates);
        }

        #[test]
        fn arbitrary_bytes_are_a_bundle_in_one_way_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let bytes = Bytes::from(bytes);
            if let Ok(updates) = read(&bytes) {
                prop_assert_eq!(write(updates), bytes);
            }
        }
    }
}
