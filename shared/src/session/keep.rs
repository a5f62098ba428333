//! What a tab writes down on its device: transactions on one ordered map from bytes to bytes, so that the store behind it can stay dumb.

use super::event::{RoomLabel, SetAside};
use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, DocumentId, Epoch, Nonce, RoomId, Seq, UnixMs};
use crate::wire::{Message, Role};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Names one life of one tab. Drawn at random; whatever a tab holds in the store carries it, and a tab that comes later takes over
/// only from lives that are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TabId(pub u128);

/// Keys from the first, up to and without the second.
pub type KeyRange = (Bytes, Bytes);

/// One transaction for the tab's store. First the drops, then the puts; all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// To be reported back.
    pub token: KeepToken,
    /// Keys that go.
    pub drops: Vec<KeyRange>,
    /// Keys with their values, replacing what they had.
    pub puts: Vec<(Bytes, Bytes)>,
    /// How much a power cut would take.
    pub care: Care,
}

/// Names a transaction until it is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeepToken(pub(super) u64);

/// How hard the store has to try before it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// The server will have it in a moment: it is enough that the end of the browser does not take it.
    Relaxed,
    /// Nobody else will have it for a while: on disk, so that a power cut does not take it.
    Strict,
}

/// The format of everything here. Rows of another one are left alone.
pub(super) const FORMAT: u8 = 2;

/// What a copy says of its document and its replica.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) epoch: Epoch,
    /// The copy holds everything up to here.
    pub(super) held: Seq,
    pub(super) role: Option<Role>,
    pub(super) read_only: Option<ErrorCode>,
    /// Own edits that the server was known to hold.
    pub(super) saved_through: ClientSeq,
    /// Own edits that were made.
    pub(super) last: ClientSeq,
    pub(super) title: Option<String>,
    pub(super) room: Option<RoomLabel>,
}

/// What is known of one replica's copy; small, and all of them can be looked through. The copy itself stands under other keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// [`FORMAT`].
    pub(super) format: u8,
    /// The tab that writes to it; none when it has let go.
    pub(super) tab: Option<TabId>,
    pub(super) facts: Facts,
    /// Higher than that of every replica whose edits it may build on: they are sent before its own.
    pub(super) order: u64,
    /// When it was last opened.
    pub(super) opened_at: UnixMs,
    /// What the copy and its rows take, about.
    pub(super) bytes: u64,
}

/// What is known of a room's conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RoomHead {
    pub(super) format: u8,
    pub(super) epoch: Epoch,
    pub(super) held: Seq,
    pub(super) head_seq: Seq,
    pub(super) read_seq: Seq,
    pub(super) role: Option<Role>,
    pub(super) name: Option<String>,
}

/// An own message: one on its way, or one that the server has lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnsentRow {
    /// Later ones have higher numbers.
    pub(super) order: u64,
    pub(super) body: String,
}

/// A document that the server does not know of yet. Its id is in the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CreationRow {
    pub(super) format: u8,
    pub(super) room: RoomId,
    pub(super) title: String,
}

/// What the server answered to a path that is in the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AnswerRow {
    pub(super) format: u8,
    pub(super) at: UnixMs,
    pub(super) pages: Vec<String>,
}

/// A copy kept aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AsideRow {
    /// [`FORMAT`].
    pub(super) format: u8,
    pub(super) reason: ErrorCode,
    pub(super) copy: SetAside,
}

/// Names a copy kept aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AsideId {
    /// Of which document.
    pub document: DocumentId,
    /// The replica that it was.
    pub client_id: ClientId,
    /// Its last edit.
    pub last: ClientSeq,
}

/// Bytes of a row.
pub(super) fn encode<T: Serialize>(row: &T) -> Bytes {
    postcard::to_stdvec(row)
        .expect("rows hold nothing that postcard cannot write")
        .into()
}

/// None when it is not such a row, or of another format.
pub(super) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

/// Keys. Numbers in them are big-endian, so that their order is that of the numbers.
pub(super) mod key {
    use super::*;
    use bytes::{BufMut as _, BytesMut};

    pub(in crate::session) const HEAD: u8 = b'h';
    pub(in crate::session) const REPLICA: u8 = b'd';
    pub(in crate::session) const ROOM: u8 = b'r';
    pub(in crate::session) const ASIDE: u8 = b'a';
    pub(in crate::session) const ANSWER: u8 = b'l';
    pub(in crate::session) const CREATION: u8 = b'n';
    pub(in crate::session) const LOOKED: u8 = b'e';

    /// Kinds of rows below a replica.
    pub(in crate::session) const COPY: u8 = 0;
    pub(in crate::session) const OTHERS: u8 = 1;
    pub(in crate::session) const EDIT: u8 = 2;
    pub(in crate::session) const STEPS: u8 = 3;

    /// Kinds of rows below a room.
    pub(in crate::session) const ROOM_HEAD: u8 = 0;
    pub(in crate::session) const MESSAGE: u8 = 1;
    pub(in crate::session) const UNSENT: u8 = 2;
    pub(in crate::session) const LOST: u8 = 3;

    fn starting(kind: u8, id: uuid::Uuid) -> BytesMut {
        let mut key = BytesMut::with_capacity(40);
        key.put_u8(kind);
        key.put_slice(id.as_bytes());
        key
    }

    pub(in crate::session) fn head(document: DocumentId, client_id: ClientId) -> Bytes {
        let mut key = starting(HEAD, document.0);
        key.put_u32(client_id.0);
        key.freeze()
    }

    pub(in crate::session) fn replica(document: DocumentId, client_id: ClientId, kind: u8, n: u64) -> Bytes {
        let mut key = starting(REPLICA, document.0);
        key.put_u32(client_id.0);
        key.put_u8(kind);
        key.put_u64(n);
        key.freeze()
    }

    pub(in crate::session) fn room(room: RoomId, kind: u8) -> Bytes {
        let mut key = starting(ROOM, room.0);
        key.put_u8(kind);
        key.freeze()
    }

    /// Of each history apart: tabs hear of another one at different times, and none drops what is of a later one.
    pub(in crate::session) fn message(room: RoomId, epoch: Epoch, seq: Seq) -> Bytes {
        let mut key = starting(ROOM, room.0);
        key.put_u8(MESSAGE);
        key.put_u64(epoch.0);
        key.put_u64(seq.0);
        key.freeze()
    }

    /// An own message: one that is on its way, or one that the server has lost.
    pub(in crate::session) fn own(room: RoomId, kind: u8, nonce: Nonce) -> Bytes {
        let mut key = starting(ROOM, room.0);
        key.put_u8(kind);
        key.put_slice(nonce.0.as_bytes());
        key.freeze()
    }

    pub(in crate::session) fn aside(id: AsideId) -> Bytes {
        let mut key = starting(ASIDE, id.document.0);
        key.put_u32(id.client_id.0);
        key.put_u64(id.last.0);
        key.freeze()
    }

    pub(in crate::session) fn answer(path: &str) -> Bytes {
        let mut key = BytesMut::with_capacity(1 + path.len());
        key.put_u8(ANSWER);
        key.put_slice(path.as_bytes());
        key.freeze()
    }

    pub(in crate::session) fn creation(id: DocumentId) -> Bytes {
        starting(CREATION, id.0).freeze()
    }

    /// The document in a creation's key.
    pub(in crate::session) fn read_creation(key: &[u8]) -> Option<DocumentId> {
        let (prefix, id) = key.split_first()?;
        let id = uuid::Uuid::from_slice(id).ok()?;
        (*prefix == CREATION).then_some(DocumentId(id))
    }

    /// This key and no other.
    pub(in crate::session) fn only(key: &Bytes) -> KeyRange {
        let mut end = BytesMut::from(&key[..]);
        end.put_u8(0);
        (key.clone(), end.freeze())
    }

    /// All keys that begin so.
    pub(in crate::session) fn below(prefix: &Bytes) -> KeyRange {
        let mut end = prefix.to_vec();
        // No prefix is all 0xff: each begins with a letter.
        while end.last() == Some(&0xff) {
            end.pop();
        }
        *end.last_mut().expect("a prefix begins with a letter") += 1;
        (prefix.clone(), end.into())
    }

    /// All heads of a document.
    pub(in crate::session) fn heads(document: DocumentId) -> Bytes {
        starting(HEAD, document.0).freeze()
    }

    /// All rows of a document's replicas.
    pub(in crate::session) fn replicas(document: DocumentId) -> Bytes {
        starting(REPLICA, document.0).freeze()
    }

    /// All rows of one replica, but for its head.
    pub(in crate::session) fn rows(document: DocumentId, client_id: ClientId) -> KeyRange {
        let mut key = starting(REPLICA, document.0);
        key.put_u32(client_id.0);
        below(&key.freeze())
    }

    /// All rows of a room.
    pub(in crate::session) fn in_room(room: RoomId) -> Bytes {
        starting(ROOM, room.0).freeze()
    }

    /// The document and client id in a head's key.
    pub(in crate::session) fn read_head(key: &[u8]) -> Option<(DocumentId, ClientId)> {
        let (prefix, rest) = key.split_first()?;
        let (document, client_id) = rest.split_at_checked(16)?;
        let document = DocumentId(uuid::Uuid::from_slice(document).ok()?);
        (*prefix == HEAD).then_some((document, ClientId(u32::from_be_bytes(client_id.try_into().ok()?))))
    }

    /// The client id, kind and number in the key of one of a replica's rows.
    pub(in crate::session) fn read_row(key: &[u8]) -> Option<(ClientId, u8, u64)> {
        let rest = key.get(17..)?;
        let (client_id, rest) = rest.split_at_checked(4)?;
        let (kind, n) = rest.split_first()?;
        Some((
            ClientId(u32::from_be_bytes(client_id.try_into().ok()?)),
            *kind,
            u64::from_be_bytes(n.try_into().ok()?),
        ))
    }

    /// The room in the key of one of its rows.
    pub(in crate::session) fn read_room(key: &[u8]) -> Option<RoomId> {
        let (prefix, rest) = key.split_first()?;
        let room = uuid::Uuid::from_slice(rest.get(..16)?).ok()?;
        (*prefix == ROOM).then_some(RoomId(room))
    }

    /// The history of a message, in what follows the kind in its key.
    pub(in crate::session) fn read_epoch(position: &[u8]) -> Option<Epoch> {
        let (epoch, seq) = position.split_first_chunk()?;
        (seq.len() == 8).then_some(Epoch(u64::from_be_bytes(*epoch)))
    }

    /// The kind of a room's row, and what follows it.
    pub(in crate::session) fn read_room_row(key: &[u8]) -> Option<(u8, &[u8])> {
        let (kind, rest) = key.get(17..)?.split_first()?;
        Some((*kind, rest))
    }
}

/// A message as it is kept.
pub(super) fn message_row(room: RoomId, epoch: Epoch, message: &Message) -> (Bytes, Bytes) {
    (key::message(room, epoch, message.seq), encode(message))
}
