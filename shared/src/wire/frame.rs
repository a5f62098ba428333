//! What a client says and what it is told.

use super::{Blob, Change, Message, OpenedTarget, Person, PresenceState, Resume, Role, Subject, Target, WireLimits};
use crate::error::ErrorCode;
use crate::id::{Channel, ClientSeq, Epoch, Nonce, PeerId, Seq};
use serde::{Deserialize, Serialize};

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
        /// [`VERSION`](super::VERSION).
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
    /// The parts of the bundle that follow are its deflated bytes. Only told to clients that asked for it, with [`PACK`](super::PACK).
    Packed {
        /// An open document.
        channel: Channel,
        /// Bytes of the bundle when it is unpacked.
        size: u32,
    },
    /// Second frame of a connection. Only told to clients that asked for it, with [`TELL`](super::TELL).
    ServerEpoch {
        /// Whatever is made now begins in it. Of an earlier one is what was made before the server was put back to an older state.
        epoch: Epoch,
    },
}

impl ServerFrame {
    /// The same frame about another channel. `Welcome`, `ServerEpoch`, `GoingAway` and `Pong` are about none and stay as they are.
    #[must_use]
    pub fn on_channel(mut self, to: Channel) -> Self {
        match &mut self {
            Self::Welcome { .. } | Self::ServerEpoch { .. } | Self::GoingAway { .. } | Self::Pong { .. } => {}
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
