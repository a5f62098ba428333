//! Every open connection, by what it was admitted with, so that it can be ended from outside.

use super::Hub;
use crate::actor::outbox::{CloseReason, Outbox, Packet};
use crate::collab::effect::ConnectionId;
use shared::id::UserId;
use shared::wire::ServerFrame;
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

/// What somebody showed to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The cookie of this login session.
    LoginSession(Uuid),
    /// This API token.
    Token(Uuid),
    /// None of its own: a client inside the process, for the length of one request that was let in.
    Request,
}

impl Credential {
    /// Its id, by which it is ended.
    #[must_use]
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::LoginSession(id) | Self::Token(id) => Some(id),
            Self::Request => None,
        }
    }
}

/// One entry in the list of connections. It is taken out when this is dropped.
#[derive(Debug)]
pub struct Registration {
    hub: Hub,
    /// Its id in this run of the server.
    pub id: ConnectionId,
}

#[derive(Debug, Default)]
pub(in crate::actor) struct Connections {
    made: u64,
    open: BTreeMap<ConnectionId, Entry>,
    refused: bool,
}

#[derive(Debug)]
struct Entry {
    user: UserId,
    credential: Credential,
    outbox: Outbox,
}

impl Connections {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn queued_bytes(&self) -> usize {
        self.open.values().map(|entry| entry.outbox.bytes()).sum()
    }

    pub(super) fn end(&self, ends: impl Fn(UserId, Credential) -> bool) {
        for entry in self.open.values().filter(|entry| ends(entry.user, entry.credential)) {
            entry.outbox.close(CloseReason::SignedOut);
        }
    }

    pub(super) fn send_away(&mut self, spread: Duration) {
        self.refused = true;
        let sockets: Vec<_> = self
            .open
            .values()
            .filter(|entry| entry.credential != Credential::Request)
            .collect();
        let count = u32::try_from(sockets.len()).unwrap_or(u32::MAX).max(1);
        for (place, entry) in (0u32..).zip(sockets) {
            let after = spread * place / count;
            let after_ms = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
            entry
                .outbox
                .push_control(Packet::new(entry.outbox.format(), ServerFrame::GoingAway { after_ms }));
            entry.outbox.close(CloseReason::GoingAway);
        }
    }
}

impl Registration {
    /// Adds a connection to the list; none when the server stops.
    pub(in crate::actor) fn new(hub: &Hub, user: UserId, credential: Credential, outbox: &Outbox) -> Option<Self> {
        let mut connections = hub.connections();
        if connections.refused && credential != Credential::Request {
            return None;
        }
        connections.made += 1;
        let id = ConnectionId(connections.made);
        connections.open.insert(
            id,
            Entry {
                user,
                credential,
                outbox: outbox.clone(),
            },
        );
        drop(connections);
        Some(Self { hub: hub.clone(), id })
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.hub.connections().open.remove(&self.id);
    }
}
