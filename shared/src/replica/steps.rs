//! A person's steps as bytes, so that they can be taken back by a tab that comes later.
//!
//! yrs knows a step by the ids of what it inserted and of what it deleted. Both can be written down. Two things are lost with a replica, and made up
//! for here: which items stand for which deleted ones that an undo or redo has brought back ([`Images`]), and the content of what
//! the steps deleted, which a replica throws away when it is loaded unless it is held on to ([`load_holding`]).

use super::history::Step;
use super::{Replica, ReplicaError, client_id, structs};
use crate::id::ClientId;
use crate::lib0::{Cursor, Malformed};
use crate::wire::Selection;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use yrs::undo::{Options, StackItem, UndoManager};
use yrs::{ID, IdSet};

/// Steps that are kept: more than anybody takes back one by one.
pub(super) const STEPS_MAX: usize = 100;

/// What they may take together, bytes: they are read and written with each copy.
pub(super) const STEPS_BYTES_MAX: usize = 64 * 1024;

/// Images remembered; older ones are of text that was typed, taken back and brought back long ago.
const IMAGES_MAX: usize = 10_000;

/// Steps by their numbers, ascending and without gaps.
pub type Steps = Vec<(u64, Bytes)>;

/// Runs of clocks of one client.
type Runs = Vec<(ClientId, Vec<(u32, u32)>)>;

/// One step as it is written down.
#[derive(Serialize, Deserialize)]
struct Row {
    inserted: Runs,
    deleted: Runs,
    selection: Option<Selection>,
    is_continued: bool,
}

/// Which items an undo or redo has made for deleted ones, the oldest first.
#[derive(Default)]
pub(super) struct Images {
    noted: Vec<Image>,
    /// How many are not remembered any more.
    forgotten: u64,
}

/// `len` units from `of` on came back as those from `to` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Image {
    of: (ClientId, u32),
    to: (ClientId, u32),
    len: u32,
}

impl Images {
    /// Takes note of what an undo or redo has made. Each item that comes back is put right before the one that it stands for.
    pub(super) fn note(&mut self, updates: &[Bytes]) {
        for update in updates {
            // yrs has just written it; what could not be read here would only be taken back less completely by a later tab.
            self.noted.extend(read_images(update).unwrap_or_default());
        }
        self.forget(self.noted.len().saturating_sub(IMAGES_MAX));
    }

    pub(super) fn clear(&mut self) {
        self.forget(self.noted.len());
    }

    fn forget(&mut self, count: usize) {
        self.noted.drain(..count);
        self.forgotten += count as u64;
    }

    /// How many were noted so far.
    pub(super) fn noted(&self) -> u64 {
        self.forgotten + self.noted.len() as u64
    }

    /// Those that were noted after so many others, the oldest first.
    pub(super) fn after(&self, noted: u64) -> &[Image] {
        let known = usize::try_from(noted.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        self.noted.get(known..).unwrap_or_default()
    }
}

impl Image {
    /// Adds the ids that came to stand for some of these. False when it is of none of them.
    pub(super) fn add_to(&self, ids: &mut IdSet) -> bool {
        let (client, start) = self.of;
        let of = start..start + self.len;
        let known = ids.iter().filter(|(known, _)| **known == client.into());
        let met: Vec<_> = known
            .flat_map(|(_, ranges)| ranges.iter())
            .map(|range| (range.start.max(of.start), range.end.min(of.end)))
            .filter(|(from, to)| from < to)
            .collect();
        for (from, to) in &met {
            let id = ID::new(self.to.0.into(), self.to.1 + (from - start));
            ids.insert(id, to - from);
        }
        !met.is_empty()
    }
}

/// One step, of which this was inserted or came to stand for what was.
pub(super) fn row(inserted: &IdSet, item: &StackItem<Step>) -> Bytes {
    let row = Row {
        inserted: runs(inserted),
        deleted: runs(item.deletions()),
        selection: item.meta.selection,
        is_continued: item.meta.is_continued,
    };
    postcard::to_stdvec(&row).expect("a step holds numbers only").into()
}

/// As [`row`] wrote them. Of what cannot be read, and of what lies below, nothing is taken back.
pub(super) fn read(steps: &[(u64, Bytes)]) -> (u64, Vec<StackItem<Step>>) {
    let mut stack = Vec::new();
    let mut first = steps.last().map_or(0, |(number, _)| number + 1);
    for (number, row) in steps.iter().rev() {
        let Ok(row) = postcard::from_bytes::<Row>(row) else {
            break;
        };
        if number + 1 != first {
            break;
        }
        first = *number;
        let step = Step {
            selection: row.selection,
            is_continued: row.is_continued,
            images: 0,
        };
        stack.push(StackItem::with_meta(
            "".into(),
            ids(&row.deleted),
            ids(&row.inserted),
            step,
        ));
    }
    stack.reverse();
    (first, stack)
}

/// Applies updates to an empty replica, and holds on to what they deleted: the steps may bring it back.
///
/// All of it, though the steps name a part. yrs panics over an item that was thrown away in part (`attempt to subtract with overflow` when a step
/// brings back its neighbour), so what is held is only let go when the replica is loaded without steps.
pub(super) fn load_holding<B: AsRef<[u8]>>(
    replica: &mut Replica,
    updates: impl IntoIterator<Item = B>,
) -> Result<(), ReplicaError> {
    // What a manager has seen deleted is not thrown away while the manager may bring it back. This one is there for that only.
    let mut holding: UndoManager<()> = UndoManager::with_options(Options {
        capture_timeout_millis: u64::MAX,
        tracked_origins: HashSet::from([yrs::Origin::from(super::REMOTE)]),
        capture_transaction: None,
        timestamp: Arc::new(|| 1),
        init_undo_stack: Vec::new(),
        init_redo_stack: Vec::new(),
    });
    holding.expand_scope(&replica.doc, &replica.text);
    replica.apply(updates)?;
    holding.clear_all();
    Ok(())
}

fn runs(ids: &IdSet) -> Runs {
    let mut all = Runs::new();
    for (client, ranges) in ids.iter() {
        let runs = ranges.iter().map(|range| (range.start, range.end - range.start));
        all.push((client_id(*client), runs.collect()));
    }
    all
}

fn ids(runs: &Runs) -> IdSet {
    let mut ids = IdSet::new();
    for (client, runs) in runs {
        for (start, len) in runs {
            ids.insert(ID::new((*client).into(), *start), *len);
        }
    }
    ids
}

/// The items of an update that stand right before the ones that they bring back.
fn read_images(update: &[u8]) -> Result<Vec<Image>, Malformed> {
    let mut images = Vec::new();
    for found in structs::read(&mut Cursor::new(update, 0))? {
        if let Some(of) = found.right.filter(|_| found.is_text) {
            images.push(Image {
                of,
                to: found.id,
                len: found.len,
            });
        }
    }
    Ok(images)
}
