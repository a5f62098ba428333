//! What waits for each connection of the simulated server, within its limits.

use crate::server::{Server, Wanted};
use bytes::Bytes;
use server::collab::effect::{ConnectionId, Credential, MemberId};
use shared::id::{Channel, ClientId, DocumentId, PeerId, Seq, UserId};
use shared::limits::CATCHUP_PART_BYTES;
use shared::session::Place;
use shared::wire::{Person, ServerFrame};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Frames that may wait for one connection.
pub(crate) const QUEUE_FRAMES_MAX: usize = 64;

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) user: Person,
    pub(crate) credential: Credential,
    pub(crate) heard_ms: u64,
    pub(crate) queue: VecDeque<ServerFrame>,
    pub(crate) channels: BTreeMap<Channel, Opened>,
    pub(crate) bundles: VecDeque<Bundle>,
}

/// What a channel was opened for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    pub(crate) place: Place,
    pub(crate) client_id: Option<ClientId>,
}

/// A frame for somebody's channel, at the moment when it was queued.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) user: UserId,
    pub(crate) opened: Opened,
    pub(crate) frame: ServerFrame,
}

/// A bundle on its way into a connection's queue, which takes it as fast as the tab reads.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) document: DocumentId,
    pub(crate) to: MemberId,
    pub(crate) peer: PeerId,
    pub(crate) through: Seq,
    pub(crate) rest: Bytes,
}

impl Server {
    pub(crate) fn leave(&mut self, member: MemberId) {
        if let Some(connection) = self.connections.get_mut(&member.connection) {
            connection.channels.remove(&member.channel);
            connection.bundles.retain(|bundle| bundle.to != member);
        }
    }

    /// Moves parts of bundles into queues that have room, and tells the machines which bundles are through.
    pub(crate) fn feed_bundles(&mut self) {
        let mut through = Vec::new();
        for connection in self.connections.values_mut() {
            while connection.queue.len() < QUEUE_FRAMES_MAX / 4
                && let Some(bundle) = connection.bundles.front_mut()
            {
                let part = bundle.rest.split_to(bundle.rest.len().min(CATCHUP_PART_BYTES));
                let last = bundle.rest.is_empty();
                let (channel, through_seq) = (bundle.to.channel, bundle.through);
                let frame = ServerFrame::Catchup {
                    channel,
                    through_seq,
                    part: part.into(),
                    last,
                };
                if let Some(opened) = connection.channels.get(&channel) {
                    self.told.push(Told {
                        user: connection.user.id,
                        opened: *opened,
                        frame: frame.clone(),
                    });
                }
                connection.queue.push_back(frame);
                if last {
                    through.extend(connection.bundles.pop_front());
                }
            }
        }
        for Bundle {
            document,
            to,
            peer,
            through,
            ..
        } in through
        {
            if let Some(machine) = self.documents.get_mut(&document) {
                machine.bundle_sent(to, peer, through);
            }
        }
    }

    pub(crate) fn end_slow_consumers(&mut self) -> bool {
        let slow: BTreeSet<_> = self
            .connections
            .iter()
            .filter(|(_, c)| c.queue.len() > QUEUE_FRAMES_MAX)
            .map(|(id, _)| *id)
            .collect();
        for id in &slow {
            self.counters.slow_consumers += 1;
            self.disconnect(*id);
            self.wanted.push_back(Wanted::Close(*id, 4408));
        }
        !slow.is_empty()
    }

    pub(crate) fn enqueue(&mut self, id: ConnectionId, frame: ServerFrame) {
        if let Some(connection) = self.connections.get_mut(&id)
            && connection.queue.len() <= QUEUE_FRAMES_MAX
        {
            if let Some(opened) = channel_of(&frame).and_then(|channel| connection.channels.get(&channel)) {
                self.told.push(Told {
                    user: connection.user.id,
                    opened: *opened,
                    frame: frame.clone(),
                });
            }
            connection.queue.push_back(frame);
            self.counters.queue_longest = self.counters.queue_longest.max(connection.queue.len());
        }
    }

    /// Everything that is still being read or written for somebody. At rest there is nothing.
    pub(crate) fn is_quiet(&self) -> bool {
        self.connections
            .values()
            .all(|connection| connection.queue.is_empty() && connection.bundles.is_empty())
    }
}

/// Fills the receiver's channel into a frame for many.
pub(crate) fn for_channel(mut frame: ServerFrame, to: Channel) -> ServerFrame {
    if let Some(channel) = channel_mut(&mut frame) {
        *channel = to;
    }
    frame
}

fn channel_of(frame: &ServerFrame) -> Option<Channel> {
    channel_mut(&mut frame.clone()).copied()
}

const fn channel_mut(frame: &mut ServerFrame) -> Option<&mut Channel> {
    match frame {
        ServerFrame::Opened { channel, .. }
        | ServerFrame::Catchup { channel, .. }
        | ServerFrame::Remote { channel, .. }
        | ServerFrame::Saved { channel, .. }
        | ServerFrame::Refused { channel, .. }
        | ServerFrame::Presence { channel, .. }
        | ServerFrame::Said { channel, .. }
        | ServerFrame::Closed { channel, .. }
        | ServerFrame::ReadThrough { channel, .. }
        | ServerFrame::Changed { channel, .. }
        | ServerFrame::Packed { channel, .. } => Some(channel),
        ServerFrame::Welcome { .. }
        | ServerFrame::ServerEpoch { .. }
        | ServerFrame::GoingAway { .. }
        | ServerFrame::Pong { .. } => None,
    }
}
