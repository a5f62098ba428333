//! Where the value of an option comes from: a flag, a variable (clap reads both), or the file.

use super::options::is_key;
use super::{ConfigError, invalid};
use clap::ArgMatches;
use std::path::{Path, PathBuf};

/// Values of one option, from wherever they come.
pub(super) struct Sources<'a> {
    matches: &'a ArgMatches,
    file: toml::Table,
}

impl<'a> Sources<'a> {
    pub(super) fn of(matches: &'a ArgMatches) -> Result<Self, ConfigError> {
        let file = match matches.get_one::<String>("config") {
            Some(path) => read_file(Path::new(path))?,
            None => toml::Table::new(),
        };
        Ok(Self { matches, file })
    }

    pub(super) fn data_dir(&self) -> Result<PathBuf, ConfigError> {
        let given = self.one("data-dir", |text| Ok(text.into()))?;
        Ok(given.unwrap_or_else(|| "./inkling-data".into()))
    }

    /// What is given for an option that takes several values: given several times, as a list, or with commas between them.
    pub(super) fn many<T>(
        &self,
        option: &str,
        read: impl Fn(&str) -> Result<T, ConfigError>,
    ) -> Result<Vec<T>, ConfigError> {
        let given = self.all(option)?;
        let values = given.iter().flat_map(|text| text.split(','));
        values.map(|text| read(text.trim())).collect()
    }

    /// What is given for an option that takes one value.
    pub(super) fn one<T>(
        &self,
        option: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        match self.all(option)?.as_slice() {
            [] => Ok(None),
            [value] => read(value).map(Some).map_err(|problem| invalid(option, problem)),
            _ => Err(invalid(option, "given more than once")),
        }
    }

    fn all(&self, option: &str) -> Result<Vec<String>, ConfigError> {
        if let Some(values) = self.matches.get_many::<String>(option) {
            return Ok(values.cloned().collect());
        }
        let text = |value: &toml::Value| match value {
            toml::Value::String(text) => Ok(text.clone()),
            toml::Value::Integer(number) => Ok(number.to_string()),
            _ => Err(invalid(option, "the file has a value of the wrong kind")),
        };
        match self.file.get(option) {
            None => Ok(Vec::new()),
            Some(toml::Value::Array(values)) => values.iter().map(text).collect(),
            Some(value) => Ok(vec![text(value)?]),
        }
    }
}

fn read_file(path: &Path) -> Result<toml::Table, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| invalid("config", format!("{}: {error}", path.display())))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error| invalid("config", format!("{}: {error}", path.display())))?;
    match table.keys().find(|key| !is_key(key)) {
        Some(key) => Err(invalid(
            "config",
            format!("{} has an unknown key: {key}", path.display()),
        )),
        None => Ok(table),
    }
}
