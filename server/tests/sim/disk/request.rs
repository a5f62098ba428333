//! What the disk is asked for, and what it answers.

use super::*;

/// What the server asks of its storage.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Append(DocumentId, AppendUpdates),
    Message(RoomId, NewMessage),
    MarkRead(RoomId, UserId, Seq),
    Load(Place),
    Bundle {
        document: DocumentId,
        to: MemberId,
        peer: PeerId,
        after: Option<Seq>,
        through: Seq,
    },
    Compact(DocumentId),
    Make(NewDocument),
    /// Hold the document of this epoch at this position.
    Hold(DocumentId, Epoch, Seq),
}

impl Request {
    pub(super) fn is_append_to(&self, document: DocumentId) -> bool {
        matches!(self, Self::Append(id, _) if *id == document)
    }
}

/// A document that somebody wants made under this id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewDocument {
    pub(crate) by: UserId,
    pub(crate) credential: Credential,
    pub(crate) asking: Asking,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Answer {
    Appended(DocumentId, Result<Appended, AppendError>),
    Message(RoomId, Result<Result<Message, ErrorCode>, AppendError>),
    Loaded(Place),
    Bundle {
        document: DocumentId,
        to: MemberId,
        peer: PeerId,
        through: Seq,
        bundle: Vec<u8>,
    },
    Made(Asking, Result<Made, ErrorCode>),
    /// It is held there, and was not, nor earlier, before.
    Held(DocumentId, Epoch, Seq),
    Nothing,
}
