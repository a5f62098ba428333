//! What is told of an import while it goes on: one JSON object a line.

use crate::import::LeftOut;
use serde::{Deserialize, Serialize};
use shared::error::ErrorCode;
use shared::id::{AttachmentId, DocumentId};
use utoipa::ToSchema;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// First: how much there is.
    Found {
        /// Documents that are to be made.
        documents: usize,
    },
    /// There is a document with its whole text, and with its files.
    Document {
        /// The file that it was; a folder that has no text of its own ends with a slash.
        path: String,
        /// Which.
        document_id: DocumentId,
        /// What it is called.
        title: String,
        /// An earlier import of the same id had made it.
        again: bool,
    },
    /// There is a file in a document.
    File {
        /// Where it was.
        path: String,
        /// In which.
        document_id: DocumentId,
        /// Which.
        attachment_id: AttachmentId,
    },
    /// Something that was sent is not in the room.
    LeftOut {
        /// Where it was.
        path: String,
        /// Why, for programs.
        reason: String,
        /// Why, for a person.
        message: String,
    },
    /// Last, when all was looked at.
    Done {
        /// Documents that are there.
        documents: usize,
        /// Files that are there.
        files: usize,
        /// How many lines tell of something that is not.
        left_out: usize,
        /// Files of programs, which nobody asked for: what begins with a dot, and what macOS adds.
        hidden: usize,
    },
    /// Last, when it could not go on. What was told before is there; the same under the same id goes on.
    Stopped {
        /// Why, for programs.
        code: ErrorCode,
        /// Why, for a person.
        message: String,
    },
}

impl Line {
    pub(crate) fn left_out(path: impl Into<String>, why: LeftOut) -> Self {
        Self::LeftOut {
            path: path.into(),
            reason: why.code().to_owned(),
            message: why.sentence(),
        }
    }

    /// With its end.
    pub(crate) fn written(&self) -> String {
        let mut line = serde_json::to_string(self).expect("it holds nothing that JSON cannot write");
        line.push('\n');
        line
    }
}
