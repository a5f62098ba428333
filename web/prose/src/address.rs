//! Addresses: which may be followed, and where they are written out. The one place for both.

/// Schemes that a link may have. What has none leads somewhere within the site or the page.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Longest address that is made a link, bytes. Browsers refuse longer ones sooner or later.
const BYTES_MAX: usize = 8192;

/// A link that is safe to follow: its scheme is on the list, or it has none, and nothing in it could be read as another one.
#[must_use]
pub fn safe_url(url: &str) -> Option<&str> {
    let url = url.trim_matches(' ');
    // Browsers drop some control characters wherever they stand, and with them what was looked at here would be another address.
    if url.len() > BYTES_MAX || url.chars().any(char::is_control) {
        return None;
    }
    // Not at a backslash: it is written as three other characters, behind which a colon would be that of a scheme.
    let end = url.find([':', '/', '?', '#']).unwrap_or(url.len());
    if url[end..].starts_with(':') {
        let (scheme, rest) = (&url[..end], &url[end + 1..]);
        let is_listed = SCHEMES.iter().any(|listed| scheme.eq_ignore_ascii_case(listed));
        let beginning = scheme.as_bytes().get(..4);
        let is_web = beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(b"http"));
        let leads_somewhere = if is_web {
            rest.strip_prefix("//").is_some_and(|host| !host.is_empty())
        } else {
            !rest.is_empty()
        };
        return (is_listed && leads_somewhere).then_some(url);
    }
    // Another site under the scheme of this one; a browser reads a backslash like a slash.
    let is_elsewhere = url.len() >= 2 && url.bytes().take(2).all(|byte| matches!(byte, b'/' | b'\\'));
    (!is_elsewhere).then_some(url)
}

/// An address that is written out in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it begins.
    pub(crate) from: usize,
    /// Where it ends.
    pub(crate) to: usize,
    /// What stands before it in the link: nothing, or a scheme.
    pub(crate) prefix: &'static str,
}

/// The first address at or after `from`, as people write them: a full stop, comma or bracket after one belongs to the sentence. `before` is the
/// character in front of the text. Looks at no byte more than a few times, whatever the text is.
pub(crate) fn find(text: &str, from: usize, before: Option<char>) -> Option<Found> {
    let bytes = text.as_bytes();
    let previous = |at: usize| text[..at].chars().next_back().or(if at == 0 { before } else { None });
    let (mut at, mut local_from) = (from, from);
    while at < bytes.len() {
        match bytes[at] {
            b'h' | b'H' | b'w' | b'W' if !previous(at).is_some_and(char::is_alphanumeric) => {
                if let Some(prefix) = beginning(&bytes[at..])
                    && (prefix.is_empty() || previous(at).is_none_or(opens))
                {
                    let stop = stop(text, at);
                    let url = trim_sentence(&text[at..stop]);
                    if safe_url(url).is_some() {
                        let to = at + url.len();
                        return Some(Found { from: at, to, prefix });
                    }
                    // Not once more for each address within it.
                    at = stop;
                    continue;
                }
            }
            b'@' => {
                let name = local_name(bytes, local_from, at);
                let to = domain(bytes, at + 1);
                local_from = at + 1;
                if name < at && to > at && !previous(name).is_some_and(|c| c == '/' || c.is_alphanumeric()) {
                    let (from, prefix) = match text[..name].strip_suffix("mailto:") {
                        Some(rest) if rest.len() >= from => (rest.len(), ""),
                        _ => (name, "mailto:"),
                    };
                    return Some(Found { from, to, prefix });
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// What has to stand before an address that begins like this; none when none does.
fn beginning(bytes: &[u8]) -> Option<&'static str> {
    let begins = |with: &[u8]| bytes.len() >= with.len() && bytes[..with.len()].eq_ignore_ascii_case(with);
    let names = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'[' || !byte.is_ascii())
    };
    if begins(b"https://") && names(8) || begins(b"http://") && names(7) {
        return Some("");
    }
    // A name with a dot in it: not the beginning of a sentence about the three letters.
    let has_dot = || {
        let name = bytes[4..].iter().take_while(|byte| !matches!(byte, b'/' | b'?' | b'#'));
        let mut name =
            name.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') || !byte.is_ascii());
        name.any(|byte| *byte == b'.')
    };
    (begins(b"www.") && names(4) && has_dot()).then_some("http://")
}

/// Whether an address without a scheme may stand behind this.
fn opens(c: char) -> bool {
    c.is_whitespace() || matches!(c, '*' | '_' | '~' | '(' | '[' | '"' | '\'' | '“' | '„' | '«')
}

fn stop(text: &str, from: usize) -> usize {
    let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`');
    text[from..].find(ends).map_or(text.len(), |at| from + at)
}

/// Where the name before an `@` begins.
fn local_name(bytes: &[u8], from: usize, at: usize) -> usize {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    at - bytes[from..at].iter().rev().take_while(|byte| is_name(byte)).count()
}

/// Where the domain ends that begins here; before its beginning when there is none.
fn domain(bytes: &[u8], from: usize) -> usize {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let mut to = from + bytes[from..].iter().take_while(|byte| is_name(byte)).count();
    while to > from && bytes[to - 1] == b'.' {
        to -= 1;
    }
    let name = &bytes[from..to];
    let is_one = name.contains(&b'.')
        && name.first().is_some_and(u8::is_ascii_alphanumeric)
        && name.last().is_some_and(u8::is_ascii_alphanumeric)
        && !name.windows(2).any(|pair| pair == b"..");
    if is_one { to } else { from.saturating_sub(1) }
}

fn trim_sentence(url: &str) -> &str {
    let count = |c: char| url.matches(c).count();
    let (mut round, mut square) = (
        count(')').saturating_sub(count('(')),
        count(']').saturating_sub(count('[')),
    );
    let mut url = url;
    while let Some(last) = url.chars().next_back() {
        let unopened = match last {
            ')' => Some(&mut round),
            ']' => Some(&mut square),
            _ => None,
        };
        match unopened {
            Some(0) => break,
            Some(count) => *count -= 1,
            None if matches!(last, '.' | ',' | ':' | '!' | '?' | '\'' | '*' | '_' | '~') => {}
            None if last == ';' => {
                // What looks like an entity belongs to the sentence as a whole.
                let name = url[..url.len() - 1].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
                if name.len() + 1 < url.len() && name.ends_with('&') {
                    url = &url[..name.len()];
                }
            }
            None => break,
        }
        url = &url[..url.len() - last.len_utf8().min(url.len())];
    }
    url
}

#[cfg(test)]
mod tests;
