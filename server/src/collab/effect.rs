//! What the pure machines ask of the world, and what the world answers. The tokio actors and the simulator both carry these out.

use super::plant::Plant;
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, Epoch, MessageId, Nonce, PeerId, Seq, UnixMs, UserId};
use shared::wire::{Message, ServerFrame};
use uuid::Uuid;

/// One socket, or one client inside the process. Never used twice in one run of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// What an account showed to be let in. Whatever comes in with it is stored only while it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// The cookie of this login session.
    LoginSession(Uuid),
    /// This API token.
    Token(Uuid),
}

impl Credential {
    /// Whether what was refused with `code` may be sent again. What waits when a login session ends is no lesser edit: the tab keeps it,
    /// and sends it once the person has signed in again.
    #[must_use]
    pub fn may_resend(code: ErrorCode) -> bool {
        code.is_retryable() || (code == ErrorCode::NotSignedIn && !Plant::SignedOutForGood.is_planted())
    }
}

/// One open channel of one connection: what a document or room knows its members by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId {
    /// The socket.
    pub connection: ConnectionId,
    /// As the client numbered it.
    pub channel: Channel,
}

/// What a machine asks of its shell. They are carried out in the order they come; frames to one member arrive in that order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<Ask> {
    /// One frame for one member.
    Send {
        /// Whose channel the frame names.
        to: MemberId,
        /// The frame.
        frame: ServerFrame,
    },
    /// The same frames for many: encoded once per codec and channel number, one place in each receiver's queue.
    Deliver {
        /// Who gets them.
        to: Vec<MemberId>,
        /// In order.
        frames: Vec<Delivered>,
    },
    /// The member is gone and its channel free; its `Closed`, where it gets one, came before. Anything still being read for it is dropped.
    Left {
        /// Who.
        member: MemberId,
    },
    /// Something that only this kind of machine asks.
    Ask(Ask),
    /// Nobody is here and nothing is pending: the machine may be dropped, until the next input.
    Idle,
    /// The machine is finished and everybody has been sent away. Whoever opens next loads again.
    Stop,
}

/// One frame of a delivery. Its channel is filled in for each receiver.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    /// The frame, with any channel.
    pub frame: ServerFrame,
    /// The receiver that does not get it, since it comes from there.
    pub except: Option<MemberId>,
}

/// What only documents ask.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentAsk {
    /// Store this batch and report with `Document::appended`. At most one is under way.
    Append(AppendUpdates),
    /// Read what follows `after` up to `through`, send it to the member as `Catchup` parts, and report with
    /// `Document::bundle_sent` or `Document::bundle_failed`.
    ReadBundle {
        /// Who waits for it.
        to: MemberId,
        /// Tells this opening of the channel from later ones of the same number.
        peer: PeerId,
        /// What the member holds; none for everything.
        after: Option<Seq>,
        /// Where the bundle ends.
        through: Seq,
    },
    /// Enough was stored since the last time that a snapshot and the text are worth working out again.
    CompactionDue {
        /// The head.
        through: Seq,
    },
}

/// What only rooms ask.
#[derive(Clone, Debug, PartialEq)]
pub enum RoomAsk {
    /// Store this message and report with `Room::appended`. Reports come in the order of the asking.
    Append(NewMessage),
    /// Remember how far the person has read. Losing it in a crash costs an unread mark, so nothing waits for it.
    MarkRead {
        /// Who.
        user: UserId,
        /// Never goes back.
        seq: Seq,
    },
}

/// What has to be known of a room before anybody joins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomState {
    /// The history that sequence numbers count in.
    pub epoch: Epoch,
    /// The last stored message.
    pub head_seq: Seq,
    /// The latest messages, ascending, without gaps, up to `head_seq`. As many as are at hand; openings are served from them.
    pub recent: Vec<Message>,
}

/// One replica of a document, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replica {
    /// Its CRDT client id.
    pub client_id: ClientId,
    /// The account that used it first.
    pub owner: UserId,
    /// The next clock it will use: how many units it has inserted.
    pub clock: u32,
    /// Its last stored edit. Stays 0 for replicas that do not number their edits (stock Yjs clients).
    pub last_client_seq: ClientSeq,
}

/// What has to be known of a document before anybody joins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentState {
    /// The history that sequence numbers count in.
    pub epoch: Epoch,
    /// The last stored update.
    pub head_seq: Seq,
    /// All replicas that ever wrote.
    pub replicas: Vec<Replica>,
    /// The document may not be read past this position nor written, since materializing failed there.
    pub quarantined_after: Option<Seq>,
}

/// An update that passed the gate, to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpdate {
    /// Who is answerable. The writer checks that they may still write, in the same transaction.
    pub user: UserId,
    /// What it came in with. The writer checks that it is still valid, in the same transaction.
    pub credential: Credential,
    /// The replica whose channel it came through.
    pub client_id: ClientId,
    /// The number the replica gave it; 0 for a stock Yjs client, whose `client_id` is the first that the update moves on, or 0.
    pub client_seq: ClientSeq,
    /// When the server accepted it.
    pub at: UnixMs,
    /// Yjs update format v1, as the gate let it pass.
    pub bytes: Bytes,
    /// Replicas that this update moves on, with their clock after it. May hold ones never seen before.
    pub clocks: Vec<(ClientId, u32)>,
}

/// A batch for one document. At most one is under way per document; the next gathers meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendUpdates {
    /// Must be the document's.
    pub epoch: Epoch,
    /// Must be the stored head: the writer answers `Conflict` otherwise.
    pub after: Seq,
    /// In the order they are to be stored.
    pub updates: Vec<NewUpdate>,
}

/// What became of each update of a batch: its position, or why the writer's own check refused it (it takes no position then).
/// Once one update of a person is refused, so are all later ones of that person in the batch: they may build on it.
pub type Appended = Vec<Result<Seq, ErrorCode>>;

/// Why a whole batch was not stored. Nothing of it is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// No room on the disk. Later batches may succeed.
    #[error("the disk is full")]
    Full,
    /// A write or sync failed. Nothing may be acknowledged until the program starts again.
    #[error("storage failed")]
    Failed,
    /// The stored head or epoch is not the one the batch was made for.
    #[error("another head or epoch is stored")]
    Conflict,
    /// The document or room does not exist any more.
    #[error("deleted")]
    Gone,
}

/// A message to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Drawn by the shell.
    pub id: MessageId,
    /// Who says it. The writer checks that they still may, in the same transaction.
    pub author: UserId,
    /// What it came in with. The writer checks that it is still valid, in the same transaction.
    pub credential: Credential,
    /// The sender's name for the attempt; unique per author and room.
    pub nonce: Nonce,
    /// Markdown.
    pub body: String,
    /// When the server accepted it.
    pub at: UnixMs,
}
