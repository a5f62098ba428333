//! `inkling restore`: makes a data directory of a backup.
//!
//! Every document and room begins a new history (*epoch*) with it. A tab that holds more than the backup is told so when it comes back,
//! keeps its copy aside, and goes on from what was restored.

use super::manifest::Manifest;
use super::{DATABASE, UpkeepError, at, check_step, files, told};
use crate::actor::hub::now;
use crate::db::{copy, open};
use crate::files::{FOLDER, place};
use crate::partial::Partial;
use std::fs::{self, File};
use std::io;
use std::path::Path;

pub(super) async fn run(file: &Path, data_dir: &Path) -> Result<String, UpkeepError> {
    // Everything is looked at before anything is made.
    let manifest = Manifest::read(file)?;
    check_step(file, Some(manifest.step))?;
    manifest.copy_database(file, &mut io::sink())?;
    files::each(file, &manifest, |_| Ok(io::sink()))?;

    let is_new = !data_dir.try_exists().map_err(at(data_dir))?;
    if !is_new {
        refuse_what_is_there(data_dir)?;
    }
    let _lock = open::claim(data_dir)?;
    let made = make(file, &manifest, data_dir).await;
    if made.is_err() && is_new {
        // Nothing else was put there. What cannot be deleted does no harm: there is no database in it.
        fs::remove_file(data_dir.join(open::LOCK)).ok();
        fs::remove_dir_all(data_dir.join(FOLDER)).ok();
        fs::remove_dir(data_dir).ok();
    }
    made?;
    Ok(format!(
        "Restored what {} held at {}: {}.\n\
         What was written later is not in it. Tabs that were open keep what they had aside, as a recovered version.\n\
         Sign-ins, tokens and passwords are those of then: what was revoked later is valid again.\n\
         Start the server with --data-dir {}.\n",
        file.display(),
        manifest.taken_at,
        told(&manifest.counts),
        data_dir.display()
    ))
}

async fn make(file: &Path, manifest: &Manifest, data_dir: &Path) -> Result<(), UpkeepError> {
    // Again, now that nobody else puts anything there.
    refuse_what_is_there(data_dir)?;
    let partial = Partial::begin(data_dir, DATABASE).map_err(at(data_dir))?;
    let mut out = File::options()
        .write(true)
        .open(partial.path())
        .map_err(at(partial.path()))?;
    manifest.copy_database(file, &mut out)?;
    drop(out);
    let mut connection = copy::open_own(partial.path()).await?;
    let wrong = copy::check_pages(&mut connection).await?;
    if let Some(first) = wrong.first() {
        return Err(UpkeepError::Damaged(file.into(), first.clone()));
    }
    check_step(file, copy::applied_step(&mut connection).await?)?;
    put_files(file, manifest, &data_dir.join(FOLDER))?;
    copy::begin_new_epochs(&mut connection, now()).await?;
    copy::close(connection).await?;
    let database = data_dir.join(DATABASE);
    partial.finish(&database).map_err(at(&database))
}

/// The files of the documents, each in its place before the database is that names it.
fn put_files(file: &Path, manifest: &Manifest, root: &Path) -> Result<(), UpkeepError> {
    fs::create_dir_all(root).map_err(at(root))?;
    files::each(file, manifest, |hash| {
        let path = root.join(place(hash));
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(at(folder))?;
        File::create(&path).map_err(at(&path))
    })?;
    files::sync(root).map_err(at(root))
}

/// The directory may hold the lock, and what a restore that was killed left.
fn refuse_what_is_there(data_dir: &Path) -> Result<(), UpkeepError> {
    for entry in fs::read_dir(data_dir).map_err(at(data_dir))? {
        let name = entry.map_err(at(data_dir))?.file_name();
        let name = name.to_string_lossy();
        if name != open::LOCK && name != FOLDER && !name.starts_with(&format!("{DATABASE}.partial")) {
            let problem = format!("--data-dir: {} is not empty: {name} is there", data_dir.display());
            return Err(UpkeepError::Asked(problem));
        }
    }
    Ok(())
}
