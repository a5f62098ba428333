//! One open room: its messages as far as they are here, what waits to be said, and what is unread.

mod hearing;
mod keeping;
mod losing;
mod reading;
mod saying;

pub use hearing::MESSAGES_HELD_MAX;
pub use saying::{Progress, SayError, UNSENT_MAX, Unsent};

use super::event::{Event, Place};
use super::slot::{Out, Slot};
use crate::error::ErrorCode;
use crate::id::{Epoch, Nonce, RoomId, Seq};
use crate::sorted::SortedSet;
use crate::wire::{ClientFrame, Message, Resume, Role, Target};
use litemap::LiteMap;
use std::collections::VecDeque;

/// One open room. Read it through these getters; change it through the session.
#[derive(Debug)]
pub struct Room {
    id: RoomId,
    pub(super) slot: Slot,
    role: Option<Role>,
    epoch: Option<Epoch>,
    messages: LiteMap<Seq, Message>,
    /// The end of the messages that came in order. A resume asks for what comes after.
    held: Seq,
    /// `held` has to reach this before unsent messages are sent again: they may be among what is under way.
    level_at: Seq,
    arrival: Arrival,
    head_seq: Seq,
    read_seq: Seq,
    /// The person has read up to here, as far as this tab knows.
    read_wanted: Seq,
    unsent: VecDeque<Unsent>,
    /// Messages of a history before this one: see [`losing`].
    former: Vec<(Epoch, Message)>,
    /// How far the server was asked for its messages on their account.
    asked: losing::Asked,
    /// What the person has dealt with in another tab, and the server has not told since.
    dealt: SortedSet<Nonce>,
    /// Why the server could not store the last message that it was given.
    delayed: Option<ErrorCode>,
    notes: keeping::Notes,
    gaps: u64,
}

/// Whether the next message must follow the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    /// The channel was just opened: the server may leave older ones out.
    MayJump,
    Contiguous,
}

impl Room {
    pub(super) fn new(id: RoomId) -> Self {
        Self {
            id,
            slot: Slot::new(Place::Room(id)),
            role: None,
            epoch: None,
            messages: LiteMap::new(),
            held: Seq(0),
            level_at: Seq(0),
            arrival: Arrival::MayJump,
            head_seq: Seq(0),
            read_seq: Seq(0),
            read_wanted: Seq(0),
            unsent: VecDeque::new(),
            former: Vec::new(),
            asked: losing::Asked::default(),
            dealt: SortedSet::default(),
            delayed: None,
            notes: keeping::Notes::default(),
            gaps: 0,
        }
    }

    pub(super) fn mark_read(&mut self, seq: Seq, out: &mut Out) {
        let seq = seq.min(self.head_seq);
        if seq > self.read_seq() {
            self.read_wanted = seq;
            if let Some(channel) = self.slot.open_channel() {
                out.send(&ClientFrame::Read { channel, seq });
            }
            out.event(Event::Unread { room: self.id });
        }
    }

    pub(super) fn add_messages(&mut self, messages: Vec<Message>, out: &mut Out) {
        for message in messages {
            self.messages.insert(message.seq, message);
        }
        out.event(Event::Messages { room: self.id });
    }

    /// Sends what can be.
    pub(super) fn pump(&mut self, now_ms: u64, out: &mut Out) {
        self.look_for_lost(out);
        if self.slot.wants_open(now_ms, out) {
            let resume = self.epoch.map(|epoch| Resume {
                epoch,
                after: self.held,
            });
            self.slot.open(Target::Room { id: self.id }, resume, out);
        }
        self.send_next(out);
        self.slot.flush_presence(now_ms, out);
    }

    pub(super) fn handle_lost(&mut self, out: &mut Out) {
        self.rewind();
        self.slot.handle_lost(out);
    }

    /// Another history: the messages are asked for anew. What was not stored is still to be said.
    fn begin_anew(&mut self, out: &mut Out) {
        self.leave_history();
        self.begin_notes_anew(out);
        self.epoch = None;
        self.held = Seq(0);
        self.head_seq = Seq(0);
        self.read_seq = Seq(0);
        self.read_wanted = Seq(0);
        self.rewind();
        self.slot.reopen(out);
        out.event(Event::Messages { room: self.id });
    }

    fn mend_gap(&mut self, out: &mut Out) {
        self.gaps += 1;
        self.rewind();
        self.slot.reopen(out);
    }

    /// What is under way may not have arrived: it is said again on the next channel, under the same nonce.
    fn rewind(&mut self) {
        for unsent in &mut self.unsent {
            if unsent.progress == Progress::Sent {
                unsent.progress = Progress::Waiting;
            }
        }
    }
}
