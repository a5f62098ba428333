//! A document's copy in the tab's store: what of it is written, and what still has to be.

use super::event::RoomLabel;
use super::keep::{FORMAT, Facts, Head, TabId, encode, key};
use super::keeper::{Batch, Turn};
use super::plant::Plant;
use crate::bundle;
use crate::id::{ClientId, ClientSeq, DocumentId, UnixMs};
use crate::replica::{Replica, Steps};
use bytes::Bytes;

/// Rows behind a copy, at most, before it is written anew: reading them back takes a moment then, and writing a copy once for so many
/// edits costs little.
const ROWS_MAX: u64 = 2_000;

/// Rows behind a copy, at least, before it is written anew because they come to as many bytes as it has. So what is written grows with
/// what is typed, not with the document.
const ROWS_MIN: u64 = 100;

/// A copy is rows: the whole document as it was at one time, and what came after, each edit of the person and each batch of others'
/// updates in a row of its own. An edit's row stays until the server has it *and* the copy has it.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// Whether the store holds the copy that rows follow.
    base: Base,
    /// The copy's bytes.
    copy_bytes: u64,
    /// Rows behind it.
    rows: u64,
    row_bytes: u64,
    /// Others' updates that no row holds yet, in the order they came.
    others: Vec<Bytes>,
    /// The next row of others' updates.
    others_next: u64,
    /// Own edits up to here are in a row.
    edits_through: ClientSeq,
    /// Edits up to here have no row any more.
    dropped_through: ClientSeq,
    /// What the person can take back, as it is in rows.
    steps: Steps,
    /// The facts as they were written last.
    written: Option<Facts>,
    pub(super) title: Option<String>,
    pub(super) room: Option<RoomLabel>,
    pub(super) opened_at: UnixMs,
    /// See [`Head`].
    pub(super) order: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Base {
    #[default]
    None,
    /// Several copies of tabs that are gone, of which one is to be made.
    Several,
    Written,
}

/// What is to be put on the shelf.
pub(super) struct Content<'a> {
    pub(super) document: DocumentId,
    pub(super) replica: &'a mut Replica,
    /// What has arrived and is not part of the replica yet.
    pub(super) inbox: &'a [Bytes],
    /// Own edits that no row holds, in order.
    pub(super) edits: Vec<(ClientSeq, Bytes)>,
    pub(super) facts: Facts,
}

impl Shelf {
    /// As it was left: a copy and these rows behind it.
    pub(super) fn found(
        copy_bytes: u64,
        rows: u64,
        row_bytes: u64,
        others_next: u64,
        last: ClientSeq,
        steps: Steps,
    ) -> Self {
        Self {
            base: Base::Written,
            copy_bytes,
            rows,
            row_bytes,
            others_next,
            edits_through: last,
            steps,
            ..Self::default()
        }
    }

    /// The next copy is written whole: what the rows of one replica say is not what this one holds.
    pub(super) fn rewrite(&mut self) {
        self.base = Base::Several;
        self.written = None;
    }

    /// Whether this was taken over and nothing has been written since.
    pub(super) fn is_as_found(&self) -> bool {
        self.base != Base::None && self.written.is_none()
    }

    /// Another replica begins, which may build on this one.
    pub(super) fn clear(&mut self) {
        let (title, room) = (self.title.take(), self.room.take());
        let (opened_at, order) = (self.opened_at, self.order + 1);
        *self = Self {
            title,
            room,
            opened_at,
            order,
            ..Self::default()
        };
    }

    /// Text of others has arrived.
    pub(super) fn note_others(&mut self, updates: impl IntoIterator<Item = Bytes>) {
        self.others.extend(updates);
    }

    /// The last own edit that has a row.
    pub(super) const fn edits_through(&self) -> ClientSeq {
        self.edits_through
    }

    /// Whether there is something that can wait.
    pub(super) fn is_stale(&self, facts: &Facts) -> bool {
        self.base != Base::Written
            || !self.others.is_empty()
            || self.written.as_ref() != Some(facts)
            || self.wants_copy()
    }

    const fn wants_copy(&self) -> bool {
        self.rows > ROWS_MAX || self.rows > ROWS_MIN && self.row_bytes >= self.copy_bytes
    }

    /// Adds to a transaction what belongs into it. Whatever an edit needs goes with it or went before.
    pub(super) fn gather(&mut self, turn: Turn, content: Content<'_>, tab: TabId, batch: &mut Batch) {
        let (document, client_id) = (content.document, content.replica.client_id());
        let first = self.base != Base::Written;
        if turn == Turn::Urgent && content.edits.is_empty() {
            return;
        }
        if turn == Turn::All && content.edits.is_empty() && !self.is_stale(&content.facts) {
            return;
        }
        if first || (turn == Turn::All && self.wants_copy()) {
            self.put_copy(&content, batch);
        }
        if !self.others.is_empty() {
            let updates = std::mem::take(&mut self.others);
            let row = bundle::write(&updates);
            self.count_row(&row);
            batch.put(key::replica(document, client_id, key::OTHERS, self.others_next), row);
            self.others_next += 1;
        }
        if !content.edits.is_empty() {
            self.put_steps(document, content.replica, batch);
        }
        for (client_seq, update) in content.edits {
            self.count_row(&update);
            self.edits_through = client_seq;
            batch.put(key::replica(document, client_id, key::EDIT, client_seq.0), update);
        }
        if self.written.as_ref() != Some(&content.facts) {
            self.put_head(document, client_id, Some(tab), &content.facts, batch);
            self.written = Some(content.facts);
        }
    }

    /// The tab leaves the document: whoever comes next may take the copy over.
    pub(super) fn let_go(&mut self, document: DocumentId, client_id: ClientId, facts: &Facts, batch: &mut Batch) {
        if self.base == Base::Written && self.others.is_empty() {
            self.put_head(document, client_id, None, facts, batch);
        } else if let Some(written) = self.written.clone() {
            // What came since is asked for again.
            self.put_head(document, client_id, None, &written, batch);
        }
    }

    fn put_head(
        &self,
        document: DocumentId,
        client_id: ClientId,
        tab: Option<TabId>,
        facts: &Facts,
        batch: &mut Batch,
    ) {
        let head = Head {
            format: FORMAT,
            tab,
            facts: facts.clone(),
            order: self.order,
            opened_at: self.opened_at,
            bytes: self.copy_bytes + self.row_bytes,
        };
        batch.put(key::head(document, client_id), encode(&head));
    }

    /// What can be taken back changes with edits, and is kept with them: the rows of the steps that changed, mostly the last one's.
    fn put_steps(&mut self, document: DocumentId, replica: &mut Replica, batch: &mut Batch) {
        let client_id = replica.client_id();
        let row = |n| key::replica(document, client_id, key::STEPS, n);
        let steps = replica.steps();
        let range = |steps: &Steps| {
            let first = steps.first().map_or(0, |(n, _)| *n);
            first..first + steps.len() as u64
        };
        let (before, now) = (range(&self.steps), range(&steps));
        batch.drop((row(before.start), row(before.end.min(now.start))));
        batch.drop((row(before.start.max(now.end)), row(before.end)));
        for step in &steps {
            if !self.steps.contains(step) {
                batch.put(row(step.0), step.1.clone());
            }
        }
        self.steps = steps;
    }

    /// The whole document as it is now. Rows that it makes needless go.
    fn put_copy(&mut self, content: &Content<'_>, batch: &mut Batch) {
        let (document, client_id) = (content.document, content.replica.client_id());
        let row = |kind, n| key::replica(document, client_id, kind, n);
        let state = content.replica.encode_state();
        batch.drop((row(key::OTHERS, 0), row(key::OTHERS, self.others_next)));
        let saved = if Plant::DroppedBeforeSaved.is_planted() {
            self.edits_through
        } else {
            content.facts.saved_through
        };
        if saved > self.dropped_through {
            batch.drop((row(key::EDIT, 0), row(key::EDIT, saved.0 + 1)));
            self.dropped_through = saved;
        }
        self.base = Base::Written;
        self.copy_bytes = state.len() as u64;
        self.rows = 0;
        self.row_bytes = 0;
        // All others' text is in the copy, but for what the replica has not taken yet.
        self.others = content.inbox.to_vec();
        batch.put(row(key::COPY, 0), state);
    }

    fn count_row(&mut self, row: &Bytes) {
        self.rows += 1;
        self.row_bytes += row.len() as u64;
    }
}
