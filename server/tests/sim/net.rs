//! The simulated network: connections that delay, keep their order each, break, or go silent without telling anybody.

use crate::requests::Requests;
use server::collab::effect::ConnectionId;
use shared::session::{Rng, Rung};
use std::collections::BTreeMap;

/// Messages that a connection holds in one direction before its sender has to wait: socket buffers.
pub(crate) const WINDOW_MESSAGES: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToServer,
    ToTab,
}

/// One connection, from the moment both ends have it until the last end has let go.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) tab: usize,
    silent: bool,
    stalled_until_ms: u64,
    up: Pipe,
    down: Pipe,
    /// Instead of a socket.
    requests: Option<Requests>,
}

#[derive(Debug, Default)]
struct Pipe {
    last_ms: u64,
    in_flight: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Net {
    wires: BTreeMap<ConnectionId, Wire>,
    made: u64,
}

impl Net {
    /// A connection id that was never used.
    pub(crate) fn name(&mut self) -> ConnectionId {
        self.made += 1;
        ConnectionId(self.made)
    }

    pub(crate) fn connect(&mut self, tab: usize, rung: Rung, stalled_until_ms: u64) -> ConnectionId {
        let id = self.name();
        let wire = Wire {
            tab,
            silent: false,
            stalled_until_ms,
            up: Pipe::default(),
            down: Pipe::default(),
            requests: (rung != Rung::Socket).then(|| Requests::new(rung)),
        };
        self.wires.insert(id, wire);
        id
    }

    pub(crate) fn wire(&self, id: ConnectionId) -> Option<&Wire> {
        self.wires.get(&id)
    }

    /// What goes by requests and not by a socket.
    pub(crate) fn requests(&mut self, id: ConnectionId) -> Option<&mut Requests> {
        self.wires.get_mut(&id)?.requests.as_mut()
    }

    pub(crate) fn ids(&self) -> Vec<ConnectionId> {
        self.wires.keys().copied().collect()
    }

    /// Gone for both ends. What is under way never arrives.
    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<Wire> {
        self.wires.remove(&id)
    }

    pub(crate) fn silence(&mut self, id: ConnectionId) {
        if let Some(wire) = self.wires.get_mut(&id) {
            wire.silent = true;
        }
    }

    pub(crate) fn stall(&mut self, id: ConnectionId, until_ms: u64) {
        if let Some(wire) = self.wires.get_mut(&id) {
            wire.stalled_until_ms = until_ms;
        }
    }

    pub(crate) fn is_silent(&self, id: ConnectionId) -> bool {
        self.wires.get(&id).is_none_or(|wire| wire.silent)
    }

    /// Whether one more message may be put on the wire.
    pub(crate) fn has_room(&self, id: ConnectionId, way: Way) -> bool {
        self.wires.get(&id).is_some_and(|wire| match way {
            Way::ToServer => true,
            Way::ToTab => match &wire.requests {
                Some(requests) => requests.has_room(),
                None => wire.down.in_flight < WINDOW_MESSAGES,
            },
        })
    }

    /// When a message put on the wire now arrives; none when it never does.
    pub(crate) fn send(&mut self, id: ConnectionId, way: Way, now_ms: u64, rng: &mut Rng) -> Option<u64> {
        let wire = self.wires.get_mut(&id)?;
        let (pipe, not_before_ms) = match way {
            Way::ToServer => (&mut wire.up, 0),
            Way::ToTab => (&mut wire.down, wire.stalled_until_ms),
        };
        pipe.in_flight += 1;
        pipe.last_ms = (now_ms + latency_ms(rng)).max(pipe.last_ms).max(not_before_ms);
        (!wire.silent).then_some(pipe.last_ms)
    }

    /// A message has arrived. False when the connection is gone or has fallen silent meanwhile: it has not.
    pub(crate) fn arrive(&mut self, id: ConnectionId, way: Way) -> bool {
        let Some(wire) = self.wires.get_mut(&id).filter(|wire| !wire.silent) else {
            return false;
        };
        let pipe = match way {
            Way::ToServer => &mut wire.up,
            Way::ToTab => &mut wire.down,
        };
        pipe.in_flight -= 1;
        true
    }
}

/// Mostly a few milliseconds, now and then a slow one.
pub(crate) fn latency_ms(rng: &mut Rng) -> u64 {
    match rng.below(20) {
        0 => 50 + rng.below(400),
        _ => 1 + rng.below(30),
    }
}
