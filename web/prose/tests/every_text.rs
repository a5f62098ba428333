//! What holds for every text, and that a tab without the program shows the same where it says so.

use proptest::prelude::*;
use prose::plain::{is_plain, paragraphs};
use prose::{DEPTH_MAX, Element, Event, Kind, events, read};

#[test]
fn everyday_messages_need_no_program() {
    for source in [
        "",
        "hello",
        "Really? Yes - at 10:30 (I think) ...",
        "one\ntwo\n\nthree",
        "größer -> kleiner",
    ] {
        assert!(is_plain(source), "{source:?}");
        assert_eq!(as_written(source), events(source, Kind::Message), "{source:?}");
    }
    for source in [
        "*a*",
        "# a",
        "- a",
        "1. a",
        "    a",
        "a  \nb",
        "a\n=",
        "&amp;",
        "a\n:-:",
        "a\r\nb",
        "ben@b.org",
        "WWW.a.org",
        "$a$",
    ] {
        assert!(!is_plain(source), "{source:?}");
    }
}

/// What a tab shows that has no program.
fn as_written(source: &str) -> Vec<Event> {
    let mut events = Vec::new();
    for lines in paragraphs(source) {
        events.push(Event::Start(Element::Paragraph));
        for (at, line) in lines.into_iter().enumerate() {
            events.extend((at > 0).then_some(Event::Break { is_hard: false }));
            events.push(Event::Text(line.to_owned()));
        }
        events.push(Event::End);
    }
    events
}

/// How deep the elements stand; none when starts and ends do not fit.
fn depth(events: &[Event]) -> Option<usize> {
    let (mut open, mut deepest) = (0_usize, 0);
    for event in events {
        match event {
            Event::Start(_) => open += 1,
            Event::End => open = open.checked_sub(1)?,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    (open == 0).then_some(deepest)
}

#[test]
fn nothing_stands_deeper_than_the_bound_and_all_of_it_is_shown() {
    for unit in ["> ", "- ", "*a _b ", "[a", "1. - "] {
        let answer = events(&format!("{}end", unit.repeat(5_000)), Kind::Document);
        assert!(depth(&answer).is_some_and(|depth| depth <= DEPTH_MAX), "{unit:?}");
        assert!(
            answer
                .iter()
                .any(|event| matches!(event, Event::Text(text) if text.ends_with("end"))),
            "{unit:?}"
        );
    }
}

/// Pieces of which people make Markdown, and pieces of which they make trouble.
fn markdown() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b ",
        "é",
        " ",
        "\n",
        "\n\n",
        "    ",
        "*",
        "_",
        "**",
        "`",
        "```\n",
        "~~",
        "==",
        "> ",
        "> [!note]",
        "[",
        "](",
        ")",
        "![",
        "[[",
        "]]",
        "[[a.png|",
        " =3x4",
        "|",
        "|-|-|\n",
        "- ",
        "1. ",
        "[ ] ",
        "# ",
        "<",
        ">",
        "<b>",
        "&amp;",
        "\\",
        ":",
        "---\n",
        "k: v\n",
        "$",
        "$$",
        "{",
        "}",
        "5",
        "```math\n",
        "```mermaid\n",
        "[^a]",
        "[^a]: ",
        "www.a.org",
        "http://",
        "x@y.z",
        "javascript:",
        "\t",
        "\r\n",
        "𝄞",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_shown_without_the_program_is_what_the_program_answers(source in "[ab é1$:/.!\\]()>#=+\n@w-]{0,24}|\\PC{0,24}") {
        if is_plain(&source) {
            prop_assert_eq!(as_written(&source), events(&source, Kind::Message));
        }
    }

    #[test]
    fn every_start_has_its_end_and_every_place_is_one_of_the_source(source in markdown()) {
        for kind in [Kind::Message, Kind::Document] {
            let answer = events(&source, kind);
            prop_assert!(depth(&answer).is_some());
            let is_place = |event: &Event| !matches!(event, Event::At(at) if !source.is_char_boundary(*at));
            prop_assert!(answer.iter().all(is_place));
            prop_assert!(!read(&source, kind == Kind::Document).is_empty());
        }
    }

    #[test]
    fn html_holds_no_tag_and_no_address_that_is_not_ours(source in markdown()) {
        let (files, texts) = ("/files?path=", "/texts?path=");
        let html = prose::html::write(&source, prose::html::Look::Page { site: "https://inkling.example", files, texts });
        prop_assert!(!html.contains("<b>"));
        prop_assert!(!html.contains("href=\"javascript"));
        for href in html.split(" href=\"").skip(1) {
            let url = href.split('"').next().unwrap_or_default().replace("&amp;", "&");
            prop_assert!(prose::safe_url(&url).is_some(), "{}", url);
        }
    }
}
