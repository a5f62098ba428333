//! What documents and rooms share: the life of a channel, what is sent through it, and who else is there.

use super::backoff::{BACKOFF_MAX_MS, Backoff, Rng};
use super::event::{Event, Place, SetAside};
use super::keep::{AsideRow, FORMAT, encode, key};
use super::keeper::Keeper;
use super::plant::Plant;
use crate::error::ErrorCode;
use crate::id::{Channel, Epoch, PeerId, Seq, UnixMs, UserId};
use crate::limits::PRESENCE_INTERVAL_MS;
use crate::wire::{ClientFrame, Codec, DecodeError, Person, PresenceState, Resume, ServerFrame, Target};
use bytes::Bytes;
use litemap::LiteMap;
use std::collections::VecDeque;

/// People shown in one place. More cannot be told apart on a screen, and a broken server cannot fill the tab.
const PEOPLE_MAX: usize = 1_024;

/// The way out of the session: frames for the socket and events for the shell, and the numbers of channels.
#[derive(Debug)]
pub(super) struct Out {
    codec: Codec,
    pub(super) transmit: VecDeque<Bytes>,
    pub(super) events: VecDeque<Event>,
    pub(super) rng: Rng,
    /// Whose work all of it is.
    pub(super) user: Option<UserId>,
    /// Whether channels can be opened.
    pub(super) up: bool,
    pub(super) keeper: Keeper,
    /// The device's clock, as it was told last.
    pub(super) wall: UnixMs,
    /// What the server makes now begins in it, as far as it has said so.
    pub(super) server_epoch: Option<Epoch>,
    channels: LiteMap<Channel, Place>,
    last_channel: Channel,
}

impl Out {
    pub(super) fn new(codec: Codec, seed: u64) -> Self {
        Self {
            codec,
            keeper: Keeper::default(),
            transmit: VecDeque::new(),
            events: VecDeque::new(),
            rng: Rng::new(seed),
            user: None,
            up: false,
            wall: UnixMs(0),
            server_epoch: None,
            channels: LiteMap::new(),
            last_channel: Channel(0),
        }
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> Result<ServerFrame, DecodeError> {
        self.codec.decode(bytes)
    }

    pub(super) fn send(&mut self, frame: &ClientFrame) {
        self.transmit.push_back(self.codec.encode(frame));
    }

    pub(super) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Keeps a copy aside, in the store and by telling.
    pub(super) fn set_aside(&mut self, reason: ErrorCode, copy: SetAside) {
        let document = copy.id.document;
        if !Plant::AsideNotKept.is_planted() {
            let row = AsideRow {
                format: FORMAT,
                reason,
                copy: copy.clone(),
            };
            self.keeper.put_aside(key::aside(copy.id), encode(&row));
        }
        self.event(Event::SetAside { document, reason, copy });
    }

    /// What the channel is open for; none for channels that this side has left, of which frames may still be under way.
    pub(super) fn place(&self, channel: Channel) -> Option<Place> {
        self.channels.get(&channel).copied()
    }

    /// The number that was given out last.
    #[cfg(test)]
    pub(super) const fn last_channel(&self) -> Channel {
        self.last_channel
    }

    /// The server has closed it.
    pub(super) fn forget(&mut self, channel: Channel) {
        self.channels.remove(&channel);
    }

    /// A new socket: nothing of the old one counts.
    pub(super) fn reset(&mut self) {
        self.up = false;
        self.transmit.clear();
        self.channels.clear();
        self.last_channel = Channel(0);
    }
}

/// Where a channel is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// To be opened as soon as there is a link.
    Idle,
    Opening(Channel),
    Open(Channel),
    /// To be opened again then.
    Waiting {
        until_ms: u64,
    },
    /// Not to be opened again.
    Stopped(ErrorCode),
}

/// Whether a channel shows what `Pong` says it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    Level,
    /// Behind at the last pong, and nothing has arrived since.
    Behind,
}

/// One channel of one place.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) place: Place,
    phase: Phase,
    backoff: Backoff,
    opened_ms: u64,
    pace: Pace,
    pub(super) people: LiteMap<PeerId, Peer>,
    presence: PresenceOut,
}

/// Somebody else in the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who.
    pub person: Person,
    /// Where they are.
    pub state: PresenceState,
}

#[derive(Debug, Default)]
struct PresenceOut {
    wanted: Option<PresenceState>,
    sent: Option<PresenceState>,
    next_ms: u64,
}

impl Slot {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            phase: Phase::Idle,
            backoff: Backoff::new(),
            opened_ms: 0,
            pace: Pace::Level,
            people: LiteMap::new(),
            presence: PresenceOut::default(),
        }
    }

    pub(super) const fn phase(&self) -> Phase {
        self.phase
    }

    /// The number of the open channel.
    pub(super) const fn open_channel(&self) -> Option<Channel> {
        match self.phase {
            Phase::Open(channel) => Some(channel),
            _ => None,
        }
    }

    /// Why it is not opened again.
    pub(super) const fn stopped(&self) -> Option<ErrorCode> {
        match self.phase {
            Phase::Stopped(code) => Some(code),
            _ => None,
        }
    }

    /// Whether the channel should be opened now.
    pub(super) const fn wants_open(&self, now_ms: u64, out: &Out) -> bool {
        out.up
            && match self.phase {
                Phase::Idle => true,
                Phase::Waiting { until_ms } => until_ms <= now_ms,
                Phase::Opening(_) | Phase::Open(_) | Phase::Stopped(_) => false,
            }
    }

    pub(super) fn open(&mut self, target: Target, resume: Option<Resume>, out: &mut Out) {
        out.last_channel = Channel(out.last_channel.0 + 1);
        let channel = out.last_channel;
        out.channels.insert(channel, self.place);
        out.send(&ClientFrame::Open {
            channel,
            target,
            resume,
        });
        self.phase = Phase::Opening(channel);
    }

    pub(super) fn handle_opened(&mut self, now_ms: u64, out: &mut Out) {
        if let Phase::Opening(channel) = self.phase {
            self.phase = Phase::Open(channel);
        }
        self.opened_ms = now_ms;
        self.pace = Pace::Level;
        self.presence.sent = None;
        self.clear_people(out);
    }

    /// The link is gone.
    pub(super) fn handle_lost(&mut self, out: &mut Out) {
        if !matches!(self.phase, Phase::Stopped(_)) {
            self.phase = Phase::Idle;
        }
        self.presence.sent = None;
        self.clear_people(out);
    }

    /// Leaves the channel, to open it again at once.
    pub(super) fn reopen(&mut self, out: &mut Out) {
        self.leave(out);
        self.phase = Phase::Idle;
    }

    /// Leaves the channel, to open it again after a while that grows with every failure.
    pub(super) fn retry(&mut self, now_ms: u64, out: &mut Out) {
        self.leave(out);
        if now_ms.saturating_sub(self.opened_ms) > BACKOFF_MAX_MS {
            self.backoff.reset();
        }
        let wait_ms = self.backoff.next_wait_ms(&mut out.rng);
        self.phase = Phase::Waiting {
            until_ms: now_ms + wait_ms,
        };
    }

    /// Leaves the channel for good.
    pub(super) fn stop(&mut self, code: ErrorCode, out: &mut Out) {
        self.leave(out);
        self.phase = Phase::Stopped(code);
    }

    /// Something got through: the next failure is a new one.
    pub(super) const fn progress(&mut self) {
        self.backoff.reset();
        self.pace = Pace::Level;
    }

    /// Whether the channel has missed something: `held` is what this side has, `head` what the server says it should have.
    /// Two pongs in a row, since the first may have overtaken what it announces. Both may have overtaken the answer to the opening.
    pub(super) fn is_missing(&mut self, held: Seq, head: Seq) -> bool {
        if self.open_channel().is_none() {
            return false;
        }
        let before = std::mem::replace(&mut self.pace, if head > held { Pace::Behind } else { Pace::Level });
        before == Pace::Behind && self.pace == Pace::Behind
    }

    pub(super) fn set_presence(&mut self, state: Option<PresenceState>) {
        self.presence.wanted = state;
    }

    pub(super) fn flush_presence(&mut self, now_ms: u64, out: &mut Out) {
        let Phase::Open(channel) = self.phase else { return };
        let presence = &mut self.presence;
        if presence.wanted == presence.sent || now_ms < presence.next_ms {
            return;
        }
        presence.sent = presence.wanted;
        presence.next_ms = now_ms + PRESENCE_INTERVAL_MS;
        out.send(&ClientFrame::Presence {
            channel,
            state: presence.wanted,
        });
    }

    pub(super) fn handle_presence(
        &mut self,
        peer: PeerId,
        person: Person,
        state: Option<PresenceState>,
        out: &mut Out,
    ) {
        match state {
            Some(state) if self.people.len() < PEOPLE_MAX || self.people.contains_key(&peer) => {
                self.people.insert(peer, Peer { person, state });
            }
            Some(_) => return,
            None => {
                self.people.remove(&peer);
            }
        }
        out.event(Event::Presence { place: self.place });
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        match self.phase {
            Phase::Waiting { until_ms } => Some(until_ms),
            Phase::Open(_) if self.presence.wanted != self.presence.sent => Some(self.presence.next_ms),
            _ => None,
        }
    }

    fn leave(&mut self, out: &mut Out) {
        if let Phase::Opening(channel) | Phase::Open(channel) = self.phase
            && out.channels.remove(&channel).is_some()
        {
            out.send(&ClientFrame::Close { channel });
        }
        self.presence.sent = None;
        self.clear_people(out);
    }

    fn clear_people(&mut self, out: &mut Out) {
        if !self.people.is_empty() {
            self.people.clear();
            out.event(Event::Presence { place: self.place });
        }
    }
}
