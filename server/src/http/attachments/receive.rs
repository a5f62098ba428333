//! Taking a file in: piece by piece to the disk, under its limits, and an attachment made of it when all of it is there.

use super::super::access::{self, Right};
use super::super::auth::Caller;
use super::super::{App, now};
use super::media::media_type;
use crate::db::attachments::{self, Attachment, NewAttachment};
use crate::error::ApiError;
use crate::files::Incoming;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use shared::error::ErrorCode;
use shared::id::{AttachmentId, DocumentId, RoomId, UserId};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// Files that one account may be sending at the same time: tabs send one after the other.
const UPLOADS_PER_USER_MAX: usize = 4;

/// Files that all may be sending at the same time; each is a file on the disk that nobody has counted yet.
const UPLOADS_MAX: usize = 64;

/// Longest time for a file, however slow the line.
pub(in crate::http) const UPLOAD_MAX: Duration = Duration::from_secs(30 * 60);

/// Who is sending files at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Uploads {
    under_way: Arc<Mutex<BTreeMap<UserId, usize>>>,
    per_user_max: usize,
    all_max: usize,
}

impl Default for Uploads {
    fn default() -> Self {
        Self::new(UPLOADS_PER_USER_MAX, UPLOADS_MAX)
    }
}

/// One file that is being sent.
#[derive(Debug)]
pub(in crate::http) struct Upload {
    uploads: Uploads,
    user: UserId,
}

impl Uploads {
    /// At most so many of one account, and of all together.
    pub(crate) fn new(per_user_max: usize, all_max: usize) -> Self {
        Self {
            under_way: Arc::default(),
            per_user_max,
            all_max,
        }
    }

    /// One more, unless that is more than one account, or all together, may be sending.
    pub(in crate::http) fn begin(&self, user: UserId) -> Result<Upload, ErrorCode> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = under_way.values().sum();
        let own = under_way.get(&user).copied().unwrap_or(0);
        if all >= self.all_max || own >= self.per_user_max {
            return Err(ErrorCode::TooFast);
        }
        under_way.insert(user, own + 1);
        drop(under_way);
        Ok(Upload {
            uploads: self.clone(),
            user,
        })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut under_way = self.uploads.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.get_mut(&self.user) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                under_way.remove(&self.user);
            }
        }
    }
}

/// What is to be made of the bytes.
pub(in crate::http) struct Asked {
    pub(in crate::http) id: AttachmentId,
    pub(in crate::http) name: String,
    pub(in crate::http) document: DocumentId,
    pub(in crate::http) room: RoomId,
    /// By which relative address the document names it.
    pub(in crate::http) path: Option<String>,
}

/// Takes a file in for somebody who may write.
pub(super) async fn receive(
    app: &App,
    caller: &Caller,
    asked: Asked,
    headers: &HeaderMap,
    body: Body,
) -> Result<Attachment, ApiError> {
    let limits = &app.config.limits;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|len| len.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|len| len > limits.attachment_bytes) {
        return Err(ErrorCode::BodyTooLarge.into());
    }
    // Told before the bytes are sent; what counts is asked again when they are.
    let stored = app.reader.room_attachment_bytes(asked.room).await?;
    if stored.saturating_add(announced.unwrap_or(0)) > limits.room_attachment_bytes {
        return Err(ErrorCode::QuotaExceeded.into());
    }
    let _upload = app.uploads.begin(caller.user.id)?;
    let incoming = to_disk(app, body, limits.attachment_bytes).await?;
    keep(app, caller, asked, incoming).await
}

/// Makes an attachment of what was written, if that is still allowed.
pub(in crate::http) async fn keep(
    app: &App,
    caller: &Caller,
    asked: Asked,
    incoming: Incoming,
) -> Result<Attachment, ApiError> {
    let kept = app.files.keep(incoming).await.map_err(|error| storage(&error))?;
    let (user, room, document) = (caller.user.id, asked.room, asked.document);
    let new = NewAttachment {
        attachment: Attachment {
            id: asked.id,
            name: asked.name,
            media_type: media_type(&kept.written.head).to_owned(),
            bytes: kept.written.bytes,
            sha256: kept.written.sha256,
            created_at: now(),
            path: asked.path,
        },
        document,
        room,
        by: user,
        room_bytes_max: app.config.limits.room_attachment_bytes,
    };
    let made = app.writer.write(move |connection| {
        Box::pin(async move {
            access::recheck(connection, user, room, Right::Write).await?;
            attachments::create(connection, new).await
        })
    });
    let made = made.await?;
    tracing::info!(document = %document, attachment = %made.id, bytes = made.bytes, by = %user, "attachment.stored");
    Ok(made)
}

/// The body as a file that has no name yet. At most so many bytes, in as much time as a file may take.
pub(in crate::http) async fn to_disk(app: &App, body: Body, bytes_max: u64) -> Result<Incoming, ApiError> {
    let begun = app.files.begin(&Uuid::now_v7().to_string()).await;
    let incoming = begun.map_err(|error| storage(&error))?;
    let pause = Duration::from_millis(app.config.limits.request_ms);
    let taking = take(incoming, body, bytes_max, pause);
    tokio::select! {
        // What is half there is sent again to the next server.
        () = app.stopping.cancelled() => Err(ErrorCode::GoingAway.into()),
        taken = tokio::time::timeout(UPLOAD_MAX, taking) => Ok(taken.unwrap_or(Err(ErrorCode::TimedOut))?),
    }
}

/// Writes what comes, as long as it does not stop for longer than `pause`.
async fn take(mut incoming: Incoming, body: Body, bytes_max: u64, pause: Duration) -> Result<Incoming, ErrorCode> {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = tokio::time::timeout(pause, pieces.next())
        .await
        .map_err(|_| ErrorCode::TimedOut)?
    {
        // The line broke: nobody reads the answer.
        let piece = piece.map_err(|_| ErrorCode::Malformed)?;
        if incoming.bytes() + piece.len() as u64 > bytes_max {
            return Err(ErrorCode::BodyTooLarge);
        }
        incoming.write(&piece).await.map_err(|error| storage(&error))?;
    }
    Ok(incoming)
}

pub(in crate::http) fn storage(error: &io::Error) -> ErrorCode {
    tracing::error!(%error, "attachment.not_stored");
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::StorageFull,
        _ => ErrorCode::StorageFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_sends_a_few_files_at_once_and_all_together_not_many() {
        let uploads = Uploads::default();
        let ada = UserId(Uuid::from_u128(1));
        let mut under_way: Vec<_> = (0..UPLOADS_PER_USER_MAX).map(|_| uploads.begin(ada)).collect();
        assert!(under_way.iter().all(Result::is_ok));
        assert_eq!(uploads.begin(ada).err(), Some(ErrorCode::TooFast));
        under_way.pop();
        assert!(uploads.begin(ada).is_ok(), "one has ended");
        drop(under_way);
        assert!(uploads.under_way.lock().expect("nobody panicked").is_empty());

        let others: Vec<_> = (2..)
            .map(|id| uploads.begin(UserId(Uuid::from_u128(id))))
            .take(UPLOADS_MAX)
            .collect();
        assert!(others.iter().all(Result::is_ok));
        assert_eq!(uploads.begin(ada).err(), Some(ErrorCode::TooFast));
    }
}
