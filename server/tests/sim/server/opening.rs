//! Loads what somebody opens, lets them in, and brings the disk's answers to the machines.

use super::*;

impl Server {
    pub(super) fn open(&mut self, waiter: Waiter, disk: &Disk) {
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
                self.counters.holds_loaded += u64::from(state.quarantined_after.is_some());
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
            Answer::Made(..) | Answer::Held(..) | Answer::Nothing => {}
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
}

pub(super) fn deflated(bytes: &[u8]) -> Bytes {
    use std::io::Write as _;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a vector takes everything");
    encoder.finish().expect("a vector takes everything").into()
}
