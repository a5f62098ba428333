//! Every word on screen comes from one message catalogue, `locale/en.ftl`, so that a translation is a file. It is read by the build script.

use js_sys::Intl::PluralRules;
use js_sys::{Array, JsString, Object};
use shared::error::ErrorCode;
use std::borrow::Cow;

/// The language of the catalogue, for whose plurals the browser knows the rules.
const LANGUAGE: &str = "en";

/// All messages by name, in order of their names.
const CATALOGUE: &[(&str, &[Part])] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A stretch of a message.
enum Part {
    /// Words as they are.
    Text(&'static str),
    /// The value of that name.
    Value(&'static str),
    /// By the value of that name: the variant for exactly that number or word, else the one for the number's plural, else the last.
    Choice(&'static str, &'static [(&'static str, &'static [Part])]),
}

/// What is filled into a message.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// A name or another text.
    Text(Cow<'a, str>),
    /// So many.
    Count(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for Value<'_> {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

/// The message of that name.
pub fn t(key: &str) -> String {
    message(key, &[])
}

/// The message of that name with values filled in.
pub fn t_with<'a, V: Into<Value<'a>>, const N: usize>(key: &str, values: [(&'static str, V); N]) -> String {
    message(key, &values.map(|(name, value)| (name, value.into())))
}

/// In capital letters. The browser's tables of letters are used here: Rust's would be 14 KB of the tab's program.
pub fn capital_letters(text: &str) -> String {
    JsString::from(text).to_upper_case().into()
}

/// What a person is told about a failure.
pub fn error_text(code: ErrorCode) -> String {
    t(&error_key(code))
}

fn error_key(code: ErrorCode) -> String {
    format!("error-{}", code.as_str().replace('_', "-"))
}

/// A name that the catalogue lacks is shown as it is: ugly, yet the screen goes on working.
fn message(key: &str, values: &[(&'static str, Value<'_>)]) -> String {
    let Ok(at) = CATALOGUE.binary_search_by_key(&key, |(name, _)| name) else {
        return key.to_owned();
    };
    let mut text = String::new();
    fill(CATALOGUE[at].1, values, plural, &mut text);
    text
}

/// The word by which Fluent names the plural of a number: `one`, `other`, in other languages `few` or `many`.
fn plural(count: u64) -> String {
    let rules = PluralRules::new(&Array::of1(&LANGUAGE.into()), &Object::new());
    rules.select(count as f64).into()
}

/// Writes a message down. Of a value that is missing, the name is shown.
fn fill(parts: &[Part], values: &[(&str, Value<'_>)], plural: fn(u64) -> String, text: &mut String) {
    let value = |wanted: &str| values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    for part in parts {
        match part {
            Part::Text(words) => text.push_str(words),
            Part::Value(name) => match value(name) {
                Some(Value::Text(words)) => text.push_str(words),
                Some(Value::Count(count)) => text.push_str(&count.to_string()),
                None => text.push_str(name),
            },
            Part::Choice(name, variants) => {
                let find = |wanted: &str| variants.iter().find(|(key, _)| *key == wanted);
                let found = match value(name) {
                    Some(Value::Text(words)) => find(words),
                    Some(Value::Count(count)) => find(&count.to_string()).or_else(|| find(&plural(*count))),
                    None => None,
                };
                if let Some((_, parts)) = found.or(variants.last()) {
                    fill(parts, values, plural, text);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn defined() -> BTreeSet<String> {
        CATALOGUE.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn sources(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).expect("the crate has its sources") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                sources(&path, into);
            } else {
                into.push_str(&std::fs::read_to_string(&path).expect("sources are text"));
            }
        }
    }

    /// Keys are written out in the source, as `t("…")`, `t_with("…"` or in a list of keys; never put together from parts.
    #[test]
    fn every_message_that_the_source_names_is_in_the_catalogue() {
        let mut source = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
        let defined = defined();
        for call in ["t(\"", "t_with(\""] {
            for (at, _) in source.match_indices(call) {
                let before = source[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let key = source[at + call.len()..].split('"').next().expect("a literal ends");
                if key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                    && !key.is_empty()
                {
                    assert!(defined.contains(key), "`{key}` is not in locale/en.ftl");
                }
            }
        }
    }

    #[test]
    fn every_message_in_the_catalogue_is_used() {
        let mut source = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
        for name in defined().iter().filter(|name| !name.starts_with("error-")) {
            let is_of_code = name.strip_prefix("rescued-why-").is_some_and(|code| {
                let key = format!("error-{code}");
                ErrorCode::ALL.iter().any(|code| error_key(*code) == key)
            });
            assert!(
                is_of_code || source.contains(&format!("\"{name}\"")),
                "`{name}` is not used"
            );
        }
    }

    #[test]
    fn every_error_code_has_a_sentence() {
        let defined = defined();
        for code in ErrorCode::ALL {
            assert!(defined.contains(&error_key(*code)), "{code}");
        }
    }

    #[track_caller]
    fn check(key: &str, count: u64, expected: &str) {
        let english = |count| if count == 1 { "one" } else { "other" }.to_owned();
        let at = CATALOGUE
            .binary_search_by_key(&key, |(name, _)| name)
            .expect("a message");
        let mut text = String::new();
        fill(CATALOGUE[at].1, &[("count", count.into())], english, &mut text);
        assert_eq!(text, expected);
    }

    #[test]
    fn values_are_filled_in_and_counted() {
        check("members-count", 1, "1 person");
        check("members-count", 3, "3 people");
        assert_eq!(t_with("home-title", [("name", "Ada")]), "Hello, Ada");
    }

    #[test]
    fn a_number_of_its_own_comes_before_the_plural() {
        check("invite-used", 0, "not used yet");
        check("invite-used", 1, "used once");
        check("invite-used", 2, "used 2 times");
    }

    #[test]
    fn what_is_missing_shows_its_name() {
        assert_eq!(message("no-such-message", &[]), "no-such-message");
        assert_eq!(t("home-title"), "Hello, name");
    }
}
