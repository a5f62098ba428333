//! `[[Other note]]`, as notes name each other in Obsidian and in wikis: by title or by path, with other words behind a bar, and with an exclamation mark
//! for what is to be shown in place. Such a name is a relative address that lacks its ending, and becomes one.

use super::headings::slug;
use super::picture::size_of;
use std::fmt::Write as _;

/// Longest name with its words, UTF-16 units: a text may begin a million of them.
const UNITS_MAX: usize = 500;

/// What ends like this is a text, which is a document here.
const TEXTS: [&str; 5] = ["md", "markdown", "mdown", "mkd", "txt"];

/// What ends like this is a picture.
const PICTURES: [&str; 8] = ["png", "jpg", "jpeg", "gif", "webp", "avif", "bmp", "svg"];

/// What ends like this is another file. Everything else is a note, whose title may have dots.
const FILES: [&str; 17] = [
    "pdf", "zip", "csv", "docx", "xlsx", "pptx", "odt", "mp3", "m4a", "wav", "ogg", "flac", "3gp", "mp4", "webm",
    "mov", "canvas",
];

/// A name between brackets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The relative address that it means.
    pub(super) url: String,
    /// What stands for it.
    pub(super) words: String,
    /// Width and height, where it is a picture that is shown in place.
    pub(super) picture: Option<(Option<u32>, Option<u32>)>,
    /// How long it is written, bytes.
    pub(super) len: usize,
}

/// The one that a text begins with. What is a link in Markdown, such as `[[1]](address)`, is none, and no sign in it means anything by itself.
pub(super) fn at(text: &str) -> Option<Named> {
    let (is_shown, rest) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let inside = rest.strip_prefix("[[")?;
    let len = end(inside)?;
    let behind = inside[len..].strip_prefix("]]")?;
    let is_link =
        behind.starts_with('(') || behind.starts_with('[') && !behind.starts_with("[[") && !behind.starts_with("[^");
    let (name, words) = match inside[..len].split_once('|') {
        // In a table, the bar is escaped.
        Some((name, words)) => (name.strip_suffix('\\').unwrap_or(name), words.trim()),
        None => (&inside[..len], ""),
    };
    let is_name = !name.starts_with([' ', '\t', '^']) && !name.trim().is_empty() && !name.contains("://");
    if is_link || !is_name || name.contains('\\') || words.contains('\\') {
        return None;
    }
    let ending = ending(name.split('#').next().unwrap_or_default());
    let is_picture = is_shown && ending.as_deref().is_some_and(|ending| PICTURES.contains(&ending));
    let size = is_picture.then(|| size_of(words)).flatten();
    let words = if words.is_empty() || size.is_some() {
        name
    } else {
        words
    };
    Some(Named {
        url: address(name, ending.as_deref())?,
        words: words.to_owned(),
        picture: is_picture.then(|| size.unwrap_or_default()),
        len: text.len() - behind.len(),
    })
}

/// Where the name and its words end.
fn end(inside: &str) -> Option<usize> {
    let mut units = 0;
    for (at, c) in inside.char_indices() {
        if c == ']' {
            return Some(at);
        }
        units += c.len_utf16();
        if units > UNITS_MAX || matches!(c, '[' | '\n' | '\r' | '`' | '<' | '>' | '$') {
            return None;
        }
    }
    None
}

/// How the name of a file ends, in small letters.
fn ending(path: &str) -> Option<String> {
    let (_, ending) = path.trim().rsplit_once('.')?;
    Some(ending.to_ascii_lowercase())
}

fn address(name: &str, ending: Option<&str>) -> Option<String> {
    let (path, heading) = match name.split_once('#') {
        Some((path, heading)) => (path, heading.rsplit('#').next()),
        None => (name, None),
    };
    let path = path.trim().trim_start_matches('/');
    let mut url = String::new();
    for byte in path.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) => url.push(char::from(byte)),
            byte => write!(url, "%{byte:02X}").expect("a string takes what is written"),
        }
    }
    let is_file = ending.is_some_and(|ending| [&TEXTS[..], &PICTURES, &FILES].iter().any(|all| all.contains(&ending)));
    if !path.is_empty() && !is_file {
        url.push_str(".md");
    }
    // Names of blocks are Obsidian's own.
    if let Some(heading) = heading.filter(|heading| !heading.trim().is_empty() && !heading.starts_with('^')) {
        url.push('#');
        url.push_str(&slug(heading));
    }
    (!url.is_empty()).then_some(url)
}

/// Whether a relative address leads to a text, which is a document here, and not to a file that belongs to one.
#[cfg(feature = "html")]
pub(crate) fn is_text(url: &str) -> bool {
    let path = &url[..url.find(['?', '#']).unwrap_or(url.len())];
    ending(path).is_some_and(|ending| TEXTS.contains(&ending.as_str()))
}
