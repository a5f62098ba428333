//! Front matter: lines of names and values between two lines `---` at the very beginning, as other programs leave them there.

use crate::{Element, Event};

/// Longest front matter that is looked for, bytes.
const BYTES_MAX: usize = 64 << 10;

/// Reads it and answers where the text goes on. Nothing is changed when there is none: two lines across with words between them are no front
/// matter unless all of them are names and values.
pub(super) fn read(source: &str, events: &mut Vec<Event>) -> usize {
    let Some((properties, end)) = properties(source) else {
        return 0;
    };
    events.push(Event::At(0));
    events.push(Event::Start(Element::Properties));
    let properties = properties.into_iter();
    events.extend(properties.map(|(name, value)| Event::Property { name, value }));
    events.push(Event::End);
    end
}

fn properties(source: &str) -> Option<(Vec<(String, String)>, usize)> {
    let mut properties: Vec<(String, String)> = Vec::new();
    let mut end = 0;
    for (at, line) in source.split_inclusive('\n').enumerate() {
        end += line.len();
        let line = line.trim_end();
        match line {
            "---" if at == 0 => continue,
            _ if at == 0 || end > BYTES_MAX => return None,
            "---" | "..." => return (!properties.is_empty()).then_some((properties, end)),
            _ => {}
        }
        let inside = line.trim_start();
        let item = inside.strip_prefix("- ").map(str::trim);
        let is_further = item.is_some() || line.starts_with([' ', '\t']);
        if inside.is_empty() || inside.starts_with('#') {
            continue;
        }
        if is_further {
            // Further lines of a value: the items of a list, or more words.
            let (_, value) = properties.last_mut()?;
            if !value.is_empty() {
                value.push_str(if item.is_some() { ", " } else { " " });
            }
            value.push_str(unquoted(item.unwrap_or(inside)));
        } else {
            let (name, value) = line
                .split_once(':')
                .filter(|(_, value)| value.is_empty() || value.starts_with(' '))?;
            properties.push((name.trim().to_owned(), value_of(value.trim())));
        }
    }
    None
}

/// A value as a person would write it.
fn value_of(value: &str) -> String {
    let listed = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
    match (listed, value) {
        (Some(items), _) => items
            .split(',')
            .map(|item| unquoted(item.trim()))
            .collect::<Vec<_>>()
            .join(", "),
        // Says how the further lines are joined, which is not shown.
        (None, "|" | ">" | "|-" | ">-") => String::new(),
        (None, value) => unquoted(value).to_owned(),
    }
}

fn unquoted(value: &str) -> &str {
    let without = |mark: char| value.strip_prefix(mark).and_then(|value| value.strip_suffix(mark));
    without('"').or_else(|| without('\'')).unwrap_or(value)
}
