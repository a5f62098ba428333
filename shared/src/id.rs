//! Newtypes for everything that is counted or named, so that two of them cannot be swapped.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// An account. UUID version 7.
    UserId
);
uuid_id!(
    /// A room: members, documents and one conversation. UUID version 7.
    RoomId
);
uuid_id!(
    /// A document. UUID version 7.
    DocumentId
);
uuid_id!(
    /// A file that belongs to a document. UUID version 7, made by whoever sends it.
    AttachmentId
);
uuid_id!(
    /// A chat message. UUID version 7, made by the server.
    MessageId
);
uuid_id!(
    /// Names one attempt to say one thing. Made by the sender; a resend carries the same one and is answered, not repeated.
    Nonce
);

number_id!(
    /// Position in the order of a document's updates or a room's messages. The first is 1; 0 is "before all".
    Seq(u64)
);
number_id!(
    /// Position in the order of one replica's own edits of one document. The first is 1; 0 is "none yet".
    ClientSeq(u64)
);
number_id!(
    /// One unbroken history of a document or room. A restored backup begins a new one, so that clients ahead of it are noticed.
    Epoch(u64)
);
number_id!(
    /// An opened target on one socket, chosen by the client.
    Channel(u32)
);
number_id!(
    /// A CRDT client id: names one replica of one document. Yjs 13 draws these from 32 bits, and so do we.
    ClientId(u32)
);
number_id!(
    /// One presence in one document or room: a person in one tab. Drawn by the server, unique within the channel's target.
    PeerId(u32)
);
number_id!(
    /// Wall-clock time: milliseconds since 1970-01-01T00:00:00Z.
    UnixMs(u64)
);

impl Epoch {
    /// No server's: that of what was made on a device and no server has told anything of.
    pub const UNKNOWN: Self = Self(0);
}

impl Seq {
    /// The position after this one. No count gets as far as the last number there is; a broken server that says so breaks nothing.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl ClientSeq {
    /// The position after this one. No count gets as far as the last number there is; a broken server that says so breaks nothing.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
