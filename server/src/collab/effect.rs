//! What the pure machines ask of the world, and what the world answers. The tokio actors and the simulator both carry these out.

use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, Epoch, MessageId, Nonce, Seq, UnixMs, UserId};

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
    /// The replica whose channel it came through.
    pub client_id: ClientId,
    /// The number the replica gave it; 0 for a stock Yjs client.
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
    /// The sender's name for the attempt; unique per author and room.
    pub nonce: Nonce,
    /// Markdown.
    pub body: String,
    /// When the server accepted it.
    pub at: UnixMs,
}
