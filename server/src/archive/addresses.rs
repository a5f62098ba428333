//! The addresses that a server gave to files, made relative: so that a text finds them where they are in an archive, wherever that is unpacked.

use super::files::folder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::id::AttachmentId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How the address of a file begins, and what stands between its two ids.
const BEGINNING: &str = "/api/v1/documents/";
const BETWEEN: &str = "/attachments/";

/// Digits and hyphens of an id.
const ID_CHARS: usize = 36;

/// All that is not unreserved (RFC 3986, 2.3), but for what parts folders.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The text of the document at `path` with the addresses of files that are at these places written as seen from there. `sites` are what may stand
/// before the addresses of this server.
#[must_use]
pub fn relative(text: &str, path: &str, places: &BTreeMap<AttachmentId, String>, sites: &[&str]) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEGINNING) {
        let (before, address) = rest.split_at(at);
        let found = own(address).and_then(|(id, len)| Some((places.get(&id)?, len)));
        let site = sites.iter().find(|site| before.ends_with(*site));
        let outside = site.map_or(before, |site| &before[..before.len() - site.len()]);
        // Behind anything else it is another server's, or no address.
        let previous = outside.chars().next_back().or_else(|| written.chars().next_back());
        let begins = previous.is_none_or(|c| c.is_whitespace() || "(<\"'=[:".contains(c));
        match found.filter(|_| begins) {
            Some((place, len)) => {
                written.push_str(outside);
                written.extend(utf8_percent_encode(&seen(folder(path), place), ESCAPED));
                rest = &address[len..];
            }
            None => {
                written.push_str(&rest[..at + BEGINNING.len()]);
                rest = &address[BEGINNING.len()..];
            }
        }
    }
    written.push_str(rest);
    written
}

/// The file that an address is of, and how long it is.
fn own(address: &str) -> Option<(AttachmentId, usize)> {
    let id = |text: &str| Uuid::parse_str(text.get(..ID_CHARS)?).ok();
    let rest = address.strip_prefix(BEGINNING)?;
    id(rest)?;
    let rest = rest[ID_CHARS..].strip_prefix(BETWEEN)?;
    let found = id(rest)?;
    let name = rest[ID_CHARS..].strip_prefix('/')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
    let len = name.find(|c| !is_name(c)).unwrap_or(name.len());
    Some((AttachmentId(found), address.len() - name.len() + len))
}

/// A place as seen from a folder.
fn seen(folder: &str, place: &str) -> String {
    let common = folder
        .match_indices('/')
        .map(|(at, _)| at + 1)
        .take_while(|end| place.starts_with(&folder[..*end]))
        .last()
        .unwrap_or(0);
    let up = folder[common..].matches('/').count();
    format!("{}{}", "../".repeat(up), &place[common..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_server_are_relative_and_nothing_else_changes() {
        let id = |number: u128| Uuid::from_u128(number);
        let places = BTreeMap::from([
            (AttachmentId(id(1)), "notes/x.files/a b.png".to_owned()),
            (AttachmentId(id(2)), "Soup.files/ü(1).pdf".to_owned()),
        ]);
        let at = |number: u128| format!("/api/v1/documents/{}/attachments/{}/a%20b.png", id(9), id(number));
        let site = "https://ink.example";
        let text = format!(
            "é ![a]({a}) <{site}{b}> [c]({c} \"t\") https://other.example{a} x{a} {a}?x\r\n[d]: {b}\n/api/v1/documents/{a}",
            a = at(1),
            b = at(2),
            c = at(3)
        );
        let expected = format!(
            "é ![a](x.files/a%20b.png) <../Soup.files/%C3%BC%281%29.pdf> [c]({c} \"t\") https://other.example{a} x{a} x.files/a%20b.png?x\r\n\
             [d]: ../Soup.files/%C3%BC%281%29.pdf\n/api/v1/documents/{a}",
            a = at(1),
            c = at(3)
        );
        assert_eq!(relative(&text, "notes/x.md", &places, &[site]), expected);
        assert_eq!(relative(&text, "notes/x.md", &BTreeMap::new(), &[site]), text);
    }

    #[test]
    fn a_place_is_seen_from_any_folder() {
        for (folder, place, expected) in [
            ("", "a/b", "a/b"),
            ("a/", "a/b", "b"),
            ("a/c/", "a/b", "../b"),
            ("ab/", "a/b", "../a/b"),
            ("a/", "b", "../b"),
        ] {
            assert_eq!(seen(folder, place), expected, "{folder} {place}");
        }
    }
}
