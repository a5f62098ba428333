//! Text on its way to the editor: bundles taken apart, and a replaced text told as one splice.

use crate::replica::Splice;
use bytes::{Buf as _, Bytes};

/// The updates of a bundle: each behind its length as an unsigned LEB128 varint. None when the lengths do not fit the bytes.
pub(super) fn split_bundle(mut bundle: Bytes) -> Option<Vec<Bytes>> {
    let mut updates = Vec::new();
    while bundle.has_remaining() {
        let mut length = 0_usize;
        for shift in (0..32).step_by(7) {
            if !bundle.has_remaining() {
                return None;
            }
            let byte = bundle.get_u8();
            length |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                break;
            }
            if shift == 28 {
                return None;
            }
        }
        if length > bundle.remaining() {
            return None;
        }
        updates.push(bundle.split_to(length));
    }
    Some(updates)
}

/// The smallest single splice that turns one text into the other.
pub(super) fn difference(old: &str, new: &str) -> Vec<Splice> {
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let prefix: usize = old
        .chars()
        .zip(new.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let (old_rest, new_rest) = (&old[prefix..], &new[prefix..]);
    let suffix: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let (gone, insert) = (
        &old_rest[..old_rest.len() - suffix],
        &new_rest[..new_rest.len() - suffix],
    );
    if gone.is_empty() && insert.is_empty() {
        return Vec::new();
    }
    let from = units(&old[..prefix]);
    vec![Splice {
        from,
        to: from + units(gone),
        insert: insert.to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_text_reaches_the_editor_as_one_small_splice() {
        let splice = |from, to, insert: &str| {
            vec![Splice {
                from,
                to,
                insert: insert.to_owned(),
            }]
        };
        assert_eq!(difference("", "ab"), splice(0, 0, "ab"));
        assert_eq!(difference("same", "same"), []);
        assert_eq!(difference("a𝄞bc", "a𝄞xc"), splice(3, 4, "x"));
        assert_eq!(difference("aaa", "aa"), splice(2, 3, ""));
    }

    #[test]
    fn a_bundle_is_cut_at_its_lengths_and_refused_when_they_lie() {
        let long = vec![9_u8; 300];
        let mut bytes = vec![1, 7, 0, 0xac, 0x02];
        bytes.extend_from_slice(&long);
        let updates = split_bundle(Bytes::from(bytes.clone())).expect("well formed");
        assert_eq!(updates, [Bytes::from_static(&[7]), Bytes::new(), Bytes::from(long)]);
        bytes.pop();
        assert_eq!(split_bundle(Bytes::from(bytes)), None);
        assert_eq!(split_bundle(Bytes::from_static(&[0xff; 9])), None);
    }
}
