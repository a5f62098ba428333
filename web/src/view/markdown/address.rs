//! Addresses in messages: which may be followed, and where they are written out.

/// Schemes that a link may have.
const SCHEMES: [&str; 3] = ["http://", "https://", "mailto:"];

/// A link that is safe to follow: its scheme is on the allow-list and nothing in it could be read as another one.
pub fn safe_url(url: &str) -> Option<&str> {
    let url = url.trim();
    let allowed = SCHEMES.iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && url.len() > scheme.len()
    });
    (allowed && !url.chars().any(|c| c.is_control() || c.is_whitespace())).then_some(url)
}

/// A piece of plain text: words, or an address written out.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// An address to follow.
    Url(&'a str),
}

/// Finds the addresses written out in a text, as people write them: a full stop, comma or bracket after one belongs to the sentence.
pub fn autolink(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut words_end = 0;
    while let Some(found) = find_scheme(&rest[words_end..]).map(|at| at + words_end) {
        let boundary = rest[..found].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let stop = rest[found..]
            .find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`'))
            .map_or(rest.len(), |at| found + at);
        let url = trim_sentence(&rest[found..stop]);
        if !boundary || safe_url(url).is_none() {
            words_end = found + 4;
            continue;
        }
        if found > 0 {
            pieces.push(Piece::Text(&rest[..found]));
        }
        pieces.push(Piece::Url(url));
        rest = &rest[found + url.len()..];
        words_end = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Where `http://` or `https://` begins.
fn find_scheme(text: &str) -> Option<usize> {
    text.match_indices("http").map(|(at, _)| at).find(|at| {
        let after = &text[at + 4..];
        after.starts_with("://") || after.starts_with("s://")
    })
}

fn trim_sentence(url: &str) -> &str {
    let mut url = url;
    while let Some(last) = url.chars().next_back() {
        let unopened = |open, close| last == close && url.matches(close).count() > url.matches(open).count();
        let belongs = !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_')
            && !unopened('(', ')')
            && !unopened('[', ']');
        if belongs {
            break;
        }
        url = &url[..url.len() - last.len_utf8()];
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_schemes_are_links() {
        for url in [
            "https://example.org/a?b=c#d",
            "HTTP://example.org",
            "mailto:ada@example.org",
        ] {
            assert_eq!(safe_url(url), Some(url));
        }
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//example.org",
            "/rooms",
            "https://",
            "java\nscript:alert(1)",
            "https://exa\nmple.org",
            "\u{1}javascript:alert(1)",
            "",
        ] {
            assert_eq!(safe_url(url), None, "{url:?}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[Piece<'_>]) {
        assert_eq!(autolink(text), expected);
    }

    #[test]
    fn addresses_in_sentences_are_found_without_the_sentence() {
        use Piece::{Text, Url};
        check(
            "no address here, not even http",
            &[Text("no address here, not even http")],
        );
        check(
            "see https://example.org.",
            &[Text("see "), Url("https://example.org"), Text(".")],
        );
        check(
            "(https://example.org/a_(b))",
            &[Text("("), Url("https://example.org/a_(b)"), Text(")")],
        );
        check(
            "https://a.org, http://b.org",
            &[Url("https://a.org"), Text(", "), Url("http://b.org")],
        );
        check("xhttps://a.org", &[Text("xhttps://a.org")]);
        check("https:// and http://", &[Text("https:// and http://")]);
        check("ä https://ä.org/ö!", &[Text("ä "), Url("https://ä.org/ö"), Text("!")]);
    }
}
