//! One open room: its messages as far as they are here, what waits to be said, and what is unread.

mod keeping;

use super::event::{Event, Place};
use super::slot::{Out, Peer, Slot};
use crate::error::ErrorCode;
use crate::id::{Epoch, Nonce, PeerId, RoomId, Seq};
use crate::limits::MESSAGE_BYTES_MAX;
use crate::wire::{ClientFrame, Message, OpenedTarget, Person, Resume, Role, Subject, Target};
use litemap::LiteMap;
use std::collections::VecDeque;

/// Messages that may wait to be stored in one room.
pub const UNSENT_MAX: usize = 100;

/// Messages a tab keeps of one room when new ones come in; older ones are asked for over HTTP again.
pub const MESSAGES_HELD_MAX: usize = 2_000;

/// Why nothing was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SayError {
    /// The room is not open in this session.
    #[error("the room is not open")]
    NotOpen,
    /// No text.
    #[error("a message needs some text")]
    Empty,
    /// Over [`MESSAGE_BYTES_MAX`].
    #[error("the message is too long")]
    TooLong,
    /// [`UNSENT_MAX`] wait already.
    #[error("too many messages wait for the server")]
    Full,
}

/// What became of an own message so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The tab's store does not have it yet.
    Keeping,
    /// It will be sent when those before it are stored.
    Waiting,
    /// The server has not answered yet.
    Sent,
    /// The server refused it; the person resends or discards it.
    Failed(ErrorCode),
}

/// An own message that is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// The name of the attempt.
    pub nonce: Nonce,
    /// Markdown.
    pub body: String,
    /// How far it got.
    pub progress: Progress,
}

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
            delayed: None,
            notes: keeping::Notes::default(),
            gaps: 0,
        }
    }

    /// Messages as far as they are here, in the room's order. They may have gaps: [`Room::missing_before`].
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values()
    }

    /// The latest gap in the messages: those just before this position are on the server only. Ask `?before=` it over HTTP and
    /// hand the page to `add_messages`. None when everything is here.
    #[must_use]
    pub fn missing_before(&self) -> Option<Seq> {
        let mut expected = self.head_seq;
        for seq in self.messages.keys().rev() {
            if *seq < expected {
                return Some(expected.next());
            }
            expected = Seq(seq.0.saturating_sub(1));
        }
        (expected > Seq(0)).then(|| expected.next())
    }

    /// Own messages that are not stored, in the order they were said.
    pub fn unsent(&self) -> impl Iterator<Item = &Unsent> {
        self.unsent.iter()
    }

    /// Why the server cannot store messages for the time being; they are said again until it can.
    #[must_use]
    pub const fn delayed(&self) -> Option<ErrorCode> {
        self.delayed
    }

    /// How many messages the person has not read: what the server says, and what this tab knows to be read since.
    #[must_use]
    pub fn unread(&self) -> u64 {
        self.head_seq.0.saturating_sub(self.read_seq.max(self.read_wanted).0)
    }

    /// The person has read up to here.
    #[must_use]
    pub fn read_seq(&self) -> Seq {
        self.read_seq.max(self.read_wanted)
    }

    /// The last message.
    #[must_use]
    pub const fn head_seq(&self) -> Seq {
        self.head_seq
    }

    /// Why the server does not let the person in any more; closing and opening tries again.
    #[must_use]
    pub const fn closed_reason(&self) -> Option<ErrorCode> {
        self.slot.stopped()
    }

    /// What the person may do; none before the first answer.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether the channel is open and everything announced at its opening has arrived.
    #[must_use]
    pub fn is_level(&self) -> bool {
        self.slot.open_channel().is_some() && self.held >= self.level_at
    }

    /// How often something was found missing that the server should have sent. A correct server keeps this at 0.
    #[must_use]
    pub const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Everybody else who is here.
    pub fn people(&self) -> impl Iterator<Item = (PeerId, &Peer)> {
        self.slot.people.iter().map(|(id, peer)| (*id, peer))
    }

    pub(super) fn say(&mut self, nonce: Nonce, body: String, out: &mut Out) -> Result<(), SayError> {
        if body.trim().is_empty() {
            return Err(SayError::Empty);
        }
        if body.len() > MESSAGE_BYTES_MAX {
            return Err(SayError::TooLong);
        }
        if self.unsent.len() >= UNSENT_MAX {
            return Err(SayError::Full);
        }
        let progress = self.first_progress(nonce, out);
        self.unsent.push_back(Unsent { nonce, body, progress });
        out.event(Event::Messages { room: self.id });
        Ok(())
    }

    /// A failed message is said again, under the same nonce: should it be stored after all, it is not repeated.
    pub(super) fn resend(&mut self, nonce: Nonce, out: &mut Out) {
        if let Some(unsent) = self.unsent.iter_mut().find(|unsent| unsent.nonce == nonce)
            && matches!(unsent.progress, Progress::Failed(_))
        {
            unsent.progress = Progress::Waiting;
            out.event(Event::Messages { room: self.id });
        }
    }

    /// The person gives an unsent message up. One that is under way may be stored all the same.
    pub(super) fn discard(&mut self, nonce: Nonce, out: &mut Out) {
        let before = self.unsent.len();
        self.unsent.retain(|unsent| unsent.nonce != nonce);
        if self.unsent.len() != before {
            self.forget_unsent(nonce, out);
            out.event(Event::Messages { room: self.id });
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

    /// One message at a time is under way, so that messages are stored in the order they were said whatever becomes of each.
    fn send_next(&mut self, out: &mut Out) {
        let Some(channel) = self.slot.open_channel().filter(|_| self.held >= self.level_at) else {
            return;
        };
        let next = self
            .unsent
            .iter_mut()
            .find(|unsent| !matches!(unsent.progress, Progress::Failed(_)));
        if let Some(unsent) = next
            && unsent.progress == Progress::Waiting
        {
            unsent.progress = Progress::Sent;
            out.send(&ClientFrame::Say {
                channel,
                nonce: unsent.nonce,
                body: unsent.body.clone(),
            });
        }
    }

    pub(super) fn handle_opened(
        &mut self,
        now_ms: u64,
        role: Role,
        epoch: Epoch,
        head_seq: Seq,
        target: &OpenedTarget,
        out: &mut Out,
    ) {
        let OpenedTarget::Room { read_seq } = *target else {
            return;
        };
        self.slot.handle_opened(now_ms, out);
        if self.epoch.is_some_and(|known| known != epoch) || head_seq < self.held {
            return self.begin_anew(out);
        }
        self.role = Some(role);
        self.epoch = Some(epoch);
        self.head_seq = head_seq;
        self.level_at = head_seq;
        self.arrival = Arrival::MayJump;
        self.read_seq = read_seq;
        out.event(Event::Opened {
            place: self.slot.place,
            role,
        });
        out.event(Event::Unread { room: self.id });
        self.rewind();
        if let Some(channel) = self.slot.open_channel()
            && self.read_wanted > self.read_seq
        {
            out.send(&ClientFrame::Read {
                channel,
                seq: self.read_wanted,
            });
        }
    }

    pub(super) fn handle_said(&mut self, message: Message, out: &mut Out) {
        let seq = message.seq;
        if seq > self.held {
            if seq != self.held.next() && self.arrival == Arrival::Contiguous {
                return self.mend_gap(out);
            }
            self.arrival = Arrival::Contiguous;
            self.held = seq;
            if seq > self.head_seq {
                self.head_seq = seq;
                out.event(Event::Unread { room: self.id });
            }
        }
        self.slot.progress();
        if let Some(position) = self.unsent.iter().position(|unsent| unsent.nonce == message.nonce) {
            self.unsent.remove(position);
            self.delayed = None;
            self.forget_unsent(message.nonce, out);
            out.event(Event::Said {
                room: self.id,
                nonce: message.nonce,
                seq,
            });
        }
        self.note_message(&message, out);
        self.learn_name(&message.author);
        self.messages.insert(seq, message);
        while self.messages.len() > MESSAGES_HELD_MAX
            && let Some(oldest) = self.messages.first().map(|(seq, _)| *seq)
        {
            self.messages.remove(&oldest);
        }
        out.event(Event::Messages { room: self.id });
    }

    /// Whoever is called something else now is so in everything they have said here.
    pub(super) fn learn_name(&mut self, person: &Person) {
        let mut theirs = self
            .messages
            .iter_mut()
            .rev()
            .map(|(_, message)| message)
            .filter(|message| message.author.id == person.id)
            .peekable();
        if theirs.peek().is_some_and(|latest| latest.author.name != person.name) {
            theirs.for_each(|message| message.author.name.clone_from(&person.name));
        }
    }

    pub(super) fn handle_read_through(&mut self, seq: Seq, out: &mut Out) {
        if seq > self.read_seq {
            self.read_seq = seq;
            out.event(Event::Unread { room: self.id });
        }
    }

    pub(super) fn handle_pong(&mut self, head: Seq, out: &mut Out) {
        if self.slot.is_missing(self.held, head) {
            self.mend_gap(out);
        }
    }

    pub(super) fn handle_refused(
        &mut self,
        now_ms: u64,
        subject: Option<Subject>,
        code: ErrorCode,
        retryable: bool,
        out: &mut Out,
    ) {
        let Some(Subject::Message(nonce)) = subject else { return };
        if retryable {
            self.delayed = Some(code);
            out.event(Event::Delayed {
                place: self.slot.place,
                code,
            });
            self.slot.retry(now_ms, out);
            self.rewind();
        } else if let Some(unsent) = self.unsent.iter_mut().find(|unsent| unsent.nonce == nonce) {
            unsent.progress = Progress::Failed(code);
            out.event(Event::SayFailed {
                room: self.id,
                nonce,
                code,
            });
        }
        out.event(Event::Messages { room: self.id });
    }

    pub(super) fn handle_closed(&mut self, now_ms: u64, code: ErrorCode, retryable: bool, out: &mut Out) {
        self.rewind();
        match code {
            ErrorCode::EpochChanged | ErrorCode::Regression => self.begin_anew(out),
            ErrorCode::RoleChanged => self.slot.reopen(out),
            _ if retryable => {
                out.event(Event::Delayed {
                    place: self.slot.place,
                    code,
                });
                self.slot.retry(now_ms, out);
            }
            _ => {
                for unsent in &mut self.unsent {
                    unsent.progress = Progress::Failed(code);
                }
                self.slot.stop(code, out);
                out.event(Event::Closed {
                    place: self.slot.place,
                    code,
                });
                out.event(Event::Messages { room: self.id });
            }
        }
    }

    pub(super) fn handle_lost(&mut self, out: &mut Out) {
        self.rewind();
        self.slot.handle_lost(out);
    }

    /// Another history: the messages are asked for anew. What was not stored is still to be said.
    fn begin_anew(&mut self, out: &mut Out) {
        self.messages.clear();
        self.drop_messages(out);
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
