//! Finds the programs that tests drive, and installs Debian's packages of them where that is allowed.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// The path of a Chromium: the one `INKLING_CHROMIUM` names, one on the path, or Debian's package, installed now when this user may.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("INKLING_CHROMIUM") {
        return Ok(path.into());
    }
    if let Some(path) = find() {
        return Ok(path);
    }
    println!("Chromium is missing; trying to install Debian's package");
    if install(&["chromium", "fonts-noto-color-emoji"])
        && let Some(path) = find()
    {
        return Ok(path);
    }
    bail!(
        "the browser tests need Chromium. On Debian and Ubuntu: `sudo apt-get install chromium fonts-noto-color-emoji`; on macOS install Google \
         Chrome; elsewhere set INKLING_CHROMIUM to the browser's path"
    )
}

/// Installs what makes disks fail and clocks jump on purpose, when this user may. Without it those tests say that they are skipped, and why.
pub(crate) fn install_troublemakers() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("strace is missing; trying to install Debian's package");
        install(&["strace"]);
    }
    if cfg!(target_os = "linux") && Command::new("faketime").arg("--version").output().is_err() {
        println!("faketime is missing; trying to install Debian's package");
        install(&["faketime"]);
    }
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .chain([Path::new(MACOS).to_owned()])
        .find(|candidate| candidate.is_file())
}

/// Whether Debian's packages could be installed.
fn install(packages: &[&str]) -> bool {
    let run = |args: &[&str]| {
        Command::new("apt-get")
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()
            .is_ok_and(|s| s.success())
    };
    let packages = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    // The package lists may be missing or old: only then is fetching them worth the time.
    run(&packages) || (run(&["update"]) && run(&packages))
}
