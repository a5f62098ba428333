//! What was found, in the sentences of `web/locale/doctor.en.ftl`. The page reads the same file, so that both say the same.

use super::remedy::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const CATALOGUE: &str = include_str!("../../../web/locale/doctor.en.ftl");

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// It works, but not as well or as safely as it could.
    Warning,
    /// Something does not work.
    Failed,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Which check; its title is the message `check-NAME`.
    pub check: String,
    /// How it went.
    pub outcome: Outcome,
    /// What it means: the name of a message.
    pub sentence: String,
    /// Filled into the message.
    pub values: BTreeMap<String, String>,
    /// What mends it.
    pub mends: Vec<Mend>,
}

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// The proxy's configuration, by the lines of this remedy.
    Proxy(Fault),
    /// How Inkling is started.
    Option(String),
}

impl Finding {
    /// Without values, and nothing to mend. The sentence's name begins with the check's.
    #[must_use]
    pub fn new(outcome: Outcome, sentence: &str) -> Self {
        let check = sentence.split('-').next().expect("split yields at least one part");
        Self {
            check: check.to_owned(),
            outcome,
            sentence: sentence.to_owned(),
            values: BTreeMap::new(),
            mends: Vec::new(),
        }
    }

    /// With a value for its message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// With something that mends it.
    #[must_use]
    pub fn mended_by(mut self, mend: Mend) -> Self {
        self.mends.push(mend);
        self
    }

    /// What was looked at.
    #[must_use]
    pub fn title(&self) -> String {
        message(&format!("check-{}", self.check), &BTreeMap::new())
    }

    /// What it means.
    #[must_use]
    pub fn text(&self) -> String {
        message(&self.sentence, &self.values)
    }
}

/// The message of that name; the name itself, when the catalogue lacks it.
#[must_use]
pub fn message(name: &str, values: &BTreeMap<String, String>) -> String {
    let mut lines = CATALOGUE.lines().filter(|line| !line.starts_with('#'));
    let found = lines.find_map(|line| line.split_once(" = ").filter(|(key, _)| *key == name));
    let text = found.map_or(name, |(_, text)| text).to_owned();
    values
        .iter()
        .fold(text, |text, (key, value)| text.replace(&format!("{{ ${key} }}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_their_places() {
        let finding = Finding::new(Outcome::Failed, "disk-fails").with("problem", "it is gone");
        assert_eq!((finding.title(), finding.check.as_str()), ("Disk".into(), "disk"));
        assert!(finding.text().contains("it is gone"), "{}", finding.text());
        assert!(!finding.text().contains('{'), "{}", finding.text());
    }

    #[test]
    fn a_message_is_one_line_without_choices() {
        for line in CATALOGUE
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            assert!(line.contains(" = ") && !line.contains("->"), "{line}");
        }
    }
}
