//! What the process does with each frame of a tab.

use super::*;

impl Server {
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
}
