//! The two codecs: postcard in binary messages, and the same types as JSON in text messages.

use crate::limits::FRAME_BYTES_MAX;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// WebSocket subprotocol of the binary codec.
pub const SUBPROTOCOL: &str = "inkling.v1";

/// WebSocket subprotocol of the JSON codec.
pub const SUBPROTOCOL_JSON: &str = "inkling.v1.json";

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
