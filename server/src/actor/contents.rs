//! The text of documents, for those who do not hold a replica: reading it, replacing it, and keeping the log short.
//!
//! Everything is worked out by the [`Materializer`]'s children; this process only moves bytes.

pub mod compaction;

use super::hub::{Hub, OpenError};
use super::materializer::{MaterializeError, Materializer};
use super::writer::Writer;
use crate::collab::effect::{Credential, DocumentState};
use crate::db::DbError;
use crate::materialize::pipe::Leading;
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{ClientId, DocumentId, Epoch, Seq, UserId};
use shared::wire::Person;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// Edits of as many documents can be under way at the same time, as far as their ids do not happen to share a lock.
const LOCKS: usize = 64;

/// The text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// As of when.
    pub version: Version,
    /// Byte for byte.
    pub text: String,
}

/// Names what the text was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The history that `seq` counts in.
    pub epoch: Epoch,
    /// As of here.
    pub seq: Seq,
}

/// Reads, replaces and compacts what documents say. Clones are the same.
#[derive(Clone, Debug)]
pub struct Contents(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hub: Hub,
    writer: Writer,
    materializer: Materializer,
    /// One edit of a document at a time: two of the same account would write as the same replica.
    editing: [Mutex<()>; LOCKS],
}

/// Where a document may be read and written up to.
struct Readable {
    version: Version,
    is_quarantined: bool,
}

impl Contents {
    /// Works with what `hub` has open.
    #[must_use]
    pub fn new(hub: Hub, writer: Writer, materializer: Materializer) -> Self {
        let editing = std::array::from_fn(|_| Mutex::new(()));
        Self(Arc::new(Inner {
            hub,
            writer,
            materializer,
            editing,
        }))
    }

    /// Which text [`read`](Self::read) would answer with.
    pub async fn version(&self, id: DocumentId) -> Result<Version, ErrorCode> {
        Ok(self.readable(id).await?.version)
    }

    /// The text as of the last stored edit, or as of the last good one of a document that is quarantined.
    pub async fn read(&self, id: DocumentId) -> Result<Content, ErrorCode> {
        let version = self.version(id).await?;
        let through = version.seq;
        let kept = self
            .0
            .hub
            .reader()
            .document_text(id)
            .await
            .map_err(|e| unreadable(id, &e))?;
        let text = match kept {
            Some((seq, text)) if seq == through => text,
            _ => {
                let updates = self.updates(id, through).await?;
                let text = self.0.materializer.text(&updates).await;
                text.map_err(|error| self.failed(id, through, &error))?
            }
        };
        Ok(Content { version, text })
    }

    /// The text of a document as HTML, without anything around it.
    pub async fn page(&self, id: DocumentId, text: String, site: &str) -> Result<String, ErrorCode> {
        let leading = Leading {
            site: site.to_owned(),
            files: format!("/api/v1/documents/{id}/attachments/named?path="),
            texts: format!("/documents/{id}/linked?path="),
        };
        let page = self.0.materializer.page(text, leading).await;
        page.map_err(|error| {
            // Says nothing about the updates of the document, which are not looked into.
            tracing::warn!(document = %id, %error, "document.page_failed");
            match error {
                MaterializeError::Busy => ErrorCode::TooFast,
                _ => ErrorCode::MaterializeFailed,
            }
        })
    }

    /// Makes the text `wanted` where it was `base`, or what is stored now, by the smallest edit and as one of `user`. What others have typed
    /// since `base` and type meanwhile is merged with it like any edit. Answers with the position of the edit, or of the head when nothing
    /// has to change.
    pub async fn replace(
        &self,
        user: Person,
        credential: Credential,
        id: DocumentId,
        base: Option<Version>,
        wanted: String,
    ) -> Result<Seq, ErrorCode> {
        let _editing = self.lock(id).await;
        let now = self.readable(id).await?;
        if now.is_quarantined {
            return Err(ErrorCode::Quarantined);
        }
        let now = now.version;
        let base = base.unwrap_or(now);
        if base.epoch != now.epoch {
            return Err(ErrorCode::EpochChanged);
        }
        if base.seq > now.seq {
            return Err(ErrorCode::Regression);
        }
        let updates = self.updates(id, base.seq).await?;
        let usual = usual_client_id(user.id, id);
        // A replica writes from where it last was, and at an earlier base the usual one may have been elsewhere.
        let client_id = if base.seq == now.seq {
            usual
        } else {
            ClientId(rand::random())
        };
        let seq = self
            .store((&user, credential), id, client_id, base.seq, &updates, wanted.clone())
            .await;
        match seq {
            // Another account has written as this replica. Then as one that nobody has, this once.
            Err(ErrorCode::ClientIdTaken) => {
                self.store(
                    (&user, credential),
                    id,
                    ClientId(rand::random()),
                    base.seq,
                    &updates,
                    wanted,
                )
                .await
            }
            seq => seq,
        }
    }

    async fn store(
        &self,
        (user, credential): (&Person, Credential),
        id: DocumentId,
        client_id: ClientId,
        base: Seq,
        updates: &[Bytes],
        wanted: String,
    ) -> Result<Seq, ErrorCode> {
        let edits = self.0.materializer.edit(updates, client_id, wanted).await;
        let edits = edits.map_err(|error| self.failed(id, base, &error))?;
        self.0
            .hub
            .store_edits(user.clone(), credential, id, client_id, edits)
            .await
    }

    async fn lock(&self, id: DocumentId) -> MutexGuard<'_, ()> {
        let index = usize::from(id.0.as_bytes()[15]) % LOCKS;
        self.0.editing[index].lock().await
    }

    async fn readable(&self, id: DocumentId) -> Result<Readable, ErrorCode> {
        let state = self
            .0
            .hub
            .reader()
            .document_state(id)
            .await
            .map_err(|e| unreadable(id, &e))?;
        let (
            _,
            DocumentState {
                epoch,
                head_seq,
                quarantined_after,
                ..
            },
        ) = state.ok_or(ErrorCode::NotFound)?;
        let through = quarantined_after.map_or(head_seq, |after| head_seq.min(after));
        if through < head_seq && through == Seq(0) {
            // Nothing of it can be read, which is not the same as an empty text.
            return Err(ErrorCode::Quarantined);
        }
        Ok(Readable {
            version: Version { epoch, seq: through },
            is_quarantined: quarantined_after.is_some(),
        })
    }

    async fn updates(&self, id: DocumentId, through: Seq) -> Result<Vec<Bytes>, ErrorCode> {
        self.0
            .hub
            .read_bundle(id, None, through)
            .await
            .map_err(|e| unreadable(id, &e))
    }

    /// What a caller is told; and the document is looked into when it is to blame.
    fn failed(&self, id: DocumentId, through: Seq, error: &MaterializeError) -> ErrorCode {
        tracing::warn!(document = %id, %through, %error, "document.materialize_failed");
        match error {
            MaterializeError::Busy => ErrorCode::TooFast,
            MaterializeError::TooLarge => ErrorCode::DocumentFull,
            MaterializeError::Unavailable(_) => ErrorCode::MaterializeFailed,
            MaterializeError::Refused(_) | MaterializeError::Broken(_) => {
                self.0.hub.compaction_due(id, through);
                ErrorCode::MaterializeFailed
            }
        }
    }
}

/// The replica as which the account edits the document through the API. Always the same one, since each costs memory for good.
fn usual_client_id(user: UserId, document: DocumentId) -> ClientId {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::new()
        .chain_update(user.0.as_bytes())
        .chain_update(document.0.as_bytes())
        .finalize();
    ClientId(u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]))
}

fn unreadable(id: DocumentId, error: &DbError) -> ErrorCode {
    tracing::error!(document = %id, %error, "document.unreadable");
    match error {
        DbError::Damaged { .. } => ErrorCode::Quarantined,
        _ => OpenError::Unreadable.code(),
    }
}
