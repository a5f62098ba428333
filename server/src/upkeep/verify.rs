//! `inkling verify`: reads everything, plays every document from its first edit, and says what is not as it was written.
//!
//! It changes nothing, and works beside a server that is running as well as on a backup.

use super::manifest::Manifest;
use super::{DATABASE, Report, Subject, UpkeepError, check_step, files};
use crate::actor::materializer::{self, ChildEnd, Materializer, MaterializerConfig};
use crate::db::audit::{AuditedDocument, AuditedRoom};
use crate::db::segment::LogRow;
use crate::db::{OpenError, Reader};
use crate::files::{FOLDER, hex};
use bytes::Bytes;
use futures_util::StreamExt as _;
use shared::id::{ClientId, ClientSeq, DocumentId, Seq};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Documents looked at at the same time. Each is in memory as a whole, twice.
const DOCUMENTS_AT_ONCE: usize = 2;

/// How long one document may take to be played from its first edit. Nobody waits for it, so a large one gets all the processor time
/// that a child may have.
const PLAY_WITHIN: Duration = Duration::from_secs(180);

#[derive(Debug)]
struct Unobserved;

impl materializer::Observer for Unobserved {
    fn child_ended(&self, _end: ChildEnd, _seconds: f64) {}
}

/// What was looked at.
#[derive(Default)]
struct Tally {
    documents: usize,
    updates: u64,
    held: usize,
    files: usize,
}

pub(super) async fn run(subject: &Subject) -> Result<Report, UpkeepError> {
    let mut held = BTreeSet::new();
    let (path, reader) = match subject {
        Subject::DataDir(data_dir) => (data_dir, Reader::beside(&data_dir.join(DATABASE)).await?),
        Subject::Backup(file) => {
            let manifest = Manifest::read(file)?;
            check_step(file, Some(manifest.step))?;
            manifest.copy_database(file, &mut io::sink())?;
            files::each(file, &manifest, |hash| {
                held.insert(hash);
                Ok(io::sink())
            })?;
            (file, Reader::still(file).await?)
        }
    };
    let mut problems = Vec::new();
    match reader.applied_step().await {
        Ok(None) => return Err(OpenError::Unusable(path.clone(), io::ErrorKind::NotFound.into()).into()),
        applied => check_step(path, applied?)?,
    };
    problems.extend(reader.audit_file().await?);
    let wanted = reader.files().await?;
    match subject {
        Subject::DataDir(data_dir) => problems.extend(files::problems(&data_dir.join(FOLDER), &wanted)),
        Subject::Backup(_) => {
            let missing = wanted.iter().filter(|(hash, _)| !held.contains(hash));
            problems.extend(missing.map(|(hash, _)| format!("the file {} is not in it", hex(*hash))));
        }
    }
    let rooms = reader.audit_rooms().await?;
    problems.extend(rooms.iter().filter_map(room_problem));

    let config = MaterializerConfig {
        children_max: DOCUMENTS_AT_ONCE,
        answer_within: PLAY_WITHIN,
        ..MaterializerConfig::default()
    };
    let player = Materializer::new(config, Arc::new(Unobserved));
    let ids = reader.audit_list().await?;
    let mut tally = Tally::default();
    let mut looked_at = futures_util::stream::iter(ids)
        .map(|id| look_at(&reader, &player, id))
        .buffer_unordered(DOCUMENTS_AT_ONCE);
    while let Some(document) = looked_at.next().await {
        let Some((head, is_held, found)) = document? else {
            continue;
        };
        tally.documents += 1;
        tally.updates += head.0;
        tally.held += usize::from(is_held);
        problems.extend(found);
    }
    tally.files = wanted.len();
    Ok(report(&path.display().to_string(), &rooms, &tally, &problems))
}

fn report(path: &str, rooms: &[AuditedRoom], tally: &Tally, problems: &[String]) -> Report {
    let messages: u64 = rooms.iter().map(|room| room.messages).sum();
    let Tally {
        documents,
        updates,
        held,
        files,
    } = tally;
    let mut text = format!(
        "Looked at {path}: {} rooms with {messages} messages, {documents} documents played from the first of {updates} edits, {files} files.\n",
        rooms.len()
    );
    for problem in problems {
        // Writing into a string cannot fail.
        writeln!(text, "  {problem}").ok();
    }
    text.push_str(&match (problems.len(), held) {
        (0, _) => "Everything is as it was written.\n".to_owned(),
        (count, 0) => format!("{count} problems.\n"),
        (count, held) => format!("{count} problems; {held} documents are held at an earlier state.\n"),
    });
    Report {
        text,
        is_sound: problems.is_empty(),
    }
}

fn room_problem(room: &AuditedRoom) -> Option<String> {
    let expected_first = Seq(u64::from(room.messages > 0));
    let is_whole = (room.messages, room.first_seq, room.last_seq) == (room.head_seq.0, expected_first, room.head_seq);
    (!is_whole).then(|| {
        format!(
            "room {}: {} messages from {} to {} where there should be {}",
            room.id, room.messages, room.first_seq, room.last_seq, room.head_seq
        )
    })
}

/// Its head, whether it is held, and what is wrong with it; none when it was erased meanwhile.
async fn look_at(
    reader: &Reader,
    player: &Materializer,
    id: DocumentId,
) -> Result<Option<(Seq, bool, Vec<String>)>, UpkeepError> {
    let Some(document) = reader.audit_document(id).await? else {
        return Ok(None);
    };
    let mut found = stored_wrong(&document);
    if let Ok(rows) = &document.rows {
        found.extend(numbered_wrong(&document, rows));
        found.extend(played_wrong(player, &document, rows).await);
    }
    let found = found
        .into_iter()
        .map(|problem| format!("document {id}: {problem}"))
        .collect();
    Ok(Some((document.head_seq, document.held_after.is_some(), found)))
}

/// What can be told by looking at the bytes.
fn stored_wrong(document: &AuditedDocument) -> Vec<String> {
    let mut found = Vec::new();
    let head = document.head_seq;
    if let Some(after) = document.held_after {
        found.push(format!("held at edit {after} of {head}"));
    }
    if let Err(seq) = document.rows {
        found.push(format!(
            "edit {seq} is missing, or its bytes are not the ones that were written"
        ));
    }
    if document.last_row > head {
        found.push(format!(
            "the log goes on to {} after the last edit, {head}",
            document.last_row
        ));
    }
    for first in &document.bad_segments {
        found.push(format!(
            "the part of history that begins with edit {first} is unreadable"
        ));
    }
    for (seq, bytes) in &document.snapshots {
        if bytes.is_none() {
            found.push(format!(
                "the snapshot at edit {seq} does not have the bytes that were written"
            ));
        }
        if *seq > head {
            found.push(format!("the snapshot at edit {seq} stands after the last edit, {head}"));
        }
    }
    found
}

/// Replicas number their edits from 1 without gaps, but for those that do not.
fn numbered_wrong(document: &AuditedDocument, rows: &[LogRow]) -> Vec<String> {
    let mut found = Vec::new();
    let mut last: BTreeMap<ClientId, ClientSeq> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.client_seq > ClientSeq(0)) {
        let before = last.insert(row.client_id, row.client_seq).unwrap_or_default();
        if row.client_seq != before.next() {
            found.push(format!(
                "edit {} is number {} of replica {}, after number {before}",
                row.seq, row.client_seq, row.client_id
            ));
        }
    }
    if document.held_after.is_none() {
        for (client, stored) in &document.replicas {
            let seen = last.get(client).copied().unwrap_or_default();
            if seen != *stored {
                found.push(format!(
                    "replica {client} has {seen} edits in the log and is said to have {stored}"
                ));
            }
        }
    }
    found
}

/// What can only be told by playing the document.
async fn played_wrong(player: &Materializer, document: &AuditedDocument, rows: &[LogRow]) -> Vec<String> {
    let updates: Vec<Bytes> = rows.iter().map(|row| row.bytes.clone()).collect();
    let text = match player.text(&updates).await {
        Ok(text) => text,
        Err(error) => return vec![format!("cannot be played: {error}")],
    };
    let mut found = Vec::new();
    let through = |seq: Seq| usize::try_from(seq.0).unwrap_or(usize::MAX).min(updates.len());
    for (seq, snapshot) in &document.snapshots {
        let Some(snapshot) = snapshot else { continue };
        if through(*seq) as u64 != seq.0 {
            continue;
        }
        let from_snapshot = [std::slice::from_ref(snapshot), &updates[through(*seq)..]].concat();
        match player.text(&from_snapshot).await {
            Ok(other) if other == text => {}
            Ok(_) => found.push(format!(
                "the snapshot at edit {seq} leads to another text than the edits do"
            )),
            Err(error) => found.push(format!("the snapshot at edit {seq} cannot be played: {error}")),
        }
    }
    // Of a document that is held, the text may be of a later edit than can be read.
    if let Some((seq, kept)) = document.text.as_ref().filter(|(seq, _)| through(*seq) as u64 == seq.0) {
        let at_that_time = if through(*seq) == updates.len() {
            Ok(text)
        } else {
            player.text(&updates[..through(*seq)]).await
        };
        match at_that_time {
            Ok(text) if text == *kept => {}
            Ok(_) => found.push(format!(
                "the text kept for edit {seq} is not the one that the edits make"
            )),
            Err(error) => found.push(format!("cannot be played up to edit {seq}: {error}")),
        }
    }
    found
}
