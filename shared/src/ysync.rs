//! Messages of the y-websocket protocol (y-protocols sync and awareness), read and written as bytes, strictly.
//!
//! A message begins with its kind: 0 sync (then 0 step 1 with a state vector, 1 step 2, 2 update), 1 awareness, 2 auth,
//! 3 query awareness. A frame may hold several. Truncated, overlong or trailing bytes make the whole frame an error, and
//! nothing is kept of what was read before. What updates hold is not looked at here: the server's gate does that.

mod awareness;
#[cfg(test)]
mod tests;

pub use awareness::{Awareness, state_of};

use crate::id::ClientId;
use crate::lib0::{Cursor, Malformed, put_bytes, put_number};
use crate::limits::{DOCUMENT_REPLICAS_MAX, FRAME_BYTES_MAX};

const SYNC: u32 = 0;
const AWARENESS: u32 = 1;
const AUTH: u32 = 2;
const QUERY_AWARENESS: u32 = 3;

const STEP_1: u32 = 0;
const STEP_2: u32 = 1;
const UPDATE: u32 = 2;

const PERMISSION_DENIED: u32 = 0;

/// Messages in one frame. Stock clients send one; nothing sensible sends hundreds.
pub const MESSAGES_MAX: usize = 64;

/// Presences in one awareness message: a stock client sends its own, and all it knows when asked.
pub const AWARENESS_ENTRIES_MAX: usize = 1024;

/// An update that holds nothing: answers step 1 when all there is has been sent already.
pub const EMPTY_UPDATE: &[u8] = &[0, 0];

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub enum Message<'a> {
    /// What the sender has. Wants a step 2 with what is missing.
    Step1(Vec<(ClientId, u32)>),
    /// An update with what was missing; the sender's whole state may be in it.
    Step2(&'a [u8]),
    /// An update.
    Update(&'a [u8]),
    /// Presences, and the bytes they were sent as.
    Awareness {
        /// Each presence that changed.
        entries: Vec<Awareness>,
        /// The whole message, to be echoed.
        bytes: &'a [u8],
    },
    /// Why the receiver may not.
    PermissionDenied(&'a str),
    /// Wants all presences.
    QueryAwareness,
}

/// Every message of a frame, in order.
pub fn decode(frame: &[u8]) -> Result<Vec<Message<'_>>, Malformed> {
    let mut cursor = Cursor::new(frame, 0);
    if frame.is_empty() || frame.len() > FRAME_BYTES_MAX {
        return Err(cursor.malformed("an empty frame, or one over the limit"));
    }
    let mut messages = Vec::new();
    while !cursor.is_at_end() {
        if messages.len() == MESSAGES_MAX {
            return Err(cursor.malformed("too many messages"));
        }
        messages.push(message(frame, &mut cursor)?);
    }
    Ok(messages)
}

fn message<'a>(frame: &'a [u8], cursor: &mut Cursor<'a>) -> Result<Message<'a>, Malformed> {
    let begin = cursor.at();
    match cursor.number()? {
        SYNC => match cursor.number()? {
            STEP_1 => Ok(Message::Step1(state_vector(cursor.bytes()?)?)),
            STEP_2 => Ok(Message::Step2(cursor.bytes()?)),
            UPDATE => Ok(Message::Update(cursor.bytes()?)),
            _ => Err(cursor.malformed("an unknown kind of sync")),
        },
        AWARENESS => {
            let entries = awareness::entries(cursor.bytes()?)?;
            Ok(Message::Awareness {
                entries,
                bytes: &frame[begin..cursor.at()],
            })
        }
        AUTH => match cursor.number()? {
            PERMISSION_DENIED => Ok(Message::PermissionDenied(cursor.text()?)),
            _ => Err(cursor.malformed("an unknown kind of auth")),
        },
        QUERY_AWARENESS => Ok(Message::QueryAwareness),
        _ => Err(cursor.malformed("an unknown kind of message")),
    }
}

fn state_vector(bytes: &[u8]) -> Result<Vec<(ClientId, u32)>, Malformed> {
    let mut cursor = Cursor::new(bytes, 0);
    let count = cursor.number()? as usize;
    if count > DOCUMENT_REPLICAS_MAX {
        return Err(cursor.malformed("more replicas than documents have"));
    }
    // Pushed one by one: what is declared need not be there.
    let mut clocks = Vec::new();
    for _ in 0..count {
        clocks.push((ClientId(cursor.number()?), cursor.number()?));
    }
    cursor.end()?;
    Ok(clocks)
}

/// Step 1 with what the sender has.
#[must_use]
pub fn step1(state_vector: impl IntoIterator<Item = (ClientId, u32)>) -> Vec<u8> {
    let (mut count, mut clocks) = (0, Vec::new());
    for (client_id, clock) in state_vector {
        count += 1;
        put_number(&mut clocks, client_id.0);
        put_number(&mut clocks, clock);
    }
    let mut inner = Vec::with_capacity(clocks.len() + 5);
    put_number(&mut inner, count);
    inner.append(&mut clocks);
    sync(STEP_1, &inner)
}

/// Step 2, which tells a client that it holds everything.
#[must_use]
pub fn step2(update: &[u8]) -> Vec<u8> {
    sync(STEP_2, update)
}

/// An update.
#[must_use]
pub fn update(update: &[u8]) -> Vec<u8> {
    sync(UPDATE, update)
}

/// Presences. At most [`AWARENESS_ENTRIES_MAX`].
#[must_use]
pub fn awareness(entries: &[Awareness]) -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, AWARENESS);
    put_bytes(&mut out, &awareness::write(entries));
    out
}

/// Why the receiver may not.
#[must_use]
pub fn permission_denied(reason: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, AUTH);
    put_number(&mut out, PERMISSION_DENIED);
    put_bytes(&mut out, reason.as_bytes());
    out
}

/// Wants all presences.
#[must_use]
pub fn query_awareness() -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, QUERY_AWARENESS);
    out
}

fn sync(kind: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 7);
    put_number(&mut out, SYNC);
    put_number(&mut out, kind);
    put_bytes(&mut out, bytes);
    out
}
