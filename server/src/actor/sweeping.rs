//! Looks every day after files that nothing needs: attachments that no text of their room names any more, and bytes that no attachment has.

use super::hub::now;
use super::writer::{WriteError, Writer};
use crate::db::attachments::{self, Hash, Look, OfRoom};
use crate::db::run_hours::RunHours;
use crate::db::{DbError, Reader};
use crate::files::Files;
use crate::relative;
use shared::id::{AttachmentId, DocumentId, RoomId, UnixMs};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often, and how long bytes stay that no attachment has: a backup that began before is over by then.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What stands before the id in an attachment's address.
const BEFORE_ID: &str = "/attachments/";

/// Digits and hyphens of an id.
const ID_CHARS: usize = 36;

/// Why it was given up until the next day.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// It could not be found out what is needed.
    #[error(transparent)]
    Read(#[from] DbError),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file could not be listed or deleted.
    #[error(transparent)]
    File(#[from] io::Error),
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Attachments deleted.
    pub attachments: usize,
    /// Files deleted.
    pub files: usize,
}

/// What is swept, and for how long it stays all the same.
#[derive(Clone, Debug)]
pub struct Sweeper {
    pub reader: Reader,
    pub writer: Writer,
    pub files: Files,
    /// Days that an attachment stays which nothing names.
    pub days: u64,
}

impl Sweeper {
    /// Once a day, until the server stops.
    pub(crate) async fn run(self, stopping: CancellationToken) {
        loop {
            let swept = tokio::select! {
                () = stopping.cancelled() => return,
                swept = self.round() => swept,
            };
            match swept {
                Ok(Swept {
                    attachments: 0,
                    files: 0,
                }) => {}
                Ok(Swept { attachments, files }) => tracing::info!(attachments, files, "attachment.swept"),
                Err(error) => tracing::warn!(%error, "attachment.not_swept"),
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                // Nobody waits for it: what is swept has stood unused for days.
                () = tokio::time::sleep(DAY) => {}
            }
        }
    }

    async fn round(&self) -> Result<Swept, SweepError> {
        let hour = self.reader.run_hours().await?;
        self.sweep(now(), hour).await
    }

    /// One round, as if it were `at` on the wall, in this hour of running.
    pub async fn sweep(&self, at: UnixMs, hour: RunHours) -> Result<Swept, SweepError> {
        let mut swept = Swept::default();
        let day = u64::try_from(DAY.as_millis()).unwrap_or(u64::MAX);
        // Bytes first: what attachments let go of in this round stays until another one.
        let over = UnixMs(at.0.saturating_sub(day));
        for file in self.reader.released_files(over).await? {
            swept.files += usize::from(self.delete_released(file).await?);
        }
        let before = SystemTime::UNIX_EPOCH + Duration::from_millis(over.0);
        for file in self.files.older_than(before).await? {
            swept.files += usize::from(self.delete_unknown(file).await?);
        }
        let through = UnixMs(at.0.saturating_sub(self.days.saturating_mul(day)));
        for room in self.reader.rooms_with_attachments().await? {
            swept.attachments += self.sweep_room(room, Look { at, hour, through }).await?;
        }
        Ok(swept)
    }

    /// Marks what nothing names, and what nothing has named for long, and deletes what has been due for a day of running.
    async fn sweep_room(&self, room: RoomId, look: Look) -> Result<usize, SweepError> {
        let attachments = self.reader.room_attachments(room).await?;
        let Some(named) = self.named_in(room, &attachments).await? else {
            return Ok(0);
        };
        let (linked, unlinked): (BTreeSet<_>, BTreeSet<_>) =
            attachments.iter().map(|one| one.id).partition(|id| named.contains(id));
        let mark = self.writer.write(move |connection| {
            Box::pin(async move { attachments::mark(connection, &linked, &unlinked, look).await })
        });
        mark.await?;
        let Some(since) = look.hour.over_at() else {
            return Ok(0);
        };
        // Marked before this round; whatever is not due any more has just lost its mark.
        let over = attachments
            .iter()
            .filter(|one| one.due_since.is_some_and(|due| due <= since));
        let mut count = 0;
        for id in over.map(|one| one.id) {
            let delete = self
                .writer
                .write(move |connection| Box::pin(attachments::delete_due(connection, id, since)));
            count += usize::from(delete.await?);
        }
        Ok(count)
    }

    /// Attachments that documents and messages of a room name; none when the text of some document is not known as it is.
    async fn named_in(&self, room: RoomId, attachments: &[OfRoom]) -> Result<Option<BTreeSet<AttachmentId>>, DbError> {
        let mut named = BTreeSet::new();
        let mut by_path: BTreeMap<DocumentId, BTreeMap<&str, AttachmentId>> = BTreeMap::new();
        for one in attachments {
            if let Some(path) = &one.path {
                by_path.entry(one.document).or_default().insert(path, one.id);
            }
        }
        for (document, is_current) in self.reader.texts_of_room(room).await? {
            if !is_current {
                return Ok(None);
            }
            // A document without a text is empty.
            if let Some((_, text)) = self.reader.document_text(document).await? {
                named.extend(addresses(&text));
                if let Some(by_path) = by_path.get(&document) {
                    let paths = relative::named(&text);
                    named.extend(paths.iter().filter_map(|path| by_path.get(path.as_str())));
                }
            }
        }
        for message in self.reader.messages_with_attachments(room).await? {
            named.extend(addresses(&message));
        }
        Ok(Some(named))
    }

    async fn delete_released(&self, file: Hash) -> Result<bool, SweepError> {
        let forgotten = self
            .writer
            .write(move |connection| Box::pin(attachments::forget_released(connection, file)));
        self.files
            .delete(file, async { Ok::<_, SweepError>(forgotten.await?) })
            .await
    }

    /// What was written and got no attachment, since the server was killed or the right to write was taken.
    async fn delete_unknown(&self, file: Hash) -> Result<bool, SweepError> {
        let is_unknown = async { Ok::<_, SweepError>(!self.reader.is_file_known(file).await?) };
        self.files.delete(file, is_unknown).await
    }
}

/// The attachments whose addresses stand in a text.
fn addresses(text: &str) -> impl Iterator<Item = AttachmentId> {
    text.match_indices(BEFORE_ID).filter_map(|(at, before)| {
        let id = text.get(at + before.len()..at + before.len() + ID_CHARS)?;
        Uuid::parse_str(id).ok().map(AttachmentId)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_attachments_are_found_wherever_they_stand() {
        let (one, two) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let text = format!(
            "é![x](/api/v1/documents/d/attachments/{one}/x.png) https://x/attachments/{two} /attachments/no /attachments/é"
        );
        let found: Vec<_> = addresses(&text).collect();
        assert_eq!(found, [AttachmentId(one), AttachmentId(two)]);
    }
}
