//! A document and the tab's store: what is written down, and how a tab goes on with what others left there.

use super::{Document, Load, Name, draw_client_id};
use crate::bundle;
use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, DocumentId, Epoch};
use crate::replica::Replica;
use crate::session::event::{RoomLabel, SetAside};
use crate::session::keep::Facts;
use crate::session::keep::{AsideId, TabId, key};
use crate::session::keeper::{Batch, Turn};
use crate::session::kept::{KeptDocument, KeptReplica};
use crate::session::outbox::Outbox;
use crate::session::plant::Plant;
use crate::session::shelf::{Content, Shelf};
use crate::session::slot::Out;
use bytes::Bytes;

impl Document {
    /// The document as the store has it: there at once, and editable as far as is known. Work of several tabs that are gone becomes one
    /// text. Begins empty, as `client_id`, when there is nothing, or when it cannot be read; what the server does not have of it is kept
    /// aside then.
    pub(in crate::session) fn restored(id: DocumentId, client_id: ClientId, kept: KeptDocument, out: &mut Out) -> Self {
        let mut document = Self::new(id, client_id, out.keeper.store);
        document.shelf.opened_at = kept.opened_at;
        let Some(first) = kept.replicas.first() else {
            return document;
        };
        let epoch = first.head.facts.epoch;
        // What no server has told anything of belongs to any history.
        let fits = |one: &KeptReplica| one.head.facts.epoch == epoch || one.head.facts.epoch == Epoch::UNKNOWN;
        let (same, other): (Vec<_>, Vec<_>) = kept.replicas.into_iter().partition(fits);
        for replica in other {
            give_up(id, &replica, ErrorCode::EpochChanged, out);
        }
        match merge(&same) {
            Some(replica) => document.take_over(replica, same, out),
            None => {
                for replica in same {
                    give_up(id, &replica, ErrorCode::UpdateMalformed, out);
                }
            }
        }
        document
    }

    fn take_over(&mut self, replica: Replica, kept: Vec<KeptReplica>, out: &mut Out) {
        let opened_at = self.shelf.opened_at;
        let merged = kept.len() > 1;
        let held = kept.iter().map(|one| one.head.facts.held).max().unwrap_or_default();
        let mut kept = kept.into_iter();
        let Some(first) = kept.next() else { return };
        self.replica = replica;
        self.name = Name::Inherited;
        self.shelf = shelf_of(&first);
        self.shelf.opened_at = opened_at;
        self.shelf.order = first.head.order;
        self.shelf.title.clone_from(&first.head.facts.title);
        self.shelf.room.clone_from(&first.head.facts.room);
        if merged {
            self.shelf.rewrite();
        }
        let store = out.keeper.store;
        self.writers.own = Outbox::restore(store, first.head.facts.saved_through, first.pending());
        // Those that others build on first.
        for gone in kept.rev() {
            if gone.has_pending() && Plant::GoneMadeAgain.is_planted() {
                for update in gone.pending() {
                    self.writers.own.push(update);
                }
            } else if gone.has_pending() && !Plant::GoneForgotten.is_planted() {
                let outbox = Outbox::restore(store, gone.head.facts.saved_through, gone.pending());
                self.writers.add_gone(gone.client_id, outbox);
            } else {
                drop_copy(self.id, gone.client_id, out);
            }
        }
        self.epoch = Some(first.head.facts.epoch);
        self.held = held;
        self.seen = held;
        self.role = first.head.facts.role;
        self.read_only = first.head.facts.read_only;
        self.load = Load::Arrived { shown: String::new() };
    }

    /// Before an edit: a replica whose name the server has not confirmed is not written to.
    pub(super) fn own_name(&mut self, out: &mut Out) {
        if self.name == Name::Inherited && !Plant::NumbersReused.is_planted() {
            self.take_new_name(out);
        }
    }

    /// The server has more edits of the replica in front than the store does. True when that is explained: nothing is ever added to those
    /// of a replica that is gone, so what the store has is among what the server has.
    pub(super) fn outgrown(&mut self, saved_through: ClientSeq, out: &mut Out) -> bool {
        if self.writers.gone_in_front().is_none() {
            if self.name == Name::Own {
                return false;
            }
            if !Plant::NumbersReused.is_planted() {
                if Plant::SettledTooEarly.is_planted() {
                    self.writers.own.acknowledge(saved_through);
                }
                self.take_new_name(out);
            }
        }
        true
    }

    /// The same text as a new replica. What the old one had to send is still sent in its name.
    fn take_new_name(&mut self, out: &mut Out) {
        let old = self.replica.client_id();
        self.replica = self.replica.renamed(draw_client_id(out));
        self.name = Name::Own;
        self.shelf.clear();
        let had_channel = self.writers.gone_in_front().is_none();
        let own = std::mem::replace(&mut self.writers.own, Outbox::new(out.keeper.store));
        if own.is_empty() {
            drop_copy(self.id, old, out);
            if had_channel {
                self.slot.reopen(out);
            }
        } else {
            self.writers.add_gone(old, own);
        }
    }

    /// The channel is for the next replica when the server has everything of the one in front. True when it is left for that.
    pub(super) fn give_channel_on(&mut self, out: &mut Out) -> bool {
        let mut any_done = false;
        while let Some(done) = self.writers.take_done() {
            drop_copy(self.id, done, out);
            any_done = true;
        }
        if any_done {
            self.slot.reopen(out);
        }
        any_done
    }

    pub(super) fn note_others(&mut self, updates: &[Bytes], out: &Out) {
        if out.keeper.is_on() && !Plant::OthersNotKept.is_planted() {
            self.shelf.note_others(updates.iter().cloned());
        }
    }

    /// None of the copies is of use any more.
    pub(super) fn drop_copies(&mut self, out: &mut Out) {
        drop_copy(self.id, self.replica.client_id(), out);
        for client_id in self.writers.gone().collect::<Vec<_>>() {
            drop_copy(self.id, client_id, out);
        }
    }

    /// Adds to a transaction what belongs into it.
    pub(in crate::session) fn gather(&mut self, turn: Turn, tab: TabId, batch: &mut Batch) {
        let Some(facts) = self.facts() else { return };
        let written = self.shelf.edits_through();
        let edits = self.writers.own.after(written);
        let content = Content {
            document: self.id,
            replica: &mut self.replica,
            inbox: &self.inbox,
            edits: edits.map(|(client_seq, update)| (client_seq, update.clone())).collect(),
            facts,
        };
        self.shelf.gather(turn, content, tab, batch);
        let through = self.shelf.edits_through();
        if through > written {
            batch.marks.edits.push((self.id, self.replica.client_id(), through));
            if Plant::DurableBeforeKept.is_planted() {
                self.writers.own.mark_durable(through);
            }
        }
    }

    /// Whether something is to be written that can wait.
    pub(in crate::session) fn is_stale(&self) -> bool {
        self.facts().is_some_and(|facts| self.shelf.is_stale(&facts))
    }

    /// The store has the edits of a replica up to here.
    pub(in crate::session) fn mark_durable(&mut self, client_id: ClientId, through: ClientSeq) {
        // A replica that has been replaced meanwhile was kept aside, or is gone on with from what the store has.
        if client_id == self.replica.client_id() {
            self.writers.own.mark_durable(through);
        }
    }

    pub(in crate::session) fn lose_store(&mut self) {
        self.writers.lose_store();
        self.shelf.clear();
    }

    /// Whether edits of tabs that are gone are still to be sent.
    pub(in crate::session) fn has_gone(&self) -> bool {
        self.writers.gone_in_front().is_some()
    }

    /// There is a store again. What it had of this replica is as old as its failure.
    pub(in crate::session) fn regain_store(&mut self, out: &mut Out) {
        drop_copy(self.id, self.replica.client_id(), out);
        self.shelf.clear();
        self.writers.own.regain_store(out.keeper.store);
    }

    /// The tab leaves. Whoever comes next may take the copy over.
    pub(in crate::session) fn let_go(&mut self, out: &mut Out) {
        let Some(facts) = self.facts() else { return };
        if let Some(tab) = out.keeper.tab().filter(|_| self.shelf.is_as_found()) {
            // It says that this tab has it, and perhaps it was several: nobody else would find it for as long as this tab lives.
            out.keeper.with(|batch| self.gather(Turn::All, tab, batch));
        }
        let (id, client_id) = (self.id, self.replica.client_id());
        let shelf = &mut self.shelf;
        out.keeper.with(|batch| shelf.let_go(id, client_id, &facts, batch));
    }

    pub(in crate::session) fn set_title(&mut self, title: String) {
        self.shelf.title = Some(title);
    }

    pub(in crate::session) fn set_room(&mut self, room: RoomLabel) {
        self.shelf.room = Some(room);
    }

    /// The name of the room that it is in, as it was told last.
    #[must_use]
    pub fn room(&self) -> Option<&str> {
        Some(self.shelf.room.as_ref()?.name.as_str())
    }

    /// None while there is nothing worth keeping, and when the document is closed for good: what it had is dropped or kept aside.
    fn facts(&self) -> Option<Facts> {
        if self.slot.stopped().is_some() {
            return None;
        }
        let epoch = self.epoch.filter(|_| !matches!(self.load, Load::Pending { .. }))?;
        Some(Facts {
            epoch,
            held: self.held,
            role: self.role,
            read_only: self.read_only,
            saved_through: self.writers.own.saved_through(),
            last: self.writers.own.last(),
            title: self.shelf.title.clone(),
            room: self.shelf.room.clone(),
        })
    }
}

/// One replica with everything of all of them, which takes back what the first could; none when some of it is missing or cannot be read.
fn merge(kept: &[KeptReplica]) -> Option<Replica> {
    let first = kept.first()?;
    let mut updates = Vec::new();
    for one in kept {
        if !one.is_whole() {
            return None;
        }
        updates.extend(one.copy.clone());
        for (_, others) in &one.others {
            updates.extend(bundle::read(others).ok()?);
        }
        updates.extend(one.edits.values().cloned());
    }
    let replica = Replica::restored(first.client_id, &updates, &first.steps).ok()?;
    (!replica.is_waiting()).then_some(replica)
}

fn shelf_of(kept: &KeptReplica) -> Shelf {
    let bytes = |rows: &mut dyn Iterator<Item = &Bytes>| rows.map(|row| row.len() as u64).sum::<u64>();
    let row_bytes = bytes(&mut kept.others.iter().map(|(_, row)| row)) + bytes(&mut kept.edits.values());
    Shelf::found(
        kept.copy.as_ref().map_or(0, |copy| copy.len() as u64),
        (kept.others.len() + kept.edits.len()) as u64,
        row_bytes,
        kept.others.iter().map(|(n, _)| n + 1).max().unwrap_or(0),
        ClientSeq(kept.head.facts.saved_through.0 + kept.pending().len() as u64),
        kept.steps.clone(),
    )
}

/// A copy that cannot be gone on with. What the server does not have of it is kept aside, with as much of the text as can be read.
fn give_up(id: DocumentId, kept: &KeptReplica, reason: ErrorCode, out: &mut Out) {
    let pending: Vec<_> = kept
        .unsaved()
        .map(|(client_seq, update)| (kept.client_id, *client_seq, update.clone()))
        .collect();
    if !pending.is_empty() {
        let mut replica = Replica::new(kept.client_id);
        let others = kept
            .others
            .iter()
            .filter_map(|(_, row)| bundle::read(row).ok())
            .flatten();
        let updates = kept
            .copy
            .iter()
            .cloned()
            .chain(others)
            .chain(kept.edits.values().cloned());
        // Each by itself: one that cannot be read does not take the others along, and the text says what could be.
        for update in updates {
            drop(replica.apply([update]));
        }
        let copy = SetAside {
            id: AsideId {
                document: id,
                client_id: kept.client_id,
                last: kept.head.facts.last,
            },
            at: out.wall,
            title: kept.head.facts.title.clone(),
            room: kept.head.facts.room.clone(),
            text: replica.text(),
            state: replica.encode_state(),
            pending,
        };
        out.set_aside(reason, copy);
    }
    drop_copy(id, kept.client_id, out);
}

fn drop_copy(id: DocumentId, client_id: ClientId, out: &mut Out) {
    out.keeper.with(|batch| {
        batch.drop(key::only(&key::head(id, client_id)));
        batch.drop(key::rows(id, client_id));
    });
}
