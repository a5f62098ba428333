//! The bytes of attachments: one file each in the data directory, named by the hash of what is in it.
//!
//! A file gets its name when all of it is on the disk, and is never changed after that. Two attachments with the same bytes have one file.
//! What a killed server was writing lies apart, and is deleted by the next one.

use crate::db::attachments::Hash;
use sha2::{Digest as _, Sha256};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{RwLock, RwLockReadGuard};

/// The folder in the data directory.
pub(crate) const FOLDER: &str = "attachments";

/// Where files lie that are still being written, beside the folders of those that are whole.
const INCOMING: &str = "incoming";

/// Bytes at the beginning that tell what a file is.
const HEAD_BYTES: usize = 64;

/// See the module.
#[derive(Clone, Debug)]
pub struct Files {
    root: Arc<PathBuf>,
    /// Held for reading from when a file gets its name until an attachment has it, so that nobody takes it away in between.
    keeping: Arc<RwLock<()>>,
}

/// A file that is being written. Deleted when dropped before it gets its name.
#[derive(Debug)]
pub struct Incoming {
    path: PathBuf,
    file: File,
    sha256: Sha256,
    head: Vec<u8>,
    bytes: u64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub sha256: Hash,
    pub bytes: u64,
    /// What begins the file, enough to tell what it is.
    pub head: Vec<u8>,
}

/// A file that has its name. Nobody deletes it for as long as this is kept.
#[derive(Debug)]
pub struct Kept<'a> {
    pub written: Written,
    _keeping: RwLockReadGuard<'a, ()>,
}

impl Files {
    /// The files of a data directory. Deletes what a killed server was writing.
    pub async fn open(data_dir: &Path) -> io::Result<Self> {
        let root = data_dir.join(FOLDER);
        let incoming = root.join(INCOMING);
        match fs::remove_dir_all(&incoming).await {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::create_dir_all(&incoming).await?;
        Ok(Self {
            root: Arc::new(root),
            keeping: Arc::default(),
        })
    }

    /// Begins a file. `name` is one that no other one has that is being written.
    pub async fn begin(&self, name: &str) -> io::Result<Incoming> {
        let path = self.root.join(INCOMING).join(name);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .await?;
        Ok(Incoming {
            path,
            file,
            sha256: Sha256::new(),
            head: Vec::new(),
            bytes: 0,
        })
    }

    /// Gives a file its name, once it is on the disk.
    pub async fn keep(&self, mut incoming: Incoming) -> io::Result<Kept<'_>> {
        incoming.file.flush().await?;
        incoming.file.sync_all().await?;
        let written = Written {
            sha256: std::mem::take(&mut incoming.sha256).finalize().into(),
            bytes: incoming.bytes,
            head: std::mem::take(&mut incoming.head),
        };
        let path = self.path(written.sha256);
        let keeping = self.keeping.read().await;
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).await?;
        // One with the same bytes may be there. Whichever of them it is, its time is now, so that nobody takes it for one that was left behind.
        fs::rename(&incoming.path, &path).await?;
        sync(folder).await?;
        sync(&self.root).await?;
        Ok(Kept {
            written,
            _keeping: keeping,
        })
    }

    /// A file's bytes, and how many there are.
    pub async fn read(&self, file: Hash) -> io::Result<(File, u64)> {
        let file = File::open(self.path(file)).await?;
        let bytes = file.metadata().await?.len();
        Ok((file, bytes))
    }

    /// Deletes a file, if `is_unused` says so while nobody can begin to use it.
    pub async fn delete<E: From<io::Error>>(
        &self,
        file: Hash,
        is_unused: impl Future<Output = Result<bool, E>>,
    ) -> Result<bool, E> {
        let _alone = self.keeping.write().await;
        if !is_unused.await? {
            return Ok(false);
        }
        match fs::remove_file(self.path(file)).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Files that got their name before `before`.
    pub async fn older_than(&self, before: SystemTime) -> io::Result<Vec<Hash>> {
        let mut found = Vec::new();
        let mut folders = fs::read_dir(&*self.root).await?;
        while let Some(folder) = folders.next_entry().await? {
            if folder.file_name() == INCOMING || !folder.file_type().await?.is_dir() {
                continue;
            }
            let mut files = fs::read_dir(folder.path()).await?;
            while let Some(file) = files.next_entry().await? {
                let hash = file.file_name().to_str().and_then(parse);
                if let Some(hash) = hash
                    && file.metadata().await?.modified()? < before
                {
                    found.push(hash);
                }
            }
        }
        Ok(found)
    }

    fn path(&self, file: Hash) -> PathBuf {
        self.root.join(place(file))
    }
}

/// Where a file lies in the folder: few enough in each folder of it that every file system is quick.
pub(crate) fn place(file: Hash) -> PathBuf {
    let name = hex(file);
    Path::new(&name[..2]).join(&name)
}

/// A hash as it is written: 64 hexadecimal digits.
pub(crate) fn hex(file: Hash) -> String {
    file.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(name: &str) -> Option<Hash> {
    let digits = name.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut hash = Hash::default();
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

impl Incoming {
    /// Writes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let missing = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// What was written, to be read. It goes with this one.
    pub async fn reread(&mut self) -> io::Result<std::fs::File> {
        self.file.flush().await?;
        Ok(File::open(&self.path).await?.into_std().await)
    }

    /// How many bytes were written.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Not there any more when it has its name. What cannot be deleted is deleted at the next start.
        std::fs::remove_file(&self.path).ok();
    }
}

/// What was done in a folder is on the disk after this.
async fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder).await?.sync_all().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_from_the_name_that_it_gives() {
        let hash: Hash = std::array::from_fn(|at| u8::try_from(at * 7).unwrap_or(0));
        assert_eq!(parse(&hex(hash)), Some(hash));
        assert_eq!(parse("incoming"), None);
        assert_eq!(parse(&"g".repeat(64)), None);
        assert_eq!(parse(&"é".repeat(32)), None);
    }

    #[tokio::test]
    async fn what_is_not_finished_is_gone_and_what_is_used_is_not_deleted() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = Files::open(directory.path()).await.expect("it opens");
        let mut one = files.begin("one").await.expect("it begins");
        one.write(b"never finished").await.expect("it writes");
        let left = one.path.clone();
        drop(one);
        assert!(!left.exists());

        let mut two = files.begin("two").await.expect("it begins");
        two.write(b"abc").await.expect("it writes");
        let kept = files.keep(two).await.expect("it is kept");
        assert_eq!((kept.written.bytes, &kept.written.head[..]), (3, &b"abc"[..]));
        let hash = kept.written.sha256;
        drop(kept);
        let soon = SystemTime::now() + std::time::Duration::from_secs(60);
        assert_eq!(files.older_than(soon).await.expect("it lists"), [hash]);
        assert!(
            !files
                .delete::<io::Error>(hash, async { Ok(false) })
                .await
                .expect("it asks")
        );
        assert_eq!(files.read(hash).await.expect("it is there").1, 3);
        assert!(
            files
                .delete::<io::Error>(hash, async { Ok(true) })
                .await
                .expect("it deletes")
        );
        assert!(files.read(hash).await.is_err());
    }
}
