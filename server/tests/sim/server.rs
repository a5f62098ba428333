//! The server's process: the real machines, and around them a shell as thin as the one of tokio, with its queues and their limits.

mod effects;
mod frames;
mod opening;

use crate::disk::{Answer, Disk, Request};
use crate::queues::{Bundle, Connection, Opened, Told, for_channel};
use bytes::Bytes;
use server::collab::document::{self, Document, Writer};
use server::collab::effect::{ConnectionId, Credential, Delivered, DocumentAsk, Effect, MemberId, RoomAsk};
use server::collab::hub::{Hub, Lookup};
use server::collab::machine::Machine as _;
use server::collab::room::{self, Room};
use shared::error::ErrorCode;
use shared::id::{DocumentId, Epoch, MessageId, RoomId, Seq, UnixMs, UserId};
use shared::limits::CHANNELS_MAX;
use shared::session::{Place, Rng};
use shared::wire::{ClientFrame, Person, Resume, Role, ServerFrame, Target, VERSION, WireLimits};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

/// A connection that has said nothing for this long is dead.
pub(crate) const IDLE_MS_MAX: u64 = 30_000;

/// What the process asks of the world.
#[derive(Debug)]
pub(crate) enum Wanted {
    Disk(Request),
    /// Ends a connection from the server's side.
    Close(ConnectionId, u16),
    /// The machine is dropped a moment later: report with `gone`.
    Drop(Place),
}

/// One process, from its start to its crash.
#[derive(Debug, Default)]
pub(crate) struct Server {
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    document_hub: Hub<DocumentId, (), Waiter>,
    room_hub: Hub<RoomId, (), Waiter>,
    pub(crate) documents: BTreeMap<DocumentId, Document>,
    pub(crate) rooms: BTreeMap<RoomId, Room>,
    pub(crate) wanted: VecDeque<Wanted>,
    pub(crate) counters: ServerCounters,
    /// For the checks; taken after every input.
    pub(crate) told: Vec<Told>,
    /// Channels to be forgotten once their machine, if they ever got to it, has said its last.
    closing: Vec<MemberId>,
    messages_made: u128,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ServerCounters {
    pub(crate) slow_consumers: u64,
    pub(crate) resumes: u64,
    pub(crate) bundles: u64,
    pub(crate) holds_loaded: u64,
    pub(crate) queue_longest: usize,
}

#[derive(Debug)]
struct Waiter {
    member: MemberId,
    target: Target,
    resume: Option<Resume>,
}

impl Server {
    pub(crate) fn connect(
        &mut self,
        id: ConnectionId,
        user: Person,
        credential: Credential,
        now_ms: u64,
        epoch: Epoch,
    ) {
        let limits = WireLimits {
            frame_bytes_max: 0,
            update_bytes_max: 0,
            message_bytes_max: 0,
            channels_max: 0,
        };
        let welcome = ServerFrame::Welcome {
            version: VERSION,
            user: user.clone(),
            limits,
        };
        let connection = Connection {
            user,
            credential,
            heard_ms: now_ms,
            queue: VecDeque::from([welcome, ServerFrame::ServerEpoch { epoch }]),
            channels: BTreeMap::new(),
            bundles: VecDeque::new(),
        };
        self.connections.insert(id, connection);
    }

    pub(crate) fn disconnect(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        for (channel, opened) in connection.channels {
            let member = MemberId {
                connection: id,
                channel,
            };
            match opened.place {
                Place::Document(id) => self.documents.get_mut(&id).map(|machine| machine.disconnect(member)),
                Place::Room(id) => self.rooms.get_mut(&id).map(|machine| machine.disconnect(member)),
            };
        }
    }

    pub(crate) fn revoke(&mut self, user: UserId) {
        self.documents.values_mut().for_each(|machine| machine.revoked(user));
        self.rooms.values_mut().for_each(|machine| machine.revoked(user));
    }

    pub(crate) fn change_role(&mut self, user: UserId, role: Role) {
        self.documents
            .values_mut()
            .for_each(|machine| machine.role_changed(user, role));
        self.rooms
            .values_mut()
            .for_each(|machine| machine.role_changed(user, role));
    }

    pub(crate) fn hold(&mut self, id: DocumentId, epoch: Epoch, after: Seq) {
        if let Some(machine) = self.documents.get_mut(&id).filter(|machine| machine.epoch() == epoch) {
            machine.quarantine(after);
        }
    }

    pub(crate) fn say_goodbye(&mut self, rng: &mut Rng) {
        for id in self.connections.keys().copied().collect::<Vec<_>>() {
            let after_ms = u32::try_from(100 + rng.below(500)).expect("small");
            self.enqueue(id, ServerFrame::GoingAway { after_ms });
        }
    }

    pub(crate) fn handle_timeout(&mut self, now_ms: u64) {
        self.documents
            .values_mut()
            .for_each(|machine| machine.handle_timeout(UnixMs(now_ms)));
        self.rooms
            .values_mut()
            .for_each(|machine| machine.handle_timeout(UnixMs(now_ms)));
    }

    pub(crate) fn deadline(&self) -> Option<u64> {
        let documents = self.documents.values().filter_map(Document::deadline);
        documents
            .chain(self.rooms.values().filter_map(Room::deadline))
            .map(|at| at.0)
            .min()
    }
}
