//! Erases deleted documents when the time is over in which they can be brought back.

use super::hub::now;
use super::writer::{WriteError, Writer};
use crate::db::run_hours::{self, RunHours};
use crate::db::{DbError, Reader, deleted};
use shared::id::UnixMs;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How often it is looked for what is due. Nobody counts on the minute.
const HOUR: Duration = Duration::from_secs(60 * 60);

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

/// Counts the hours for which the server runs, and looks in each what is due, until it stops.
pub(crate) async fn run(reader: Reader, writer: Writer, days: u64, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            // This is the clock: each of these sleeps is an hour of running.
            () = tokio::time::sleep(HOUR) => {}
        }
        let erased = tokio::select! {
            () = stopping.cancelled() => return,
            erased = hour(&reader, &writer, days) => erased,
        };
        match erased {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "document.erased"),
            Err(error) => tracing::warn!(%error, "document.not_erased"),
        }
    }
}

async fn hour(reader: &Reader, writer: &Writer, days: u64) -> Result<usize, ErasingError> {
    let hour = writer.write(|connection| Box::pin(run_hours::pass(connection))).await?;
    erase_due(reader, writer, over_at(now(), days), hour).await
}

/// Marks what was deleted at `through` or earlier, and erases what has had its mark for a day of running, a part at a time between what people
/// write. A clock on the wall that was set forward and back has marked something for a while, and no more. Answers how many documents are gone.
pub async fn erase_due(
    reader: &Reader,
    writer: &Writer,
    through: UnixMs,
    hour: RunHours,
) -> Result<usize, ErasingError> {
    let mark = writer.write(move |connection| Box::pin(deleted::mark_due(connection, through, hour)));
    mark.await?;
    let Some(since) = hour.over_at() else { return Ok(0) };
    let mut count = 0;
    while let Some(id) = reader.document_to_erase(since).await? {
        loop {
            let erase = writer.write(move |connection| Box::pin(deleted::erase_some(connection, id, since)));
            if erase.await? {
                break;
            }
        }
        count += 1;
    }
    Ok(count)
}
