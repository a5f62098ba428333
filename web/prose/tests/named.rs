//! Names between brackets, in texts with what the editor finds in them too (`web/editor/test/named.test.ts`).

use prose::{Element, Event, Kind, events};

type Found = (String, String, bool);

/// Addresses, the words that stand for them, and whether it is a picture.
fn found(text: &str, kind: Kind) -> Vec<Found> {
    let mut found = Vec::new();
    let mut events = events(text, kind).into_iter();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Element::Link { url, .. }) => {
                let words = events.next();
                let Some(Event::Text(words)) = words else {
                    panic!("a link of words: {words:?}")
                };
                if !url.starts_with("https:") {
                    found.push((url, words, false));
                }
            }
            Event::Image { url, alt, .. } => found.push((url.expect("it is safe"), alt, true)),
            _ => {}
        }
    }
    found
}

#[test]
fn names_between_brackets_are_relative_addresses() {
    let texts: Vec<(String, Vec<Found>)> = serde_json::from_str(include_str!("named.json")).expect("it is JSON");
    for (text, expected) in texts {
        assert_eq!(found(&text, Kind::Document), expected, "{text:?}");
    }
}

#[test]
fn what_is_a_link_in_markdown_stays_one() {
    let link = |text: &str| found(&format!("{text}\n\n[a]: /b\n[^1]: c"), Kind::Document);
    assert_eq!(link("[[a]]"), [("/b".to_owned(), "a".to_owned(), false)]);
    assert_eq!(link("[[1]][a]"), [("/b".to_owned(), "[1]".to_owned(), false)]);
    assert_eq!(found("[[a]]", Kind::Message), []);
}

#[test]
fn marks_that_begin_in_a_name_and_end_behind_it_leave_no_name() {
    assert_eq!(found("[[a *b]] c*", Kind::Document), []);
    assert_eq!(found("*a [[b* c]]", Kind::Document), []);
    assert_eq!(
        found("[[a *b* c]]", Kind::Document),
        [("a%20*b*%20c.md".replace('*', "%2A"), "a *b* c".to_owned(), false)]
    );
}

#[test]
fn a_page_leads_to_the_document_by_that_name() {
    let look = prose::html::Look::Page {
        site: "https://ink.example",
        files: "/files?path=",
        texts: "/documents/1/linked?path=",
    };
    for (text, href) in [
        (
            "[[Other note#Part two|x]]",
            "https://ink.example/documents/1/linked?path=Other%2520note.md#part-two",
        ),
        (
            "[x](../a%20b.md)",
            "https://ink.example/documents/1/linked?path=../a%2520b.md",
        ),
        ("[x](a.pdf)", "https://ink.example/files?path=a.pdf"),
        ("[[#Part]]", "#part"),
    ] {
        let html = prose::html::write(text, look);
        assert!(html.contains(&format!("<a href=\"{href}\"")), "{html}");
    }
}
