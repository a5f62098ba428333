//! `inkling backup`: one consistent copy of everything, beside a server that goes on.
//!
//! SQLite reads its copy in one transaction, which holds nobody up. The file gets its name when its last byte is on the disk, so whatever
//! ends the program leaves no file that could be taken for a backup.

use super::manifest::{self, Manifest};
use super::{DATABASE, UpkeepError, at, check_step, files, stamp, told};
use crate::actor::hub::now;
use crate::db::{OpenError, attachments, copy, rfc3339};
use crate::files::FOLDER;
use crate::partial::Partial;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How far it steps back behind the server (19 is as far as it goes).
const NICENESS: i32 = 10;

/// The name that every backup into a directory has until it is whole, so that the next one clears away after one that was killed.
const PARTIAL: &str = "inkling-backup";

pub(super) async fn run(data_dir: &Path, target: &Path) -> Result<String, UpkeepError> {
    let database = data_dir.join(DATABASE);
    let mut source = copy::open_beside(&database).await?;
    let step = match copy::applied_step(&mut source).await? {
        None => return Err(OpenError::Unusable(data_dir.into(), io::ErrorKind::NotFound.into()).into()),
        applied => check_step(data_dir, applied)?,
    };
    // People who type come first. Where it is not allowed all the same, the backup is no worse for it.
    rustix::process::nice(NICENESS).ok();

    let taken_at = now();
    let (folder, name, partial) = place(target, &stamp(taken_at))?;
    if name.try_exists().map_err(at(&name))? {
        return Err(UpkeepError::Asked(format!("{} is there already", name.display())));
    }
    let partial = Partial::begin(&folder, &partial).map_err(at(&folder))?;
    copy::copy_into(&mut source, partial.path()).await?;
    drop(source);

    let path = partial.path();
    let mut copied = copy::open_still(path).await?;
    let counts = copy::counts(&mut copied).await?;
    let wanted = attachments::files(&mut copied).await?;
    copy::close(copied).await?;
    let mut written = File::open(path).map_err(at(path))?;
    let bytes = written.metadata().map_err(at(path))?.len();
    // Files never change, and those that are deleted meanwhile stay for a day.
    let (files_bytes, left_out) = files::append(path, &data_dir.join(FOLDER), &wanted)?;
    let manifest = Manifest {
        files_bytes,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        step,
        taken_at: rfc3339(taken_at),
        bytes,
        sha256: manifest::hash(&mut Read::by_ref(&mut written).take(bytes), &mut io::sink()).map_err(at(path))?,
        counts,
    };
    manifest.append(path).map_err(at(path))?;
    partial.finish(&name).map_err(at(&name))?;
    let left_out: String = left_out
        .iter()
        .map(|problem| format!("Left out: {problem}.\n"))
        .collect();
    Ok(format!(
        "Backed up to {}: {}, {:.1} MB.\n{left_out}",
        name.display(),
        told(&counts),
        (bytes + files_bytes) as f64 / 1e6
    ))
}

/// The folder, the file in it, and what the file is called until it is whole.
fn place(target: &Path, stamp: &str) -> Result<(PathBuf, PathBuf, String), UpkeepError> {
    if target.is_dir() {
        let name = target.join(format!("inkling-{stamp}.backup"));
        return Ok((target.to_owned(), name, PARTIAL.to_owned()));
    }
    let Some(file) = target.file_name() else {
        return Err(UpkeepError::Asked(format!(
            "{} is no name for a file",
            target.display()
        )));
    };
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    Ok((
        folder.to_owned(),
        target.to_owned(),
        file.to_string_lossy().into_owned(),
    ))
}
