//! What is read in texts.

use prose::{Alignment, Callout, Element, Event, Kind, events, read};

fn text(text: &str) -> Event {
    Event::Text(text.to_owned())
}

fn start(element: Element) -> Event {
    Event::Start(element)
}

fn link(url: &str) -> Event {
    let (url, title) = (url.to_owned(), String::new());
    start(Element::Link { url, title })
}

/// What a document's text is read as, without the places.
fn document(source: &str) -> Vec<Event> {
    let events = events(source, Kind::Document);
    events
        .into_iter()
        .filter(|event| !matches!(event, Event::At(_)))
        .collect()
}

/// What stands in the one paragraph of a text.
#[track_caller]
fn line(source: &str) -> Vec<Event> {
    let mut events = document(source);
    assert_eq!(events.first(), Some(&start(Element::Paragraph)), "{source:?}");
    assert_eq!(events.pop(), Some(Event::End), "{source:?}");
    events.split_off(1)
}

#[test]
fn a_mark_of_byte_order_is_no_text_and_what_is_behind_it_begins_the_first_line() {
    for source in ["# Soup", "---\na: b\n---\n\n# Soup", "- one"] {
        assert_eq!(document(&format!("\u{feff}{source}")), document(source), "{source:?}");
    }
    assert_eq!(events("\u{feff}a", Kind::Document)[0], Event::At(3));
    assert_eq!(document("a\u{feff}b")[1], text("a\u{feff}b"));
}

#[test]
fn tags_are_text() {
    assert_eq!(
        line("a <img src=x onerror=alert(1)> b"),
        [text("a <img src=x onerror=alert(1)> b")]
    );
    let script = "<script>alert(1)</script>";
    assert_eq!(document(script), [start(Element::Verbatim), text(script), Event::End]);
}

#[test]
fn links_lead_only_where_it_is_safe() {
    assert_eq!(
        line("[a](https://b.org)"),
        [link("https://b.org"), text("a"), Event::End]
    );
    assert_eq!(
        line("[a][b]\n\n[b]: mailto:c@d.org"),
        [link("mailto:c@d.org"), text("a"), Event::End]
    );
    assert_eq!(line("<c@d.org>"), [link("mailto:c@d.org"), text("c@d.org"), Event::End]);
    for source in [
        "[a](javascript:b)",
        "[a](javascript&#58;b)",
        "[a](JAVASCRIPT&colon;b)",
        "[a](<java&#10;script:b>)",
    ] {
        assert_eq!(line(source), [text("a")], "{source:?}");
    }
}

#[test]
fn addresses_written_out_are_links_outside_of_links_and_code() {
    let found = |url: &str, shown: &str| [link(url), text(shown), Event::End].to_vec();
    assert_eq!(line("www.a.org"), found("http://www.a.org", "www.a.org"));
    assert_eq!(line("**https://a.org**")[1..4], found("https://a.org", "https://a.org"));
    assert_eq!(
        line("[https://a.org](https://b.org)"),
        found("https://b.org", "https://a.org")
    );
    assert_eq!(line("`https://a.org`"), [Event::Code("https://a.org".to_owned())]);
    assert_eq!(line("a\\_b@c.org"), found("mailto:a_b@c.org", "a_b@c.org"));
}

#[test]
fn a_table_says_how_its_columns_stand() {
    let answer = document("|a|b|c|d|\n|-|:-|:-:|-:|\n|1|2|3|4|");
    let cells: Vec<_> = answer
        .iter()
        .filter_map(|event| match event {
            Event::Start(Element::Cell { alignment, is_head }) => Some((*alignment, *is_head)),
            _ => None,
        })
        .collect();
    let row = [
        None,
        Some(Alignment::Start),
        Some(Alignment::Center),
        Some(Alignment::End),
    ];
    let expected: Vec<_> = [true, false]
        .into_iter()
        .flat_map(|is_head| row.map(|one| (one, is_head)))
        .collect();
    assert_eq!(cells, expected);
}

#[test]
fn tasks_code_and_numbers_keep_what_they_say() {
    let answer = document("3. [x] `a*b*`\n4. ~~c~~\n\n```rust ignore\nd\n```");
    assert_eq!(answer[0], start(Element::Numbers(3)));
    assert!(answer.contains(&Event::Task { is_done: true }));
    assert!(answer.contains(&Event::Code("a*b*".to_owned())));
    assert!(answer.contains(&start(Element::Strikethrough)));
    assert!(answer.contains(&start(Element::CodeBlock("rust".to_owned()))));
}

#[test]
fn items_far_from_each_other_hold_paragraphs_and_close_ones_do_not() {
    let count = |source: &str| {
        document(source)
            .iter()
            .filter(|event| **event == start(Element::Paragraph))
            .count()
    };
    assert_eq!((count("- a\n- b"), count("- a\n\n- b")), (0, 2));
}

#[test]
fn what_stands_between_two_equals_signs_is_marked() {
    let marked = |words: &str| [start(Element::Highlight), text(words), Event::End].to_vec();
    assert_eq!(line("==a b=="), marked("a b"));
    assert_eq!(line("==a=="), marked("a"));
    assert_eq!(line("x==a==y")[1..4], marked("a"));
    assert_eq!(line("**==a==**")[1..4], marked("a"));
    for source in [
        "a == b and c == d",
        "a==",
        "==a",
        "\\==a==",
        "===a===",
        "a ==== b",
        "==*a==b*",
    ] {
        assert!(!document(source).contains(&start(Element::Highlight)), "{source:?}");
    }
    assert!(!document("==a\n\nb==").contains(&start(Element::Highlight)));
}

#[test]
fn a_quotation_that_names_its_kind_is_a_callout() {
    let paragraph = |words: &str| [start(Element::Paragraph), text(words), Event::End].to_vec();
    let callout = |kind, inside: Vec<Event>| [vec![start(Element::Callout(kind))], inside, vec![Event::End]].concat();
    let title = |words: &str| [start(Element::CalloutTitle), text(words), Event::End].to_vec();
    assert_eq!(document("> [!NOTE]\n> a"), callout(Callout::Note, paragraph("a")));
    assert_eq!(document("> [!tip]"), callout(Callout::Tip, vec![]));
    assert_eq!(
        document("> [!danger]- Mind *this*\n> a"),
        callout(
            Callout::Caution,
            [
                vec![
                    start(Element::CalloutTitle),
                    text("Mind "),
                    start(Element::Emphasis),
                    text("this"),
                    Event::End,
                    Event::End
                ],
                paragraph("a")
            ]
            .concat()
        )
    );
    assert_eq!(
        document("> [!note] A\n>\n> b"),
        callout(Callout::Note, [title("A"), paragraph("b")].concat())
    );
    assert_eq!(document("> [!else]\n> a")[0], start(Element::Quote));
    assert_eq!(document("> a [!note]")[0], start(Element::Quote));
}

#[test]
fn headings_have_names_of_their_own() {
    let ids: Vec<_> = document("# Größe & *Maß*\n## a\n## a\n## a 1\n## a\n# !\n")
        .into_iter()
        .filter_map(|event| match event {
            Event::Start(Element::Heading { id, .. }) => Some(id),
            _ => None,
        })
        .collect();
    assert_eq!(ids, ["größe--maß", "a", "a-1", "a-1-1", "a-2", "section"]);
}

#[test]
fn footnotes_are_numbered_as_they_are_referred_to_and_stand_at_the_end() {
    let answer = document("a[^x] b[^Y] c[^x] d[^none]\n\n[^y]: why\n[^z]: unused\n[^x]: ex\n");
    let references: Vec<_> = answer
        .iter()
        .filter_map(|event| match event {
            Event::Reference { number, nth } => Some((*number, *nth)),
            _ => None,
        })
        .collect();
    assert_eq!(references, [(1, 1), (2, 1), (1, 2)]);
    assert!(
        answer
            .iter()
            .any(|event| matches!(event, Event::Text(text) if text.ends_with("[^none]")))
    );
    let note = |number, references, words: &str| {
        let footnote = start(Element::Footnote { number, references });
        [footnote, start(Element::Paragraph), text(words), Event::End, Event::End].to_vec()
    };
    let notes = [note(1, 2, "ex"), note(2, 1, "why"), note(3, 0, "unused")].concat();
    let expected = [vec![start(Element::Footnotes)], notes, vec![Event::End]].concat();
    assert_eq!(answer[answer.len() - expected.len()..], expected);
    assert!(!events("a[^x]\n\n[^x]: b", Kind::Message).contains(&start(Element::Footnotes)));
}

#[test]
fn formulas_keep_their_source_and_sums_in_dollars_are_none() {
    let math = |source: &str, is_display| Event::Math {
        source: source.to_owned(),
        is_display,
    };
    assert_eq!(line("$a_1*b*$"), [math("a_1*b*", false)]);
    assert_eq!(line("the $n$th")[1], math("n", false));
    assert_eq!(line("$$\nx\n$$"), [math("x", true)]);
    // Whoever forgot a brace is told by what sets formulas.
    assert_eq!(line("$$\n\\a{\n\\b\n$$"), [math("\\a{\n\\b", true)]);
    assert_eq!(line("words\n$$\nx}\n$$ ")[2], math("x}", true));
    assert_eq!(document("> > $$\n> > x{\n> > $$")[3], math("x{", true));
    assert_eq!(document("- $$\n  x{\n  $$\n- y")[2], math("x{", true));
    assert_eq!(line("$\\text{$x$}$"), [math("\\text{$x$}", false)]);
    assert_eq!(document("```math\nx\n\ny\n```"), [math("x\n\ny", true)]);
    assert_eq!(document("> ~~~ Math\n> x\n> ~~~")[1], math("x", true));
    for sum in [
        "for $5 and $6",
        "$5/$6",
        "from $5 (or EUR$5) to $6",
        "5$, and not 6$",
        "US$5 and ($6)",
        "$ 5 $",
        "$$$$",
        "\\$a$",
        "$a\n\nb$",
        "\\$$\na{\n$$",
        "$$\na{\n\n$$",
        "$$ a{\n$$",
        "    $$\n    a{\n    $$",
    ] {
        let formulas = document(sum)
            .into_iter()
            .filter(|event| matches!(event, Event::Math { .. }));
        assert_eq!(formulas.count(), 0, "{sum:?}");
    }
    assert_eq!(line("$5/$6"), [text("$5/$6")]);
    assert!(events("$a$ for $5", Kind::Message).contains(&math("a", false)));
}

#[test]
fn a_diagram_keeps_its_source() {
    let diagram = |source: &str| Event::Diagram(source.to_owned());
    assert_eq!(document("```mermaid\na --> b\n\n  c\n```"), [diagram("a --> b\n\n  c")]);
    assert_eq!(document("- ```Mermaid x\n  a\n  ```")[2], diagram("a"));
    assert!(document("    a --> b").contains(&start(Element::CodeBlock(String::new()))));
}

#[test]
fn pictures_have_words_titles_and_sizes() {
    let image = |url: Option<&str>, alt: &str, title: &str, width, height| Event::Image {
        url: url.map(str::to_owned),
        alt: alt.to_owned(),
        title: title.to_owned(),
        width,
        height,
    };
    assert_eq!(
        line("![a *b*](/c.png \"d\")"),
        [image(Some("/c.png"), "a b", "d", None, None)]
    );
    assert_eq!(line("![a|300](/c)"), [image(Some("/c"), "a", "", Some(300), None)]);
    assert_eq!(
        line("![a|300x20](/c)"),
        [image(Some("/c"), "a", "", Some(300), Some(20))]
    );
    assert_eq!(line("![a|b](/c)"), [image(Some("/c"), "a|b", "", None, None)]);
    assert_eq!(
        line("x ![a](/c =300x) y")[1],
        image(Some("/c"), "a", "", Some(300), None)
    );
    assert_eq!(line("![a](/c =99999999x)"), [text("![a](/c =99999999x)")]);
    assert_eq!(line("![a](javascript:b)"), [image(None, "a", "", None, None)]);
    assert_eq!(line("![a](javascript:b =300x)"), [text("![a](javascript:b =300x)")]);
}

#[test]
fn names_and_values_at_the_beginning_are_front_matter() {
    let property = |name: &str, value: &str| Event::Property {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let answer = document("---\ntitle: \"A: b\"\ntags: [c, 'd']\n# said\nmore:\n  - e\n  - f\n---\n# g\n");
    assert_eq!(answer[0], start(Element::Properties));
    assert_eq!(
        answer[1..4],
        [
            property("title", "A: b"),
            property("tags", "c, d"),
            property("more", "e, f")
        ]
    );
    assert!(matches!(&answer[5], Event::Start(Element::Heading { level: 1, id }) if id == "g"));
    for source in [
        "---\na\n---",
        "---\n---\n",
        "---\na: b\n",
        "\n---\na: b\n---",
        "---\nhttps://a\n---",
    ] {
        assert!(!document(source).contains(&start(Element::Properties)), "{source:?}");
    }
    assert!(!events("---\na: b\n---", Kind::Message).contains(&start(Element::Properties)));
}

#[test]
fn blocks_say_where_they_begin() {
    let source = "---\nä: b\n---\n# é\n\n- a\n- b\n\n***\n";
    let places: Vec<_> = events(source, Kind::Document)
        .windows(2)
        .filter_map(|pair| match pair {
            [Event::At(at), next] => Some((source[*at..].chars().take(3).collect::<String>(), next.clone())),
            _ => None,
        })
        .collect();
    let begins: Vec<_> = places.iter().map(|(begins, _)| begins.as_str()).collect();
    assert_eq!(begins, ["---", "# é", "- a", "- a", "- b", "***"]);
    assert_eq!(places[5].1, Event::Rule);
}

/// The tab's side is held to the same bytes by `web/editor/test/packed.test.ts`.
#[test]
fn what_the_tab_is_answered_is_what_its_side_is_tested_with() {
    let packed = read(include_str!("packed.md"), true);
    let packed: String = packed.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(packed, include_str!("packed.hex").trim());
}
