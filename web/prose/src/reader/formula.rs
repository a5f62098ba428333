//! Formulas within a line. Whoever writes `$` mostly means money: the parser takes two of them for marks that lie close to what is between
//! them, and here is the rest of what tells sums from formulas. `web/editor/src/preview/dollars.ts` knows the same by the same rules.

use super::highlight::Around;

/// Whether what the parser found between two marks is a formula. A sum in dollars has a digit beside its sign, as in `$5/$6` and `5$/6$`, and
/// nothing between two marks is a line that somebody drew.
pub(super) fn is_one(source: &str, around: Around, is_display: bool) -> bool {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_sum = !is_display && (is_digit(around.before) || is_digit(around.after));
    !is_sum && !source.trim().is_empty()
}
