//! What Etherpad writes, and what becomes of it.

use super::*;
use serde_json::json;

/// An export as Etherpad 1.9 writes it: the pad among what else belongs to it.
fn export(text: &str, attribs: &str, pool: &[(&str, &str)]) -> Vec<u8> {
    let pool: serde_json::Map<_, _> = pool
        .iter()
        .enumerate()
        .map(|(number, attribute)| (number.to_string(), json!(attribute)))
        .collect();
    let revision = json!({"changeset": "Z:1>5+5$Hello", "meta": {"atext": {"text": "old\n", "attribs": "|1+4"}}});
    json!({
        "globalAuthor:a.x": {"name": "Ada", "padIDs": "Soup"},
        "pad:Soup:revs:0": revision,
        "pad:Soup:chat:0": {"text": "hello"},
        "pad:Soup": {"atext": {"text": text, "attribs": attribs}, "pool": {"numToAttrib": pool, "nextNum": 9}, "head": 1},
    })
    .to_string()
    .into_bytes()
}

#[track_caller]
fn check(text: &str, attribs: &str, pool: &[(&str, &str)], expected: &str) {
    assert_eq!(markdown(&export(text, attribs, pool)).as_deref(), Ok(expected));
}

const STYLES: &[(&str, &str)] = &[
    ("author", "a.x"),
    ("bold", "true"),
    ("italic", "true"),
    ("strikethrough", "true"),
    ("underline", "true"),
    ("bold", "false"),
];

#[test]
fn a_pad_without_attributes_is_its_text() {
    check(
        "# Soup\n\n* salt  \n<b>&amp;\n",
        "*0|4+m",
        STYLES,
        "# Soup\n\n* salt  \n<b>&amp;\n",
    );
}

#[test]
fn what_is_bold_italic_or_struck_out_has_its_marks_and_the_rest_is_text() {
    check(
        "all of it here\n",
        "*0*1+3*0+1*0*2+2*0+1*0*3+2*0*4+5|1+1",
        STYLES,
        "**all** *of* ~~it~~ here\n",
    );
    // By two people, and with blanks at its ends.
    check(" warm soup now\n", "*1+6*0*1+5|1+4", STYLES, " **warm soup** now\n");
    check("both\n", "*1*2+4|1+1", STYLES, "***both***\n");
    check("warm soup\n", "*1+5*1*2+4|1+1", STYLES, "**warm *soup***\n");
}

#[test]
fn where_a_mark_would_say_something_else_there_is_none() {
    check("a*b c\n", "*1+3|1+3", STYLES, "a*b c\n");
    check("(a) b\n", "*1+3|1+3", STYLES, "(a) b\n");
    check("abcdef\n", "*1+2*1*2+2*2+2|1+1", STYLES, "**abcd**ef\n");
    check("plain\n", "*5+5|1+1", STYLES, "plain\n");
}

#[test]
fn lists_and_headings_are_lines_of_their_own() {
    let pool = [
        ("lmkr", "1"),
        ("list", "bullet1"),
        ("list", "bullet2"),
        ("list", "number1"),
        ("heading", "h2"),
        ("insertorder", "first"),
    ];
    check(
        "*Soup\n*salt\n*fine\n*pepper\nserve\n*one\n*two\n",
        "*0*4+1|1+5*0*1+1|1+5*0*2+1|1+5*0*1+1|1+7|1+6*0*3+1|1+4*0*3+1|1+4",
        &pool,
        "## Soup\n- salt\n    - fine\n- pepper\n\nserve\n1. one\n2. two\n",
    );
}

#[test]
fn characters_are_counted_as_etherpad_counts_them() {
    check("🍲 é hot\n", "+5*1+3|1+1", STYLES, "🍲 é **hot**\n");
}

#[test]
fn attributes_that_are_not_of_the_text_are_left_aside() {
    for attribs in [
        "*1+9",
        "+",
        "|1+zzzzzzzzzzzzzzzzzzz",
        "-4",
        "*",
        "+1",
        "é+4",
        "*1+3|1+1+1",
    ] {
        check("abc\n", attribs, STYLES, "abc\n");
    }
}

#[test]
fn what_holds_no_pad_is_none() {
    for bytes in [&b"{}"[..], b"[]", b"", b"{\"pad:x\": {}}", b"\xff", b"{\"pad:x\": 1, "] {
        assert_eq!(markdown(bytes), Err(LeftOut::NoPad));
    }
}

#[test]
fn a_line_of_a_million_marks_is_read_in_one_go() {
    let marks = 500_000;
    let text = "ab".repeat(marks) + "\n";
    let attribs = "*1*2+1*2+1".repeat(marks) + "|1+1";
    let read = markdown(&export(&text, &attribs, STYLES)).unwrap();
    assert!(read.starts_with("***a**b**a**b"), "{}", &read[..20]);
}

#[test]
fn a_list_that_begins_with_a_number_beyond_all_lists_goes_on() {
    let pool = &[("lmkr", "1"), ("list", "number1"), ("start", "18446744073709551615")];
    check(
        "*salt\n*soup\n",
        "*0*1*2+1|1+5*0*1+1|1+5",
        pool,
        "999999999. salt\n999999999. soup\n",
    );
}
