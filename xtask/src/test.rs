//! `cargo xtask test`: everything that proves the program, ending with one line of counts.

use crate::project::{self, Profile};
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a test runner said at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// Whose closing lines are to be read.
#[derive(Clone, Copy)]
enum Runner {
    Cargo,
    Node,
    Playwright,
}

impl Runner {
    /// The counts in one line of output, if it has any.
    fn read(self, line: &str) -> Counts {
        let mut counts = Counts::default();
        match self {
            Self::Cargo if line.starts_with("test result:") => {
                counts.passed = number_before(line, "passed");
                counts.failed = number_before(line, "failed");
            }
            Self::Node => {
                // TAP says «# pass 3», the pretty reporter «ℹ pass 3».
                let mut words = line.split_whitespace().skip(1);
                match (
                    words.next(),
                    words.next().and_then(|word| word.parse().ok()),
                    words.next(),
                ) {
                    (Some("pass"), Some(number), None) => counts.passed = number,
                    (Some("fail"), Some(number), None) => counts.failed = number,
                    _ => {}
                }
            }
            Self::Playwright => {
                let line = line.trim();
                let mut words = line.split_whitespace();
                match (words.next().and_then(|word| word.parse().ok()), words.next()) {
                    (Some(number), Some("passed")) => counts.passed = number,
                    (Some(number), Some("failed" | "flaky" | "interrupted")) => counts.failed = number,
                    _ => {}
                }
            }
            Self::Cargo => {}
        }
        counts
    }
}

/// The number in front of a word: 3 in `3 passed;`.
fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

/// Builds what is missing, runs every suite, and prints the sum. An error if anything failed or did not run.
pub(crate) fn chore() -> Result<()> {
    let chromium = crate::chromium::find_or_install()?;
    crate::chromium::install_troublemakers();
    let root = project::root();
    crate::build::build(Profile::Release)?;
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    project::call(&mut with_args(npm(&root.join("e2e")), &install))?;

    let mut suites: Vec<(&str, Runner, Command)> = Vec::new();
    let mut add = |name, runner, command| suites.push((name, runner, command));
    add(
        "rust",
        Runner::Cargo,
        with_args(
            project::cargo(),
            &["test", "--locked", "--workspace", "--exclude", "web", "--no-fail-fast"],
        ),
    );
    add(
        "planted bugs",
        Runner::Cargo,
        with_args(
            project::cargo(),
            // Of the workspace, as above: of the server alone, cargo would choose other features for the libraries and build all of them anew.
            &[
                "test",
                "--locked",
                "--workspace",
                "--exclude",
                "web",
                "--features",
                "server/planted-bugs",
                "--test",
                "sim",
            ],
        ),
    );
    add(
        "tab",
        Runner::Cargo,
        with_args(project::cargo(), &["test", "--locked", "--package", "web"]),
    );
    add(
        "editor",
        Runner::Node,
        with_args(npm(&root.join("web/editor")), &["test"]),
    );
    let mut browsers = with_args(npm(&root.join("e2e")), &["test"]);
    browsers.env("INKLING_CHROMIUM", chromium);
    add("browsers and stock clients", Runner::Playwright, browsers);

    let mut sum = Counts::default();
    let mut broken = Vec::new();
    for (name, runner, command) in suites {
        println!("── {name}");
        let (counts, success) = run_counted(command, runner)?;
        println!("── {name}: {} passed, {} failed", counts.passed, counts.failed);
        sum.passed += counts.passed;
        sum.failed += counts.failed;
        // A runner that fails without naming a test, or runs none, has failed once.
        if (!success && counts.failed == 0) || counts == Counts::default() {
            sum.failed += 1;
        }
        if !success {
            broken.push(name);
        }
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    if !broken.is_empty() || sum.failed > 0 {
        bail!("failed: {}", broken.join(", "));
    }
    Ok(())
}

/// Runs a suite with its output passed on, and adds up what its closing lines say.
fn run_counted(mut command: Command, runner: Runner) -> Result<(Counts, bool)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{command:?}"))?;
    let mut counts = Counts::default();
    let output = child.stdout.take().expect("standard output is piped");
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        let more = runner.read(&line);
        counts.passed += more.passed;
        counts.failed += more.failed;
    }
    Ok((counts, child.wait()?.success()))
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder);
    command
}

fn with_args(mut command: Command, args: &[&str]) -> Command {
    command.args(args);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_each_runner_are_understood() {
        let cargo = "test result: FAILED. 6 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.09s";
        assert_eq!(Runner::Cargo.read(cargo), Counts { passed: 6, failed: 1 });
        assert_eq!(Runner::Node.read("# pass 12"), Counts { passed: 12, failed: 0 });
        assert_eq!(Runner::Node.read("ℹ fail 2"), Counts { passed: 0, failed: 2 });
        assert_eq!(
            Runner::Playwright.read("  3 passed (1.2m)"),
            Counts { passed: 3, failed: 0 }
        );
        assert_eq!(Runner::Playwright.read("  1 failed"), Counts { passed: 0, failed: 1 });
    }

    #[test]
    fn other_lines_count_nothing() {
        for runner in [Runner::Cargo, Runner::Node, Runner::Playwright] {
            assert_eq!(runner.read("running 3 tests, 2 passed before"), Counts::default());
        }
    }
}
