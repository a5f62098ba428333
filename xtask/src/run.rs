//! `cargo xtask run`: builds everything and becomes the server.

use crate::build::build;
use crate::project::{Profile, target};
use std::process::Command;

pub(crate) fn chore(arguments: &[String]) -> anyhow::Result<()> {
    let (profile, arguments) = Profile::from_arguments(arguments);
    build(profile)?;
    let program = target().join(profile.server_folder()).join("inkling");
    become_program(Command::new(program).args(arguments))
}

/// Takes this process's place, so that signals reach the server and its exit code reaches the caller.
#[cfg(unix)]
fn become_program(command: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(anyhow::Error::new(error).context(format!("cannot start {}", command.get_program().to_string_lossy())))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> anyhow::Result<()> {
    crate::project::call(command)
}
