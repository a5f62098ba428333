//! A pad of Etherpad as Markdown: its text, with marks for those attributes that Markdown has a mark for, where the mark says the same. The text
//! itself is never touched: people write Markdown into pads, too.

use super::LeftOut;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

/// Longest export that is read, bytes: it holds every revision of the pad.
pub const EXPORT_BYTES_MAX: u64 = 64 << 20;

/// Attributes and the marks around what has them, outer ones first.
const MARKS: [(&str, &str); 3] = [("bold", "**"), ("italic", "*"), ("strikethrough", "~~")];

/// Blanks before an item of a list, for each level. As many as fit below an item with a number, too.
const LEVEL: &str = "    ";

/// The highest number of an item: CommonMark reads nine digits.
const NUMBER_MAX: usize = 999_999_999;

#[derive(Deserialize)]
struct Pad {
    atext: AText,
    #[serde(default)]
    pool: Pool,
}

#[derive(Deserialize)]
struct AText {
    text: String,
    attribs: String,
}

#[derive(Default, Deserialize)]
struct Pool {
    #[serde(rename = "numToAttrib", default)]
    attributes: BTreeMap<String, (String, String)>,
}

/// The pad in an export, as the export has it among revisions, authors and messages.
struct Found(Option<Pad>);

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Export;
        impl<'de> Visitor<'de> for Export {
            type Value = Found;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an export of Etherpad")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
                let mut found = None;
                while let Some(key) = map.next_key::<String>()? {
                    let is_pad = key.starts_with("pad:") && !key.contains(":revs:") && !key.contains(":chat:");
                    if is_pad && found.is_none() {
                        found = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Found(found))
            }
        }
        deserializer.deserialize_map(Export)
    }
}

/// The Markdown of an export.
pub fn markdown(export: &[u8]) -> Result<String, LeftOut> {
    let Ok(Found(Some(pad))) = serde_json::from_slice(export) else {
        return Err(LeftOut::NoPad);
    };
    let text = pad.atext.text;
    // Attributes that are of another text say nothing about this one.
    let Some(attributed) = attributed(&text, &pad.atext.attribs) else {
        return Ok(text);
    };
    let mut written = String::with_capacity(text.len());
    let mut lists = Lists::default();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
        let runs = within(&attributed, from..from + body.len());
        write_line(&mut written, body, from, &runs, &pad.pool, &mut lists);
        written.push_str(end);
        from += line.len();
    }
    Ok(written)
}

/// A stretch of the text, and the numbers of its attributes.
type Run = (Range<usize>, Vec<String>);

/// Which attributes which bytes of the text have, of a changeset's operations: `*0*2|1+5` puts in five units with a line break and attributes 0 and 2.
/// None when they are not of this text.
fn attributed(text: &str, operations: &str) -> Option<Vec<Run>> {
    let number = |digits: &str| usize::from_str_radix(digits, 36).ok();
    let mut runs = Vec::new();
    let mut numbers = Vec::new();
    let (mut rest, mut from) = (operations, 0);
    while let Some(sign) = rest.chars().next() {
        let digits = &rest[sign.len_utf8()..];
        let len = digits
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(digits.len());
        let (digits, behind) = digits.split_at(len);
        rest = behind;
        match sign {
            '*' => numbers.push(number(digits)?.to_string()),
            // How many lines it has, the text tells as well.
            '|' => {}
            '+' => {
                let to = from + bytes_of(&text[from..], number(digits)?)?;
                runs.push((from..to, std::mem::take(&mut numbers)));
                from = to;
            }
            _ => return None,
        }
    }
    (from == text.len()).then_some(runs)
}

/// How many bytes so many UTF-16 units are.
fn bytes_of(text: &str, units: usize) -> Option<usize> {
    let mut left = units;
    let mut bytes = 0;
    let mut chars = text.chars();
    while left > 0 {
        let c = chars.next()?;
        left = left.checked_sub(c.len_utf16())?;
        bytes += c.len_utf8();
    }
    Some(bytes)
}

fn within(runs: &[Run], range: Range<usize>) -> Vec<&Run> {
    let first = runs.partition_point(|(run, _)| run.end <= range.start);
    runs[first..]
        .iter()
        .take_while(|(run, _)| run.start < range.end)
        .collect()
}

/// What was before, as far as what comes next depends on it.
#[derive(Default)]
struct Lists {
    is_open: bool,
    /// The last number of each level.
    numbers: Vec<usize>,
}

fn write_line(written: &mut String, line: &str, from: usize, runs: &[&Run], pool: &Pool, lists: &mut Lists) {
    let value = |(_, numbers): &Run, name: &str| {
        let attributes = numbers.iter().filter_map(|number| pool.attributes.get(number));
        attributes
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    // What a line is as a whole, its first character says, which is an asterisk that nobody sees.
    let marker = runs
        .first()
        .filter(|run| line.starts_with('*') && value(run, "lmkr").is_some());
    let (list, heading) = (
        marker.and_then(|run| value(run, "list")),
        marker.and_then(|run| value(run, "heading")),
    );
    let skipped = usize::from(marker.is_some());
    let level = |kind: &str| {
        list.as_deref()?
            .strip_prefix(kind)?
            .parse::<usize>()
            .ok()
            .filter(|level| (1..=16).contains(level))
    };
    let is_item = level("bullet").is_some() || level("number").is_some();
    if lists.is_open && !is_item && !line[skipped..].trim().is_empty() {
        // Otherwise it would go on the last item.
        written.push('\n');
    }
    if let Some(level) = level("bullet") {
        lists.numbers.truncate(level);
        written.push_str(&LEVEL.repeat(level - 1));
        written.push_str("- ");
    } else if let Some(level) = level("number") {
        let start = marker
            .and_then(|run| value(run, "start"))
            .and_then(|start| start.parse::<usize>().ok());
        lists.numbers.resize(level, 0);
        let last = &mut lists.numbers[level - 1];
        *last = start.unwrap_or(0).max(*last + 1).min(NUMBER_MAX);
        written.push_str(&format!("{}{last}. ", LEVEL.repeat(level - 1)));
    } else {
        lists.numbers.clear();
        let hashes = heading
            .as_deref()
            .and_then(|heading| heading.strip_prefix('h')?.parse().ok());
        if let Some(hashes @ 1..=6) = hashes {
            written.push_str(&"#".repeat(hashes));
            written.push(' ');
        }
    }
    lists.is_open = is_item;
    let spans = spans(line, |name| {
        let has = runs.iter().filter(|run| value(run, name).as_deref() == Some("true"));
        let clamped = has.map(|(run, _)| run.start.max(from + skipped) - from..run.end.min(from + line.len()) - from);
        clamped.filter(|range| !range.is_empty()).collect()
    });
    write_marked(written, line, skipped, &spans);
}

/// What gets which mark: without blanks at its ends, and only where the mark means what the attribute means.
fn spans(line: &str, with: impl Fn(&str) -> Vec<Range<usize>>) -> Vec<(Range<usize>, &'static str)> {
    // Of each mark those in the line, one after the other: so what crosses a place is found without looking at all, in a line of any length.
    let mut by_mark: Vec<(Vec<Range<usize>>, &str)> = Vec::new();
    for (name, mark) in MARKS {
        let mut spans: Vec<Range<usize>> = Vec::new();
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in with(name) {
            match joined.last_mut().filter(|last| last.end == range.start) {
                Some(last) => last.end = range.end,
                None => joined.push(range),
            }
        }
        for range in joined {
            let text = &line[range.clone()];
            let from = range.start + text.len() - text.trim_start().len();
            let range = from..from + text.trim().len();
            let inside = &line[range.clone()];
            let is_plain = !inside.contains(['*', '_', '~', '`', '\\', '[', ']', '<', '>', '$', '=']);
            let is_edged = inside.starts_with(char::is_alphanumeric) && inside.ends_with(char::is_alphanumeric);
            if is_plain && is_edged && !by_mark.iter().any(|(others, _)| crosses(others, &range)) {
                spans.push(range);
            }
        }
        by_mark.push((spans, mark));
    }
    let marked = by_mark
        .into_iter()
        .flat_map(|(spans, mark)| spans.into_iter().map(move |range| (range, mark)));
    let mut marked: Vec<_> = marked.collect();
    // The outer one first where two begin.
    marked.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    marked
}

/// Whether one of these, which lie one after the other, has the start or the end of a range in it, and not both.
fn crosses(spans: &[Range<usize>], range: &Range<usize>) -> bool {
    let around = |place: usize| {
        let next = spans.partition_point(|span| span.end <= place);
        spans.get(next).filter(|span| span.start < place)
    };
    let (first, last) = (around(range.start), around(range.end));
    first.is_some_and(|span| span.end < range.end) || last.is_some_and(|span| range.start < span.start)
}

fn write_marked(written: &mut String, line: &str, skipped: usize, spans: &[(Range<usize>, &str)]) {
    let places: BTreeSet<usize> = spans.iter().flat_map(|(range, _)| [range.start, range.end]).collect();
    let mut from = skipped;
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut ahead = spans.iter().peekable();
    for place in places {
        written.push_str(&line[from..place]);
        from = place;
        while let Some((_, mark)) = open.pop_if(|(end, _)| *end == place) {
            written.push_str(mark);
        }
        while let Some((range, mark)) = ahead.next_if(|(range, _)| range.start == place) {
            written.push_str(mark);
            open.push((range.end, mark));
        }
    }
    written.push_str(&line[from..]);
}

#[cfg(test)]
mod tests;
