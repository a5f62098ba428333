//! `inkling export`: the documents of a server as files of Markdown, with nothing of the server running. Beside one that does, too.

use super::{DATABASE, Report, UpkeepError, at, check_step};
use crate::actor::materializer::{self, ChildEnd, Materializer, MaterializerConfig};
use crate::archive::addresses::relative;
use crate::archive::files::Filing;
use crate::archive::paths::paths;
use crate::archive::{self, Content, Entry};
use crate::db::documents::Document;
use crate::db::page::Page;
use crate::db::{DbError, OpenError, Reader, copy};
use crate::filename::{Folder, safe};
use crate::files::{self, place};
use crate::partial::Partial;
use shared::id::{DocumentId, RoomId, Seq};
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long working out one text may take. Nobody waits for it.
const TEXT_WITHIN: Duration = Duration::from_secs(180);

/// Documents read at once from a room's list.
const PAGE_ITEMS: usize = 1000;

#[derive(Debug)]
struct Unobserved;

impl materializer::Observer for Unobserved {
    fn child_ended(&self, _end: ChildEnd, _seconds: f64) {}
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exporting {
    /// Of this room alone, by its name or id.
    pub room: Option<String>,
    /// Where to: a folder or an archive.
    pub target: PathBuf,
    /// Whether the addresses of files in the texts become relative.
    pub is_relative: bool,
}

pub(super) async fn run(data_dir: &Path, exporting: &Exporting) -> Result<Report, UpkeepError> {
    let Exporting {
        room,
        target,
        is_relative,
    } = exporting;
    let room = room.as_deref();
    let reader = Reader::beside(&data_dir.join(DATABASE)).await?;
    match reader.applied_step().await? {
        None => return Err(OpenError::Unusable(data_dir.into(), io::ErrorKind::NotFound.into()).into()),
        applied if check_step(data_dir, applied)? < copy::newest_step() => {
            let why = format!(
                "{} was written by an earlier release: start this one on it once",
                data_dir.display()
            );
            return Err(UpkeepError::Asked(why));
        }
        Some(_) => {}
    }
    let rooms = chosen(reader.all_rooms().await?, room)?;
    let mut export = Export {
        materializer: Materializer::new(
            MaterializerConfig {
                answer_within: TEXT_WITHIN,
                ..MaterializerConfig::default()
            },
            Arc::new(Unobserved),
        ),
        reader,
        root: data_dir.join(files::FOLDER),
        is_relative: *is_relative,
        target: Target::begin(target)?,
        documents: 0,
        files: 0,
        missing: String::new(),
    };
    let mut folders = Folder::default();
    for (id, name) in &rooms {
        // One room needs no folder.
        let folder = if room.is_some() {
            String::new()
        } else {
            format!("{}/", folders.unique(&safe(name)))
        };
        export.room(*id, &folder).await?;
    }
    let Export {
        target: written,
        documents,
        files,
        missing,
        ..
    } = export;
    written.finish()?;
    let mut text = format!(
        "Exported {documents} documents of {} rooms with {files} files to {}.\n",
        rooms.len(),
        target.display()
    );
    text.push_str(&missing);
    Ok(Report {
        text,
        is_sound: missing.is_empty(),
    })
}

/// The rooms that are meant: all, the one of this id, or all of this name.
pub(crate) fn chosen(rooms: Vec<(RoomId, String)>, room: Option<&str>) -> Result<Vec<(RoomId, String)>, UpkeepError> {
    let Some(room) = room else { return Ok(rooms) };
    let is_meant = |(id, name): &(RoomId, String)| id.to_string() == room || name == room;
    let mut meant: Vec<_> = rooms.into_iter().filter(is_meant).collect();
    match meant.len() {
        0 => Err(UpkeepError::Asked(format!("there is no room {room:?}"))),
        1 => Ok(meant),
        _ => {
            meant.sort();
            let ids: Vec<_> = meant.iter().map(|(id, _)| id.to_string()).collect();
            Err(UpkeepError::Asked(format!(
                "several rooms are called {room:?}; name one by its id: {}",
                ids.join(", ")
            )))
        }
    }
}

struct Export {
    reader: Reader,
    materializer: Materializer,
    /// Where the files of documents lie.
    root: PathBuf,
    is_relative: bool,
    target: Target,
    documents: usize,
    files: usize,
    missing: String,
}

impl Export {
    async fn room(&mut self, room: RoomId, folder: &str) -> Result<(), UpkeepError> {
        let (mut documents, mut after) = (Vec::<Document>::new(), None);
        loop {
            let page = self.reader.documents(room, Page::new(after, PAGE_ITEMS)).await?;
            documents.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let documents = paths(&documents);
        let filing = Filing::of(&documents, &self.reader.room_attachments(room).await?);
        for document in &documents {
            let path = format!("{folder}{}", document.path);
            match self.text(document.id).await? {
                Ok(text) if text.is_empty() && document.has_folder => self.documents += 1,
                Ok(mut text) => {
                    if self.is_relative {
                        text = relative(&text, &document.path, &filing.places, &[]);
                    }
                    self.target.put(&path, Content::Bytes(text.into_bytes()))?;
                    self.documents += 1;
                }
                Err(why) => self.miss(&path, &why),
            }
            for filed in filing.of.get(&document.id).into_iter().flatten() {
                let path = format!("{folder}{}", filed.path);
                match File::open(self.root.join(place(filed.sha256))) {
                    Ok(file) => {
                        self.target.put(&path, Content::File(file))?;
                        self.files += 1;
                    }
                    Err(error) => self.miss(&path, &error.to_string()),
                }
            }
        }
        let note = filing.note();
        if !note.is_empty() {
            let path = format!("{folder}NOT WHERE NAMED.txt");
            self.target.put(&path, Content::Bytes(note.into_bytes()))?;
        }
        Ok(())
    }

    fn miss(&mut self, path: &str, why: &str) {
        writeln!(self.missing, "  {path} is missing: {why}").expect("a string takes what is written");
    }

    /// The text as of the last stored edit, or the last good one; or why there is none.
    async fn text(&self, id: DocumentId) -> Result<Result<String, String>, UpkeepError> {
        let Some((_, state)) = self.reader.document_state(id).await? else {
            return Ok(Err("it was deleted meanwhile".to_owned()));
        };
        let through = state
            .quarantined_after
            .map_or(state.head_seq, |after| state.head_seq.min(after));
        if through < state.head_seq && through == Seq(0) {
            return Ok(Err("nothing of it can be read".to_owned()));
        }
        if let Some((seq, text)) = self.reader.document_text(id).await?
            && seq == through
        {
            return Ok(Ok(text));
        }
        let bundle = match self.reader.document_bundle(id, None, through).await {
            Ok(bundle) => bundle,
            Err(error @ DbError::Damaged { .. }) => return Ok(Err(error.to_string())),
            Err(error) => return Err(error.into()),
        };
        Ok(self
            .materializer
            .text(&bundle.updates)
            .await
            .map_err(|error| error.to_string()))
    }
}

/// Where all of it goes.
enum Target {
    Folder(PathBuf),
    Archive {
        entries: std::sync::mpsc::SyncSender<Entry>,
        writer: std::thread::JoinHandle<io::Result<File>>,
        partial: Partial,
        name: PathBuf,
    },
}

impl Target {
    /// An archive when the name ends so, and otherwise a folder, which must be new or empty.
    fn begin(target: &Path) -> Result<Self, UpkeepError> {
        let is_archive = target
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        if !is_archive {
            fs::create_dir_all(target).map_err(at(target))?;
            if fs::read_dir(target).map_err(at(target))?.next().is_some() {
                return Err(UpkeepError::Asked(format!("{} is not empty", target.display())));
            }
            return Ok(Self::Folder(target.to_owned()));
        }
        if target.try_exists().map_err(at(target))? {
            return Err(UpkeepError::Asked(format!("{} is there already", target.display())));
        }
        let folder = target
            .parent()
            .filter(|folder| *folder != Path::new(""))
            .unwrap_or(Path::new("."));
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let partial = Partial::begin(folder, &name).map_err(at(folder))?;
        let file = OpenOptions::new()
            .write(true)
            .open(partial.path())
            .map_err(at(target))?;
        let (entries, to_pack) = std::sync::mpsc::sync_channel::<Entry>(1);
        let writer = std::thread::spawn(move || archive::write(file, || to_pack.recv().ok()));
        Ok(Self::Archive {
            entries,
            writer,
            partial,
            name: target.to_owned(),
        })
    }

    fn put(&self, path: &str, content: Content) -> Result<(), UpkeepError> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(path);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(at(folder))?;
                }
                let file = OpenOptions::new().write(true).create_new(true).open(&path);
                file.and_then(|mut file| content.copy_to(&mut file)).map_err(at(&path))
            }
            Self::Archive { entries, .. } => {
                // When the one that writes has ended, `finish` says of what.
                entries.send(Ok((path.to_owned(), content))).ok();
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<(), UpkeepError> {
        let Self::Archive {
            entries,
            writer,
            partial,
            name,
        } = self
        else {
            return Ok(());
        };
        drop(entries);
        let written = writer.join().expect("writing an archive does not panic");
        written.map_err(at(&name))?;
        partial.finish(&name).map_err(at(&name))
    }
}
