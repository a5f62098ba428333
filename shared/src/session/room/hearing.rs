//! What a room makes of the server's frames.

use super::{Arrival, Progress, Room};
use crate::error::ErrorCode;
use crate::id::{Epoch, Seq};
use crate::session::event::Event;
use crate::session::slot::Out;
use crate::wire::{ClientFrame, Message, OpenedTarget, Person, Role, Subject};

/// Messages a tab keeps of one room when new ones come in; older ones are asked for over HTTP again.
pub const MESSAGES_HELD_MAX: usize = 2_000;

impl Room {
    pub(in crate::session) fn handle_opened(
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

    pub(in crate::session) fn handle_said(&mut self, message: Message, out: &mut Out) {
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
        self.dealt.remove(&message.nonce);
        if let Some(position) = self.unsent.iter().position(|unsent| unsent.nonce == message.nonce) {
            self.unsent.remove(position);
            self.delayed = None;
            self.note_said(message.nonce, out);
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
    pub(in crate::session) fn learn_name(&mut self, person: &Person) {
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

    pub(in crate::session) fn handle_read_through(&mut self, seq: Seq, out: &mut Out) {
        if seq > self.read_seq {
            self.read_seq = seq;
            out.event(Event::Unread { room: self.id });
        }
    }

    pub(in crate::session) fn handle_pong(&mut self, head: Seq, out: &mut Out) {
        if self.slot.is_missing(self.held, head) {
            self.mend_gap(out);
        }
    }

    pub(in crate::session) fn handle_refused(
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

    pub(in crate::session) fn handle_closed(&mut self, now_ms: u64, code: ErrorCode, retryable: bool, out: &mut Out) {
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
                for unsent in self.unsent.iter_mut().filter(|unsent| !unsent.is_lost()) {
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
}
