//! The frames of `/ws` and their two codecs. `PROTOCOL.md` is the prose; a test ties the two together.
//!
//! Variants and fields are appended, never changed: the binary codec (postcard) knows them by position.

use crate::error::ErrorCode;
use crate::id::{
    Channel, ClientId, ClientSeq, DocumentId, Epoch, MessageId, Nonce, PeerId, RoomId, Seq, UnixMs, UserId,
};
use crate::limits::FRAME_BYTES_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Version of the wire, told in `Welcome`.
pub const VERSION: u16 = 1;

/// WebSocket subprotocol of the binary codec.
pub const SUBPROTOCOL: &str = "inkling.v1";

/// WebSocket subprotocol of the JSON codec.
pub const SUBPROTOCOL_JSON: &str = "inkling.v1.json";

/// What a client adds to the address of `/ws` or `/link` when it can unpack bundles, as query.
pub const PACK: (&str, &str) = ("pack", "deflate");

/// Bytes on the wire: raw in the binary codec, base64 (RFC 4648, padded) in JSON.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Bytes);

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

/// From client to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientFrame {
    /// Opens a target as `channel`; answered by `Opened` or `Closed`.
    Open {
        /// A number not in use on this socket.
        channel: Channel,
        /// What to open.
        target: Target,
        /// Where the client left off; none asks for everything.
        #[serde(default)]
        resume: Option<Resume>,
    },
    /// Leaves the channel; answered by `Closed` with no more frames for it after that.
    Close {
        /// An open channel.
        channel: Channel,
    },
    /// One local transaction; answered by a cumulative `Saved`, or `Refused`.
    Edit {
        /// An open document.
        channel: Channel,
        /// One more than the previous edit of this replica.
        client_seq: ClientSeq,
        /// Yjs update format v1.
        update: Blob,
    },
    /// Where the person is; `None` takes it back.
    Presence {
        /// An open document or room.
        channel: Channel,
        /// The whole state.
        state: Option<PresenceState>,
    },
    /// Says something in a room; answered by `Said` with the nonce, or `Refused`.
    Say {
        /// An open room.
        channel: Channel,
        /// The sender's name for this attempt.
        nonce: Nonce,
        /// Markdown.
        body: String,
    },
    /// The person has read up to `seq`.
    Read {
        /// An open room.
        channel: Channel,
        /// Never goes back.
        seq: Seq,
    },
    /// Answered by `Pong`.
    Ping,
}

/// From server to client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// First frame of every connection.
    Welcome {
        /// [`VERSION`].
        version: u16,
        /// Who is signed in.
        user: Person,
        /// What the client has to keep.
        limits: WireLimits,
    },
    /// The channel is open. Frames up to `head_seq` follow.
    Opened {
        /// As asked.
        channel: Channel,
        /// What the person may do.
        role: Role,
        /// The history that sequence numbers count in.
        epoch: Epoch,
        /// The last stored position.
        head_seq: Seq,
        /// What is particular to the target.
        target: OpenedTarget,
    },
    /// A part of the bundle that brings a document up to `through_seq`.
    Catchup {
        /// An open document.
        channel: Channel,
        /// What holding the whole bundle amounts to.
        through_seq: Seq,
        /// The next bytes of the bundle: updates, each behind its length as a varint.
        part: Blob,
        /// Whether the bundle ends here.
        last: bool,
    },
    /// Somebody else's edit, stored.
    Remote {
        /// An open document.
        channel: Channel,
        /// Its position.
        seq: Seq,
        /// Yjs update format v1.
        update: Blob,
    },
    /// The replica's own edits up to `client_seq` are on disk.
    Saved {
        /// An open document.
        channel: Channel,
        /// Cumulative.
        client_seq: ClientSeq,
        /// Position of the last of them; everything of others before it has been sent already.
        seq: Seq,
    },
    /// Something was not done.
    Refused {
        /// The channel it was sent to.
        channel: Channel,
        /// What was not done.
        subject: Option<Subject>,
        /// Why.
        code: ErrorCode,
        /// Whether the same can succeed later.
        retryable: bool,
    },
    /// Where somebody is; `None` when they left.
    Presence {
        /// An open document or room.
        channel: Channel,
        /// Which presence.
        peer: PeerId,
        /// Whose.
        user: Person,
        /// The whole state.
        state: Option<PresenceState>,
    },
    /// A stored message.
    Said {
        /// An open room.
        channel: Channel,
        /// The message.
        message: Message,
    },
    /// The channel is closed; its number may be used again.
    Closed {
        /// It was this one.
        channel: Channel,
        /// Why; none when the client asked for it.
        code: Option<ErrorCode>,
        /// Whether opening it again can succeed.
        retryable: bool,
    },
    /// The server stops; come back after the given time.
    GoingAway {
        /// Milliseconds, different for each connection.
        after_ms: u32,
    },
    /// Answers `Ping`: the last position that each open channel has been sent or will be without asking.
    Pong {
        /// Open channels and their heads.
        heads: Vec<(Channel, Seq)>,
    },
    /// The person has read up to here, in this or another tab.
    ReadThrough {
        /// An open room.
        channel: Channel,
        /// Never goes back.
        seq: Seq,
    },
    /// Something outside the log changed.
    Changed {
        /// An open document or room.
        channel: Channel,
        /// What.
        change: Change,
    },
    /// The parts of the bundle that follow are its deflated bytes. Only told to clients that asked for it, with [`PACK`].
    Packed {
        /// An open document.
        channel: Channel,
        /// Bytes of the bundle when it is unpacked.
        size: u32,
    },
}

impl ServerFrame {
    /// The same frame about another channel. `Welcome`, `GoingAway` and `Pong` are about none and stay as they are.
    #[must_use]
    pub fn on_channel(mut self, to: Channel) -> Self {
        match &mut self {
            Self::Welcome { .. } | Self::GoingAway { .. } | Self::Pong { .. } => {}
            Self::Opened { channel, .. }
            | Self::Catchup { channel, .. }
            | Self::Remote { channel, .. }
            | Self::Saved { channel, .. }
            | Self::Refused { channel, .. }
            | Self::Presence { channel, .. }
            | Self::Said { channel, .. }
            | Self::Closed { channel, .. }
            | Self::ReadThrough { channel, .. }
            | Self::Changed { channel, .. }
            | Self::Packed { channel, .. } => *channel = to,
        }
        self
    }
}

/// How frames are written on one socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// postcard, in binary messages.
    Binary,
    /// JSON, in text messages; for programs. Tabs speak the other, and are spared downloading this one.
    #[cfg(not(target_arch = "wasm32"))]
    Json,
}

/// Why bytes are not a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Over [`FRAME_BYTES_MAX`]; nothing was read.
    #[error("frame of {0} bytes is over the limit")]
    TooLarge(usize),
    /// Not a frame in this codec.
    #[error("not a frame: {0}")]
    Malformed(String),
    /// A frame, and then more.
    #[error("{0} bytes after the frame")]
    Trailing(usize),
}

impl Codec {
    /// The codec that a subprotocol names.
    #[must_use]
    pub fn from_subprotocol(name: &str) -> Option<Self> {
        match name {
            SUBPROTOCOL => Some(Self::Binary),
            #[cfg(not(target_arch = "wasm32"))]
            SUBPROTOCOL_JSON => Some(Self::Json),
            _ => None,
        }
    }

    /// The subprotocol that names this codec.
    #[must_use]
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Binary => SUBPROTOCOL,
            #[cfg(not(target_arch = "wasm32"))]
            Self::Json => SUBPROTOCOL_JSON,
        }
    }

    /// One frame as the bytes of one WebSocket message.
    #[must_use]
    pub fn encode<F: Serialize>(self, frame: &F) -> Bytes {
        let bytes = match self {
            Self::Binary => postcard::to_stdvec(frame).expect("frames hold nothing that postcard cannot write"),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Json => serde_json::to_vec(frame).expect("frames hold no maps with keys that are not strings"),
        };
        Bytes::from(bytes)
    }

    /// The frame in the bytes of one WebSocket message, and nothing after it.
    pub fn decode<'a, F: Deserialize<'a>>(self, bytes: &'a [u8]) -> Result<F, DecodeError> {
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(DecodeError::TooLarge(bytes.len()));
        }
        match self {
            Self::Binary => {
                let (frame, rest) =
                    postcard::take_from_bytes(bytes).map_err(|e| DecodeError::Malformed(e.to_string()))?;
                if rest.is_empty() {
                    Ok(frame)
                } else {
                    Err(DecodeError::Trailing(rest.len()))
                }
            }
            #[cfg(not(target_arch = "wasm32"))]
            Self::Json => serde_json::from_slice(bytes).map_err(|e| DecodeError::Malformed(e.to_string())),
        }
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl<T: Into<Bytes>> From<T> for Blob {
    fn from(bytes: T) -> Self {
        Self(bytes.into())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&BASE64.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            let bytes = BASE64.decode(text.as_bytes()).map_err(D::Error::custom)?;
            Ok(Self(Bytes::from(bytes)))
        } else {
            Bytes::deserialize(deserializer).map(Self)
        }
    }
}
