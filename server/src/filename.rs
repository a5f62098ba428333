//! Titles as names of files: such that every file system takes them, and no two in a folder are the same.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;

/// Longest name, bytes: file systems take 255, and something like `.md` and a number come behind.
const BYTES_MAX: usize = 180;

/// Names that are devices on Windows, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// A title as a name without an ending.
#[must_use]
pub fn safe(title: &str) -> String {
    let replaced = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        // Also those that turn the direction of what is read, so that an ending is where it seems to be.
        c if c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
        {
            ' '
        }
        c => c,
    };
    let mut name: String = title
        .chars()
        .map(replaced)
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    while name.len() > BYTES_MAX {
        name.pop();
    }
    let name = name.trim_start_matches('.').trim_end_matches(['.', ' ']).trim();
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_device = DEVICES.iter().any(|device| {
        stem.strip_prefix(device).is_some_and(|rest| match rest {
            "" => !matches!(*device, "com" | "lpt"),
            rest => {
                matches!(*device, "com" | "lpt") && rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit())
            }
        })
    });
    match name {
        "" => "Untitled".to_owned(),
        name if is_device => format!("{name}-"),
        name => name.to_owned(),
    }
}

/// The names that are taken in one folder.
#[derive(Debug, Default)]
pub struct Folder(BTreeSet<String>);

impl Folder {
    /// The name, with a number behind it when it is taken. Some file systems tell no case apart.
    pub fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2_u32;
        while !self.0.insert(unique.to_lowercase()) {
            unique = format!("{name} ({number})");
            number += 1;
        }
        unique
    }
}

/// What a header takes as it is (RFC 8187), of what names are made of.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The header that has a browser keep an answer as a file of this name (RFC 6266).
#[must_use]
pub fn attachment(name: &str, ending: &str) -> String {
    format!(
        "attachment; filename*=UTF-8''{}.{ending}",
        utf8_percent_encode(name, ESCAPED)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_title_becomes_a_name_that_every_file_system_takes() {
        for (title, name) in [
            ("Soup", "Soup"),
            ("a/b\\c:d", "a-b-c-d"),
            ("../../etc/passwd", "-..-etc-passwd"),
            ("..", "Untitled"),
            ("", "Untitled"),
            (" a\t\n b. ", "a b"),
            ("CON", "CON-"),
            ("com1.txt", "com1.txt-"),
            ("Company", "Company"),
            ("größer 🍲", "größer 🍲"),
            ("a\u{202e}cod", "a cod"),
        ] {
            assert_eq!(safe(title), name, "{title:?}");
        }
        let long = safe(&"🍲".repeat(200));
        assert!(long.len() <= BYTES_MAX && long.ends_with('🍲'));
    }

    #[test]
    fn no_two_names_in_a_folder_are_the_same_in_any_case() {
        let mut folder = Folder::default();
        let names = ["a", "A", "a (2)", "a"].map(|name| folder.unique(name));
        assert_eq!(names, ["a", "A (2)", "a (2) (2)", "a (3)"]);
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(
            attachment("a\"; x=\u{e9}\r\n", "md"),
            "attachment; filename*=UTF-8''a%22%3B%20x%3D%C3%A9%0D%0A.md"
        );
    }
}
