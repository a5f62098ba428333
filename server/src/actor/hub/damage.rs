//! What is done when stored bytes turn out not to be the ones that were written: another way is taken, or the document is held.

use super::Hub;
use crate::actor::document::{DocumentOrder, DocumentWork};
use crate::actor::task::Order;
use crate::actor::writer::WriteError;
use crate::db::DbError;
use crate::db::bundle::Bundle;
use crate::db::contents::{self, HeldFor};
use bytes::Bytes;
use shared::id::{DocumentId, Epoch, Seq};

impl Hub {
    /// Reads what follows `after`, for whoever opens the document. Sees to damage that is found on the way.
    ///
    /// # Errors
    /// [`DbError::Damaged`] when the document cannot be read up to `through`: it is held at its last good state by then.
    pub(in crate::actor) async fn read_bundle(
        &self,
        id: DocumentId,
        after: Option<Seq>,
        through: Seq,
    ) -> Result<Vec<Bytes>, DbError> {
        let read = {
            let _permit = self
                .0
                .bundle_reads
                .acquire()
                .await
                .expect("the semaphore is never closed");
            self.0.reader.document_bundle(id, after, through).await
        };
        match read {
            Ok(bundle) => {
                self.tell_damaged(id, &bundle);
                if let Some(newest) = bundle.damaged.first() {
                    // A new one takes its place.
                    self.compaction_due(id, through.max(*newest));
                }
                Ok(bundle.updates)
            }
            Err(error @ DbError::Damaged { seq, .. }) => {
                // When it cannot be noted the next reader finds the same.
                if let Some((_, state)) = self.0.reader.document_state(id).await?
                    && let Err(error) = self.hold_before(id, state.epoch, seq).await
                {
                    tracing::error!(document = %id, %seq, %error, "document.not_held");
                }
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Tells whoever looks after the server which snapshots were passed over. To be called by whoever reads: the first to do so may replace them.
    pub(in crate::actor) fn tell_damaged(&self, id: DocumentId, bundle: &Bundle) {
        for seq in &bundle.damaged {
            tracing::error!(document = %id, %seq, instead = %bundle.snapshot, "document.snapshot_damaged");
            self.0.observer.snapshot_damaged();
        }
    }

    /// Holds a document before a position that cannot be read, and answers where; none when it was held there or earlier.
    pub(in crate::actor) async fn hold_before(
        &self,
        id: DocumentId,
        epoch: Epoch,
        damaged: Seq,
    ) -> Result<Option<Seq>, WriteError> {
        let good = Seq(damaged.0.saturating_sub(1));
        let is_news = self.hold(id, epoch, good, HeldFor::Damaged).await?;
        Ok(is_news.then_some(good))
    }

    /// Holds a document at its last good state, and tells those who have it open. Answers whether it was not held there or earlier before.
    pub(in crate::actor) async fn hold(
        &self,
        id: DocumentId,
        epoch: Epoch,
        good: Seq,
        reason: HeldFor,
    ) -> Result<bool, WriteError> {
        let held = self.0.writer.write(move |connection| {
            Box::pin(async move { contents::quarantine(connection, id, epoch, good, reason).await })
        });
        let is_news = held.await?;
        if is_news {
            tracing::error!(document = %id, after = %good, ?reason, "document.quarantined");
            self.0.observer.quarantined();
            let order = Order::Own(DocumentOrder::Quarantine { after: good });
            self.tell::<DocumentWork>(id, order).await;
        }
        Ok(is_news)
    }
}
