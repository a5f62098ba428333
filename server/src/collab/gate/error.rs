//! Why an update does not pass.

use shared::error::ErrorCode;
use shared::id::ClientId;
use shared::lib0::Malformed;

/// Why an update does not pass. Nothing of it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Over the byte limit, or adding more units than an update of that size could spell out.
    #[error("the update is over the limit")]
    TooLarge,
    /// Not Yjs update format v1 in its one canonical spelling.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Well-formed, yet nothing that documents hold.
    #[error("forbidden content at byte {at}: {what}")]
    Forbidden {
        /// Where the reader stood.
        at: usize,
        /// What it met there.
        what: &'static str,
    },
    /// The client id belongs to another account.
    #[error("client {0} belongs to another account")]
    ClientIdTaken(ClientId),
    /// Structs between the log and the update are missing.
    #[error("client {client} goes on at {clock}, the log ends at {known}")]
    Gap {
        /// Whose structs.
        client: ClientId,
        /// Where the update begins.
        clock: u32,
        /// Where the log ends.
        known: u32,
    },
    /// An origin or deletion of something that does not exist, or origins in a circle.
    #[error("unit {clock} of client {client} does not exist")]
    UnknownReference {
        /// Whose unit.
        client: ClientId,
        /// Which.
        clock: u32,
    },
    /// More clients than one update may add to, or more replicas than a document may have.
    #[error("too many replicas")]
    TooManyReplicas,
    /// The document would hold more units than it may.
    #[error("the document is full")]
    DocumentFull,
}

impl GateError {
    /// The word for it on the wire.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::TooLarge => ErrorCode::UpdateTooLarge,
            Self::Malformed(_) => ErrorCode::UpdateMalformed,
            Self::Forbidden { .. } => ErrorCode::UpdateForbiddenContent,
            Self::ClientIdTaken(_) => ErrorCode::ClientIdTaken,
            Self::Gap { .. } => ErrorCode::ClockGap,
            Self::UnknownReference { .. } => ErrorCode::UnknownReference,
            Self::TooManyReplicas => ErrorCode::TooManyReplicas,
            Self::DocumentFull => ErrorCode::DocumentFull,
        }
    }
}
