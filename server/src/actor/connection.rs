//! One connection's side of the wire: which channels it has open, and where its frames go.

use super::audience::Line;
pub use super::audience::Unpacks;
use super::document::{DocumentWork, Edit};
use super::hub::{Hub, Kind, OpenError, Registration};
use super::outbox::{CloseReason, Format, Outbox, Outlet, Packet, outbox};
use super::pace::{Pace, SlowedBy, TooFast};
use super::room::{RoomInput, RoomWork};
use super::task::{Ended, Handle, Input, Joining, OpenOutcome, Work};
use crate::collab::document::Writer;
use crate::collab::effect::{Credential, MemberId};
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, DocumentId, Nonce, Seq, UnixMs};
use shared::limits::CHANNELS_MAX;
use shared::wire::{ClientFrame, Person, PresenceState, Resume, ServerFrame, Subject, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Openings that find the task ended, or the role or name outdated, before giving up. Each takes a commit by somebody in between.
const OPEN_ATTEMPTS_MAX: usize = 8;

/// Takes the frames of one client and hands them to the tasks they are for, in order. What is answered comes out of the
/// [`Outlet`] made with it. Dropping it leaves everything it has open.
#[derive(Debug)]
pub struct Connection {
    hub: Hub,
    registration: Registration,
    user: Person,
    pace: Pace,
    unpacks: Unpacks,
    outbox: Outbox,
    channels: BTreeMap<Channel, Open>,
    /// Channels that the server closed; the client may have sent frames for them before it knew.
    closed_by_server: BTreeSet<Channel>,
}

#[derive(Debug)]
struct Open {
    to: Opened,
    closed: Arc<AtomicBool>,
}

#[derive(Clone, Debug)]
enum Opened {
    Document(Arc<Handle<DocumentWork>>),
    Room(Arc<Handle<RoomWork>>),
}

impl Hub {
    /// A new connection of somebody who was let in, closed when `credential` expires; `GoingAway` when the server stops, and
    /// `TooManySockets` when the account has as many as it may have. Whoever has checked the credential checks it once more
    /// after this call: it may have been ended in between, when the connection could not be found to be closed.
    pub fn connect(
        &self,
        user: Person,
        credential: Credential,
        expires_at: Option<UnixMs>,
        format: Format,
    ) -> Result<(Connection, Outlet), ErrorCode> {
        self.connect_as(Kind::Socket { expires_at }, user, credential, format)
    }

    /// The same for a client inside the process, for the length of one request.
    pub(super) fn connect_request(
        &self,
        user: Person,
        credential: Credential,
    ) -> Result<(Connection, Outlet), ErrorCode> {
        self.connect_as(Kind::Request, user, credential, Format::Frames)
    }

    fn connect_as(
        &self,
        kind: Kind,
        user: Person,
        credential: Credential,
        format: Format,
    ) -> Result<(Connection, Outlet), ErrorCode> {
        let (outbox, outlet) = outbox(format, self.limits().outbox);
        let registration = Registration::new(self, kind, user.id, credential, &outbox)?;
        let connection = Connection {
            hub: self.clone(),
            pace: Pace::new(self, user.id),
            unpacks: Unpacks::Nothing,
            registration,
            user,
            outbox,
            channels: BTreeMap::new(),
            closed_by_server: BTreeSet::new(),
        };
        Ok((connection, outlet))
    }
}

impl Connection {
    /// Where its answers go, and what closes it.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// What its client said that it can unpack. Said before anything is opened.
    pub const fn can_unpack(&mut self, what: Unpacks) {
        self.unpacks = what;
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> &Person {
        &self.user
    }

    /// A frame of so many bytes has come from the client: how long it has to wait before it is handled and the next one is read.
    pub fn pace(&mut self, bytes: usize) -> Result<Duration, TooFast> {
        let wait = self.pace.take(bytes, Instant::now())?;
        if let Some((_, by)) = wait {
            self.hub.observer().slowed(by);
        }
        Ok(wait.map_or(Duration::ZERO, |(wait, _)| wait))
    }

    /// Takes one frame. Waits while the task it is for has too much to do; its socket is not read meanwhile.
    pub async fn handle(&mut self, frame: ClientFrame) {
        match frame {
            ClientFrame::Open {
                channel,
                target: Target::Document { id, client_id },
                resume,
            } => {
                self.open_document(channel, id, Writer::Numbered(client_id), resume)
                    .await;
            }
            ClientFrame::Open {
                channel,
                target: Target::Room { id },
                resume,
            } => {
                self.open(channel, id, (), resume, Opened::Room).await;
            }
            ClientFrame::Close { channel } => self.close(channel).await,
            ClientFrame::Edit {
                channel,
                client_seq,
                update,
            } => self.edit(channel, client_seq, update.0).await,
            ClientFrame::Presence { channel, state } => self.presence(channel, state).await,
            ClientFrame::Say { channel, nonce, body } => self.say(channel, nonce, body).await,
            ClientFrame::Read { channel, seq } => self.read(channel, seq).await,
            ClientFrame::Ping => self.ping(),
        }
    }

    /// Opens a document as a channel. A stock Yjs client comes in by this door, all others by their `Open` frame.
    pub async fn open_document(&mut self, channel: Channel, id: DocumentId, writer: Writer, resume: Option<Resume>) {
        self.open(channel, id, writer, resume, Opened::Document).await;
    }

    /// Sends a pong with the heads of all open channels.
    pub fn ping(&self) {
        let heads = self
            .channels
            .iter()
            .filter(|(_, open)| !open.is_closed())
            .map(|(channel, open)| match &open.to {
                Opened::Document(handle) => (*channel, handle.head()),
                Opened::Room(handle) => (*channel, handle.head()),
            });
        let frame = ServerFrame::Pong { heads: heads.collect() };
        self.outbox.push_control(Packet::new(self.outbox.format(), frame));
    }

    /// Takes an edit; `client_seq` is 0 for a stock Yjs client.
    pub async fn edit(&mut self, channel: Channel, client_seq: ClientSeq, update: Bytes) {
        let subject = Some(Subject::Edit(client_seq));
        let Some(Opened::Document(handle)) = self.opened(channel, subject) else {
            return;
        };
        self.wait_for(&handle, update.len()).await;
        let member = self.member(channel);
        let sent = handle
            .send(Input::Own(Edit {
                member,
                client_seq,
                update,
            }))
            .await;
        self.check_sent(channel, sent);
    }

    /// Takes where the person is.
    pub async fn presence(&mut self, channel: Channel, state: Option<PresenceState>) {
        let member = self.member(channel);
        let sent = match self.opened(channel, Some(Subject::Presence)) {
            Some(Opened::Document(handle)) => {
                self.wait_for(&handle, 0).await;
                handle.send(Input::Presence { member, state }).await
            }
            Some(Opened::Room(handle)) => {
                self.wait_for(&handle, 0).await;
                handle.send(Input::Presence { member, state }).await
            }
            None => return,
        };
        self.check_sent(channel, sent);
    }

    /// Waits until everything taken so far is stored or refused, and the answers are in the outbox.
    pub async fn settle(&self) {
        for open in self.channels.values().filter(|open| !open.is_closed()) {
            // A task that has ended has stored what it took.
            match &open.to {
                Opened::Document(handle) => handle.settle().await.ok(),
                Opened::Room(handle) => handle.settle().await.ok(),
            };
        }
    }

    async fn open<W: Work>(
        &mut self,
        channel: Channel,
        id: W::Id,
        wish: W::Wish,
        resume: Option<Resume>,
        opened: fn(Arc<Handle<W>>) -> Opened,
    ) {
        if let Err(code) = self.admit(channel) {
            self.refuse_opening(channel, code);
            return;
        }
        let member = self.member(channel);
        let hub = self.hub.clone();
        for _ in 0..OPEN_ATTEMPTS_MAX {
            let turn = hub.turn_to_open().await;
            let rights = self.hub.rights();
            match self.hub.reader().user(self.user.id).await {
                Ok(Some(user)) => self.user = user.person(),
                Ok(None) => return self.send_closed(channel, ErrorCode::NotSignedIn),
                Err(error) => {
                    tracing::error!(user = %self.user.id, %error, "connection.name_unreadable");
                    return self.send_closed(channel, ErrorCode::Internal);
                }
            }
            let joining = Joining {
                member,
                user: self.user.clone(),
                credential: self.registration.credential,
                wish,
                resume,
            };
            let opening = match W::opening(&self.hub, id, joining).await {
                Ok(opening) => opening,
                Err(code) => return self.send_closed(channel, code),
            };
            let handle = match self.hub.open::<W>(id).await {
                Ok(handle) => handle,
                Err(error) => return self.send_closed(channel, error.code()),
            };
            // A task that has much to do keeps only its own waiting.
            drop(turn);
            let line = self.line();
            let closed = Arc::clone(&line.closed);
            if handle.open(opening, member, line, rights).await == Ok(OpenOutcome::Answered) {
                let to = opened(handle);
                self.channels.insert(channel, Open { to, closed });
                return;
            }
        }
        self.send_closed(channel, OpenError::Unreadable.code());
    }

    async fn close(&mut self, channel: Channel) {
        let member = self.member(channel);
        let sent = match self.opened(channel, None) {
            Some(Opened::Document(handle)) => handle.send(Input::Close(member)).await,
            Some(Opened::Room(handle)) => handle.send(Input::Close(member)).await,
            None => return,
        };
        self.check_sent(channel, sent);
    }

    async fn say(&mut self, channel: Channel, nonce: Nonce, body: String) {
        let Some(Opened::Room(handle)) = self.opened(channel, Some(Subject::Message(nonce))) else {
            return;
        };
        self.wait_for(&handle, body.len()).await;
        let member = self.member(channel);
        let sent = handle.send(Input::Own(RoomInput::Say { member, nonce, body })).await;
        self.check_sent(channel, sent);
    }

    async fn read(&mut self, channel: Channel, seq: Seq) {
        let Some(Opened::Room(handle)) = self.opened(channel, None) else {
            return;
        };
        let member = self.member(channel);
        let sent = handle.send(Input::Own(RoomInput::Read { member, seq })).await;
        self.check_sent(channel, sent);
    }

    /// The document's clocks, for a stock Yjs client that has it open as the channel.
    pub async fn state_vector(&self, channel: Channel) -> Option<Vec<(ClientId, u32)>> {
        match &self.channels.get(&channel)?.to {
            Opened::Document(handle) => handle.state_vector().await.ok(),
            Opened::Room(_) => None,
        }
    }

    /// Waits until it is this connection's turn to send something of so many bytes there.
    async fn wait_for<W: Work>(&self, handle: &Handle<W>, bytes: usize) {
        let wait = handle.wait(bytes);
        if !wait.is_zero() {
            self.hub.observer().slowed(SlowedBy::Target);
            // Nothing more is read from its client meanwhile.
            tokio::time::sleep(wait).await;
        }
    }

    const fn member(&self, channel: Channel) -> MemberId {
        MemberId {
            connection: self.registration.id,
            channel,
        }
    }

    fn line(&self) -> Line {
        Line {
            outbox: self.outbox.clone(),
            closed: Arc::new(AtomicBool::new(false)),
            unpacks: self.unpacks,
        }
    }

    /// Whether the channel number is free and another channel may be opened.
    fn admit(&mut self, channel: Channel) -> Result<(), ErrorCode> {
        self.forget_closed();
        if self.channels.contains_key(&channel) {
            return Err(ErrorCode::ChannelInUse);
        }
        if self.channels.len() >= CHANNELS_MAX {
            return Err(ErrorCode::TooManyChannels);
        }
        self.closed_by_server.remove(&channel);
        Ok(())
    }

    /// What is open as the channel. A frame for a channel that the server has closed is dropped, since it was sent before the
    /// client knew; one for a channel that never was is answered.
    fn opened(&mut self, channel: Channel, subject: Option<Subject>) -> Option<Opened> {
        match self.channels.get(&channel) {
            Some(open) if !open.is_closed() => return Some(open.to.clone()),
            Some(_) => {
                self.channels.remove(&channel);
                self.closed_by_server.insert(channel);
            }
            None if self.closed_by_server.contains(&channel) => {}
            None => self.send_refused(channel, subject, ErrorCode::UnknownChannel),
        }
        None
    }

    fn forget_closed(&mut self) {
        let closed: Vec<_> = self
            .channels
            .iter()
            .filter(|(_, open)| open.is_closed())
            .map(|(channel, _)| *channel)
            .collect();
        for channel in closed {
            self.channels.remove(&channel);
            if self.closed_by_server.len() < CHANNELS_MAX {
                self.closed_by_server.insert(channel);
            }
        }
    }

    /// A task that ended without closing the channel has stopped with the server, or on a bug of ours: either way the client comes again.
    fn check_sent(&mut self, channel: Channel, sent: Result<(), Ended>) {
        if sent.is_err()
            && let Some(open) = self.channels.remove(&channel)
        {
            self.closed_by_server.insert(channel);
            if !open.closed.swap(true, Ordering::AcqRel) {
                self.send_closed(channel, ErrorCode::Internal);
            }
        }
    }

    /// The number may be that of a channel in use, which this says nothing about.
    fn refuse_opening(&self, channel: Channel, code: ErrorCode) {
        if code == ErrorCode::ChannelInUse {
            self.send_refused(channel, None, code);
        } else {
            self.send_closed(channel, code);
        }
    }

    fn send_refused(&self, channel: Channel, subject: Option<Subject>, code: ErrorCode) {
        let frame = ServerFrame::Refused {
            channel,
            subject,
            code,
            retryable: code.is_retryable(),
        };
        self.outbox.push(Packet::new(self.outbox.format(), frame));
    }

    fn send_closed(&self, channel: Channel, code: ErrorCode) {
        let frame = ServerFrame::Closed {
            channel,
            code: Some(code),
            retryable: code.is_retryable(),
        };
        self.outbox.push(Packet::new(self.outbox.format(), frame));
    }
}

impl Open {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.outbox.close(CloseReason::Idle);
        let left: Vec<_> = std::mem::take(&mut self.channels)
            .into_iter()
            .filter(|(_, open)| !open.is_closed())
            .map(|(channel, open)| (self.member(channel), open.to))
            .collect();
        if left.is_empty() {
            return;
        }
        // Leaving may have to wait for a place in a queue.
        self.hub.tasks().spawn(async move {
            for (member, to) in left {
                // A task that has ended has no members.
                let sent = match to {
                    Opened::Document(handle) => handle.send(Input::Disconnect(member)).await,
                    Opened::Room(handle) => handle.send(Input::Disconnect(member)).await,
                };
                sent.ok();
            }
        });
    }
}
