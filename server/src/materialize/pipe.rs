//! What the server and its materialize child say to each other: frames of a 32-bit little-endian length and postcard.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::id::ClientId;
use std::io::{Error, ErrorKind, Read, Write};

/// Largest frame, bytes: a document at its limit of units, with what a log of single keystrokes adds to them.
pub const FRAME_BYTES_MAX: usize = 512 << 20;

/// Bytes of the length before each frame.
pub const LENGTH_BYTES: usize = 4;

/// Something to be worked out from a document's updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What.
    pub task: Task,
    /// The updates, as `shared::bundle` writes them.
    pub bundle: Bytes,
}

/// What to work out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// The plain text.
    Text,
    /// A verified snapshot, and the text.
    Compact,
    /// Whether a snapshot can be made and verified.
    Check,
    /// The smallest edit that makes the text `wanted`, as the replica `client_id` would make it.
    Edit { client_id: ClientId, wanted: String },
    /// This text, which came out of a document before, as HTML. Needs no updates.
    Page { text: String, leading: Leading },
}

/// Where the links of a page lead that say less than that: see `prose::html::Look`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leading {
    /// The site of those without one.
    pub site: String,
    /// What stands before relative addresses of files.
    pub files: String,
    /// What stands before those of texts.
    pub texts: String,
}

/// Answers a [`Task`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Text(String),
    Compacted { snapshot: Bytes, text: String },
    Checked,
    Edited(Vec<Bytes>),
    Page(String),
}

/// The updates make no sound document. For the log; it names no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub reason: String,
}

impl Failure {
    #[must_use]
    pub fn new(reason: String) -> Self {
        Self { reason }
    }
}

/// The bytes of a frame; none when they are too many.
#[must_use]
pub fn encode<T: Serialize>(message: &T) -> Option<Vec<u8>> {
    let mut frame =
        postcard::to_extend(message, vec![0; LENGTH_BYTES]).expect("messages hold nothing that postcard cannot write");
    let len = frame.len() - LENGTH_BYTES;
    let len = u32::try_from(len).ok().filter(|_| len <= FRAME_BYTES_MAX)?;
    frame[..LENGTH_BYTES].copy_from_slice(&len.to_le_bytes());
    Some(frame)
}

/// How long the frame is that a length announces.
pub fn frame_len(length: [u8; LENGTH_BYTES]) -> Result<usize, Error> {
    let len = u32::from_le_bytes(length) as usize;
    if len <= FRAME_BYTES_MAX {
        Ok(len)
    } else {
        Err(Error::new(ErrorKind::InvalidData, "frame over the limit"))
    }
}

/// The message in a frame, without its length.
pub fn decode<T: DeserializeOwned>(frame: &[u8]) -> Result<T, Error> {
    postcard::from_bytes(frame).map_err(|e| Error::new(ErrorKind::InvalidData, e))
}

/// Writes a message and sees it on its way.
pub fn write<T: Serialize>(to: &mut impl Write, message: &T) -> Result<(), Error> {
    let frame = encode(message).ok_or_else(|| Error::new(ErrorKind::InvalidData, "frame over the limit"))?;
    to.write_all(&frame)?;
    to.flush()
}

/// Reads a message; none when the other side is gone.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> Result<Option<T>, Error> {
    let mut length = [0; LENGTH_BYTES];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let mut frame = vec![0; frame_len(length)?];
    from.read_exact(&mut frame)?;
    decode(&frame).map(Some)
}
