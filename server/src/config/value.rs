//! What options may say: their words, and how those are read.

use super::{ConfigError, invalid};
use ipnet::IpNet;
use std::net::IpAddr;
use url::Url;

/// See [`super::Config::log_format`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// See [`super::Config::registration`]. The first account can always be created.
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

pub(super) fn public_url(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| invalid("public-url", format!("{text}: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
        return Err(invalid("public-url", format!("{text} is not http(s)://host[:port]")));
    }
    Ok(url)
}

pub(super) fn trusted_proxy(text: &str) -> Result<IpNet, ConfigError> {
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

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("{text} is neither text nor json")),
    }
}

pub(super) fn default_log_format() -> LogFormat {
    use std::io::IsTerminal as _;
    if std::io::stderr().is_terminal() {
        LogFormat::Text
    } else {
        LogFormat::Json
    }
}

pub(super) fn registration(text: &str) -> Result<Registration, String> {
    match text {
        "open" => Ok(Registration::Open),
        "invite" => Ok(Registration::Invite),
        "closed" => Ok(Registration::Closed),
        _ => Err(format!("{text} is neither open, invite nor closed")),
    }
}
