//! Why a replica did not do as asked.

/// Why a replica did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplicaError {
    /// Nothing was changed: the splices do not fit the text.
    #[error("splice {index} is out of bounds or out of order")]
    InvalidSplice {
        /// The first one that does not fit.
        index: usize,
    },
    /// Nothing was changed: these bytes are not an update.
    #[error("update {index} cannot be read: {reason}")]
    Malformed {
        /// Which of the updates.
        index: usize,
        /// In yrs' words.
        reason: String,
    },
    /// The replica has to be thrown away: an update could be read, yet not be made part of the document.
    #[error("update {index} cannot be integrated: {reason}")]
    Unintegrable {
        /// Which of the updates.
        index: usize,
        /// In yrs' words.
        reason: String,
    },
    /// The replica has to be thrown away: it holds something that is not text.
    #[error("an update holds something that is not text")]
    Foreign,
}
