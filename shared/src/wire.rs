//! The frames of `/ws` and their two codecs. `PROTOCOL.md` is the prose; a test ties the two together.
//!
//! Variants and fields are appended, never changed: the binary codec (postcard) knows them by position.

mod blob;
mod codec;
mod frame;

pub use blob::Blob;
pub use codec::{Codec, DecodeError, SUBPROTOCOL, SUBPROTOCOL_JSON};
pub use frame::{ClientFrame, ServerFrame};

use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, DocumentId, Epoch, MessageId, Nonce, RoomId, Seq, UnixMs, UserId};
use serde::{Deserialize, Serialize};

/// Version of the wire, told in `Welcome`.
pub const VERSION: u16 = 1;

/// What a client adds to the address of `/ws` or `/link` when it can unpack bundles, as query.
pub const PACK: (&str, &str) = ("pack", "deflate");

/// What a client adds when it wants to be told [`ServerFrame::ServerEpoch`].
pub const TELL: (&str, &str) = ("tell", "epoch");

/// All that a tab of this release adds, as query.
pub const UNDERSTOOD: &str = "pack=deflate&tell=epoch";

/// What a client asks to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A document, for a replica whose edits carry `client_id`.
    Document {
        /// Which document.
        id: DocumentId,
        /// The replica that this tab writes as.
        client_id: ClientId,
    },
    /// A room's conversation.
    Room {
        /// Which room.
        id: RoomId,
    },
}

/// Where a client that was here before left off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The history that `after` counts in.
    pub epoch: Epoch,
    /// Everything up to here is already held.
    pub after: Seq,
}

/// What a member may do in a room and its documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads, writes and talks.
    Editor,
    /// An editor who also decides about the room and its members.
    Owner,
}

impl Role {
    /// Whether the role changes documents and says things.
    #[must_use]
    pub const fn may_write(self) -> bool {
        matches!(self, Self::Editor | Self::Owner)
    }
}

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The display name.
    pub name: String,
}

/// Which side of a position an insert at that position goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assoc {
    /// The position sticks to the character before it.
    Before,
    /// The position sticks to the character after it.
    After,
}

/// A position that moves with the text (a Yjs relative position in the document's one text).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sticky {
    /// The character it sticks to; none is the start of the text for `Before`, the end for `After`.
    pub item: Option<(ClientId, u32)>,
    /// Which side.
    pub assoc: Assoc,
}

/// A selection; a caret when both ends are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The end that stays.
    pub anchor: Sticky,
    /// The end that moves: where the caret is.
    pub head: Sticky,
}

/// What a tab tells others about where its person is. Never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceState {
    /// In a document: the selection, when the editor has the focus.
    #[serde(default)]
    pub selection: Option<Selection>,
    /// In a room: the document being looked at.
    #[serde(default)]
    pub document: Option<DocumentId>,
}

/// A chat message as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Made by the server.
    pub id: MessageId,
    /// Position in the room's one order; contiguous from 1.
    pub seq: Seq,
    /// Who said it.
    pub author: Person,
    /// The sender's name for the attempt.
    pub nonce: Nonce,
    /// Markdown.
    pub body: String,
    /// When the server accepted it.
    pub at: UnixMs,
}

/// What `Opened` says beyond what documents and rooms share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenedTarget {
    /// A document.
    Document {
        /// The replica's own edits up to here are stored.
        saved_through: ClientSeq,
        /// Why nobody can write at the moment, whatever their role.
        read_only: Option<ErrorCode>,
    },
    /// A room.
    Room {
        /// The person has read up to here.
        read_seq: Seq,
    },
}

/// What a `Refused` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The edit with this number; it and all later ones of the channel are not stored.
    Edit(ClientSeq),
    /// The message with this nonce.
    Message(Nonce),
    /// The presence frame.
    Presence,
}

/// A hint that something outside the log changed; the tab asks for it over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The room's list of documents, or a title or order in it.
    Documents,
    /// The room's members or their roles.
    Members,
    /// The room's own name or settings.
    Room,
    /// This document's title is now this.
    Title(String),
}

/// The limits a client has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireLimits {
    /// Largest frame, bytes.
    pub frame_bytes_max: u32,
    /// Largest update, bytes.
    pub update_bytes_max: u32,
    /// Longest message, bytes of UTF-8.
    pub message_bytes_max: u32,
    /// Channels on one socket.
    pub channels_max: u32,
}
