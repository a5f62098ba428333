//! The subcommands that look after the data: what they are called, and what they are asked with.

use super::options::variable;
use super::sources::Sources;
use super::{ConfigError, invalid};
use crate::upkeep::{Exporting, Subject, Upkeep};
use clap::{Arg, ArgMatches, Command};

pub(super) fn commands() -> [Command; 5] {
    let file = |name: &'static str, help: &'static str| Arg::new("path").value_name(name).help(help);
    let before = Arg::new("before").long("before").value_name("STEP");
    [
        Command::new("backup")
            .about("Copy everything to one file, while the server runs")
            .arg(
                file(
                    "FILE|DIR",
                    "A new file, or a directory to put one with the time in its name into",
                )
                .required(true),
            )
            .args(where_the_data_is()),
        Command::new("export")
            .about("Write all documents as files of Markdown with the files in them, in folders as rooms and their trees have them; the server may run")
            .arg(file("DIR|FILE.zip", "A new or empty folder, or a new archive").required(true))
            .arg(
                Arg::new("room")
                    .long("room")
                    .value_name("ROOM")
                    .help("Only this room, by its name or id"),
            )
            .arg(
                Arg::new("links")
                    .long("links")
                    .value_name("HOW")
                    .value_parser(["kept", "relative"])
                    .help("What becomes of the addresses of files in the texts: kept, so that these stay byte for byte, or relative, so that they work without the server [default: kept]"),
            )
            .args(where_the_data_is()),
        Command::new("restore")
            .about("Make a data directory of a backup")
            .arg(file("FILE", "The backup").required(true))
            .args(where_the_data_is()),
        Command::new("verify")
            .about("Read everything, play every document, and say whether all is as it was written; the server may run")
            .arg(file("FILE", "A backup, instead of a data directory"))
            .args(where_the_data_is()),
        Command::new("rollback")
            .about("Put back the copy that was made before a newer release changed the data; the server must not run")
            .arg(before.help("The copy inkling.before-STEP.db [default: the newest]"))
            .args(where_the_data_is()),
    ]
}

fn where_the_data_is() -> [Arg; 2] {
    let option = |name: &'static str| Arg::new(name).long(name).env(variable(name));
    [
        option("data-dir")
            .value_name("DIR")
            .help("Holds everything the server keeps [default: ./inkling-data]"),
        option("config")
            .value_name("FILE")
            .help("The server's TOML file, for data-dir"),
    ]
}

pub(super) fn resolve(name: &str, matches: &ArgMatches) -> Result<Upkeep, ConfigError> {
    let data_dir = Sources::of(matches)?.data_dir()?;
    let path = || matches.try_get_one::<String>("path").ok().flatten();
    let required = || path().expect("clap requires it").into();
    match name {
        "backup" => Ok(Upkeep::Backup {
            data_dir,
            target: required(),
        }),
        "export" => Ok(Upkeep::Export {
            data_dir,
            exporting: Exporting {
                room: matches.get_one::<String>("room").cloned(),
                target: required(),
                is_relative: matches
                    .get_one::<String>("links")
                    .is_some_and(|links| links == "relative"),
            },
        }),
        "restore" => Ok(Upkeep::Restore {
            file: required(),
            data_dir,
        }),
        "verify" => Ok(Upkeep::Verify(match path() {
            Some(file) => Subject::Backup(file.into()),
            None => Subject::DataDir(data_dir),
        })),
        "rollback" => {
            let before = matches.get_one::<String>("before").map(|text| text.parse());
            let before = before
                .transpose()
                .map_err(|_| invalid("before", "not the number of a step"))?;
            Ok(Upkeep::Rollback { data_dir, before })
        }
        _ => unreachable!("clap knows no other subcommand"),
    }
}
