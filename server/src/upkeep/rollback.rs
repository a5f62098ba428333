//! `inkling rollback`: puts back the copy that was made before a newer release changed the data. Nothing is deleted.
//!
//! The database that is there now gets a second name first; then the copy takes its place in one step. So at every moment there is a
//! whole database under the name that the server opens.

use super::{DATABASE, UpkeepError, at, check_step, stamp, told};
use crate::actor::hub::now;
use crate::db::copy::{self, Counts};
use crate::db::{OpenError, open, rfc3339};
use crate::partial::{Partial, with_suffix};
use shared::id::UnixMs;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A copy made before a migration, and that migration.
struct Copy {
    before: i64,
    path: PathBuf,
}

pub(super) async fn run(data_dir: &Path, before: Option<i64>) -> Result<String, UpkeepError> {
    let database = data_dir.join(DATABASE);
    if !database.try_exists().map_err(at(&database))? {
        return Err(OpenError::Unusable(database, io::ErrorKind::NotFound.into()).into());
    }
    let _lock = open::claim(data_dir)?;
    let copies = copies(data_dir)?;
    let chosen = match before {
        None => copies.last(),
        Some(before) => copies.iter().find(|copy| copy.before == before),
    };
    let there: Vec<_> = copies.iter().map(|copy| copy.before.to_string()).collect();
    let Some(chosen) = chosen else {
        let list = if there.is_empty() {
            "none".to_owned()
        } else {
            there.join(", ")
        };
        let problem = format!(
            "--before: there is no such copy in {} (there is: {list})",
            data_dir.display()
        );
        return Err(UpkeepError::Asked(problem));
    };

    let copied_at = modified(&chosen.path).map_err(at(&chosen.path))?;
    let (partial, then) = prepare(data_dir, chosen).await?;
    let lost = current(&database).await?;
    let aside = data_dir.join(format!("inkling.rolled-back-{}.db", stamp(now())));
    second_name(&database, &aside).map_err(at(&aside))?;
    partial.finish(&database).map_err(at(&database))?;
    Ok(format!(
        "Put back {}, copied at {}: {}.\n\
         What was written since then is not in it: {}.\n\
         That database is kept as {}; nothing was deleted.\n\
         Start the earlier release now; this one would bring the data forward again.\n",
        chosen.path.display(),
        rfc3339(copied_at),
        told(&then),
        lost.map_or_else(
            || "how much there was cannot be read by this release".to_owned(),
            |lost| format!("there were {}", told(&lost))
        ),
        aside.display()
    ))
}

/// All copies in the directory, the one of the last migration last.
fn copies(data_dir: &Path) -> Result<Vec<Copy>, UpkeepError> {
    let mut copies = Vec::new();
    for entry in fs::read_dir(data_dir).map_err(at(data_dir))? {
        let path = entry.map_err(at(data_dir))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let before = name.as_deref().and_then(open::copied_before);
        copies.extend(before.map(|before| Copy { before, path }));
    }
    copies.sort_by_key(|copy| copy.before);
    Ok(copies)
}

/// A copy of the copy, looked at and in new histories.
async fn prepare(data_dir: &Path, chosen: &Copy) -> Result<(Partial, Counts), UpkeepError> {
    let partial = Partial::begin(data_dir, DATABASE).map_err(at(data_dir))?;
    fs::copy(&chosen.path, partial.path()).map_err(at(partial.path()))?;
    let mut connection = copy::open_own(partial.path()).await?;
    if let Some(first) = copy::check_pages(&mut connection).await?.first() {
        return Err(UpkeepError::Damaged(chosen.path.clone(), first.clone()));
    }
    check_step(&chosen.path, copy::applied_step(&mut connection).await?)?;
    let counts = copy::counts(&mut connection).await?;
    copy::begin_new_epochs(&mut connection, now()).await?;
    copy::close(connection).await?;
    Ok((partial, counts))
}

/// What the database that is there now holds. All of it is in the one file afterwards.
async fn current(database: &Path) -> Result<Option<Counts>, UpkeepError> {
    let mut connection = copy::open_own(database).await?;
    // A later release may keep it in another way.
    let counts = copy::counts(&mut connection).await.ok();
    copy::close(connection).await?;
    let log = with_suffix(database, "-wal");
    match fs::metadata(&log) {
        Ok(metadata) if metadata.len() > 0 => {
            let problem = "its log could not be worked off".to_owned();
            Err(UpkeepError::Damaged(database.into(), problem))
        }
        _ => Ok(counts),
    }
}

fn second_name(database: &Path, aside: &Path) -> io::Result<()> {
    // Not every file system has second names.
    fs::hard_link(database, aside).or_else(|_| {
        fs::copy(database, aside)?;
        fs::File::open(aside)?.sync_all()
    })
}

fn modified(path: &Path) -> io::Result<UnixMs> {
    let since = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH);
    let since = since.map_err(io::Error::other)?;
    Ok(UnixMs(u64::try_from(since.as_millis()).map_err(io::Error::other)?))
}
