//! A room as files: one of Markdown for each document, in folders as the tree has them, with the files that belong to them, and all of it in one
//! archive that is written as it is read.

pub mod addresses;
pub mod files;
pub mod paths;

use bytes::Bytes;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Files from this length on are written with 64 bits for it: packing may make a file a little longer, and an archive of the first kind counts with 32.
const LARGE_BYTES: u64 = 3 << 30;

/// What is handed on at once, bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// What goes into an archive: a path and what is in the file, or why there is no more.
pub type Entry = io::Result<(String, Content)>;

/// What is in a file.
#[derive(Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What is in another one, which is read piece by piece.
    File(File),
}

impl Content {
    /// Writes all of it.
    pub fn copy_to(self, target: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => target.write_all(&bytes),
            Self::File(mut file) => io::copy(&mut file, target).map(|_| ()),
        }
    }

    /// Whether it may be too long for an archive of the first kind.
    fn is_large(&self) -> io::Result<bool> {
        match self {
            Self::Bytes(_) => Ok(false),
            Self::File(file) => Ok(file.metadata()?.len() > LARGE_BYTES),
        }
    }
}

/// A part of an archive, or why it is cut short.
pub type Chunk = io::Result<Bytes>;

/// Writes the entries into `target`, one after the other, until there are no more.
///
/// # Errors
/// When `target` takes nothing, or an entry is an error: then there is no archive, and what was written is not taken for one, since what it
/// contains is listed at its end.
pub fn write<W: Write>(target: W, mut next: impl FnMut() -> Option<Entry>) -> io::Result<W> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o644);
    let is_over = Rc::new(Cell::new(false));
    let target = Target {
        target,
        is_over: is_over.clone(),
    };
    let mut archive = ZipWriter::new_stream(target);
    let mut fill = || -> io::Result<()> {
        while let Some(entry) = next() {
            let (path, content) = entry?;
            archive.start_file(path, options.large_file(content.is_large()?))?;
            content.copy_to(&mut archive)?;
        }
        Ok(())
    };
    if let Err(error) = fill() {
        is_over.set(true);
        return Err(error);
    }
    Ok(archive.finish()?.into_inner().target)
}

/// Takes nothing any more once it is over: dropping a writer of archives completes the archive.
struct Target<W> {
    target: W,
    is_over: Rc<Cell<bool>>,
}

impl<W: Write> Write for Target<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_over.get() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.target.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

/// Writes an archive of what comes from `entries` to `chunks`, on a thread of its own: compressing is work. Ends early when nobody takes
/// a chunk within this time.
pub fn stream(mut entries: mpsc::Receiver<Entry>, chunks: mpsc::Sender<Chunk>, taken_within: Duration) {
    let sink = Sink {
        handle: Handle::current(),
        chunks: chunks.clone(),
        taken_within,
        waiting: Vec::new(),
    };
    tokio::task::spawn_blocking(move || {
        let written = write(sink, || entries.blocking_recv()).and_then(|mut sink| sink.flush());
        if let Err(error) = written {
            // Whoever reads it learns that it is not whole. That nobody reads any more is no news.
            chunks.try_send(Err(error)).ok();
        }
    });
}

/// Gathers bytes into chunks.
struct Sink {
    handle: Handle,
    chunks: mpsc::Sender<Chunk>,
    taken_within: Duration,
    waiting: Vec<u8>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let chunk = Bytes::from(std::mem::take(&mut self.waiting));
        let send = tokio::time::timeout(self.taken_within, self.chunks.send(Ok(chunk)));
        match self.handle.block_on(send) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read as _};

    #[test]
    fn what_goes_into_an_archive_comes_out_of_it_byte_for_byte() {
        let entries = [
            ("Soup.md", "# Soup\r\n".as_bytes().to_vec()),
            ("Soup/größer ☕.md", Vec::new()),
            ("Long.md", "abc\u{feff}".repeat(100_000).into_bytes()),
        ];
        let mut left = entries.clone().into_iter();
        let archive = write(Vec::new(), || {
            left.next()
                .map(|(path, content)| Ok((path.to_owned(), Content::Bytes(content))))
        })
        .expect("memory takes it");
        assert!(archive.len() < 10_000);
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
        assert_eq!(archive.len(), entries.len());
        for (path, content) in entries {
            let mut found = Vec::new();
            archive
                .by_name(path)
                .expect("it is in it")
                .read_to_end(&mut found)
                .expect("it is whole");
            assert_eq!(found, content, "{path}");
        }
    }

    #[test]
    fn an_archive_that_was_cut_short_is_none() {
        let mut written = Vec::new();
        let mut left = vec![
            Err(io::ErrorKind::Other.into()),
            Ok(("a.md".to_owned(), Content::Bytes(b"a".to_vec()))),
        ];
        assert!(write(&mut written, || left.pop()).is_err());
        assert!(zip::ZipArchive::new(Cursor::new(written)).is_err());
    }
}
