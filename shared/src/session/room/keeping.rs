//! A room and the tab's store: what was said and is not stored on the server yet, and the latest messages.

use super::{Progress, Room, Unsent};
use crate::id::{Epoch, Nonce, RoomId, Seq};
use crate::limits::MESSAGES_RECENT;
use crate::session::keep::{FORMAT, RoomHead, UnsentRow, encode, key, message_row};
use crate::session::keeper::{Batch, Turn};
use crate::session::kept::{KeptRoom, unsent_rows};
use crate::session::plant::Plant;
use crate::session::slot::Out;
use crate::sorted::{SortedSet, gather};
use crate::wire::Message;

/// The latest messages of a room that are kept on the device: what is read first when the server cannot be reached. Whoever comes gets as many.
const MESSAGES_KEPT: u64 = MESSAGES_RECENT;

/// What of a room the store holds and lacks.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Own messages that it has to hold before they are sent.
    unsent: Vec<Nonce>,
    /// Messages that it lacks.
    fresh: SortedSet<Seq>,
    /// Own messages that are said. It has each as one that waits until it has it as one of the conversation.
    said: Vec<Nonce>,
    /// Rows go for which others are to be there: those are not put off.
    due: bool,
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
            .map(|(nonce, body, progress)| Unsent { nonce, body, progress })
            .collect();
        room.former = kept.messages;
        if let Some(head) = kept.head
            && let Some(messages) = take_run(&mut room.former, &head)
        {
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
        self.note_unsent(nonce, out);
        Progress::Keeping
    }

    /// The server has stored the message.
    pub(super) fn note_said(&mut self, nonce: Nonce, out: &mut Out) {
        if Plant::SaidNotKept.is_planted() {
            self.forget_unsent(nonce, out);
        } else if out.keeper.is_on() {
            self.notes.said.push(nonce);
            self.notes.due = true;
        }
    }

    /// The message is given up, or waits anew.
    pub(super) fn forget_unsent(&mut self, nonce: Nonce, out: &mut Out) {
        let rows = unsent_rows(self.id, nonce);
        out.keeper
            .with(|batch| rows.into_iter().for_each(|row| batch.drop(row)));
    }

    /// A message that the server has lost waits for the person no more.
    pub(super) fn forget_lost(&mut self, nonce: Nonce, out: &mut Out) {
        let row = key::only(&key::own(self.id, key::LOST, nonce));
        out.keeper.with(|batch| batch.drop(row));
    }

    pub(super) fn note_message(&mut self, message: &Message, out: &Out) {
        if out.keeper.is_on() {
            self.notes.fresh.insert(message.seq);
        }
    }

    /// Another history begins. What is kept of the one before stays until it is known what the server has lost of it.
    pub(super) fn begin_notes_anew(&mut self, out: &mut Out) {
        for nonce in std::mem::take(&mut self.notes.said) {
            let mut former = self.former.iter();
            if let Some((epoch, message)) = former.find(|(_, message)| message.nonce == nonce) {
                let (key, row) = message_row(self.id, *epoch, message);
                out.keeper.with(|batch| batch.put(key, row));
            }
            self.forget_unsent(nonce, out);
        }
        self.notes.fresh.clear();
        self.notes.written = None;
        self.notes.dropped_through = Seq(0);
    }

    /// These messages are dealt with, of whichever history they are. Those that only another tab knows of stay.
    pub(super) fn forget_former(&mut self, former: &[(Epoch, Message)], out: &mut Out) {
        let room = self.id;
        self.notes.due |= out.keeper.is_on() && !former.is_empty();
        out.keeper.with(|batch| {
            for (epoch, message) in former {
                batch.drop(key::only(&key::message(room, *epoch, message.seq)));
            }
        });
    }

    /// The store is to have this own message.
    pub(super) fn note_unsent(&mut self, nonce: Nonce, out: &Out) {
        if out.keeper.is_on() {
            self.notes.unsent.push(nonce);
        }
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
            let kind = if unsent.is_lost() { key::LOST } else { key::UNSENT };
            batch.put(key::own(self.id, kind, nonce), encode(&row));
            batch.marks.messages.push((self.id, nonce));
        }
        let is_due = turn == Turn::All || self.notes.due;
        let Some(head) = self.head().filter(|_| is_due) else {
            return;
        };
        self.notes.due = false;
        for nonce in std::mem::take(&mut self.notes.said) {
            for row in unsent_rows(self.id, nonce) {
                batch.drop(row);
            }
        }
        let keep_from = Seq(head.held.0.saturating_sub(MESSAGES_KEPT) + 1);
        for &seq in std::mem::take(&mut self.notes.fresh).iter() {
            if let Some(message) = self.messages.get(&seq).filter(|_| seq >= keep_from) {
                let (key, row) = message_row(self.id, head.epoch, message);
                batch.put(key, row);
            }
        }
        if keep_from > self.notes.dropped_through.next() {
            let at = |seq| key::message(self.id, head.epoch, seq);
            batch.drop((at(Seq(0)), at(keep_from)));
            self.notes.dropped_through = Seq(keep_from.0 - 1);
        }
        if self.notes.written.as_ref() != Some(&head) {
            batch.put(key::room(self.id, key::ROOM_HEAD), encode(&head));
            self.notes.written = Some(head);
        }
    }

    /// Whether something is to be written that can wait.
    pub(in crate::session) fn is_stale(&self) -> bool {
        let is_other = |head| !self.notes.fresh.is_empty() || self.notes.written.as_ref() != Some(&head);
        self.head().is_some_and(is_other)
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
        let can = |unsent: &Unsent| unsent.progress == Progress::Waiting || unsent.is_lost();
        self.unsent.iter().all(can)
    }

    /// There is a store again.
    pub(in crate::session) fn regain_store(&mut self) {
        self.notes.place = Held::Store;
        self.notes.fresh = gather(self.messages.keys().copied());
        self.notes.unsent = gather(self.unsent.iter().map(|unsent| unsent.nonce));
        for unsent in self.unsent.iter_mut().filter(|unsent| !unsent.is_lost()) {
            unsent.progress = Progress::Keeping;
        }
    }

    /// None before the first answer, and while it is not known what the server has lost: a tab that comes has to find that out as well.
    fn head(&self) -> Option<RoomHead> {
        if !self.former.is_empty() {
            return None;
        }
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

/// Takes out the messages that a head stands for: those of its history that follow each other up to where it says. None when the last of them is missing.
fn take_run(kept: &mut Vec<(Epoch, Message)>, head: &RoomHead) -> Option<Vec<Message>> {
    let mut first = head.held.next();
    for (epoch, message) in kept.iter().rev() {
        if *epoch == head.epoch && message.seq.next() == first {
            first = message.seq;
        }
    }
    let run = first..=head.held;
    let (run, others): (Vec<_>, Vec<_>) = std::mem::take(kept)
        .into_iter()
        .partition(|(epoch, message)| *epoch == head.epoch && run.contains(&message.seq));
    *kept = others;
    (head.held == Seq(0) || !run.is_empty()).then(|| run.into_iter().map(|(_, message)| message).collect())
}
