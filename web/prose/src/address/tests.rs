//! What may be followed, and what is found.

use super::{find, safe_url};

#[test]
fn only_listed_schemes_and_places_within_the_site_are_links() {
    for url in [
        "https://example.org/a?b=c#d",
        "HTTP://example.org",
        "mailto:ada@example.org",
        "tel:+43-1-234",
        "/documents/1",
        "other",
        "#chapter",
        "?q=a:b",
        "",
    ] {
        assert_eq!(safe_url(url), Some(url));
    }
    for url in [
        "javascript:alert(1)",
        "*éé:",
        "\\:",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://example.org/1",
        "//example.org",
        "/\\example.org",
        "\\\\example.org",
        "https:",
        "https://",
        "https:example.org",
        "mailto:",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "\u{a0}javascript:alert(1)",
        "https://exa\nmple.org",
    ] {
        assert_eq!(safe_url(url), None, "{url:?}");
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(one) = find(text, from, None) {
        found.push(format!("{}{}", one.prefix, &text[one.from..one.to]));
        from = one.to;
    }
    assert_eq!(found, expected, "{text}");
}

#[test]
fn addresses_in_sentences_are_found_without_the_sentence() {
    check("no address here, not even http", &[]);
    check("see https://example.org.", &["https://example.org"]);
    check("(https://example.org/a_(b))", &["https://example.org/a_(b)"]);
    check("https://a.org, http://b.org", &["https://a.org", "http://b.org"]);
    check("xhttps://a.org", &[]);
    check("https:// and http://", &[]);
    check("http://a", &["http://a"]);
    check("http://localhost:4655/x", &["http://localhost:4655/x"]);
    check("ä https://ä.org/ö!", &["https://ä.org/ö"]);
    check("\"https://a.org\"", &["https://a.org"]);
    check("https://a.org/?q=x&hl;", &["https://a.org/?q=x"]);
    check("https://a.org/~;", &["https://a.org/"]);
    check("https://a.org)).", &["https://a.org"]);
}

#[test]
fn addresses_without_a_scheme_get_one() {
    check("www.example.org/help.", &["http://www.example.org/help"]);
    check("(www.a.org)", &["http://www.a.org"]);
    check("www. and www.a, awww.a.org", &[]);
    check(
        "ada@example.org, ben+x@a.b.c.",
        &["mailto:ada@example.org", "mailto:ben+x@a.b.c"],
    );
    check("mailto:ada@example.org", &["mailto:ada@example.org"]);
    check("ada@localhost a@b. @c.d a@.b a@b-.c_", &[]);
    check("@ben and x@y", &[]);
}

#[test]
fn a_text_that_only_looks_like_addresses_is_read_in_time_that_grows_with_it() {
    for unit in ["(http://a", "(www.a", "x@", "a@b.", "http://(", "a@b@c.", ")", "&b;"] {
        let text = format!("http://a.b/{}", unit.repeat(300_000));
        let mut from = 0;
        while let Some(one) = find(&text, from, None) {
            assert!(one.to > from);
            from = one.to;
        }
    }
}
