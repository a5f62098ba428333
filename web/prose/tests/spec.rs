//! The examples of the specifications, rendered as a document and compared with their HTML. What differs on purpose is listed with its reason;
//! a listed example that no longer differs fails too.

use prose::html::{Look, write};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Example {
    number: u32,
    section: String,
    markdown: String,
    html: String,
}

/// Why examples differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// HTML is shown as the text that it is.
    TagsAreText,
    /// An address that is written out is a link, which `CommonMark` leaves to extensions.
    AddressesAreLinks,
    /// What stands in two brackets and is no link is the name of a document, as in Obsidian and in wikis.
    NamesAreLinks,
    /// Only `http`, `https`, `mailto` and `tel` are followed, besides places within the site.
    SchemeIsNotListed,
}

#[track_caller]
fn check(examples: &str, exceptions: &[(Reason, &[u32])]) {
    let examples: Vec<Example> = serde_json::from_str(examples).expect("the examples are JSON");
    let excepted: BTreeMap<u32, Reason> = exceptions
        .iter()
        .flat_map(|(reason, numbers)| numbers.iter().map(|number| (*number, *reason)))
        .collect();
    let mut wrong = Vec::new();
    for example in &examples {
        let Example {
            number,
            section,
            markdown,
            html,
        } = example;
        let written = write(markdown, Look::Specification);
        match (written == *html, excepted.get(number)) {
            (true, None) | (false, Some(_)) => {}
            (true, Some(reason)) => wrong.push(format!(
                "{number} ({section}) is excepted for {reason:?}, and is as specified"
            )),
            (false, None) => wrong.push(format!(
                "{number} ({section}): {markdown:?}\n  wanted  {html:?}\n  written {written:?}"
            )),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        examples.len(),
        wrong.join("\n")
    );
}

#[test]
fn documents_read_as_commonmark_says() {
    let html_blocks: Vec<u32> = (148..=191).collect();
    let tags_in_other_places = [
        21, 31, 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623, 625, 626, 627,
        628, 629, 630, 631, 642, 643,
    ];
    let exceptions: &[(Reason, &[u32])] = &[
        (Reason::TagsAreText, &html_blocks),
        (Reason::TagsAreText, &tags_in_other_places),
        (Reason::AddressesAreLinks, &[602, 606, 608, 611, 612]),
        (Reason::NamesAreLinks, &[548, 590]),
        (Reason::SchemeIsNotListed, &[500, 596, 598, 599, 601]),
    ];
    check(include_str!("spec/commonmark-0.31.2.json"), exceptions);
}

#[test]
fn tables_tasks_and_strikethrough_read_as_on_github() {
    check(include_str!("spec/gfm.json"), &[]);
}
