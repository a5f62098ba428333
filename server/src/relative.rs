//! Addresses without a site, such as `images/a.png`: files that a document names by where they lay beside it. One way to write each of them
//! down, and which of them stand in a text.

use percent_encoding::percent_decode_str;
use std::collections::BTreeSet;

/// Longest path, bytes. File systems end somewhere near.
pub const PATH_BYTES_MAX: usize = 1024;

/// Longest name that is looked for between the brackets of `[[…]]`, bytes: a text may begin a million of them.
const EMBED_BYTES_MAX: usize = 512;

/// The path that an address means, seen from the document that it stands in: `./a/../b%20c.png#top` is `b c.png`. None for what leads elsewhere:
/// to another site, from the root of this one, or within the page.
#[must_use]
pub fn path(address: &str) -> Option<String> {
    let end = address.find(['#', '?']).unwrap_or(address.len());
    let address = unescaped(&address[..end]);
    if address.len() > 3 * PATH_BYTES_MAX || has_scheme(&address) {
        return None;
    }
    let decoded = percent_decode_str(&address).decode_utf8().ok()?;
    joined("", decoded.trim())
}

/// Where a path leads from a folder, which is empty or ends with a slash. It may lead out of what is at hand: then it begins with `../`.
#[must_use]
pub fn joined(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.chars().any(char::is_control) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    let is_file = parts.last().is_some_and(|last| *last != "..") && !path.ends_with('/');
    (is_file && joined.len() <= PATH_BYTES_MAX).then_some(joined)
}

/// The paths of files that a text names, as links, pictures, definitions of either, in HTML, or as Obsidian does. What only looks like one costs
/// nothing: it is compared with the files that there are.
#[must_use]
pub fn named(text: &str) -> BTreeSet<String> {
    let inline = after(text, "](").map(|rest| destination(rest, ')'));
    let defined = after(text, "]:").map(|rest| destination(rest.trim_start_matches([' ', '\t']), '\n'));
    let quoted = ["src=\"", "href=\""]
        .into_iter()
        .flat_map(|before| after(text, before).map(|rest| until(rest, |c| c == '"')));
    let embedded = after(text, "[[").filter_map(|rest| {
        let end = rest
            .bytes()
            .take(EMBED_BYTES_MAX)
            .position(|byte| matches!(byte, b'[' | b']' | b'|' | b'\n'))?;
        rest.get(..end)
    });
    inline
        .chain(defined)
        .chain(quoted)
        .chain(embedded)
        .filter_map(path)
        .collect()
}

/// What stands behind each of these.
fn after<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(before)
        .map(move |(at, _)| &text[at + before.len()..])
}

/// An address as Markdown writes it: up to a blank or the end, or within angle brackets. Brackets within it come in pairs. Empty where the next
/// one begins before: so each byte is looked at once or twice, whatever the text is.
fn destination(rest: &str, end: char) -> &str {
    if let Some(inside) = rest.strip_prefix('<') {
        let inside = until(inside, |c| matches!(c, '<' | '>' | '\n'));
        return if rest[1 + inside.len()..].starts_with('>') {
            inside
        } else {
            ""
        };
    }
    let mut depth = 0_usize;
    let mut before = ' ';
    let mut is_next = false;
    let found = until(rest, |c| {
        let previous = before;
        before = if previous == '\\' { ' ' } else { c };
        is_next = previous == ']' && matches!(c, '(' | ':');
        match c {
            _ if is_next => return true,
            _ if previous == '\\' => {}
            '(' => depth += 1,
            ')' if end == ')' && depth == 0 => return true,
            ')' => depth = depth.saturating_sub(1),
            _ => return c.is_whitespace(),
        }
        false
    });
    if is_next { "" } else { found }
}

/// Up to the first such character; empty when that is further away than a path is long.
fn until(rest: &str, mut ends: impl FnMut(char) -> bool) -> &str {
    let mut at = 0;
    for c in rest.chars() {
        if ends(c) {
            return &rest[..at];
        }
        at += c.len_utf8();
        if at > 3 * PATH_BYTES_MAX {
            return "";
        }
    }
    rest
}

/// `http:`, `data:` and the like (RFC 3986, 3.1).
fn has_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

/// Without the backslashes that stand before punctuation, as `CommonMark` reads addresses, and without its name for an ampersand.
fn unescaped(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let mut rest = address.chars().peekable();
    while let Some(c) = rest.next() {
        match rest.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => plain.extend(rest.next()),
            _ => plain.push(c),
        }
    }
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_path_however_it_is_written_and_none_when_it_leads_elsewhere() {
        for (address, expected) in [
            ("images/a.png", "images/a.png"),
            ("./images//a.png", "images/a.png"),
            ("x/../images/a.png?raw#top", "images/a.png"),
            ("../a%20b.png", "../a b.png"),
            ("../../a.png", "../../a.png"),
            ("a\\_b&amp;c.png", "a_b&c.png"),
            ("100%.png", "100%.png"),
            ("süß.png", "süß.png"),
            ("s%C3%BC%C3%9F.png", "süß.png"),
            ("a%2Fb.png", "a/b.png"),
        ] {
            assert_eq!(path(address).as_deref(), Some(expected), "{address}");
        }
        let long = "a".repeat(PATH_BYTES_MAX + 1);
        for address in [
            "",
            "#top",
            "?a",
            "/a.png",
            "//b.example/a.png",
            "https://b.example/a.png",
            "data:image/png;base64,x",
            "C:/a.png",
            "a/..",
            "..",
            "a/",
            "%ff.png",
            "a%00b",
            "a\nb",
            "%2Fetc/passwd",
            &long,
        ] {
            assert_eq!(path(address), None, "{address:?}");
        }
    }

    #[test]
    fn paths_are_found_wherever_markdown_and_html_and_obsidian_name_them() {
        let text = "![a](images/a[1].png) [b](<b c.pdf> \"title\") ![c](d(1).png =300x)\n[e]: ../e.png 'x'\n<img src=\"f.gif\">\n\
                    ![[g h.png|300]] [[i]] [j](https://b.example/j.png) [k](/k.png) [l](#m) ![n](o\\_p.png)\n![q](r.png";
        let named: Vec<_> = named(text).into_iter().collect();
        assert_eq!(
            named,
            [
                "../e.png",
                "b c.pdf",
                "d(1).png",
                "f.gif",
                "g h.png",
                "i",
                "images/a[1].png",
                "o_p.png",
                "r.png"
            ]
        );
    }

    #[test]
    fn a_path_is_joined_to_its_folder_and_may_lead_out_of_it() {
        for (folder, path, expected) in [
            ("", "a.png", Some("a.png")),
            ("notes/", "a.png", Some("notes/a.png")),
            ("notes/old/", "../a.png", Some("notes/a.png")),
            ("notes/", "../../a.png", Some("../a.png")),
            ("notes/", "/a.png", None),
            ("notes/", "..", None),
        ] {
            assert_eq!(joined(folder, path).as_deref(), expected, "{folder} {path}");
        }
    }

    #[test]
    fn a_text_of_beginnings_alone_is_read_in_one_go() {
        for beginning in ["](", "[[", "]:", "src=\"", "](<"] {
            assert!(named(&beginning.repeat(1 << 16)).len() <= 1, "{beginning}");
        }
    }
}
