//! How the server is set up: a flag, else an environment variable, else a key of the optional TOML file, else the default.
//!
//! All three carry one name: `--login-x`, `INKLING_LOGIN_X`, `login-x = …`. An option that is wrong is named.

mod doctor;
mod upkeep;

use crate::actor::materializer::MaterializerConfig;
use crate::doctor::terminal::Doctor;
use crate::upkeep::Upkeep;
use clap::{Arg, ArgAction, ArgMatches, Command};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
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

/// See [`Config::log_format`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// See [`Config::registration`]. The first account can always be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Whoever holds an invite to a room.
    Invite,
    /// Nobody.
    Closed,
}

impl Registration {
    /// The word used in the configuration and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invite => "invite",
            Self::Closed => "closed",
        }
    }
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

macro_rules! limits {
    ($($name:ident, $flag:literal = $default:literal, $help:literal;)*) => {
        /// Bounds that whoever runs the server may move; each is the option `--limit-NAME`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits { $(#[doc = $help] pub $name: u64,)* }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limits {
            const SPECS: &'static [(&'static str, u64, &'static str)] = &[$(($flag, $default, $help),)*];

            /// Those that are not the default, by the names of their options.
            pub fn moved(&self) -> impl Iterator<Item = (&'static str, u64)> {
                let all = [$(($flag, self.$name, $default),)*];
                all.into_iter().filter_map(|(name, value, default)| (value != default).then_some((name, value)))
            }

            fn set(&mut self, flag: &str, value: u64) {
                match flag {
                    $($flag => self.$name = value,)*
                    _ => unreachable!("only the flags of SPECS are read"),
                }
            }
        }
    };
}

limits! {
    login_attempts, "limit-login-attempts" = 10, "Sign-in attempts a minute for one account";
    login_attempts_per_address, "limit-login-attempts-per-address" = 60, "Sign-in and registration attempts a minute from one address";
    password_hashes, "limit-password-hashes" = 2, "Passwords hashed at the same time; each takes 19 MiB of memory";
    connections, "limit-connections" = 20_000, "Connections at the same time";
    header_ms, "limit-header-ms" = 10_000, "Milliseconds a client may take to send the head of a request";
    request_ms, "limit-request-ms" = 30_000, "Milliseconds a request may take";
    body_bytes, "limit-body-bytes" = 131_072, "Bytes of a JSON body";
    content_bytes, "limit-content-bytes" = 4_194_304, "Bytes of Markdown sent to a document at once";
    rooms_per_user, "limit-rooms-per-user" = 1_000, "Rooms one account may create or join";
    members_per_room, "limit-members-per-room" = 10_000, "Members of a room";
    documents_per_room, "limit-documents-per-room" = 10_000, "Documents of a room";
    invites_per_room, "limit-invites-per-room" = 1_000, "Invites of a room that are neither used up nor expired";
    tokens_per_user, "limit-tokens-per-user" = 100, "API tokens of one account";
    sessions_per_user, "limit-sessions-per-user" = 100, "Signed-in browsers of one account; the one unused longest is signed out";
    sockets_per_user, "limit-sockets-per-user" = 200, "Sockets one account may have open, one for each tab and each document of a stock Yjs client; more are refused";
    socket_frames, "limit-socket-frames" = 500, "Frames a second from one socket, and ten seconds' worth at once; more has to wait";
    socket_bytes, "limit-socket-bytes" = 4_194_304, "Bytes a second from one socket, and ten seconds' worth at once; more has to wait";
    silence_ms, "limit-silence-ms" = 60_000, "Milliseconds a socket may say nothing, or take nothing of what waits for it; tabs ping every ten seconds";
    slowed_ms, "limit-slowed-ms" = 60_000, "Milliseconds that one socket may be made to wait for its own rate without a pause; then it is closed";
    user_frames, "limit-user-frames" = 2_000, "Frames a second from all sockets of one account, and ten seconds' worth at once; more has to wait";
    user_bytes, "limit-user-bytes" = 8_388_608, "Bytes a second from all sockets of one account, and ten seconds' worth at once; more has to wait";
    target_frames, "limit-target-frames" = 5_000, "Edits, messages and presences a second into one document or room, and ten seconds' worth at once; more has to wait";
    target_bytes, "limit-target-bytes" = 16_777_216, "Bytes of them a second into one document or room, and ten seconds' worth at once; more has to wait";
    queue_packets, "limit-queue-packets" = 1_024, "Commits and other news waiting for one socket; more closes it";
    queue_bytes, "limit-queue-bytes" = 4_194_304, "Bytes waiting for one socket; more closes it";
    links_per_user, "limit-links-per-user" = 50, "Tabs of one account that are connected without a WebSocket, over plain HTTP";
    links_per_address, "limit-links-per-address" = 2_000, "Tabs from one address that are connected so; behind a proxy all have its address";
    links_per_minute, "limit-links-per-minute" = 120, "Connections a minute that the tabs of one account make so";
    deleted_days, "limit-deleted-days" = 30, "Days in which a deleted document can be brought back; then it is erased";
    attachment_bytes, "limit-attachment-bytes" = 26_214_400, "Bytes of one file that is put into a document";
    room_attachment_bytes, "limit-room-attachment-bytes" = 1_073_741_824, "Bytes of all files in the documents of one room";
    attachment_days, "limit-attachment-days" = 30, "Days that a file is kept which nothing written in its room names any more";
    idle_unload_ms, "limit-idle-unload-ms" = 60_000, "Milliseconds that a document or room nobody is in stays in memory";
}

const OPTIONS: &[(&str, &str, &str)] = &[
    (
        "listen",
        "ADDR:PORT",
        "Where to accept connections; port 0 picks one [default: 127.0.0.1:4655]",
    ),
    (
        "data-dir",
        "DIR",
        "Holds everything the server keeps [default: ./inkling-data]",
    ),
    (
        "public-url",
        "URL",
        "Where browsers reach the server; may be given several times [default: from --listen]",
    ),
    (
        "trusted-proxy",
        "ADDR|CIDR",
        "Proxy whose X-Forwarded-For or Forwarded is believed, for limits per address; may be given several times [default: none]",
    ),
    ("config", "FILE", "TOML file with the same options as keys"),
    (
        "log-format",
        "FORMAT",
        "text or json [default: text on a terminal, json otherwise]",
    ),
    (
        "registration",
        "WHO",
        "Who may create an account: open, invite or closed [default: invite]",
    ),
];

/// The command with all options of the server.
fn with_options(mut command: Command) -> Command {
    for (name, value, help) in OPTIONS {
        let action = if matches!(*name, "public-url" | "trusted-proxy") {
            ArgAction::Append
        } else {
            ArgAction::Set
        };
        command = command.arg(
            Arg::new(*name)
                .long(*name)
                .env(variable(name))
                .value_name(*value)
                .help(*help)
                .action(action),
        );
    }
    for (name, default, help) in Limits::SPECS {
        command = command.arg(
            Arg::new(*name)
                .long(*name)
                .env(variable(name))
                .value_name("N")
                .help(format!("{help} [default: {default}]"))
                .help_heading("Limits"),
        );
    }
    command
}

fn command() -> Command {
    let serve = Command::new("serve").about("Run the server (what happens without a subcommand)");
    Command::new("inkling")
        .about("Write documents together and talk about them")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .subcommand(with_options(serve))
        .subcommand(with_options(doctor::command()))
        .subcommands(upkeep::commands())
        .subcommand(Command::new("materialize").hide(true))
}

fn variable(option: &str) -> String {
    format!("INKLING_{}", option.to_uppercase().replace('-', "_"))
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
        let matches = command().try_get_matches_from(arguments)?;
        match matches.subcommand() {
            Some(("materialize", _)) => Ok(Self::Materialize),
            Some(("serve", matches)) => Ok(Self::Serve(Box::new(Config::resolve(matches)?))),
            Some(("doctor", matches)) => doctor::resolve(matches).map(Self::Doctor),
            Some((name, matches)) => upkeep::resolve(name, matches).map(Self::Upkeep),
            None => unreachable!("clap requires a subcommand"),
        }
    }
}

/// Values of one option, from wherever they come.
struct Sources<'a> {
    matches: &'a ArgMatches,
    file: toml::Table,
}

impl<'a> Sources<'a> {
    fn of(matches: &'a ArgMatches) -> Result<Self, ConfigError> {
        let file = match matches.get_one::<String>("config") {
            Some(path) => read_file(Path::new(path))?,
            None => toml::Table::new(),
        };
        Ok(Self { matches, file })
    }

    fn data_dir(&self) -> Result<PathBuf, ConfigError> {
        let given = self.one("data-dir", |text| Ok(text.into()))?;
        Ok(given.unwrap_or_else(|| "./inkling-data".into()))
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

    fn one<T>(&self, option: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
        match self.all(option)?.as_slice() {
            [] => Ok(None),
            [value] => read(value).map(Some).map_err(|problem| invalid(option, problem)),
            _ => Err(invalid(option, "given more than once")),
        }
    }
}

impl Config {
    fn resolve(matches: &ArgMatches) -> Result<Self, ConfigError> {
        let sources = Sources::of(matches)?;
        let mut limits = Limits::default();
        for (name, ..) in Limits::SPECS {
            let number = |text: &str| match text.parse::<u64>() {
                Ok(0) | Err(_) => Err(format!("{text} is not a number above 0")),
                Ok(number) => Ok(number),
            };
            if let Some(value) = sources.one(name, number)? {
                limits.set(name, value);
            }
        }
        let address = |text: &str| {
            text.parse()
                .map_err(|_| format!("{text} is not an address with a port"))
        };
        let public_urls = sources
            .all("public-url")?
            .iter()
            .flat_map(|text| text.split(','))
            .map(|text| public_url(text.trim()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            listen: sources
                .one("listen", address)?
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 4655))),
            data_dir: sources.data_dir()?,
            public_urls,
            trusted_proxies: sources
                .all("trusted-proxy")?
                .iter()
                .flat_map(|text| text.split(','))
                .map(|text| trusted_proxy(text.trim()))
                .collect::<Result<_, _>>()?,
            log_format: sources
                .one("log-format", log_format)?
                .unwrap_or_else(default_log_format),
            registration: sources
                .one("registration", registration)?
                .unwrap_or(Registration::Invite),
            limits,
            materializer: MaterializerConfig::default(),
        })
    }
}

fn read_file(path: &Path) -> Result<toml::Table, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| invalid("config", format!("{}: {error}", path.display())))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error| invalid("config", format!("{}: {error}", path.display())))?;
    let known = |key: &str| {
        key != "config"
            && (OPTIONS.iter().any(|(name, ..)| *name == key) || Limits::SPECS.iter().any(|(name, ..)| *name == key))
    };
    match table.keys().find(|key| !known(key)) {
        Some(key) => Err(invalid(
            "config",
            format!("{} has an unknown key: {key}", path.display()),
        )),
        None => Ok(table),
    }
}

fn public_url(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| invalid("public-url", format!("{text}: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
        return Err(invalid("public-url", format!("{text} is not http(s)://host[:port]")));
    }
    Ok(url)
}

fn trusted_proxy(text: &str) -> Result<IpNet, ConfigError> {
    let network = text
        .parse()
        .or_else(|_| text.parse::<IpAddr>().map(|one| IpNet::from(one.to_canonical())));
    network.map_err(|_| {
        invalid(
            "trusted-proxy",
            format!("{text} is neither an address nor a network like 10.0.0.0/8"),
        )
    })
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("{text} is neither text nor json")),
    }
}

fn default_log_format() -> LogFormat {
    use std::io::IsTerminal as _;
    if std::io::stderr().is_terminal() {
        LogFormat::Text
    } else {
        LogFormat::Json
    }
}

fn registration(text: &str) -> Result<Registration, String> {
    match text {
        "open" => Ok(Registration::Open),
        "invite" => Ok(Registration::Invite),
        "closed" => Ok(Registration::Closed),
        _ => Err(format!("{text} is neither open, invite nor closed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Config, ConfigError> {
        let arguments = std::iter::once("inkling")
            .chain(arguments.iter().copied())
            .map(str::to_owned);
        match Invocation::parse(arguments)? {
            Invocation::Serve(config) => Ok(*config),
            _ => unreachable!("not asked for"),
        }
    }

    #[test]
    fn without_arguments_it_serves_on_this_machine_only() {
        let config = parse(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:4655");
        assert_eq!(config.registration, Registration::Invite);
        assert_eq!(config.limits, Limits::default());
    }

    #[test]
    fn a_flag_is_stronger_than_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            &file,
            "registration = \"open\"\nlimit-connections = 7\nlisten = \"127.0.0.1:1\"\n",
        )
        .unwrap();
        let path = file.path().to_str().unwrap();
        let config = parse(&["--config", path, "--listen", "127.0.0.1:2"]).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.registration, Registration::Open);
        assert_eq!(config.limits.connections, 7);
    }

    #[test]
    fn a_wrong_option_is_named() {
        for (arguments, name) in [
            (["--listen", "nowhere"], "--listen"),
            (["--registration", "maybe"], "--registration"),
            (["--limit-connections", "0"], "--limit-connections"),
            (["--public-url", "ftp://x"], "--public-url"),
            (["--trusted-proxy", "10.0.0.0/40"], "--trusted-proxy"),
            (["--config", "/nonexistent"], "--config"),
            (["--colour", "blue"], "--colour"),
        ] {
            let error = parse(&arguments).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_key_that_means_nothing_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "listn = \"127.0.0.1:1\"").unwrap();
        let error = parse(&["--config", file.path().to_str().unwrap()])
            .unwrap_err()
            .to_string();
        assert!(error.contains("listn"), "{error}");
    }
}
