//! A room and the tab's store: what was said and is not stored on the server yet, and the latest messages.

use super::{Progress, Room, Unsent};
use crate::id::{Nonce, RoomId, Seq};
use crate::session::keep::{FORMAT, RoomHead, UnsentRow, encode, key, message_row};
use crate::session::keeper::{Batch, Turn};
use crate::session::kept::{KeptRoom, run_up_to};
use crate::session::plant::Plant;
use crate::session::slot::Out;
use crate::sorted::{SortedSet, gather};
use crate::wire::Message;

/// The latest messages of a room that are kept on the device: what is read first when the server cannot be reached.
const MESSAGES_KEPT: u64 = 50;

/// What of a room the store holds and lacks.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Own messages that it has to hold before they are sent.
    unsent: Vec<Nonce>,
    /// Messages that it lacks.
    fresh: SortedSet<Seq>,
    written: Option<RoomHead>,
    /// Messages up to here are in it no more.
    dropped_through: Seq,
    next_order: u64,
    place: Held,
    /// What the room is called.
    name: Option<String>,
}

/// Where messages are that the server does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Held {
    /// In the tab alone.
    #[default]
    Tab,
    /// In its store, once that has said so.
    Store,
}

impl Room {
    /// The conversation as the store has it.
    pub(in crate::session) fn restored(id: RoomId, kept: KeptRoom, out: &Out) -> Self {
        let mut room = Self::new(id);
        if out.keeper.is_on() {
            room.notes.place = Held::Store;
        }
        room.notes.next_order = kept.next_order;
        room.unsent = kept
            .unsent
            .into_iter()
            .map(|(nonce, body)| Unsent {
                nonce,
                body,
                progress: Progress::Waiting,
            })
            .collect();
        if let Some(head) = kept.head {
            let messages = run_up_to(kept.messages, head.held);
            let first = messages.first().map_or(Seq(0), |message| message.seq);
            room.notes.dropped_through = Seq(first.0.saturating_sub(1));
            room.messages = gather(messages.into_iter().map(|message| (message.seq, message)));
            room.epoch = Some(head.epoch);
            room.held = head.held;
            room.head_seq = head.head_seq;
            room.read_seq = head.read_seq;
            room.role = head.role;
            room.notes.name.clone_from(&head.name);
            room.notes.written = Some(head);
        }
        room
    }

    pub(in crate::session) fn set_name(&mut self, name: String) {
        self.notes.name = Some(name);
    }

    /// How an own message begins: it waits for the store, if there is one.
    pub(super) fn first_progress(&mut self, nonce: Nonce, out: &Out) -> Progress {
        if !out.keeper.is_on() || Plant::MessageNotKept.is_planted() {
            return Progress::Waiting;
        }
        self.notes.unsent.push(nonce);
        Progress::Keeping
    }

    /// The message is stored, or given up.
    pub(super) fn forget_unsent(&mut self, nonce: Nonce, out: &mut Out) {
        let row = key::only(&key::unsent(self.id, nonce));
        out.keeper.with(|batch| batch.drop(row));
    }

    pub(super) fn note_message(&mut self, message: &Message, out: &Out) {
        if out.keeper.is_on() {
            self.notes.fresh.insert(message.seq);
        }
    }

    /// None of the messages is one of the history that begins.
    pub(super) fn drop_messages(&mut self, out: &mut Out) {
        self.notes.fresh.clear();
        self.notes.written = None;
        let room = self.id;
        out.keeper.with(|batch| {
            batch.drop(key::only(&key::room(room, key::ROOM_HEAD)));
            batch.drop((key::message(room, Seq(0)), key::message(room, Seq(u64::MAX))));
        });
    }

    /// Adds to a transaction what belongs into it.
    pub(in crate::session) fn gather(&mut self, turn: Turn, batch: &mut Batch) {
        for nonce in std::mem::take(&mut self.notes.unsent) {
            let Some(unsent) = self.unsent.iter().find(|unsent| unsent.nonce == nonce) else {
                continue;
            };
            let row = UnsentRow {
                order: self.notes.next_order,
                body: unsent.body.clone(),
            };
            self.notes.next_order += 1;
            batch.put(key::unsent(self.id, nonce), encode(&row));
            batch.marks.messages.push((self.id, nonce));
        }
        let Some(head) = self.head().filter(|_| turn == Turn::All) else {
            return;
        };
        let keep_from = Seq(head.held.0.saturating_sub(MESSAGES_KEPT) + 1);
        for &seq in std::mem::take(&mut self.notes.fresh).iter() {
            if let Some(message) = self.messages.get(&seq).filter(|_| seq >= keep_from) {
                let (key, row) = message_row(self.id, message);
                batch.put(key, row);
            }
        }
        if keep_from > self.notes.dropped_through.next() {
            batch.drop((key::message(self.id, Seq(0)), key::message(self.id, keep_from)));
            self.notes.dropped_through = Seq(keep_from.0 - 1);
        }
        if self.notes.written.as_ref() != Some(&head) {
            batch.put(key::room(self.id, key::ROOM_HEAD), encode(&head));
            self.notes.written = Some(head);
        }
    }

    /// Whether something is to be written that can wait.
    pub(in crate::session) fn is_stale(&self) -> bool {
        !self.notes.fresh.is_empty()
            || self
                .head()
                .is_some_and(|head| self.notes.written.as_ref() != Some(&head))
    }

    /// Messages that are lost when the tab is closed now.
    #[must_use]
    pub fn undurable(&self) -> usize {
        let lost = |unsent: &&Unsent| unsent.progress == Progress::Keeping || self.notes.place == Held::Tab;
        self.unsent.iter().filter(lost).count()
    }

    /// The store has this message.
    pub(in crate::session) fn mark_durable(&mut self, nonce: Nonce) {
        if let Some(unsent) = self.unsent.iter_mut().find(|unsent| unsent.nonce == nonce)
            && unsent.progress == Progress::Keeping
        {
            unsent.progress = Progress::Waiting;
        }
    }

    pub(in crate::session) fn lose_store(&mut self) {
        self.notes = Notes {
            name: self.notes.name.take(),
            ..Notes::default()
        };
        for unsent in &mut self.unsent {
            if unsent.progress == Progress::Keeping {
                unsent.progress = Progress::Waiting;
            }
        }
    }

    /// Whether everything that was said here and is not stored can wait until a store has it.
    pub(in crate::session) fn can_be_kept_anew(&self) -> bool {
        self.unsent.iter().all(|unsent| unsent.progress == Progress::Waiting)
    }

    /// There is a store again.
    pub(in crate::session) fn regain_store(&mut self) {
        self.notes.place = Held::Store;
        self.notes.fresh = gather(self.messages.keys().copied());
        self.notes.unsent = gather(self.unsent.iter().map(|unsent| unsent.nonce));
        for unsent in &mut self.unsent {
            unsent.progress = Progress::Keeping;
        }
    }

    /// None before the first answer.
    fn head(&self) -> Option<RoomHead> {
        Some(RoomHead {
            format: FORMAT,
            epoch: self.epoch?,
            held: self.held,
            head_seq: self.head_seq,
            read_seq: self.read_seq,
            role: self.role,
            name: self.notes.name.clone(),
        })
    }
}
