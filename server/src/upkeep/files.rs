//! The files of documents within a backup: one after the other, each with its hash (32 bytes) and its length (8, little-endian) before it.

use super::manifest::{self, Manifest};
use super::{UpkeepError, at};
use crate::db::attachments::Hash;
use crate::files::{hex, place};
use std::fs::{self, File};
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::path::Path;

/// Hash and length.
const HEAD_BYTES: usize = 40;

/// Writes files to the end of a backup, and answers how many bytes that took and what is wrong with those that it had to leave out:
/// a file that is lost is no reason to have no backup of the others.
pub(super) fn append(backup: &Path, root: &Path, wanted: &[(Hash, u64)]) -> Result<(u64, Vec<String>), UpkeepError> {
    let mut out = File::options().append(true).open(backup).map_err(at(backup))?;
    let mut written = 0;
    let mut left_out = Vec::new();
    for one @ (hash, bytes) in wanted {
        if let Some(problem) = problem(root, one) {
            left_out.push(problem);
            continue;
        }
        let path = root.join(place(*hash));
        let mut file = File::open(&path).map_err(at(&path))?;
        out.write_all(hash).map_err(at(backup))?;
        out.write_all(&bytes.to_le_bytes()).map_err(at(backup))?;
        let passed = pass(&mut file, *bytes, &mut out).map_err(at(&path))?;
        if passed != Some(*hash) {
            return Err(UpkeepError::Damaged(path, "it changed while it was read".into()));
        }
        written += HEAD_BYTES as u64 + bytes;
    }
    Ok((written, left_out))
}

/// Hands every file of a backup to what `place` opens for it, and compares it with its name.
pub(super) fn each<W: Write>(
    backup: &Path,
    manifest: &Manifest,
    mut place: impl FnMut(Hash) -> Result<W, UpkeepError>,
) -> Result<(), UpkeepError> {
    let mut file = File::open(backup).map_err(at(backup))?;
    file.seek(SeekFrom::Start(manifest.bytes)).map_err(at(backup))?;
    let mut left = manifest.files_bytes;
    while left > 0 {
        let mut head = [0; HEAD_BYTES];
        file.read_exact(&mut head).map_err(at(backup))?;
        let (hash, bytes) = head.split_at(32);
        let hash: Hash = hash.try_into().expect("it was split there");
        let bytes = u64::from_le_bytes(bytes.try_into().expect("the rest is as long"));
        left = left
            .checked_sub(HEAD_BYTES as u64)
            .and_then(|left| left.checked_sub(bytes))
            .ok_or_else(|| {
                UpkeepError::Damaged(
                    backup.into(),
                    "its files have other lengths than they were written with".into(),
                )
            })?;
        let mut out = place(hash)?;
        if pass(&mut file, bytes, &mut out).map_err(at(backup))? != Some(hash) {
            let what = format!("the file {} in it is not the one that was written", hex(hash));
            return Err(UpkeepError::Damaged(backup.into(), what));
        }
        out.flush().map_err(at(backup))?;
    }
    Ok(())
}

/// What is wrong with the files that attachments have.
pub(super) fn problems(root: &Path, wanted: &[(Hash, u64)]) -> Vec<String> {
    wanted.iter().filter_map(|one| problem(root, one)).collect()
}

fn problem(root: &Path, (hash, bytes): &(Hash, u64)) -> Option<String> {
    let name = hex(*hash);
    let found = File::open(root.join(place(*hash)))
        .and_then(|mut file| Ok((pass(&mut file, *bytes, &mut io::sink())?, file.read(&mut [0])?)));
    match found {
        Ok((Some(found), 0)) if found == *hash => None,
        Ok(_) => Some(format!("the file {name} is not the one that was written")),
        Err(error) => Some(format!("the file {name} cannot be read: {error}")),
    }
}

/// Everything in a folder of files is on the disk after this.
pub(super) fn sync(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(root)?.sync_all()
}

/// Passes so many bytes on, and answers their hash; none when there are fewer.
fn pass(from: &mut impl Read, bytes: u64, to: &mut impl Write) -> io::Result<Option<Hash>> {
    let (hash, passed) = manifest::pass(&mut from.take(bytes), to)?;
    Ok((passed == bytes).then_some(hash))
}
