//! Bundles: updates one after the other, each behind its length as an unsigned LEB128 varint.

use bytes::Bytes;

/// A length takes at most this many bytes: seven bits each of 32.
const LENGTH_BYTES_MAX: usize = 5;

/// Why bytes are not a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The bytes end within a length or an update.
    #[error("the bundle ends within update {index}")]
    Truncated {
        /// Which update, from 0.
        index: usize,
    },
    /// A length over 32 bits, or written with more bytes than it needs.
    #[error("the length of update {index} is not a 32-bit varint in its shortest form")]
    Length {
        /// Which update, from 0.
        index: usize,
    },
}

/// Appends one update to a bundle.
///
/// # Panics
/// When the update is over 4 GiB.
pub fn push(bundle: &mut Vec<u8>, update: &[u8]) {
    let mut rest = u32::try_from(update.len()).expect("updates are far below 4 GiB");
    while rest >= 0x80 {
        bundle.push(low_bits(rest) | 0x80);
        rest >>= 7;
    }
    bundle.push(low_bits(rest));
    bundle.extend_from_slice(update);
}

/// A bundle of these updates.
#[must_use]
pub fn write<B: AsRef<[u8]>>(updates: impl IntoIterator<Item = B>) -> Bytes {
    let mut bundle = Vec::new();
    for update in updates {
        push(&mut bundle, update.as_ref());
    }
    bundle.into()
}

/// The updates of a whole bundle, without copying them.
pub fn read(bundle: &Bytes) -> Result<Vec<Bytes>, BundleError> {
    let mut updates = Vec::new();
    let mut at = 0;
    while at < bundle.len() {
        let index = updates.len();
        let (len, used) = read_length(&bundle[at..], index)?;
        let from = at + used;
        let to = from
            .checked_add(len)
            .filter(|to| *to <= bundle.len())
            .ok_or(BundleError::Truncated { index })?;
        updates.push(bundle.slice(from..to));
        at = to;
    }
    Ok(updates)
}

fn read_length(bytes: &[u8], index: usize) -> Result<(usize, usize), BundleError> {
    let mut len = 0_u64;
    for (position, byte) in bytes.iter().take(LENGTH_BYTES_MAX).enumerate() {
        len |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            let is_padded = *byte == 0 && position > 0;
            let len = u32::try_from(len)
                .ok()
                .filter(|_| !is_padded)
                .ok_or(BundleError::Length { index })?;
            return Ok((len as usize, position + 1));
        }
    }
    if bytes.len() < LENGTH_BYTES_MAX {
        Err(BundleError::Truncated { index })
    } else {
        Err(BundleError::Length { index })
    }
}

fn low_bits(number: u32) -> u8 {
    u8::try_from(number & 0x7f).expect("seven bits fit a byte")
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
            assert_eq!(
                read(&Bytes::copy_from_slice(bytes)),
                Err(BundleError::Length { index: 0 })
            );
        }
        let huge = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1]);
        assert_eq!(read(&huge), Err(BundleError::Truncated { index: 0 }));
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
