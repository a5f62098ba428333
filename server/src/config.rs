//! How the server is set up: a flag, else an environment variable, else a key of the optional TOML file, else the default.
//!
//! All three carry one name: `--login-x`, `INKLING_LOGIN_X`, `login-x = …`. An option that is wrong is named.

mod doctor;
mod import;
mod limits;
mod options;
mod sources;
mod upkeep;
mod value;

#[cfg(test)]
mod tests;

pub use limits::Limits;
pub use value::{LogFormat, Registration};

use crate::actor::materializer::MaterializerConfig;
use crate::doctor::terminal::Doctor;
use crate::import::terminal::Import;
use crate::upkeep::Upkeep;
use clap::ArgMatches;
use ipnet::IpNet;
use sources::Sources;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// What the program was asked to do.
#[derive(Debug)]
pub enum Invocation {
    /// Run the server.
    Serve(Box<Config>),
    /// Look after the data.
    Upkeep(Upkeep),
    /// Say what is wrong with the server, its machine or what stands before it.
    Doctor(Doctor),
    /// Make documents of files.
    Import(Import),
    /// Be the child process that integrates updates.
    Materialize,
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to accept connections. Port 0 picks one.
    pub listen: SocketAddr,
    /// Holds everything; nothing is written outside it.
    pub data_dir: PathBuf,
    /// Where browsers reach the server; the first one is used in links. Empty: taken from `listen`.
    pub public_urls: Vec<Url>,
    /// Proxies that are believed about whose request they pass on.
    pub trusted_proxies: Vec<IpNet>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Who may create an account.
    pub registration: Registration,
    /// See [`Limits`].
    pub limits: Limits,
    /// The children that integrate updates. Not an option: they are this program.
    pub materializer: MaterializerConfig,
}

/// Why the program cannot start as asked.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Help, version, or a flag that clap refused; it has its own words for it.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// An option that cannot be used.
    #[error("--{option}: {problem}")]
    Option {
        /// Without the dashes.
        option: String,
        /// What is wrong.
        problem: String,
    },
}

fn invalid(option: &str, problem: impl std::fmt::Display) -> ConfigError {
    ConfigError::Option {
        option: option.to_owned(),
        problem: problem.to_string(),
    }
}

impl Invocation {
    /// Reads the command line, the environment and the file.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, ConfigError> {
        let mut arguments: Vec<String> = arguments.into_iter().collect();
        let told = ["--help", "-h", "--version", "-V"];
        if arguments
            .get(1)
            .is_none_or(|first| first.starts_with('-') && !told.contains(&first.as_str()))
        {
            arguments.insert(1.min(arguments.len()), "serve".into());
        }
        let matches = options::command().try_get_matches_from(arguments)?;
        match matches.subcommand() {
            Some(("materialize", _)) => Ok(Self::Materialize),
            Some(("serve", matches)) => Ok(Self::Serve(Box::new(Config::resolve(matches)?))),
            Some(("import", matches)) => import::resolve(matches).map(Self::Import),
            Some(("doctor", matches)) => doctor::resolve(matches).map(Self::Doctor),
            Some((name, matches)) => upkeep::resolve(name, matches).map(Self::Upkeep),
            None => unreachable!("clap requires a subcommand"),
        }
    }
}

impl Config {
    fn resolve(matches: &ArgMatches) -> Result<Self, ConfigError> {
        let sources = Sources::of(matches)?;
        let address = |text: &str| {
            text.parse()
                .map_err(|_| format!("{text} is not an address with a port"))
        };
        Ok(Self {
            listen: sources
                .one("listen", address)?
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 4655))),
            data_dir: sources.data_dir()?,
            public_urls: sources.many("public-url", value::public_url)?,
            trusted_proxies: sources.many("trusted-proxy", value::trusted_proxy)?,
            log_format: sources
                .one("log-format", value::log_format)?
                .unwrap_or_else(value::default_log_format),
            registration: sources
                .one("registration", value::registration)?
                .unwrap_or(Registration::Invite),
            limits: Limits::from(&sources)?,
            materializer: MaterializerConfig::default(),
        })
    }
}
