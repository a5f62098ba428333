//! `cargo xtask fuzz [TARGET] [--seconds N]`: hunts with libFuzzer and AddressSanitizer; `fuzz/tests/corpus.rs` replays what was kept.

use crate::project;
use anyhow::{Result, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// How long each target runs unless told otherwise.
const SECONDS: u64 = 60;

/// Longest input, bytes. Larger ones find nothing that these do not, more slowly.
const INPUT_BYTES_MAX: u32 = 4096;

/// An input that takes longer than this, seconds, is a finding.
const INPUT_SECONDS_MAX: u32 = 10;

pub(crate) fn chore(arguments: &[String]) -> Result<()> {
    let (mut targets, mut seconds) = (Vec::new(), SECONDS);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => match arguments.next().map(|n| n.parse()) {
                Some(Ok(n)) => seconds = n,
                _ => bail!("--seconds wants a number"),
            },
            name => targets.push(name.to_owned()),
        }
    }
    check_tools()?;
    let known = names()?;
    if let Some(unknown) = targets.iter().find(|target| !known.contains(target)) {
        bail!("no target {unknown}; there are {}", known.join(", "));
    }
    for target in if targets.is_empty() { known } else { targets } {
        hunt(&target, seconds)?;
    }
    Ok(())
}

/// Runs one target. New inputs are gathered in the target folder; a finding is left there too, and fails.
fn hunt(target: &str, seconds: u64) -> Result<()> {
    let found = project::target().join("fuzz").join(target);
    std::fs::create_dir_all(&found)?;
    let mut artifacts = found.join("findings").into_os_string();
    std::fs::create_dir_all(&artifacts)?;
    artifacts.push("/");
    let gathered = found.join("corpus");
    std::fs::create_dir_all(&gathered)?;
    let kept = project::root().join("fuzz/corpus").join(target);
    println!("── {target}");
    // The development profile, optimised: a release build would want the tab built first, and strip what stack traces need.
    project::call(
        nightly()
            .args(["cargo", "fuzz", "run", "--dev", "--features", "libfuzzer", target])
            .args([&gathered, &kept])
            .arg("--")
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
            .arg(format!("-artifact_prefix={}", artifacts.to_string_lossy()))
            .args(["-print_final_stats=1", "-verbosity=0"])
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "2")
            .env("CARGO_TARGET_DIR", project::target().join("fuzz/build")),
    )
}

/// Every target: a folder of kept inputs each.
fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(project::root().join("fuzz/corpus"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Installs cargo-fuzz when it is missing, and says what else is.
fn check_tools() -> Result<()> {
    if !answers(nightly().args(["rustc", "--version"])) {
        bail!("fuzzing needs a nightly toolchain: `rustup toolchain install nightly --profile minimal`");
    }
    if !answers(Command::new("c++").arg("--version")) {
        bail!(
            "libFuzzer is built with a C++ compiler, and there is no `c++`. On Debian and Ubuntu: `sudo apt-get install g++`"
        );
    }
    if !answers(nightly().args(["cargo", "fuzz", "--version"])) {
        println!("cargo-fuzz is missing; installing it");
        // Away from the workspace, whose pinned toolchain is not meant here.
        project::call(
            nightly()
                .args(["cargo", "install", "--locked", "cargo-fuzz"])
                .current_dir(Path::new("/")),
        )?;
    }
    Ok(())
}

fn answers(command: &mut Command) -> bool {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Something of the nightly toolchain, whichever toolchain runs this program.
fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly"])
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .current_dir(project::root());
    command
}
