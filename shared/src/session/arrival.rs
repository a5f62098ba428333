//! A replaced text on its way to the editor, told as one splice.

use crate::replica::{Splice, units};

/// The smallest single splice that turns one text into the other.
pub(super) fn difference(old: &str, new: String) -> Vec<Splice> {
    // A text that is opened is long, and memory that a tab once took it never gives back.
    if old.is_empty() && !new.is_empty() {
        return vec![Splice {
            from: 0,
            to: 0,
            insert: new,
        }];
    }
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
        assert_eq!(difference("", "ab".to_owned()), splice(0, 0, "ab"));
        assert_eq!(difference("", String::new()), []);
        assert_eq!(difference("same", "same".to_owned()), []);
        assert_eq!(difference("a𝄞bc", "a𝄞xc".to_owned()), splice(3, 4, "x"));
        assert_eq!(difference("aaa", "aa".to_owned()), splice(2, 3, ""));
    }
}
