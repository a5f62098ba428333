//! `inkling doctor`: with an address it looks at a server from outside, without one at this machine.

use super::{Config, ConfigError, invalid};
use crate::doctor::terminal::{Doctor, Proxy};
use clap::{Arg, ArgMatches, Command};
use url::Url;

pub(super) fn command() -> Command {
    let named = Proxy::ALL.map(Proxy::as_str).join(", ");
    Command::new("doctor")
        .about("Say what is wrong with the server, its machine or the proxy before it, and what mends it; ends with 1 when something is")
        .arg(Arg::new("url").value_name("URL").help(
            "A running server, by the address that people type; without it, this machine is looked at with the options below",
        ))
        .arg(
            Arg::new("token")
                .long("token")
                .env("INKLING_TOKEN")
                .hide_env_values(true)
                .value_name("TOKEN")
                .help("Token of an account that administers the server at URL; other people see options, so use the variable"),
        )
        .arg(
            Arg::new("proxy")
                .long("proxy")
                .value_name("NAME")
                .help(format!("Whose lines are told: {named} [default: all]")),
        )
}

pub(super) fn resolve(matches: &ArgMatches) -> Result<Doctor, ConfigError> {
    let text = |name: &str| matches.get_one::<String>(name);
    let proxy = text("proxy").map(|name| proxy(name)).transpose()?;
    let Some(url) = text("url") else {
        return Ok(Doctor::Here(Box::new(Config::resolve(matches)?)));
    };
    let token = text("token").ok_or_else(|| {
        let problem = "a running server tells only those who administer it; make a token under Settings and put it into INKLING_TOKEN";
        invalid("token", problem)
    })?;
    Ok(Doctor::Outside {
        url: address(url)?,
        token: token.clone(),
        proxy,
    })
}

pub(super) fn address(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| invalid("url", format!("{text} is not an address like https://ink.example")))
}

fn proxy(text: &str) -> Result<Proxy, ConfigError> {
    let found = Proxy::ALL.into_iter().find(|proxy| proxy.as_str() == text);
    found.ok_or_else(|| invalid("proxy", format!("{text} is none that lines are known for")))
}
