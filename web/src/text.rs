//! Every word on screen comes from one message catalogue, `locale/en.ftl`, so that a translation is a file.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use shared::error::ErrorCode;
use std::borrow::Cow;

const ENGLISH: &str = include_str!("../locale/en.ftl");

thread_local! {
    static CATALOGUE: FluentBundle<FluentResource> = load();
}

/// Reads the catalogue that this build carries.
fn load() -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(ENGLISH.to_owned()).unwrap_or_else(|(partial, errors)| {
        panic!(
            "locale/en.ftl: {errors:?} beside {} messages",
            partial.entries().count()
        )
    });
    let mut bundle = FluentBundle::new(vec!["en".parse().expect("a well-formed language tag")]);
    // Marks around inserted values would end up in titles, attributes and the clipboard.
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource)
        .expect("a test sees to it that no message is defined twice");
    bundle
}

/// The message of that name.
pub fn t(key: &str) -> String {
    message(key, None)
}

/// The message of that name with values filled in.
pub fn t_with<'a, V: Into<FluentValue<'a>>>(key: &str, values: impl IntoIterator<Item = (&'static str, V)>) -> String {
    let args: FluentArgs<'a> = values
        .into_iter()
        .map(|(name, value)| (Cow::Borrowed(name), value.into()))
        .collect();
    message(key, Some(&args))
}

/// What a person is told about a failure.
pub fn error_text(code: ErrorCode) -> String {
    t(&error_key(code))
}

fn error_key(code: ErrorCode) -> String {
    format!("error-{}", code.as_str().replace('_', "-"))
}

/// A name that the catalogue lacks is shown as it is: ugly, yet the screen goes on working.
fn message(key: &str, args: Option<&FluentArgs<'_>>) -> String {
    CATALOGUE.with(|bundle| {
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
            return key.to_owned();
        };
        // Errors here are values missing from `args`; the pattern then shows their names.
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, args, &mut errors).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn defined() -> BTreeSet<String> {
        let names: Vec<String> = ENGLISH
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(name, _)| name.to_owned()))
            .collect();
        let unique: BTreeSet<String> = names.iter().cloned().collect();
        assert_eq!(unique.len(), names.len(), "a message is defined twice");
        unique
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
            assert!(source.contains(&format!("\"{name}\"")), "`{name}` is not used");
        }
    }

    #[test]
    fn every_error_code_has_a_sentence() {
        let defined = defined();
        for code in ErrorCode::ALL {
            assert!(defined.contains(&error_key(*code)), "{code}");
        }
    }

    #[test]
    fn values_are_filled_in_and_counted() {
        assert_eq!(t_with("members-count", [("count", 1)]), "1 person");
        assert_eq!(t_with("members-count", [("count", 3)]), "3 people");
    }
}
