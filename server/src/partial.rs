//! Files that get their name when they are whole.

use rustix::fs::FlockOperation;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A file under a name of its own until [`finish`](Self::finish) gives it the one it is for. Deleted when dropped before that.
///
/// Whoever kills the program in between leaves a file whose name ends with `.partial`; the next one of that name deletes it. A lock on the
/// folder, which ends with the program, keeps two from writing at once.
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    folder: File,
}

impl Partial {
    /// An empty file `NAME.partial` in `folder`, for its owner's eyes only.
    pub(crate) fn begin(folder: &Path, name: &str) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = folder.join(format!("{name}.partial"));
        let folder = File::open(folder)?;
        match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let problem = "another inkling is writing into this folder";
                return Err(io::Error::new(ErrorKind::ResourceBusy, problem));
            }
            Err(error) => return Err(error.into()),
        }
        // What a killed one left, with what SQLite had beside it.
        for suffix in ["", "-journal", "-wal", "-shm"] {
            remove(&with_suffix(&path, suffix))?;
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self { path, folder })
    }

    /// Where it is at the moment.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name in the folder, once its bytes are on the disk. A file that has the name already is replaced.
    pub(crate) fn finish(self, name: &Path) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        fs::rename(&self.path, name)?;
        self.folder.sync_all()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Not there any more when it has its name. What cannot be deleted is deleted by the next one.
        remove(&self.path).ok();
    }
}

/// A path with something after its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
