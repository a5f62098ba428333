//! Erases deleted documents when the time is over in which they can be brought back.

use super::hub::now;
use super::writer::{WriteError, Writer};
use crate::db::{DbError, Reader, deleted};
use shared::id::UnixMs;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Longest sleep: what is deleted meanwhile is due a day later at the earliest.
const SLEEP_MAX: Duration = Duration::from_millis(DAY_MS);

/// Shortest sleep: nobody counts on the minute, and a clock that jumps keeps nobody busy.
const SLEEP_MIN: Duration = Duration::from_secs(60);

/// Why a document was not erased. The next round tries again.
#[derive(Debug, thiserror::Error)]
pub enum ErasingError {
    /// It could not be found out which are due.
    #[error(transparent)]
    Read(#[from] DbError),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// What was deleted at this time or earlier cannot be brought back.
#[must_use]
pub fn over_at(now: UnixMs, days: u64) -> UnixMs {
    UnixMs(now.0.saturating_sub(days.saturating_mul(DAY_MS)))
}

/// Erases what is due, and sleeps until the next is, until the server stops.
pub(crate) async fn run(reader: Reader, writer: Writer, days: u64, stopping: CancellationToken) {
    loop {
        let erased = tokio::select! {
            () = stopping.cancelled() => return,
            erased = erase_due(&reader, &writer, over_at(now(), days)) => erased,
        };
        match erased {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "document.erased"),
            Err(error) => tracing::warn!(%error, "document.not_erased"),
        }
        let due = reader.oldest_deletion().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "document.not_erased");
            None
        });
        let sleep = due.map_or(SLEEP_MAX, |deleted| {
            Duration::from_millis(deleted.0.saturating_sub(over_at(now(), days).0))
        });
        tokio::select! {
            () = stopping.cancelled() => return,
            // Until the next one is due; within bounds, since the clock may be set and documents deleted meanwhile.
            () = tokio::time::sleep(sleep.clamp(SLEEP_MIN, SLEEP_MAX)) => {}
        }
    }
}

/// Erases what was deleted at `through` or earlier, a part at a time between what people write; answers how many documents.
pub async fn erase_due(reader: &Reader, writer: &Writer, through: UnixMs) -> Result<usize, ErasingError> {
    let mut count = 0;
    while let Some(id) = reader.deleted_through(through).await? {
        loop {
            let erase = writer.write(move |connection| Box::pin(deleted::erase_some(connection, id, through)));
            if erase.await? {
                break;
            }
        }
        count += 1;
    }
    Ok(count)
}
