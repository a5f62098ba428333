//! Writing from inside the process: HTTP requests that edit or talk go the way every socket goes, and wait for the commit.

use super::connection::Connection;
use super::document::DocumentWork;
use super::hub::{Hub, OpenError};
use super::outbox::{CloseReason, Outlet, Packet};
use super::room::RoomWork;
use crate::collab::effect::Credential;
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, DocumentId, Nonce, RoomId, Seq};
use shared::wire::{ClientFrame, Message, OpenedTarget, Person, ServerFrame, Target};

/// The one channel that a request opens.
const CHANNEL: Channel = Channel(1);

impl Hub {
    /// Stores updates that the replica `client_id` made, each within the limit of one update, and answers with the position of the
    /// last. They pass the same gate and the same check of rights as everybody's. On an error, a first part of them may be stored.
    pub async fn store_edits(
        &self,
        user: Person,
        credential: Credential,
        document: DocumentId,
        client_id: ClientId,
        updates: Vec<Bytes>,
    ) -> Result<Seq, ErrorCode> {
        let mut client = LocalClient::connect(self, user, credential)?;
        let handle = self.open::<DocumentWork>(document).await.map_err(OpenError::code)?;
        if updates.is_empty() {
            return Ok(handle.head());
        }
        let target = Target::Document {
            id: document,
            client_id,
        };
        let resume = Some(handle.resume_at_head());
        client
            .connection
            .handle(ClientFrame::Open {
                channel: CHANNEL,
                target,
                resume,
            })
            .await;
        let mut client_seq = loop {
            match client.next().await? {
                ServerFrame::Opened {
                    target: OpenedTarget::Document { saved_through, .. },
                    ..
                } => break saved_through,
                ServerFrame::Closed { code, .. } => return Err(code.unwrap_or(ErrorCode::Internal)),
                _ => {}
            }
        };
        for update in updates {
            client_seq = client_seq.next();
            client.connection.edit(CHANNEL, client_seq, update).await;
        }
        client.saved(client_seq).await
    }

    /// Says something in a room and answers with the message as stored: now, or when it was said the first time.
    pub async fn say(
        &self,
        user: Person,
        credential: Credential,
        room: RoomId,
        nonce: Nonce,
        body: String,
    ) -> Result<Message, ErrorCode> {
        let author = user.id;
        let mut client = LocalClient::connect(self, user, credential)?;
        let handle = self.open::<RoomWork>(room).await.map_err(OpenError::code)?;
        let resume = Some(handle.resume_at_head());
        client
            .connection
            .handle(ClientFrame::Open {
                channel: CHANNEL,
                target: Target::Room { id: room },
                resume,
            })
            .await;
        client
            .connection
            .handle(ClientFrame::Say {
                channel: CHANNEL,
                nonce,
                body,
            })
            .await;
        loop {
            match client.next().await? {
                ServerFrame::Said { message, .. } if message.nonce == nonce && message.author.id == author => {
                    return Ok(message);
                }
                ServerFrame::Refused { code, .. } => return Err(code),
                ServerFrame::Closed { code, .. } => return Err(code.unwrap_or(ErrorCode::Internal)),
                _ => {}
            }
        }
    }
}

/// A client inside the process, for the length of one request.
struct LocalClient {
    connection: Connection,
    outlet: Outlet,
    packets: std::vec::IntoIter<Packet>,
}

impl LocalClient {
    fn connect(hub: &Hub, user: Person, credential: Credential) -> Result<Self, ErrorCode> {
        let (connection, outlet) = hub.connect_request(user, credential)?;
        Ok(Self {
            connection,
            outlet,
            packets: Vec::new().into_iter(),
        })
    }

    async fn next(&mut self) -> Result<ServerFrame, ErrorCode> {
        loop {
            match self.packets.next() {
                Some(Packet::Frame(frame)) => return Ok(frame),
                Some(Packet::Bytes(_)) => unreachable!("the connection was made to take frames"),
                None => {
                    let mut packets = Vec::new();
                    self.outlet.take(&mut packets).await.map_err(CloseReason::code)?;
                    self.packets = packets.into_iter();
                }
            }
        }
    }

    async fn saved(&mut self, through: ClientSeq) -> Result<Seq, ErrorCode> {
        loop {
            match self.next().await? {
                ServerFrame::Saved { client_seq, seq, .. } if client_seq >= through => return Ok(seq),
                ServerFrame::Refused { code, .. } => return Err(code),
                ServerFrame::Closed { code, .. } => return Err(code.unwrap_or(ErrorCode::Internal)),
                _ => {}
            }
        }
    }
}
