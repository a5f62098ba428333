//! What the program answers, and that a tab without it shows the same where it says so.

use proptest::prelude::*;
use prose::{Alignment, Element, Event, as_written, decode, events, plain, read};

fn text(text: &str) -> Event {
    Event::Text(text.to_owned())
}

#[track_caller]
fn check(source: &str, expected: &[Event]) {
    assert_eq!(decode(&read(source)).expect("an answer"), expected, "{source:?}");
}

#[test]
fn tags_are_text() {
    let verbatim = |text: &str| Event::Verbatim(text.to_owned());
    let paragraph = Event::Start(Element::Paragraph);
    check(
        "a <img src=x onerror=alert(1)> b",
        &[
            paragraph,
            text("a "),
            verbatim("<img src=x onerror=alert(1)>"),
            text(" b"),
            Event::End,
        ],
    );
    check(
        "<script>alert(1)</script>",
        &[
            Event::Start(Element::Other),
            verbatim("<script>alert(1)</script>"),
            Event::End,
        ],
    );
}

#[test]
fn links_and_images_name_where_they_lead() {
    for (source, url) in [
        ("[a](https://example.org)", "https://example.org"),
        ("![a](https://example.org/a.png)", "https://example.org/a.png"),
        ("[a][b]\n\n[b]: mailto:ada@example.org", "mailto:ada@example.org"),
        ("[a](javascript&#58;alert(1))", "javascript:alert(1)"),
    ] {
        let link = Event::Start(Element::Link(url.to_owned()));
        let paragraph = Event::Start(Element::Paragraph);
        check(source, &[paragraph, link, text("a"), Event::End, Event::End]);
    }
}

#[test]
fn a_table_says_how_its_columns_stand() {
    let answer = events("|a|b|c|\n|-|:-:|-:|\n|1|2|3|");
    let table = Element::Table(vec![Alignment::Start, Alignment::Center, Alignment::End]);
    assert_eq!(answer[..2], [Event::Start(table), Event::Start(Element::Head)]);
    let cells = answer.iter().filter(|event| **event == Event::Start(Element::Cell));
    assert_eq!(cells.count(), 6);
}

#[test]
fn tasks_code_and_numbers_keep_what_they_say() {
    let answer = events("3. [x] `a*b*`\n4. ~~c~~");
    assert_eq!(answer[0], Event::Start(Element::Numbers(3)));
    assert!(answer.contains(&Event::Task { done: true }));
    assert!(answer.contains(&Event::Code("a*b*".to_owned())));
    assert!(answer.contains(&Event::Start(Element::Strikethrough)));
}

#[test]
fn everyday_messages_need_no_program() {
    for source in [
        "",
        "hello",
        "Really? Yes - at 10:30 (I think) ...",
        "see https://example.org/a?b=c#d",
        "one\ntwo\n\nthree",
        "größer -> kleiner",
    ] {
        assert_eq!(plain(source), Some(events(source)), "{source:?}");
    }
    for source in [
        "*a*", "# a", "- a", "1. a", "    a", "a  \nb", "a\n=", "&amp;", "a\n:-:", "a\r\nb",
    ] {
        assert_eq!(plain(source), None, "{source:?}");
    }
}

fn balanced(events: &[Event]) -> bool {
    let mut open = 0_usize;
    for event in events {
        match event {
            Event::Start(_) => open += 1,
            Event::End if open == 0 => return false,
            Event::End => open -= 1,
            _ => {}
        }
    }
    open == 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_shown_without_the_program_is_what_the_program_answers(source in "[ab é1:/.!\\]()>#=+\n-]{0,24}|\\PC{0,24}") {
        if let Some(plain) = plain(&source) {
            prop_assert_eq!(plain, events(&source));
        }
    }

    #[test]
    fn every_start_has_its_end(source in "[a \n*_`~>\\[\\]()!<|&;:1.#-]{0,60}") {
        prop_assert!(balanced(&events(&source)));
        prop_assert!(balanced(&as_written(&source)));
        prop_assert_eq!(decode(&read(&source)).expect("an answer"), events(&source));
    }
}
