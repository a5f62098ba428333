//! The command line: subcommands, and the options of the server with what they are for.

use super::{Limits, doctor, import, upkeep};
use clap::{Arg, ArgAction, Command};

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

pub(super) fn command() -> Command {
    let serve = Command::new("serve").about("Run the server (what happens without a subcommand)");
    Command::new("inkling")
        .about("Write documents together and talk about them")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .subcommand(with_options(serve))
        .subcommand(with_options(doctor::command()))
        .subcommand(with_options(import::command()))
        .subcommands(upkeep::commands())
        .subcommand(Command::new("materialize").hide(true))
}

/// Its environment variable.
pub(super) fn variable(option: &str) -> String {
    format!("INKLING_{}", option.to_uppercase().replace('-', "_"))
}

/// Whether the file may have it as a key.
pub(super) fn is_key(name: &str) -> bool {
    let is_option = OPTIONS.iter().any(|(option, ..)| *option == name);
    name != "config" && (is_option || Limits::SPECS.iter().any(|(limit, ..)| *limit == name))
}
