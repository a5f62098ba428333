//! Keeps what newcomers have to load short: a verified snapshot now and then, the log before the one before it into history.
//!
//! A document that cannot be worked out is held at its last good state here.

use super::Contents;
use crate::actor::hub::{CompactionDue, now};
use crate::actor::materializer::{Compacted, MaterializeError};
use crate::actor::writer::WriteError;
use crate::db::bundle::Bundle;
use crate::db::contents::{self, HeldFor};
use crate::db::segment::Segment;
use crate::db::{DbError, history, log};
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{DocumentId, Epoch, Seq};
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use std::ops::Bound;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Fewer edits than this since the last snapshot are not worth another one: only the text is worked out again.
const SNAPSHOT_UPDATES_MIN: u64 = 64;

/// Documents whose text is brought up to date at the start. The rest have their turn after their next edits, or when they are read.
const STALE_TEXTS_MAX: u32 = 10_000;

/// What one look at a document did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compaction {
    /// Nothing was left to do.
    UpToDate,
    /// The text was worked out.
    Text,
    /// A snapshot was made too.
    Snapshot,
    /// It is held at this position from now on.
    Quarantined(Seq),
}

/// Why a document was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum CompactionError {
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] DbError),
    /// No child worked it out, and none found it at fault.
    #[error(transparent)]
    Materialize(#[from] MaterializeError),
    /// What was worked out could not be stored.
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn enqueue(waiting: &mut BTreeMap<DocumentId, Seq>, CompactionDue { document, through }: CompactionDue) {
    let highest = waiting.entry(document).or_default();
    *highest = through.max(*highest);
}

/// Takes out the document after the latest one, going round, so that a busy one does not keep the others waiting.
fn take_next(waiting: &mut BTreeMap<DocumentId, Seq>, latest: Option<DocumentId>) -> Option<(DocumentId, Seq)> {
    let after = latest.map_or(Bound::Unbounded, Bound::Excluded);
    let id = *waiting
        .range((after, Bound::Unbounded))
        .next()
        .or_else(|| waiting.iter().next())?
        .0;
    waiting.remove_entry(&id)
}

impl Contents {
    /// Looks after one document after the other, until there will be no more or the server stops.
    pub async fn run_compaction(self, mut due: mpsc::Receiver<CompactionDue>, stopping: CancellationToken) {
        // Those that a stop or a crash came before.
        let left = self.0.hub.reader().stale_texts(STALE_TEXTS_MAX).await;
        let left = left.unwrap_or_else(|error| {
            tracing::error!(%error, "document.stale_texts_unreadable");
            Vec::new()
        });
        let mut left = left.into_iter();
        // What is due, each document once: under a flood of edits it falls due again and again while it is being worked out.
        let mut waiting: BTreeMap<DocumentId, Seq> = BTreeMap::new();
        let mut latest = None;
        loop {
            while let Ok(next) = due.try_recv() {
                enqueue(&mut waiting, next);
            }
            let Some((document, through)) = take_next(&mut waiting, latest).or_else(|| left.next()) else {
                tokio::select! {
                    biased;
                    () = stopping.cancelled() => return,
                    next = due.recv() => match next {
                        Some(next) => enqueue(&mut waiting, next),
                        None => return,
                    },
                }
                continue;
            };
            latest = Some(document);
            // A transaction that is under way is the writer's; all before it can be done again.
            tokio::select! {
                () = stopping.cancelled() => return,
                outcome = self.compact(document, through) => match outcome {
                    Ok(outcome) => tracing::debug!(%document, %through, ?outcome, "document.compacted"),
                    Err(error) => tracing::warn!(%document, %through, %error, "document.not_compacted"),
                },
            }
        }
    }

    /// Works out the text up to `through`, and a snapshot when enough was stored since the last one, or when the last one is damaged.
    pub async fn compact(&self, id: DocumentId, through: Seq) -> Result<Compaction, CompactionError> {
        let reader = self.0.hub.reader();
        let Some((_, state)) = reader.document_state(id).await? else {
            return Ok(Compaction::UpToDate);
        };
        if state.quarantined_after.is_some() || through > state.head_seq {
            return Ok(Compaction::UpToDate);
        }
        let newest = reader.newest_snapshot(id).await?;
        let bundle = match reader.document_bundle(id, None, through).await {
            Err(DbError::Damaged { seq, .. }) => {
                return match self.0.hub.hold_before(id, state.epoch, seq).await? {
                    Some(good) => Ok(Compaction::Quarantined(good)),
                    None => Ok(Compaction::UpToDate),
                };
            }
            bundle => bundle?,
        };
        self.0.hub.tell_damaged(id, &bundle);
        // A damaged one is replaced by one that reaches as far at least.
        let wants_snapshot = if bundle.damaged.is_empty() {
            through.0 >= newest.0 + SNAPSHOT_UPDATES_MIN
        } else {
            through >= newest
        };
        let done = if wants_snapshot {
            match self.0.materializer.compact(&bundle.updates).await {
                Ok(compacted) => self.store_snapshot(id, state.epoch, &bundle, through, compacted).await,
                Err(error) => Err(error.into()),
            }
        } else if reader.document_text(id).await?.is_some_and(|(seq, _)| seq >= through) {
            // Somebody could not read it, though there is a text: then it is looked into.
            self.check(&bundle.updates).await
        } else {
            match self.0.materializer.text(&bundle.updates).await {
                Ok(text) => self.store_text(id, through, text).await,
                Err(error) => Err(error.into()),
            }
        };
        match done {
            Err(CompactionError::Materialize(
                finding @ (MaterializeError::Refused(_) | MaterializeError::Broken(_)),
            )) => self.look_into(id, state.epoch, through, &bundle.updates, finding).await,
            done => done,
        }
    }

    async fn check(&self, updates: &[Bytes]) -> Result<Compaction, CompactionError> {
        self.0.materializer.text(updates).await?;
        Ok(Compaction::UpToDate)
    }

    async fn store_text(&self, id: DocumentId, through: Seq, text: String) -> Result<Compaction, CompactionError> {
        let write = self.0.writer.write_aside(text.len(), move |connection| {
            Box::pin(async move { contents::put_text(connection, id, through, &text).await })
        });
        write.await?;
        Ok(Compaction::Text)
    }

    async fn store_snapshot(
        &self,
        id: DocumentId,
        epoch: Epoch,
        before: &Bundle,
        through: Seq,
        Compacted { snapshot, text }: Compacted,
    ) -> Result<Compaction, CompactionError> {
        // What the snapshot before this one holds. That one is kept, so the log from there on is enough to start from either.
        let start = self.0.hub.reader().log_start(id, before.snapshot).await?;
        if start.is_cut_short {
            // Those after it would leave a gap. The document is whole: snapshots stand for the row that is damaged.
            tracing::error!(document = %id, last_good = ?start.rows.last().map(|row| row.seq), "document.log_row_damaged");
        }
        let segments = tokio::task::spawn_blocking(move || Segment::of(&start.rows)).await;
        let segments = segments.expect("deflating does not panic");
        let damaged = before.damaged.clone();
        let at = now();
        // Each on its own, so that others' edits are stored in between. What a stop comes before is done the next time: the log then reaches
        // further back than it has to.
        let put = self.0.writer.write_aside(snapshot.len(), move |connection| {
            Box::pin(async move {
                check_head(connection, id, epoch, through).await?;
                contents::put_snapshot(connection, id, through, &snapshot, &damaged, at).await
            })
        });
        put.await?;
        for segment in segments {
            // Rows are deleted too, which are a few times as large.
            let move_rows = self.0.writer.write_aside(4 * segment.bytes.len(), move |connection| {
                Box::pin(async move {
                    check_head(connection, id, epoch, through).await?;
                    history::move_to_history(connection, id, &segment, at).await
                })
            });
            move_rows.await?;
        }
        self.store_text(id, through, text).await?;
        Ok(Compaction::Snapshot)
    }

    /// Finds the update that spoils the document, and holds the document at the one before it.
    async fn look_into(
        &self,
        id: DocumentId,
        epoch: Epoch,
        through: Seq,
        updates: &[Bytes],
        finding: MaterializeError,
    ) -> Result<Compaction, CompactionError> {
        let Some(bad) = self.0.materializer.find_bad(updates).await? else {
            return Err(finding.into());
        };
        // The last update is the one at `through`, and they are contiguous; a snapshot at the front stands at its own position.
        let after_bad = (updates.len() - bad) as u64;
        let good = Seq(through.0.saturating_sub(after_bad));
        tracing::error!(document = %id, after = %good, %finding, "document.unsound");
        self.0.hub.hold(id, epoch, good, HeldFor::Unsound).await?;
        Ok(Compaction::Quarantined(good))
    }
}

/// Refuses what is about another document by now: restored, deleted or quarantined in the meantime.
async fn check_head(
    connection: &mut SqliteConnection,
    id: DocumentId,
    epoch: Epoch,
    through: Seq,
) -> Result<(), DbError> {
    match log::head(connection, id).await? {
        Some(head) if head.epoch == epoch && head.seq >= through && !head.quarantined => Ok(()),
        _ => Err(DbError::refused(ErrorCode::OutOfOrder)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_document_that_is_always_due_does_not_keep_others_waiting() {
        let [busy, quiet] = [1, 2].map(|n| DocumentId(Uuid::from_u128(n)));
        let due = |document, through| CompactionDue {
            document,
            through: Seq(through),
        };
        let mut waiting = BTreeMap::new();
        enqueue(&mut waiting, due(busy, 5));
        enqueue(&mut waiting, due(quiet, 7));
        enqueue(&mut waiting, due(busy, 9));
        enqueue(&mut waiting, due(busy, 8));
        assert_eq!(
            take_next(&mut waiting, None),
            Some((busy, Seq(9))),
            "once, as far as asked"
        );
        enqueue(&mut waiting, due(busy, 10));
        assert_eq!(take_next(&mut waiting, Some(busy)), Some((quiet, Seq(7))));
        assert_eq!(take_next(&mut waiting, Some(quiet)), Some((busy, Seq(10))));
        assert_eq!(take_next(&mut waiting, Some(busy)), None);
    }
}
