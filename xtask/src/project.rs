//! Where things are, and how other programs are called.

use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How much the build takes its time for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build, easy to look into.
    Dev,
    /// As shipped.
    Release,
}

impl Profile {
    /// Takes `--release` off the front of a chore's arguments.
    pub(crate) fn from_arguments(arguments: &[String]) -> (Self, &[String]) {
        match arguments.split_first() {
            Some((first, rest)) if first == "--release" => (Self::Release, rest),
            _ => (Self::Dev, arguments),
        }
    }

    /// Cargo's profile, and folder, for the tab.
    pub(crate) const fn wasm(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }

    /// Cargo's folder for the server.
    pub(crate) const fn server_folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder in the workspace")
        .to_path_buf()
}

/// Cargo's output folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The folder of the compiler in use.
pub(crate) fn sysroot() -> anyhow::Result<PathBuf> {
    let answer = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(root())
        .output()
        .context("cannot start rustc")?;
    Ok(PathBuf::from(String::from_utf8(answer.stdout)?.trim()))
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a program to its end; it speaks for itself when it fails.
pub(crate) fn call(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}
