//! What was sent: a single file, an archive of files, or a folder. Nothing of it is believed: how many there are, how long, where they lie, and what they are.

use super::LeftOut;
use crate::relative::PATH_BYTES_MAX;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use zip::CompressionMethod;
use zip::read::{ArchiveOffset, Config, OwnedZipFileEntry, ZipFileEntry, ZipReadOptions};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

/// Files and folders of an archive. A room has fewer documents; the rest is room for what lies beside them.
pub const ENTRIES_MAX: usize = 50_000;

/// Folders around a file.
const FOLDERS_MAX: usize = 32;

/// Bytes that may be read to find the list of an archive, at its end. Somebody may have filled it with what looks like one.
const SEARCH_BYTES_MAX: u64 = 1 << 20;

/// A file that becomes more than so many times as long is no text and no image. Zeros become a thousand times as long.
const RATIO_MAX: u64 = 200;

/// Below this length nobody minds, bytes.
const RATIO_FROM_BYTES: u64 = 1 << 20;

/// How many times its own length an archive may unpack to, all in all, beyond a first part that every one may.
const EXPANSION_MAX: u64 = 10;
const EXPANSION_FROM_BYTES: u64 = 64 << 20;

/// Read and handed on at once.
const CHUNK_BYTES: usize = 64 << 10;

/// See the module.
#[derive(Debug)]
pub struct Package {
    /// In the order in which they were packed.
    pub files: Vec<Packed>,
    /// What is none of them, and why.
    pub left_out: Vec<(String, LeftOut)>,
    /// Files that programs keep for themselves: what begins with a dot, and what macOS adds.
    pub hidden: usize,
    source: Source,
    /// Bytes that may still be unpacked.
    expands_to: u64,
}

/// A file in it.
#[derive(Debug)]
pub struct Packed {
    /// Where it lies, without anything that leads elsewhere.
    pub path: String,
    /// How many it says there are.
    pub bytes: u64,
    entry: Option<Box<OwnedZipFileEntry>>,
}

#[derive(Debug)]
enum Source {
    One(File),
    Folder(PathBuf),
    Archive(Metered),
}

/// Why an archive is not read at all; for a person.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Cut short, changed, or never one.
    #[error("This archive is damaged, or is none: {0}.")]
    Damaged(String),
    /// More than are counted.
    #[error("There are more than {ENTRIES_MAX} files in this archive.")]
    TooMany,
    /// The disk.
    #[error("This archive cannot be read: {0}.")]
    Unreadable(#[from] io::Error),
}

impl Package {
    /// One file that is called so.
    pub fn one(path: &str, file: File) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        let mut package = Self::empty(Source::One(file), u64::MAX);
        match checked(path) {
            Ok(Some(path)) => package.files.push(Packed {
                path,
                bytes,
                entry: None,
            }),
            Ok(None) => package.hidden += 1,
            Err(why) => package.left_out.push((path.to_owned(), why)),
        }
        Ok(package)
    }

    /// The files of a folder and of those in it, by their names.
    pub fn folder(root: &Path) -> io::Result<Self> {
        let mut package = Self::empty(Source::Folder(root.to_owned()), u64::MAX);
        let mut waiting = vec![String::new()];
        while let Some(folder) = waiting.pop() {
            let mut entries = fs::read_dir(root.join(&folder))?.collect::<io::Result<Vec<_>>>()?;
            entries.sort_by_key(fs::DirEntry::file_name);
            let first = waiting.len();
            for entry in entries {
                let name = format!("{folder}{}", entry.file_name().to_string_lossy());
                let kind = entry.file_type()?;
                match checked(&name) {
                    Ok(None) => package.hidden += 1,
                    Err(why) => package.left_out.push((name, why)),
                    Ok(Some(_)) if kind.is_dir() => waiting.push(format!("{name}/")),
                    Ok(Some(_)) if !kind.is_file() => package.left_out.push((name, LeftOut::Link)),
                    Ok(Some(path)) => package.files.push(Packed {
                        path,
                        bytes: entry.metadata()?.len(),
                        entry: None,
                    }),
                }
            }
            waiting[first..].reverse();
            if package.files.len() > ENTRIES_MAX {
                return Err(io::Error::other(PackageError::TooMany));
            }
        }
        Ok(package)
    }

    /// The files of a ZIP archive. Its list is read one by one and looked at before anything is kept of it.
    pub fn archive(file: File) -> Result<Self, PackageError> {
        let expands_to = file
            .metadata()?
            .len()
            .saturating_mul(EXPANSION_MAX)
            .max(EXPANSION_FROM_BYTES);
        let list = Metered {
            file: BufReader::new(file.try_clone()?),
            left: SEARCH_BYTES_MAX,
        };
        let whole = Metered {
            file: BufReader::new(file),
            left: u64::MAX,
        };
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let mut archive = ZipIterable::try_new(list, config)?;
        if archive.len() > ENTRIES_MAX {
            return Err(PackageError::TooMany);
        }
        let mut package = Self::empty(Source::Archive(whole), expands_to);
        let mut seen = HashSet::new();
        let files = archive.files()?;
        files.reader_mut().left = u64::MAX;
        for entry in files {
            package.take(entry?, &mut seen);
        }
        Ok(package)
    }

    fn empty(source: Source, expands_to: u64) -> Self {
        Self {
            files: Vec::new(),
            left_out: Vec::new(),
            hidden: 0,
            source,
            expands_to,
        }
    }

    fn take(&mut self, entry: ZipFileEntry<'static>, seen: &mut HashSet<String>) {
        let name = match entry.name() {
            Ok(name) => name.replace('\\', "/"),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        };
        if entry.is_dir() || name.ends_with('/') {
            return;
        }
        let path = match checked(&name) {
            Ok(Some(path)) => path,
            Ok(None) => {
                self.hidden += 1;
                return;
            }
            Err(why) => return self.left_out.push((name, why)),
        };
        match self.refusal(&entry) {
            Some(why) => self.left_out.push((path, why)),
            None if !seen.insert(path.clone()) => self.left_out.push((path, LeftOut::Twice)),
            None => self.files.push(Packed {
                path,
                bytes: entry.size(),
                entry: Some(Box::new(entry.into())),
            }),
        }
    }

    fn refusal(&self, entry: &ZipFileEntry<'_>) -> Option<LeftOut> {
        let is_tight = entry.size() / RATIO_MAX > entry.compressed_size() && entry.size() > RATIO_FROM_BYTES;
        if entry.is_symlink() {
            Some(LeftOut::Link)
        } else if entry.encrypted() {
            Some(LeftOut::Encrypted)
        } else if !matches!(
            entry.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        ) {
            Some(LeftOut::Unknown)
        } else if is_tight || entry.size() > self.expands_to {
            Some(LeftOut::TooTight)
        } else {
            None
        }
    }

    /// Hands the bytes of a file on, piece by piece, at most `bytes_max` of them. What was handed on before an error is to be thrown away.
    pub fn read(
        &mut self,
        at: usize,
        bytes_max: u64,
        mut to: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), ReadError> {
        let Packed { path, bytes, entry } = &self.files[at];
        if *bytes > bytes_max {
            return Err(LeftOut::TooLarge(bytes_max).into());
        }
        if *bytes > self.expands_to {
            return Err(LeftOut::TooTight.into());
        }
        self.expands_to -= bytes;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut left = *bytes;
        let mut copy = |from: &mut dyn Read| loop {
            let read = from.read(&mut chunk).map_err(|_| LeftOut::Damaged)?;
            if read == 0 {
                // The last read has also compared the checksum.
                return if left == 0 {
                    Ok(())
                } else {
                    Err(LeftOut::Damaged.into())
                };
            }
            left = left.checked_sub(read as u64).ok_or(LeftOut::Damaged)?;
            to(&chunk[..read]).map_err(ReadError::Target)?;
        };
        match (&mut self.source, entry) {
            (Source::One(file), _) => {
                file.seek(SeekFrom::Start(0)).map_err(|_| LeftOut::Damaged)?;
                copy(file)
            }
            (Source::Folder(root), _) => {
                let mut file = File::open(root.join(path)).map_err(|_| LeftOut::Damaged)?;
                copy(&mut file)
            }
            (Source::Archive(archive), Some(entry)) => {
                let file = (**entry).as_ref().with_reader(archive, ZipReadOptions::new());
                let mut file = file.map_err(|_| LeftOut::Damaged)?;
                copy(&mut file)
            }
            (Source::Archive(_), None) => unreachable!("files of an archive have entries"),
        }
    }

    /// All bytes of a file.
    pub fn bytes(&mut self, at: usize, bytes_max: u64) -> Result<Vec<u8>, LeftOut> {
        let mut bytes = Vec::new();
        let read = self.read(at, bytes_max, |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        });
        match read {
            Ok(()) => Ok(bytes),
            Err(ReadError::LeftOut(why)) => Err(why),
            Err(ReadError::Target(_)) => unreachable!("memory takes every piece"),
        }
    }

    /// The text of a file, byte for byte.
    pub fn text(&mut self, at: usize, bytes_max: u64) -> Result<String, LeftOut> {
        let text = self.bytes(at, bytes_max)?;
        String::from_utf8(text).map_err(|error| LeftOut::NotUtf8(error.utf8_error().valid_up_to()))
    }
}

/// Why a file was not read to its end.
#[derive(Debug)]
pub enum ReadError {
    /// Because of what it is.
    LeftOut(LeftOut),
    /// Since nobody takes its bytes.
    Target(io::Error),
}

impl From<LeftOut> for ReadError {
    fn from(why: LeftOut) -> Self {
        Self::LeftOut(why)
    }
}

impl From<ZipError> for PackageError {
    fn from(error: ZipError) -> Self {
        Self::Damaged(error.to_string().trim_end_matches('.').to_owned())
    }
}

/// Where a file lies, if it does so within the archive; none for what programs keep for themselves.
fn checked(name: &str) -> Result<Option<String>, LeftOut> {
    let is_drive = name.as_bytes().get(1) == Some(&b':');
    if name.is_empty() || name.starts_with('/') || is_drive || name.chars().any(char::is_control) {
        return Err(LeftOut::PathUnsafe);
    }
    let parts: Vec<_> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err(LeftOut::PathUnsafe);
    }
    if parts.iter().any(|part| part.starts_with('.') || *part == "__MACOSX") {
        return Ok(None);
    }
    if name.len() > PATH_BYTES_MAX || parts.len() > FOLDERS_MAX + 1 {
        return Err(LeftOut::PathTooLong);
    }
    Ok(Some(parts.join("/")))
}

/// A file of which only so much may be read.
#[derive(Debug)]
struct Metered {
    file: BufReader<File>,
    left: u64,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| io::Error::other("its list is not where it should be"))?;
        Ok(read)
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests;
