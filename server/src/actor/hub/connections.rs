//! Every open connection, by what it was admitted with, so that it can be ended from outside.

use super::Hub;
use crate::actor::outbox::{CloseReason, Outbox, Packet};
use crate::actor::pace::{Accounts, SharedBuckets};
use crate::collab::effect::{ConnectionId, Credential};
use crate::collab::rate::Rate;
use shared::error::ErrorCode;
use shared::id::{UnixMs, UserId};
use shared::wire::ServerFrame;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::actor) enum Kind {
    /// A socket, for as long as its client stays and what it was let in with is valid.
    Socket {
        /// When that expires, as far as is known; never, when missing.
        expires_at: Option<UnixMs>,
    },
    /// A client inside the process, for the length of one request that was let in.
    Request,
}

/// One entry in the list of connections. It is taken out when this is dropped.
#[derive(Debug)]
pub struct Registration {
    hub: Hub,
    /// Its id in this run of the server.
    pub id: ConnectionId,
    /// What it was admitted with.
    pub(in crate::actor) credential: Credential,
}

#[derive(Debug, Default)]
pub(in crate::actor) struct Connections {
    made: u64,
    open: BTreeMap<ConnectionId, Entry>,
    /// How many sockets each person has open.
    sockets: BTreeMap<UserId, usize>,
    /// What sockets were let in with, by when it expires as far as is known.
    expiries: BTreeSet<(UnixMs, Credential)>,
    accounts: Accounts,
    refused: bool,
}

#[derive(Debug)]
struct Entry {
    kind: Kind,
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

    /// When the next credential expires.
    pub(super) fn next_expiry(&self) -> Option<UnixMs> {
        self.expiries.first().map(|(at, _)| *at)
    }

    /// Takes out a credential that is due.
    pub(super) fn take_expired(&mut self, now: UnixMs) -> Option<Credential> {
        let (at, credential) = *self.expiries.first()?;
        if at > now {
            return None;
        }
        self.expiries.pop_first();
        Some(credential)
    }

    /// A credential that was taken out is valid for longer. Forgotten when no socket is there any more that it has let in.
    pub(super) fn expires(&mut self, at: UnixMs, credential: Credential) {
        if self.open.values().any(|entry| entry.credential == credential) {
            self.expiries.insert((at, credential));
        }
    }

    /// What all connections of a person have left to send.
    pub(in crate::actor) fn account(&mut self, user: UserId, rate: Rate, now: Instant) -> SharedBuckets {
        self.accounts.buckets(user, rate, now)
    }

    pub(super) fn send_away(&mut self, spread: Duration) {
        self.refused = true;
        let sockets: Vec<_> = self.open.values().filter(|entry| entry.is_socket()).collect();
        let count = u32::try_from(sockets.len()).unwrap_or(u32::MAX).max(1);
        for (place, entry) in (0u32..).zip(sockets) {
            let after = spread * place / count;
            let after_ms = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
            entry
                .outbox
                .push_control(Packet::new(entry.outbox.format(), ServerFrame::GoingAway { after_ms }));
            entry.outbox.leave();
        }
    }
}

impl Entry {
    const fn is_socket(&self) -> bool {
        matches!(self.kind, Kind::Socket { .. })
    }
}

impl Registration {
    /// Adds a connection to the list; `GoingAway` when the server stops, and `TooManySockets` when the person has as many as they may have.
    pub(in crate::actor) fn new(
        hub: &Hub,
        kind: Kind,
        user: UserId,
        credential: Credential,
        outbox: &Outbox,
    ) -> Result<Self, ErrorCode> {
        let mut connections = hub.connections();
        if let Kind::Socket { expires_at } = kind {
            if connections.refused {
                return Err(ErrorCode::GoingAway);
            }
            let open = connections.sockets.get(&user).copied().unwrap_or(0);
            if open >= hub.limits().sockets_per_user {
                return Err(ErrorCode::TooManySockets);
            }
            connections.sockets.insert(user, open + 1);
            if let Some(at) = expires_at {
                let before = connections.next_expiry();
                connections.expiries.insert((at, credential));
                if before.is_none_or(|before| at < before) {
                    hub.expiry_moved();
                }
            }
        }
        connections.made += 1;
        let id = ConnectionId(connections.made);
        connections.open.insert(
            id,
            Entry {
                kind,
                user,
                credential,
                outbox: outbox.clone(),
            },
        );
        drop(connections);
        let hub = hub.clone();
        Ok(Self { hub, id, credential })
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut connections = self.hub.connections();
        let Some(entry) = connections.open.remove(&self.id) else {
            return;
        };
        if entry.is_socket()
            && let Some(open) = connections.sockets.get_mut(&entry.user)
        {
            *open -= 1;
            if *open == 0 {
                connections.sockets.remove(&entry.user);
            }
        }
    }
}
