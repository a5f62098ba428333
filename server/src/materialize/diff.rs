//! The smallest splices, within reason, that turn one text into another.

use shared::replica::{Splice, units};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::time::{Duration, Instant};

/// After this long the search settles for larger splices. They are exact all the same.
const SEARCH_TIME_MAX: Duration = Duration::from_secs(2);

/// Changed stretches of lines up to this many characters, old and new together, are compared character by character.
const CHARS_MAX: usize = 40_000;

/// Lines first, characters within the lines that differ.
pub(super) fn splices(old: &str, new: &str) -> Vec<Splice> {
    let deadline = Some(Instant::now() + SEARCH_TIME_MAX);
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let mut splices = Vec::new();
    let mut at = 0;
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old_lines, &new_lines, deadline) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        let old = old_lines[old_range].concat();
        let len = units(&old);
        if !matches!(op, DiffOp::Equal { .. }) {
            refine(at, &old, &new_lines[new_range].concat(), deadline, &mut splices);
        }
        at += len;
    }
    splices
}

/// Splices for one stretch that differs and begins at `at`.
fn refine(mut at: u32, old: &str, new: &str, deadline: Option<Instant>, splices: &mut Vec<Splice>) {
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    if old.len() + new.len() > CHARS_MAX {
        let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        at += len_of(&old[..prefix]);
        let (old, new) = (&old[prefix..], &new[prefix..]);
        let suffix = old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .take_while(|(a, b)| a == b)
            .count();
        push(at, &old[..old.len() - suffix], &new[..new.len() - suffix], splices);
        return;
    }
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline) {
        let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
        if !matches!(op, DiffOp::Equal { .. }) {
            push(at, old, new, splices);
        }
        at += len_of(old);
    }
}

fn push(from: u32, old: &[char], new: &[char], splices: &mut Vec<Splice>) {
    splices.push(Splice {
        from,
        to: from + len_of(old),
        insert: new.iter().collect(),
    });
}

/// Lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn len_of(chars: &[char]) -> u32 {
    let units: usize = chars.iter().map(|c| c.len_utf16()).sum();
    u32::try_from(units).expect("a document's text is far below 2^32 units")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shared::replica::splice_text;

    fn check(old: &str, new: &str, expected: &[(u32, u32, &str)]) {
        let splices = splices(old, new);
        assert_eq!(splice_text(old, &splices), new);
        let splices: Vec<_> = splices.iter().map(|s| (s.from, s.to, s.insert.as_str())).collect();
        assert_eq!(splices, expected);
    }

    #[test]
    fn what_is_the_same_is_left_alone() {
        check("same", "same", &[]);
        check("", "", &[]);
        check("one\ntwo\nthree\n", "one\n2\nthree\n", &[(4, 7, "2")]);
        check("a b c", "a c", &[(2, 4, "")]);
        check("", "new", &[(0, 0, "new")]);
        check("old", "", &[(0, 3, "")]);
    }

    #[test]
    fn characters_are_never_cut() {
        check("🦀\n", "🦞\n", &[(0, 2, "🦞")]);
        check("a🦀🦀b", "a🦀b", &[(3, 5, "")]);
        check("\u{feff}a\r\nb", "\u{feff}a\nb", &[(2, 3, "")]);
    }

    #[test]
    fn a_long_stretch_that_differs_is_replaced_between_its_equal_ends() {
        let old = format!("start{}end", "ab🦀".repeat(CHARS_MAX / 4));
        let new = format!("start{}end", "xyz".repeat(CHARS_MAX / 3));
        let splices = splices(&old, &new);
        assert_eq!(splices.len(), 1);
        assert_eq!(splices[0].from, 5);
        assert_eq!(splice_text(&old, &splices), new);
    }

    #[test]
    fn two_large_texts_without_anything_in_common_do_not_take_forever() {
        let text = |n: u32, k: u32| (0..n).map(|i| format!("{}\n", i.wrapping_mul(k))).collect::<String>();
        let (old, new) = (text(100_000, 2_654_435_761), text(100_000, 2_246_822_519));
        let began = Instant::now();
        assert_eq!(splice_text(&old, &splices(&old, &new)), new);
        assert!(began.elapsed() < Duration::from_secs(30));
    }

    proptest! {
        #[test]
        fn the_splices_lead_from_any_text_to_any_other(old in "[ab🦀\r\n]{0,60}", new in "[ab🦀\r\n]{0,60}") {
            let splices = splices(&old, &new);
            prop_assert_eq!(splice_text(&old, &splices), new);
            prop_assert!(splices.windows(2).all(|pair| pair[0].to <= pair[1].from));
        }
    }
}
