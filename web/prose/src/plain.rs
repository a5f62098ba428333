//! Text that reads the same with and without the program that reads Markdown, and how it is shown until that has come.

/// Marks that mean something wherever they stand.
const MARKS: &[char] = &['*', '_', '`', '~', '[', '|', '\\', '&', '<', '@', '$'];

/// Marks that mean something at the beginning of a line.
const LINE_MARKS: &[char] = &['#', '>', '-', '+', '=', ':'];

/// How an address begins that is written out, and what marks words when it stands on both sides of them.
const BEGINNINGS: &[&str] = &["://", "www.", "=="];

/// Whether the program would answer with nothing but the [`paragraphs`] of this message.
#[must_use]
pub fn is_plain(source: &str) -> bool {
    let is_plain = |line: &str| {
        let (Some(first), Some(last)) = (line.chars().next(), line.chars().next_back()) else {
            return true;
        };
        let begins = first.is_whitespace() || first.is_ascii_digit() || LINE_MARKS.contains(&first);
        !begins && !last.is_whitespace() && !line.chars().any(|c| c.is_control() || MARKS.contains(&c))
    };
    let lower = source.to_ascii_lowercase();
    source.split('\n').all(is_plain) && !BEGINNINGS.iter().any(|beginning| lower.contains(beginning))
}

/// The lines of each paragraph, with their marks shown instead of heeded.
#[must_use]
pub fn paragraphs(source: &str) -> Vec<Vec<&str>> {
    let mut paragraphs = vec![Vec::new()];
    for line in source.lines() {
        if line.trim().is_empty() {
            paragraphs.push(Vec::new());
        } else if let Some(paragraph) = paragraphs.last_mut() {
            paragraph.push(line);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}
