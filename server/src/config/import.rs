//! `inkling import`: into the data of a server that does not run, or through one that does.

use super::doctor::address;
use super::{Config, ConfigError, invalid};
use crate::import::terminal::{By, Import};
use clap::{Arg, ArgMatches, Command};

pub(super) fn command() -> Command {
    Command::new("import")
        .about("Make documents of a file, a folder or an archive of Markdown, as rooms take them; ends with 1 when something was left out")
        .arg(
            Arg::new("path")
                .value_name("FILE|DIR")
                .required(true)
                .help("A file that ends with .md, .txt, .etherpad or .zip, or a folder of such files"),
        )
        .arg(
            Arg::new("room")
                .long("room")
                .value_name("ROOM")
                .required(true)
                .help("Into this room, by its name or id"),
        )
        .arg(
            Arg::new("user")
                .long("user")
                .value_name("NAME")
                .conflicts_with("url")
                .required_unless_present("url")
                .help("As this member of the room; for a server that does not run at the moment"),
        )
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("Through a running server, by the address that people type, as whoever the token is of"),
        )
        .arg(
            Arg::new("token")
                .long("token")
                .env("INKLING_TOKEN")
                .hide_env_values(true)
                .value_name("TOKEN")
                .help("Token of an account that may write in the room; other people see options, so use the variable"),
        )
        .arg(
            Arg::new("id")
                .long("id")
                .value_name("ID")
                .help("Of an import that was stopped: goes on with it, and makes nothing twice"),
        )
}

pub(super) fn resolve(matches: &ArgMatches) -> Result<Import, ConfigError> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let id = text("id").map(|id| {
        let parsed = id.parse().ok().filter(|id: &uuid::Uuid| id.get_version_num() == 7);
        parsed.ok_or_else(|| invalid("id", format!("{id} is the id of no import")))
    });
    let by = match (text("url"), text("user")) {
        (Some(url), _) => By::Server {
            url: address(&url)?,
            token: text("token")
                .ok_or_else(|| invalid("token", "make a token under Settings and put it into INKLING_TOKEN"))?,
        },
        (None, user) => By::Data {
            config: Box::new(Config::resolve(matches)?),
            user: user.expect("clap requires it"),
        },
    };
    Ok(Import {
        path: text("path").expect("clap requires it").into(),
        room: text("room").expect("clap requires it"),
        id: id.transpose()?,
        by,
    })
}
