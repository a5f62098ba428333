//! What the session tells its shell.

use super::keep::AsideId;
use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, DocumentId, Epoch, Nonce, RoomId, Seq, UnixMs};
use crate::wire::{Change, Person, Role, WireLimits};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Something opened: what an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A document.
    Document(DocumentId),
    /// A room.
    Room(RoomId),
}

/// What the shell has to do with its socket. See [`super::Session::poll_wish`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Open a socket; answer with `handle_connected` or `handle_disconnected`.
    Connect,
    /// Drop the socket (or the attempt) and feed nothing more of it. The session already counts it as gone: no
    /// `handle_disconnected` for it.
    Drop,
}

/// Why there is no socket any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// It broke, or never came about.
    Lost,
    /// The server closed it with this WebSocket close code.
    Code(u16),
}

/// How it stands with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Not started, or stopped by [`super::Session::stop`].
    Idle,
    /// Trying to reach the server for the first time or again.
    Connecting,
    /// Waiting until the next attempt.
    Waiting {
        /// When that is.
        until_ms: u64,
    },
    /// The server answers.
    Up,
    /// Trying again is pointless until the person does something: sign in, or reload for a new release.
    Stopped(ErrorCode),
}

/// What the person is told about their own edits of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveState {
    /// The text is not here yet: neither the server nor the device has given it.
    Opening,
    /// Edits are sent and not stored yet.
    Saving,
    /// Everything is on the server's disk.
    Saved,
    /// Not connected, with edits that the server does not have.
    Offline {
        /// How many are where `kept` says.
        edits: usize,
        /// Where.
        kept: KeptWhere,
    },
    /// Connected, yet the server cannot store edits at the moment; they are sent again without the person.
    Waiting {
        /// How many are where `kept` says.
        edits: usize,
        /// Where.
        kept: KeptWhere,
        /// Why.
        code: ErrorCode,
    },
    /// Not connected, with nothing that could be lost.
    Reconnecting,
    /// Nothing can be written, and why.
    ReadOnly(ErrorCode),
}

/// What holds edits that the server does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptWhere {
    /// The device: they are there when the tab comes back.
    Device,
    /// The tab alone: they are gone when it is closed.
    Tab,
}

/// A room as a person knows it: also when the server tells nothing about it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomLabel {
    /// Which.
    pub id: RoomId,
    /// What it is called.
    pub name: String,
}

/// A copy of a document kept aside: the server cannot take it, and it is not thrown away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Names it.
    pub id: AsideId,
    /// When, by the device's clock.
    pub at: UnixMs,
    /// The document's title, as far as it was known.
    pub title: Option<String>,
    /// The room that it is in, as far as that was known.
    pub room: Option<RoomLabel>,
    /// The text as the person saw it.
    pub text: String,
    /// The whole replica, Yjs update format v1.
    pub state: Bytes,
    /// The edits that were not stored, in order, each with the replica that made it.
    pub pending: Vec<(ClientId, ClientSeq, Bytes)>,
}

/// Something the shell wants to know. Flags such as [`Event::Text`] are not repeated before the shell has read what they announce.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The link changed.
    Link(LinkState),
    /// Signed in as this person.
    Welcomed {
        /// Who.
        user: Person,
        /// What to keep.
        limits: WireLimits,
    },
    /// What the server makes now begins in this epoch. Copies of an earlier one are of before it was put back to an older state, and may be of what it has
    /// no more: [`super::lost_copies`]. Said once more when a store that failed takes something again.
    ServerEpoch {
        /// Which.
        epoch: Epoch,
    },
    /// The server stops and asked to come back after this long.
    GoingAway {
        /// Milliseconds.
        after_ms: u32,
    },
    /// The channel is open with this role (again, or for the first time).
    Opened {
        /// What.
        place: Place,
        /// What the person may do.
        role: Role,
    },
    /// Text of others waits: [`super::Session::take_splices`].
    Text {
        /// Where.
        document: DocumentId,
    },
    /// The save state is another one now.
    Save {
        /// Of which document.
        document: DocumentId,
        /// Now.
        state: SaveState,
    },
    /// Somebody came, moved or left: [`super::Document::people`], [`super::Room::people`].
    Presence {
        /// Where.
        place: Place,
    },
    /// The server cannot take this copy (refused edits, a restored backup, a regression). The document goes on as a new replica
    /// with what the server holds.
    SetAside {
        /// Which document.
        document: DocumentId,
        /// Why.
        reason: ErrorCode,
        /// The copy.
        copy: SetAside,
    },
    /// Something did not work and is tried again without the person.
    Delayed {
        /// Where.
        place: Place,
        /// Why.
        code: ErrorCode,
    },
    /// The channel is closed for good.
    Closed {
        /// Which.
        place: Place,
        /// Why.
        code: ErrorCode,
    },
    /// The room's messages or waiting ones changed: [`super::Room::messages`], [`super::Room::unsent`].
    Messages {
        /// Which room.
        room: RoomId,
    },
    /// An own message is stored.
    Said {
        /// Which room.
        room: RoomId,
        /// As it was said.
        nonce: Nonce,
        /// Its position.
        seq: Seq,
    },
    /// An own message was refused; it is kept until it is resent or discarded.
    SayFailed {
        /// Which room.
        room: RoomId,
        /// As it was said.
        nonce: Nonce,
        /// Why.
        code: ErrorCode,
    },
    /// The person has said a failed message again here, or discarded it: their other tabs are to hear of it, by
    /// [`super::Session::dealt_with`].
    DealtWith {
        /// Which room.
        room: RoomId,
        /// As it was said.
        nonce: Nonce,
    },
    /// What is unread changed: [`super::Room::unread`].
    Unread {
        /// Which room.
        room: RoomId,
    },
    /// Which documents the server does not know of yet is another matter now: [`super::Session::creations`].
    Creations,
    /// Something outside the log changed; ask over HTTP.
    Changed {
        /// Where it was told.
        place: Place,
        /// What.
        change: Change,
    },
}
