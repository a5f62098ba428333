//! Names of headings, for links within the page: made of their words, and each only once.

use crate::{Element, Event};
use std::collections::BTreeMap;

/// Longest name, characters.
const CHARS_MAX: usize = 80;

/// The names that were given, with how often each was wanted.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, usize>);

impl Names {
    /// Names the heading that starts there and whose words are the last of the events.
    pub(super) fn name(&mut self, events: &mut [Event], start: usize) {
        let mut words = String::new();
        for event in &events[start..] {
            match event {
                Event::Text(text) | Event::Code(text) | Event::Math { source: text, .. } => words.push_str(text),
                Event::Image { alt, .. } => words.push_str(alt),
                Event::Break { .. } => words.push(' '),
                _ => {}
            }
        }
        let name = self.unique(slug(&words));
        if let Some(Event::Start(Element::Heading { id, .. })) = events.get_mut(start) {
            *id = name;
        }
    }

    fn unique(&mut self, slug: String) -> String {
        let Some(mut count) = self.0.get(&slug).copied() else {
            self.0.insert(slug.clone(), 0);
            return slug;
        };
        // A heading may be called what another one would be named.
        let name = loop {
            count += 1;
            let name = format!("{slug}-{count}");
            if !self.0.contains_key(&name) {
                break name;
            }
        };
        self.0.insert(slug, count);
        self.0.insert(name.clone(), 0);
        name
    }
}

/// As GitHub makes them: small letters, dashes for spaces, and nothing else but digits and underscores.
pub(super) fn slug(words: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    let letters = words.trim().chars().filter(|c| kept(*c)).take(CHARS_MAX);
    let slug: String = letters
        .flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    if slug.is_empty() { "section".to_owned() } else { slug }
}
