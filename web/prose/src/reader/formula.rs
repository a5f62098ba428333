//! Formulas within a line. Whoever writes `$` mostly means money: the parser takes two of them for marks that lie close to what is between
//! them, and here is the rest of what tells sums from formulas. `web/editor/src/preview/dollars.ts` knows the same by the same rules.

use super::highlight::Around;

/// A formula whose marks have lines of their own.
pub(super) struct Fenced {
    pub(super) source: String,
    /// Where its second mark ends.
    pub(super) end: usize,
}

/// The one whose first mark begins a line here, within so many quotations. The parser finds only those in which braces are balanced, and whoever forgot
/// a brace is to be told.
pub(super) fn fenced(text: &str, quotations: usize) -> Option<Fenced> {
    let behind = text.strip_prefix("$$")?;
    let rest = behind.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
    let mut source = String::new();
    let mut at = text.len() - rest.len();
    for line in rest.split_inclusive('\n') {
        let words = unquoted(line, quotations);
        if words.trim() == "$$" {
            let end = at + line.find("$$")? + "$$".len();
            return (!source.trim().is_empty()).then(|| Fenced {
                source: source.trim_matches('\n').to_owned(),
                end,
            });
        }
        source.push_str(words.trim_start_matches([' ', '\t']));
        at += line.len();
    }
    None
}

/// A line without the marks of the quotations around it.
fn unquoted(line: &str, quotations: usize) -> &str {
    let mut rest = line;
    for _ in 0..quotations {
        let Some(inside) = rest.trim_start().strip_prefix('>') else {
            break;
        };
        rest = inside;
    }
    rest
}

/// Whether what the parser found between two marks is a formula. A sum in dollars has a digit beside its sign, as in `$5/$6` and `5$/6$`, and
/// nothing between two marks is a line that somebody drew.
pub(super) fn is_one(source: &str, around: Around, is_display: bool) -> bool {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_sum = !is_display && (is_digit(around.before) || is_digit(around.after));
    !is_sum && !source.trim().is_empty()
}
