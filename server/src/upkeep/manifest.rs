//! The form of a backup: an SQLite database, the files of its documents, and after them what it is and how to tell that it is whole.
//!
//! | bytes | what |
//! |---|---|
//! | as many as the manifest says | the database |
//! | as many as the manifest says | the files, see [`super::files`]; the first form has none |
//! | as many as the next line says | the manifest: [`Manifest`] as JSON |
//! | 4 | length of the manifest, little-endian |
//! | 16 | `inkling-backup-2`, or `inkling-backup-1` of the first form; a later one has another number |
//!
//! SQLite reads such a file as it is, since a database knows its own length.

use super::{UpkeepError, at};
use crate::db::attachments::Hash;
use crate::db::copy::Counts;
use crate::files::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

const MAGIC: &[u8; 16] = b"inkling-backup-2";

/// Of the first form.
const MAGIC_FIRST: &[u8; 16] = b"inkling-backup-1";

/// The part of the magic that every form has.
const MAGIC_FAMILY: &[u8] = b"inkling-backup-";

/// Length and magic.
const TAIL_BYTES: usize = 20;

/// A manifest has a few hundred bytes; more is none.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024;

/// Read and hashed at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The release that made it.
    pub(super) program: String,
    /// The last migration of the database.
    pub(super) step: i64,
    /// When, RFC 3339.
    pub(super) taken_at: String,
    /// Length of the database.
    pub(super) bytes: u64,
    /// SHA-256 of the database, hexadecimal.
    pub(super) sha256: String,
    pub(super) counts: Counts,
    /// Length of what holds the files.
    #[serde(default)]
    pub(super) files_bytes: u64,
}

impl Manifest {
    /// Writes it after what the file holds.
    pub(super) fn append(&self, path: &Path) -> io::Result<()> {
        let mut file = File::options().append(true).open(path)?;
        let manifest = serde_json::to_vec(self)?;
        let len = u32::try_from(manifest.len()).map_err(io::Error::other)?;
        file.write_all(&manifest)?;
        file.write_all(&len.to_le_bytes())?;
        file.write_all(MAGIC)
    }

    /// Of a backup, whose database is not looked at yet.
    pub(super) fn read(path: &Path) -> Result<Self, UpkeepError> {
        let damaged = |what: &str| UpkeepError::Damaged(path.into(), what.to_owned());
        let mut file = File::open(path).map_err(at(path))?;
        let whole = file.metadata().map_err(at(path))?.len();
        let before_tail = whole
            .checked_sub(TAIL_BYTES as u64)
            .ok_or_else(|| damaged("it is too short"))?;
        let mut tail = [0; TAIL_BYTES];
        file.seek(SeekFrom::Start(before_tail)).map_err(at(path))?;
        file.read_exact(&mut tail).map_err(at(path))?;
        let (len, magic) = tail.split_at(4);
        if magic != MAGIC && magic != MAGIC_FIRST {
            return Err(if magic.starts_with(MAGIC_FAMILY) {
                UpkeepError::Newer(path.into())
            } else {
                damaged("it does not end as a backup does: it is cut short, or none")
            });
        }
        let len = u64::from(u32::from_le_bytes([len[0], len[1], len[2], len[3]]));
        let bytes = before_tail.checked_sub(len).filter(|_| len <= MANIFEST_BYTES_MAX);
        let bytes = bytes.ok_or_else(|| damaged("its manifest is unreadable"))?;
        file.seek(SeekFrom::Start(bytes)).map_err(at(path))?;
        let mut manifest = Vec::new();
        file.take(len).read_to_end(&mut manifest).map_err(at(path))?;
        let manifest: Self = serde_json::from_slice(&manifest).map_err(|_| damaged("its manifest is unreadable"))?;
        if manifest.bytes.checked_add(manifest.files_bytes) == Some(bytes) {
            Ok(manifest)
        } else {
            Err(damaged("it has another length than it was written with"))
        }
    }

    /// Reads the database of a backup into `out`, and compares it with what was written.
    pub(super) fn copy_database(&self, path: &Path, out: &mut impl Write) -> Result<(), UpkeepError> {
        let file = File::open(path).map_err(at(path))?;
        let found = hash(&mut file.take(self.bytes), out).map_err(at(path))?;
        if found == self.sha256 {
            Ok(())
        } else {
            let what = "its bytes are not the ones that were written".to_owned();
            Err(UpkeepError::Damaged(path.into(), what))
        }
    }
}

/// Passes everything on, and answers its SHA-256, hexadecimal.
pub(super) fn hash(from: &mut impl io::Read, to: &mut impl Write) -> io::Result<String> {
    pass(from, to).map(|(hash, _)| hex(hash))
}

/// Passes everything on, and answers its SHA-256 and how many bytes there were.
pub(super) fn pass(from: &mut impl io::Read, to: &mut impl Write) -> io::Result<(Hash, u64)> {
    let mut sha256 = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut passed = 0;
    loop {
        let len = from.read(&mut chunk)?;
        if len == 0 {
            break;
        }
        sha256.update(&chunk[..len]);
        to.write_all(&chunk[..len])?;
        passed += len as u64;
    }
    Ok((sha256.finalize().into(), passed))
}
