//! What can be known of an open room.

use super::{Room, Unsent};
use crate::error::ErrorCode;
use crate::id::{PeerId, Seq};
use crate::session::slot::Peer;
use crate::wire::{Message, Role};

impl Room {
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
}
