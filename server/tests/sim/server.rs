//! The server's process: the real machines, and around them a shell as thin as the one of tokio, with its queues and their limits.

use crate::disk::{Answer, Disk, Request};
use crate::queues::{Bundle, Connection, Opened, Told, for_channel};
use bytes::Bytes;
use server::collab::document::{self, Document, Writer};
use server::collab::effect::{ConnectionId, Credential, Delivered, DocumentAsk, Effect, MemberId, RoomAsk};
use server::collab::hub::{Hub, Lookup};
use server::collab::machine::Machine as _;
use server::collab::room::{self, Room};
use shared::error::ErrorCode;
use shared::id::{DocumentId, MessageId, RoomId, UnixMs, UserId};
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
    pub(crate) queue_longest: usize,
}

#[derive(Debug)]
struct Waiter {
    member: MemberId,
    target: Target,
    resume: Option<Resume>,
}

impl Server {
    pub(crate) fn connect(&mut self, id: ConnectionId, user: Person, credential: Credential, now_ms: u64) {
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
            queue: VecDeque::from([welcome]),
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

    pub(crate) fn handle_frame(&mut self, id: ConnectionId, frame: ClientFrame, now_ms: u64, disk: &Disk) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.heard_ms = now_ms;
        let now = UnixMs(now_ms);
        let place = |connection: &Connection, channel| connection.channels.get(&channel).map(|opened| opened.place);
        match frame {
            ClientFrame::Ping => {
                let head = |place: &Place| match place {
                    Place::Document(id) => self.documents.get(id).map(Document::head),
                    Place::Room(id) => self.rooms.get(id).map(Room::head),
                };
                let heads = connection.channels.iter();
                let heads = heads.filter_map(|(channel, opened)| Some((*channel, head(&opened.place)?)));
                let frame = ServerFrame::Pong { heads: heads.collect() };
                self.enqueue(id, frame);
            }
            ClientFrame::Open {
                channel,
                target,
                resume,
            } => {
                assert!(
                    connection.channels.len() < CHANNELS_MAX,
                    "a session keeps to its channels"
                );
                self.counters.resumes += u64::from(resume.is_some());
                let opened = match target {
                    Target::Document { id, client_id } => Opened {
                        place: Place::Document(id),
                        client_id: Some(client_id),
                    },
                    Target::Room { id } => Opened {
                        place: Place::Room(id),
                        client_id: None,
                    },
                };
                connection.channels.insert(channel, opened);
                let member = MemberId {
                    connection: id,
                    channel,
                };
                self.open(Waiter { member, target, resume }, disk);
            }
            ClientFrame::Close { channel } => {
                let member = MemberId {
                    connection: id,
                    channel,
                };
                match place(connection, channel) {
                    Some(Place::Document(id)) => self.documents.get_mut(&id).map(|machine| machine.close(member)),
                    Some(Place::Room(id)) => self.rooms.get_mut(&id).map(|machine| machine.close(member)),
                    None => None,
                };
                self.closing.push(member);
            }
            ClientFrame::Edit {
                channel,
                client_seq,
                update,
            } => {
                if let Some(Place::Document(document)) = place(connection, channel)
                    && let Some(machine) = self.documents.get_mut(&document)
                {
                    machine.edit(
                        MemberId {
                            connection: id,
                            channel,
                        },
                        client_seq,
                        &update.0,
                        now,
                    );
                }
            }
            ClientFrame::Presence { channel, state } => {
                let member = MemberId {
                    connection: id,
                    channel,
                };
                match place(connection, channel) {
                    Some(Place::Document(id)) => self
                        .documents
                        .get_mut(&id)
                        .map(|machine| machine.presence(member, state, now)),
                    Some(Place::Room(id)) => self
                        .rooms
                        .get_mut(&id)
                        .map(|machine| machine.presence(member, state, now)),
                    None => None,
                };
            }
            ClientFrame::Say { channel, nonce, body } => {
                if let Some(Place::Room(room)) = place(connection, channel)
                    && let Some(machine) = self.rooms.get_mut(&room)
                {
                    self.messages_made += 1;
                    let message = MessageId(Uuid::from_u128((u128::from(now_ms) << 64) | self.messages_made));
                    machine.say(
                        MemberId {
                            connection: id,
                            channel,
                        },
                        nonce,
                        body,
                        message,
                        now,
                    );
                }
            }
            ClientFrame::Read { channel, seq } => {
                if let Some(Place::Room(room)) = place(connection, channel)
                    && let Some(machine) = self.rooms.get_mut(&room)
                {
                    machine.read(
                        MemberId {
                            connection: id,
                            channel,
                        },
                        seq,
                    );
                }
            }
        }
    }

    fn open(&mut self, waiter: Waiter, disk: &Disk) {
        match waiter.target {
            Target::Document { id, .. } => match self.document_hub.open(id, waiter) {
                Lookup::Ready((), waiter) => self.join(&waiter, disk),
                Lookup::Load => self.wanted.push_back(Wanted::Disk(Request::Load(Place::Document(id)))),
                Lookup::Wait => {}
            },
            Target::Room { id } => match self.room_hub.open(id, waiter) {
                Lookup::Ready((), waiter) => self.join(&waiter, disk),
                Lookup::Load => self.wanted.push_back(Wanted::Disk(Request::Load(Place::Room(id)))),
                Lookup::Wait => {}
            },
        }
    }

    fn join(&mut self, waiter: &Waiter, disk: &Disk) {
        let Waiter { member, target, resume } = *waiter;
        let Some(connection) = self.connections.get(&member.connection) else {
            return;
        };
        if !connection.channels.contains_key(&member.channel) {
            // Left while it was being loaded.
            return;
        }
        let (user, credential) = (connection.user.clone(), connection.credential);
        let Some(role) = disk.role(user.id) else {
            let code = Some(ErrorCode::NotAllowed);
            self.enqueue(
                member.connection,
                ServerFrame::Closed {
                    channel: member.channel,
                    code,
                    retryable: false,
                },
            );
            self.leave(member);
            return;
        };
        match target {
            Target::Document { id, client_id } => {
                let machine = self.documents.get_mut(&id).expect("the hub says that it is open");
                machine.open(document::Opening {
                    member,
                    user,
                    credential,
                    role,
                    writer: Writer::Numbered(client_id),
                    resume,
                });
            }
            Target::Room { id } => {
                let machine = self.rooms.get_mut(&id).expect("the hub says that it is open");
                let read_seq = disk.read_seq(id, user.id);
                machine.open(room::Opening {
                    member,
                    user,
                    credential,
                    role,
                    read_seq,
                    resume,
                });
            }
        }
    }

    pub(crate) fn handle_answer(&mut self, answer: Answer, disk: &Disk) {
        match answer {
            Answer::Appended(id, result) => {
                self.documents
                    .get_mut(&id)
                    .expect("a machine stays until its batch is stored")
                    .appended(result);
            }
            Answer::Message(id, result) => {
                self.rooms
                    .get_mut(&id)
                    .expect("a machine stays until its messages are stored")
                    .appended(result);
            }
            Answer::Loaded(Place::Document(id)) => {
                let Some(state) = disk.document_state(id) else {
                    return self.is_not_there(id);
                };
                self.documents.insert(id, Document::new(&state));
                for waiter in self.document_hub.loaded(id, ()) {
                    self.join(&waiter, disk);
                }
            }
            Answer::Loaded(Place::Room(id)) => {
                let state = disk.room_state(id).expect("rooms are not deleted here");
                self.rooms.insert(id, Room::new(state));
                for waiter in self.room_hub.loaded(id, ()) {
                    self.join(&waiter, disk);
                }
            }
            Answer::Bundle {
                document,
                to,
                peer,
                through,
                bundle,
            } => {
                self.counters.bundles += 1;
                // Whoever has left meanwhile gets nothing any more.
                let connection = self.connections.get_mut(&to.connection);
                if let Some(connection) = connection.filter(|connection| connection.channels.contains_key(&to.channel))
                {
                    let mut rest = Bytes::from(bundle);
                    // As though every other socket had asked for it.
                    if to.connection.0.is_multiple_of(2) {
                        let size = u32::try_from(rest.len()).expect("a simulated document is small");
                        let channel = to.channel;
                        connection.queue.push_back(ServerFrame::Packed { channel, size });
                        rest = deflated(&rest);
                    }
                    connection.bundles.push_back(Bundle {
                        document,
                        to,
                        peer,
                        through,
                        rest,
                    });
                }
            }
            Answer::Made(..) | Answer::Nothing => {}
        }
    }

    /// Nobody has made the document.
    fn is_not_there(&mut self, id: DocumentId) {
        for Waiter { member, .. } in self.document_hub.load_failed(id) {
            let closed = ServerFrame::Closed {
                channel: member.channel,
                code: Some(ErrorCode::NotFound),
                retryable: false,
            };
            self.enqueue(member.connection, closed);
            self.leave(member);
        }
    }

    /// A machine that was to be dropped is gone.
    pub(crate) fn gone(&mut self, place: Place) {
        let load_again = match place {
            Place::Document(id) => self.document_hub.closed(id),
            Place::Room(id) => self.room_hub.closed(id),
        };
        if load_again {
            self.wanted.push_back(Wanted::Disk(Request::Load(place)));
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

    /// Carries out everything the machines ask for. Call after every input.
    pub(crate) fn settle(&mut self, rng: &mut Rng) {
        loop {
            self.feed_bundles();
            self.carry_out_all(rng);
            for member in std::mem::take(&mut self.closing) {
                self.leave(member);
            }
            if !self.end_slow_consumers() {
                return;
            }
        }
    }

    fn carry_out_all(&mut self, rng: &mut Rng) {
        for id in self.documents.keys().copied().collect::<Vec<_>>() {
            let place = Place::Document(id);
            while let Some(effect) = self.documents.get_mut(&id).and_then(Document::poll_effect) {
                let Some(ask) = self.carry_out(place, effect, rng) else {
                    continue;
                };
                self.wanted.push_back(Wanted::Disk(match ask {
                    DocumentAsk::Append(append) => Request::Append(id, append),
                    DocumentAsk::ReadBundle {
                        to,
                        peer,
                        after,
                        through,
                    } => Request::Bundle {
                        document: id,
                        to,
                        peer,
                        after,
                        through,
                    },
                    DocumentAsk::CompactionDue { .. } => Request::Compact(id),
                }));
            }
        }
        for id in self.rooms.keys().copied().collect::<Vec<_>>() {
            let place = Place::Room(id);
            while let Some(effect) = self.rooms.get_mut(&id).and_then(Room::poll_effect) {
                let Some(ask) = self.carry_out(place, effect, rng) else {
                    continue;
                };
                self.wanted.push_back(Wanted::Disk(match ask {
                    RoomAsk::Append(message) => Request::Message(id, message),
                    RoomAsk::MarkRead { user, seq } => Request::MarkRead(id, user, seq),
                }));
            }
        }
    }

    fn carry_out<Ask>(&mut self, place: Place, effect: Effect<Ask>, rng: &mut Rng) -> Option<Ask> {
        match effect {
            Effect::Send { to, frame } => self.enqueue(to.connection, frame),
            Effect::Deliver { to, frames } => {
                for member in to {
                    for Delivered { frame, except } in &frames {
                        if *except != Some(member) {
                            self.enqueue(member.connection, for_channel(frame.clone(), member.channel));
                        }
                    }
                }
            }
            Effect::Left { member } => self.leave(member),
            Effect::Ask(ask) => return Some(ask),
            // A shell may keep an idle machine for a while.
            Effect::Idle if rng.below(2) == 0 => {}
            Effect::Idle | Effect::Stop => {
                match place {
                    Place::Document(id) => {
                        self.documents.remove(&id);
                        self.document_hub.closing(id);
                    }
                    Place::Room(id) => {
                        self.rooms.remove(&id);
                        self.room_hub.closing(id);
                    }
                }
                self.wanted.push_back(Wanted::Drop(place));
            }
        }
        None
    }
}

fn deflated(bytes: &[u8]) -> Bytes {
    use std::io::Write as _;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a vector takes everything");
    encoder.finish().expect("a vector takes everything").into()
}
