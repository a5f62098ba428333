//! What is done to the data from outside of a server: backing it up, bringing it back, looking whether it is whole, going back a release.

mod backup;
mod export;
mod files;
mod manifest;
mod restore;
mod rollback;
mod verify;

use crate::db::copy::{self, Counts};
use crate::db::{DbError, OpenError};
pub use export::Exporting;
pub(crate) use export::chosen;
use std::io;
use std::path::{Path, PathBuf};

/// The database in a data directory.
const DATABASE: &str = "inkling.db";

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// Copy the data of a server, which may be running, to a file or into a directory.
    Backup { data_dir: PathBuf, target: PathBuf },
    /// Make a data directory of a backup.
    Restore { file: PathBuf, data_dir: PathBuf },
    /// Write the documents, of all rooms or of one, as files of Markdown into a folder or an archive.
    Export { data_dir: PathBuf, exporting: Exporting },
    /// Read everything, and say whether it is what was written.
    Verify(Subject),
    /// Put back the copy that was made before step `before`, or the newest there is.
    Rollback { data_dir: PathBuf, before: Option<i64> },
}

/// What is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The data of a server, which may be running.
    DataDir(PathBuf),
    /// A backup.
    Backup(PathBuf),
}

/// What was found, and whether all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// For a person; lines, each with its end.
    pub text: String,
    /// Nothing is damaged.
    pub is_sound: bool,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// What was asked for cannot be meant.
    #[error("{0}")]
    Asked(String),
    /// The data directory.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A later release made it.
    #[error("{0} was written by a newer release; this one cannot read it")]
    Newer(PathBuf),
    /// It is not what was written.
    #[error("{0} is damaged: {1}")]
    Damaged(PathBuf, String),
    /// The database.
    #[error("the database: {0}")]
    Database(#[from] DbError),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] io::Error),
}

impl UpkeepError {
    /// The exit code of the program.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Asked(_) => 2,
            Self::Open(OpenError::Newer(_)) | Self::Newer(_) => 4,
            Self::Open(_) => 3,
            Self::Damaged(..) | Self::Database(_) | Self::File(..) => 5,
        }
    }
}

impl Upkeep {
    /// Does it.
    pub async fn run(self) -> Result<Report, UpkeepError> {
        let done = |text| Report { text, is_sound: true };
        match self {
            Self::Backup { data_dir, target } => backup::run(&data_dir, &target).await.map(done),
            Self::Restore { file, data_dir } => restore::run(&file, &data_dir).await.map(done),
            Self::Export { data_dir, exporting } => export::run(&data_dir, &exporting).await,
            Self::Verify(subject) => verify::run(&subject).await,
            Self::Rollback { data_dir, before } => rollback::run(&data_dir, before).await.map(done),
        }
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> UpkeepError {
    let path = path.to_owned();
    move |error| UpkeepError::File(path, error)
}

/// Refuses what a later release wrote, and what is none of ours.
fn check_step(path: &Path, applied: Option<i64>) -> Result<i64, UpkeepError> {
    match applied {
        Some(step) if step > copy::newest_step() => Err(UpkeepError::Newer(path.into())),
        Some(step) => Ok(step),
        None => Err(UpkeepError::Damaged(
            path.into(),
            "there is no Inkling database in it".into(),
        )),
    }
}

fn told(counts: &Counts) -> String {
    let Counts {
        users,
        rooms,
        messages,
        documents,
        updates,
        attachments,
    } = counts;
    format!(
        "{users} accounts, {rooms} rooms, {messages} messages, {documents} documents, {updates} edits, {attachments} files"
    )
}

/// The moment, as it stands in file names: sorts like the time it is.
fn stamp(now: shared::id::UnixMs) -> String {
    let text = crate::db::rfc3339(now);
    let digits: String = text.chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{digits}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_time_without_what_file_names_do_not_like() {
        assert_eq!(stamp(shared::id::UnixMs(1_700_000_000_123)), "20231114T221320Z");
    }
}
