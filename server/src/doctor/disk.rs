//! Whether the data directory takes what is written, and how quickly it is on the disk.

use super::finding::{Finding, Outcome};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;

/// Written, synced and deleted. One that a killed server left is written over by the next.
const PROBE: &str = "inkling.doctor";

/// About what a batch of edits is.
const PROBE_BYTES: usize = 64 * 1024;

/// With less room than this, the next large paste may not fit.
const FREE_BYTES_FAILED: u64 = 64 << 20;

/// With less room than this, somebody should look after it.
const FREE_BYTES_WARNING: u64 = 1 << 30;

/// Every *Saved* waits for one sync: above this people notice.
const SYNC_MS_WARNING: f64 = 100.0;

/// Looks, and says what it means. Blocks for as long as the disk takes.
#[must_use]
pub fn look(data_dir: &Path) -> Finding {
    let free = rustix::fs::statvfs(data_dir).map(|disk| disk.f_bavail * disk.f_frsize);
    match free
        .map_err(io::Error::from)
        .and_then(|free| Ok((free, probe(data_dir)?)))
    {
        Ok((free, ms)) => judge(free, ms),
        Err(error) => Finding::new(Outcome::Failed, "disk-fails").with("problem", error.to_string()),
    }
}

fn probe(data_dir: &Path) -> io::Result<f64> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = data_dir.join(PROBE);
    let begun = Instant::now();
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)?;
    let written = file.write_all(&[b'.'; PROBE_BYTES]).and_then(|()| file.sync_all());
    let ms = begun.elapsed().as_secs_f64() * 1e3;
    let removed = match fs::remove_file(&path) {
        // Two who look at once have one file.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    };
    written.and(removed).map(|()| ms)
}

fn judge(free_bytes: u64, sync_ms: f64) -> Finding {
    let (outcome, sentence) = match free_bytes {
        ..FREE_BYTES_FAILED => (Outcome::Failed, "disk-full"),
        FREE_BYTES_FAILED..FREE_BYTES_WARNING => (Outcome::Warning, "disk-scarce"),
        _ if sync_ms > SYNC_MS_WARNING => (Outcome::Warning, "disk-slow"),
        _ => (Outcome::Passed, "disk-works"),
    };
    Finding::new(outcome, sentence)
        .with("free", size(free_bytes))
        .with("ms", format!("{sync_ms:.1}"))
}

/// As a person reads it.
#[must_use]
pub fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes >= 10 * 1024 * MIB {
        format!("{} GB", bytes / (1024 * MIB))
    } else {
        format!("{} MB", bytes / MIB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_takes_files_is_timed_and_left_as_it_was() {
        let directory = tempfile::TempDir::new().unwrap();
        let finding = look(directory.path());
        assert!(finding.text().contains(" ms"), "{}", finding.text());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_directory_that_is_not_there_is_a_failure_with_its_reason() {
        let directory = tempfile::TempDir::new().unwrap();
        let finding = look(&directory.path().join("gone"));
        assert_eq!(finding.outcome, Outcome::Failed);
        assert!(finding.text().contains("No such file"), "{}", finding.text());
    }

    #[test]
    fn little_room_and_slow_syncs_are_told_apart() {
        let outcome = |free_bytes, ms| {
            let finding = judge(free_bytes, ms);
            (finding.outcome, finding.sentence)
        };
        assert_eq!(outcome(1 << 40, 3.0), (Outcome::Passed, "disk-works".into()));
        assert_eq!(outcome(1 << 40, 300.0), (Outcome::Warning, "disk-slow".into()));
        assert_eq!(outcome(500 << 20, 3.0), (Outcome::Warning, "disk-scarce".into()));
        assert_eq!(outcome(5 << 20, 3.0), (Outcome::Failed, "disk-full".into()));
    }
}
