//! Callouts: quotations whose first line is `[!note]`, with words of one's own behind it or not.

use crate::{Callout, Element, Event};

/// Makes the quotation that starts there and of which all is read a callout, when it is one.
pub(super) fn mark(events: &mut Vec<Event>, start: usize) {
    // Behind the start come the place of the first block, its start, and the parser's pieces of the first line.
    let mut first = start + 1;
    while matches!(events.get(first), Some(Event::At(_))) {
        first += 1;
    }
    if events.get(first) != Some(&Event::Start(Element::Paragraph)) {
        return;
    }
    let words = first + 1;
    let line = events[words..]
        .iter()
        .take_while(|event| !matches!(event, Event::Break { .. } | Event::End));
    let texts = line.take_while(|event| matches!(event, Event::Text(_))).count();
    let text: String = events[words..words + texts].iter().filter_map(as_text).collect();
    let Some((kind, title)) = heading(&text) else { return };
    events[start] = Event::Start(Element::Callout(kind));

    // The first line becomes the title, and what follows it the first paragraph.
    let mut depth = 0_usize;
    let line_len = events[words..].iter().position(|event| {
        match event {
            Event::Start(_) => depth += 1,
            Event::End if depth > 0 => depth -= 1,
            Event::End => return true,
            Event::Break { .. } => return depth == 0,
            _ => {}
        }
        false
    });
    let Some(line_len) = line_len else { return };
    let line_end = words + line_len;
    let ends_paragraph = events[line_end] == Event::End;
    let mut top = Vec::new();
    let rest_of_line: Vec<_> = events[words + texts..line_end].to_vec();
    if !title.is_empty() || !rest_of_line.is_empty() {
        top.push(Event::Start(Element::CalloutTitle));
        top.extend((!title.is_empty()).then(|| Event::Text(title.to_owned())));
        top.extend(rest_of_line);
        top.push(Event::End);
    }
    if !ends_paragraph {
        top.push(Event::Start(Element::Paragraph));
    }
    events.splice(first..=line_end, top);
}

/// The kind that a first line names, and the words behind it. The sign with which Obsidian says whether it is folded is not shown.
fn heading(line: &str) -> Option<(Callout, &str)> {
    let (word, rest) = line.strip_prefix("[!")?.split_once(']')?;
    let kind = Callout::named(word)?;
    Some((kind, rest.trim_start_matches(['+', '-']).trim_start()))
}

fn as_text(event: &Event) -> Option<&str> {
    match event {
        Event::Text(text) => Some(text),
        _ => None,
    }
}
