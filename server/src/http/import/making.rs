//! Making documents of what was sent, one after the other: the document, then the files that its text names, then its text. Each step is what the
//! route for it does, with its checks, and each can be done again without doing it twice: ids follow from the id of the import and the path.

use super::super::App;
use super::super::access::{self, Right};
use super::super::attachments::receive::{Asked, keep, storage};
use super::super::auth::Caller;
use super::super::documents::{self, New};
use super::Line;
use crate::db::document_tree::Made;
use crate::error::ApiError;
use crate::files::Incoming;
use crate::import::LeftOut;
use crate::import::etherpad::{self, EXPORT_BYTES_MAX};
use crate::import::package::{Package, ReadError};
use crate::import::tree::{Kind, Planned, Tree};
use crate::relative;
use sha2::{Digest as _, Sha256};
use shared::error::ErrorCode;
use shared::id::{AttachmentId, DocumentId, RoomId};
use shared::limits::FILE_NAME_CHARS_MAX;
use shared::wire::Change;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use uuid::Uuid;

/// How often a text is handed in again while the materializer is busy with others, and how long after. It refuses then, so that requests do not pile up.
const ATTEMPTS: usize = 20;
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Tabs fetch the whole list of documents when it has changed: not for each of thousands.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// One import.
pub(crate) struct Making {
    pub(crate) app: Arc<App>,
    pub(crate) caller: Caller,
    pub(crate) room: RoomId,
    /// Names it.
    pub(crate) id: Uuid,
    /// Where it is told what becomes of it. Nobody who listens any more wants it to go on.
    pub(crate) lines: mpsc::Sender<Line>,
}

/// Why it ends before its end.
enum Stop {
    /// Nobody listens.
    Unheard,
    /// It cannot go on.
    Refused(ApiError),
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<ErrorCode> for Stop {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code.into())
    }
}

/// How much there is by now.
#[derive(Default)]
struct Count {
    documents: usize,
    files: usize,
    left_out: usize,
}

/// What was sent, on its way to a thread that may wait for the disk and back.
type Sent = Box<(Package, Tree)>;

impl Making {
    /// Makes all there is to make.
    pub(crate) async fn run(self, package: Package) {
        let stopping = self.app.stopping.clone();
        let made = tokio::select! {
            made = self.make(package) => made,
            () = stopping.cancelled() => Err(ErrorCode::GoingAway.into()),
        };
        self.app.hub.changed(self.room, Change::Documents).await;
        if let Err(Stop::Refused(error)) = made {
            tracing::info!(room = %self.room, by = %self.caller.user.id, code = %error.code, "import.stopped");
            let line = Line::Stopped {
                code: error.code,
                message: error.message.unwrap_or_else(|| error.code.sentence().to_owned()),
            };
            // Whoever does not listen any more does not want to know.
            self.lines.send(line).await.ok();
        }
    }

    async fn make(&self, package: Package) -> Result<(), Stop> {
        let tree = Tree::of(package.files.iter().map(|file| file.path.as_str()));
        let planned = tree.documents.clone();
        let mut count = Count::default();
        self.tell(Line::Found {
            documents: planned.len(),
        })
        .await?;
        for (path, why) in &package.left_out {
            count.left_out += 1;
            self.tell(Line::left_out(path, *why)).await?;
        }
        let hidden = package.hidden;
        let mut unnamed: BTreeSet<usize> = tree.beside.values().copied().collect();
        let mut sent: Sent = Box::new((package, tree));
        // Where each of them is in the room; what hangs below one that was left out hangs where that one would.
        let mut places: Vec<Option<DocumentId>> = Vec::with_capacity(planned.len());
        let mut told_at = Instant::now();
        for document in &planned {
            let parent = document.parent.and_then(|parent| places[parent]);
            let text;
            (sent, text) = read(sent, document, self.app.config.limits.content_bytes).await?;
            let (text, files) = match text {
                Ok(found) => found,
                Err(why) => {
                    places.push(parent);
                    count.left_out += 1;
                    self.tell(Line::left_out(&document.path, why)).await?;
                    continue;
                }
            };
            let id = DocumentId(self.derived(&[&document.path]));
            let made = self.document(id, document, parent).await?;
            places.push(Some(id));
            for (path, at) in files {
                unnamed.remove(&at);
                sent = self.file(sent, (id, &document.path), path, at, &mut count).await?;
            }
            self.write(id, text).await?;
            count.documents += 1;
            self.tell(Line::Document {
                path: document.path.clone(),
                document_id: id,
                title: document.title.clone(),
                again: made == Made::Already,
            })
            .await?;
            if told_at.elapsed() > TELL_EVERY {
                self.app.hub.changed(self.room, Change::Documents).await;
                told_at = Instant::now();
            }
        }
        for at in unnamed {
            count.left_out += 1;
            self.tell(Line::left_out(&sent.0.files[at].path, LeftOut::NotNamed))
                .await?;
        }
        tracing::info!(room = %self.room, by = %self.caller.user.id, documents = count.documents, files = count.files, "import.done");
        self.tell(Line::Done {
            documents: count.documents,
            files: count.files,
            left_out: count.left_out,
            hidden,
        })
        .await
    }

    async fn document(&self, id: DocumentId, planned: &Planned, parent: Option<DocumentId>) -> Result<Made, Stop> {
        let new = New {
            id,
            room: self.room,
            parent,
            title: planned.title.clone(),
        };
        let made = documents::make(&self.app, &self.caller, new).await;
        made.map_err(|error| match error.code {
            // What was made under this id before is not there any more: not made again behind the back of whoever deleted it.
            ErrorCode::NotFound => ApiError {
                message: Some(format!(
                    "{} was imported before and has been deleted since.",
                    planned.path
                )),
                ..error
            },
            ErrorCode::FieldInvalid => ApiError {
                message: Some("This room has as many documents as it may have.".to_owned()),
                ..error
            },
            _ => error,
        })
        .map_err(Stop::Refused)
    }

    /// The text of a new document. What somebody has written since is not written over.
    async fn write(&self, id: DocumentId, text: String) -> Result<(), Stop> {
        if text.is_empty() || !documents::is_untouched(&self.app, id).await? {
            return Ok(());
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let (user, credential) = (self.caller.user.person(), self.caller.credential());
            match self
                .app
                .contents
                .replace(user, credential, id, None, text.clone())
                .await
            {
                Ok(_) => return Ok(()),
                Err(ErrorCode::TooFast) if attempts < ATTEMPTS => tokio::time::sleep(AGAIN_AFTER).await,
                Err(code) => return Err(code.into()),
            }
        }
    }

    /// Puts a file into a document that names it by `path`.
    async fn file(
        &self,
        sent: Sent,
        (document, document_path): (DocumentId, &str),
        path: String,
        at: usize,
        count: &mut Count,
    ) -> Result<Sent, Stop> {
        // Asked here too: before the bytes are read, and since whoever loses the right gets no more of it onto the disk.
        access::document(&self.app, &self.caller, document, Right::Write).await?;
        let from = sent.0.files[at].path.clone();
        let limits = &self.app.config.limits;
        let begun = self.app.files.begin(&Uuid::now_v7().to_string()).await;
        let incoming = begun.map_err(|error| storage(&error))?;
        let (sent, unpacked) = unpack(sent, at, limits.attachment_bytes, incoming).await?;
        let kept = match unpacked {
            Ok(incoming) => {
                let asked = Asked {
                    id: AttachmentId(self.derived(&[document_path, &path])),
                    name: name_of(&from),
                    document,
                    room: self.room,
                    path: Some(path),
                };
                keep(&self.app, &self.caller, asked, incoming).await
            }
            Err(ReadError::LeftOut(why)) => {
                count.left_out += 1;
                self.tell(Line::left_out(from, why)).await?;
                return Ok(sent);
            }
            Err(ReadError::Target(error)) => return Err(storage(&error).into()),
        };
        match kept {
            Ok(kept) => {
                count.files += 1;
                self.tell(Line::File {
                    path: from,
                    document_id: document,
                    attachment_id: kept.id,
                })
                .await?;
            }
            // The texts can come without it.
            Err(error) if error.code == ErrorCode::QuotaExceeded => {
                count.left_out += 1;
                self.tell(Line::LeftOut {
                    path: from,
                    reason: error.code.as_str().to_owned(),
                    message: error.code.sentence().to_owned(),
                })
                .await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(sent)
    }

    async fn tell(&self, line: Line) -> Result<(), Stop> {
        self.lines.send(line).await.map_err(|_| Stop::Unheard)
    }

    /// The id of what is made for these paths: the same whenever the same person imports the same into the same room. Of version 7, since all ids are.
    fn derived(&self, paths: &[&str]) -> Uuid {
        let mut digest = Sha256::new()
            .chain_update(self.id)
            .chain_update(self.room.0)
            .chain_update(self.caller.user.id.0);
        for path in paths {
            digest.update(path);
            // No path has one.
            digest.update([0]);
        }
        let mut bytes = *self.id.as_bytes();
        bytes[6..].copy_from_slice(&digest.finalize()[..10]);
        bytes[6] = 0x70 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Uuid::from_bytes(bytes)
    }
}

/// A text, and the files that it names: by which path, and which they are.
type Read = Result<(String, Vec<(String, usize)>), LeftOut>;

/// Reads the text of a document, on a thread that may take its time.
async fn read(sent: Sent, document: &Planned, bytes_max: u64) -> Result<(Sent, Read), Stop> {
    let (source, path) = (document.source, document.path.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let mut sent = sent;
        let read = text(&mut sent.0, source, bytes_max).map(|text| {
            let named = relative::named(&text);
            let files = named.into_iter().filter_map(|named| {
                let at = sent.1.meant(&path, &named)?;
                Some((named, at))
            });
            let files = files.collect();
            (text, files)
        });
        (sent, read)
    });
    reading.await.map_err(|_| ErrorCode::Internal.into())
}

fn text(package: &mut Package, source: Option<(usize, Kind)>, bytes_max: u64) -> Result<String, LeftOut> {
    match source {
        None => Ok(String::new()),
        Some((at, Kind::Etherpad)) => {
            let text = etherpad::markdown(&package.bytes(at, EXPORT_BYTES_MAX)?)?;
            if text.len() as u64 > bytes_max {
                return Err(LeftOut::TooLarge(bytes_max));
            }
            Ok(text)
        }
        Some((at, Kind::Markdown | Kind::Plain)) => package.text(at, bytes_max),
    }
}

/// Writes a file of the package to the disk.
async fn unpack(
    sent: Sent,
    at: usize,
    bytes_max: u64,
    incoming: Incoming,
) -> Result<(Sent, Result<Incoming, ReadError>), Stop> {
    let handle = tokio::runtime::Handle::current();
    let unpacking = tokio::task::spawn_blocking(move || {
        let (mut sent, mut incoming) = (sent, incoming);
        let read = sent
            .0
            .read(at, bytes_max, |piece| handle.block_on(incoming.write(piece)));
        (sent, read.map(|()| incoming))
    });
    unpacking.await.map_err(|_| ErrorCode::Internal.into())
}

/// What a file is called, by its path: the end of it, where it is too long.
fn name_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).trim();
    let over = name.chars().count().saturating_sub(FILE_NAME_CHARS_MAX);
    name.chars().skip(over).collect()
}
