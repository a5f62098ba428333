//! What can be seen without a running server: the options as they are understood, the data directory, the disk, the limits of the machine.

use super::disk;
use super::finding::{Finding, Mend, Outcome};
use crate::config::Config;
use crate::db::open::LOCK;
use rustix::fs::FlockOperation;
use rustix::process::{Resource, getrlimit};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Besides connections: the database, the log, children.
const FILES_BESIDE: u64 = 64;

/// Clocks of file systems are a little apart from the machine's.
const FUTURE_MAX: Duration = Duration::from_secs(60);

/// All of it.
pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = options(config);
    findings.push(data(&config.data_dir));
    if config.data_dir.is_dir() {
        findings.push(disk::look(&config.data_dir));
    }
    findings.push(files(config.limits.connections));
    findings
}

fn options(config: &Config) -> Vec<Finding> {
    let proxies: Vec<_> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    let proxies = if proxies.is_empty() {
        "nobody".to_owned()
    } else {
        proxies.join(", ")
    };
    let is_local_only = config.public_urls.is_empty() && config.listen.ip().is_unspecified();
    let address = match config.public_urls.first() {
        Some(url) => url.origin().ascii_serialization(),
        None if is_local_only => format!("http://127.0.0.1:{}", config.listen.port()),
        None => format!("http://{}", config.listen),
    };
    let said = if is_local_only {
        Finding::new(Outcome::Warning, "options-nameless").mended_by(Mend::Option("--public-url https://HOST".into()))
    } else {
        Finding::new(Outcome::Passed, "options-said")
    };
    let mut findings = vec![
        said.with("listen", config.listen.to_string())
            .with("address", address)
            .with("proxies", proxies)
            .with("registration", config.registration.as_str()),
    ];
    let moved: Vec<_> = config
        .limits
        .moved()
        .map(|(name, value)| format!("--{name} {value}"))
        .collect();
    if !moved.is_empty() {
        findings.push(Finding::new(Outcome::Passed, "options-limits").with("limits", moved.join(", ")));
    }
    findings
}

fn data(data_dir: &Path) -> Finding {
    let finding = |outcome, sentence| Finding::new(outcome, sentence).with("path", data_dir.display().to_string());
    let amiss = |problem: std::io::Error| finding(Outcome::Failed, "data-fails").with("problem", problem.to_string());
    match data_dir.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return finding(Outcome::Warning, "data-missing");
        }
        Err(error) => return amiss(error),
        Ok(_) => {}
    }
    let written = ["inkling.db", "inkling.db-wal"]
        .iter()
        .filter_map(|name| data_dir.join(name).metadata().ok()?.modified().ok());
    let ahead = written.filter_map(|at| at.duration_since(SystemTime::now()).ok()).max();
    if let Some(ahead) = ahead.filter(|ahead| *ahead > FUTURE_MAX) {
        return finding(Outcome::Warning, "data-newer").with("span", format!("{} s", ahead.as_secs()));
    }
    match is_locked(&data_dir.join(LOCK)) {
        Ok(true) => finding(Outcome::Passed, "data-running"),
        Ok(false) => finding(Outcome::Passed, "data-idle"),
        Err(error) => amiss(error),
    }
}

/// Whether a server holds the lock. Asked without taking it from one that starts at this moment, but for an instant.
fn is_locked(path: &Path) -> std::io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(false),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn files(connections: u64) -> Finding {
    // None is no limit.
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let (outcome, sentence) = if files < connections.saturating_add(FILES_BESIDE) {
        (Outcome::Warning, "files-few")
    } else {
        (Outcome::Passed, "files-enough")
    };
    Finding::new(outcome, sentence)
        .with("files", files.to_string())
        .with("connections", connections.to_string())
}
