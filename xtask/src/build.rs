//! `cargo xtask build`: the tab, then the server that serves it.

use crate::project::{Profile, call, cargo};
use crate::web;
use anyhow::bail;

pub(crate) fn chore(arguments: &[String]) -> anyhow::Result<()> {
    build(profile(arguments)?)
}

/// `cargo xtask tab`: without the server.
pub(crate) fn tab(arguments: &[String]) -> anyhow::Result<()> {
    web::build(profile(arguments)?)
}

fn profile(arguments: &[String]) -> anyhow::Result<Profile> {
    let (profile, rest) = Profile::from_arguments(arguments);
    if let Some(argument) = rest.first() {
        bail!("{argument:?} is not an option");
    }
    Ok(profile)
}

/// Builds everything; what is already built from the present sources is left alone.
pub(crate) fn build(profile: Profile) -> anyhow::Result<()> {
    web::build(profile)?;
    let mut command = cargo();
    command.args(["build", "--package", "server", "--bin", "inkling"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    call(&mut command)
}
