//! What waits to be sent to one connection: bounded in packets and bytes, taken out all at once.

use crate::collab::effect::MemberId;
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::wire::{Codec, ServerFrame};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Answers to pings and such: a client that has this many unanswered does not read.
const CONTROL_PACKETS_MAX: usize = 64;

/// Places that an empty queue keeps.
const SPARE_PLACES: usize = 16;

/// How a connection takes its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// As bytes of one WebSocket message.
    Encoded(Codec),
    /// As they are, for clients inside this process.
    Frames,
}

/// How much may wait for one connection before it is closed as too slow.
#[derive(Clone, Copy, Debug)]
pub struct OutboxLimits {
    /// Places in the queue; what one commit tells takes one place.
    pub packets_max: usize,
    /// Bytes in the queue. What many connections share counts for each of them.
    pub bytes_max: usize,
}

/// One frame, ready for its receiver.
#[derive(Clone, Debug)]
pub enum Packet {
    /// For a socket.
    Bytes(Bytes),
    /// For a client inside this process.
    Frame(ServerFrame),
}

/// A packet that is shared by many receivers, but for the one it comes from.
#[derive(Clone, Debug)]
pub struct SharedPacket {
    /// The packet.
    pub packet: Packet,
    /// Whoever does not get it.
    pub except: Option<MemberId>,
}

/// Why a connection is closed by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// It did not read.
    TooSlow,
    /// Its login session or token is not valid any more.
    SignedOut,
    /// It sent what is not a frame.
    Malformed,
    /// It sent a frame over the limit.
    TooBig,
    /// It sent more than its rate allows.
    TooFast,
    /// The server stops.
    GoingAway,
    /// It said nothing for too long, or is gone.
    Idle,
}

/// The end that actors put packets into. Clones are the same outbox.
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Shared>);

/// The end that the connection's own task takes packets out of. Dropping it closes the outbox.
#[derive(Debug)]
pub struct Outlet {
    shared: Arc<Shared>,
    /// Empty, and swapped with the queue when that is taken out: two queues take turns, and no push has to allocate.
    spare: VecDeque<Queued>,
}

#[derive(Debug)]
struct Shared {
    format: Format,
    limits: OutboxLimits,
    /// Held for a push or a swap and never across an await: many actors put in, one task takes out.
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    packets: VecDeque<Queued>,
    control: VecDeque<Packet>,
    bytes: usize,
    leaving: bool,
    closed: Option<CloseReason>,
}

#[derive(Debug)]
enum Queued {
    Own(Packet),
    Shared { to: MemberId, packets: Arc<[SharedPacket]> },
}

/// An empty outbox and its outlet.
#[must_use]
pub fn outbox(format: Format, limits: OutboxLimits) -> (Outbox, Outlet) {
    let shared = Arc::new(Shared {
        format,
        limits,
        queue: Mutex::default(),
        filled: Notify::new(),
        emptied: Notify::new(),
    });
    (
        Outbox(Arc::clone(&shared)),
        Outlet {
            shared,
            spare: VecDeque::new(),
        },
    )
}

impl Outbox {
    /// How this connection takes its frames.
    #[must_use]
    pub fn format(&self) -> Format {
        self.0.format
    }

    /// Puts in one packet. An outbox that is full closes its connection instead.
    pub fn push(&self, packet: Packet) {
        let bytes = packet.bytes();
        self.0.push(Queued::Own(packet), bytes);
    }

    /// Puts in packets that others get too, in one place. `bytes` is the size of all of them.
    pub fn push_shared(&self, to: MemberId, packets: &Arc<[SharedPacket]>, bytes: usize) {
        self.0.push(
            Queued::Shared {
                to,
                packets: Arc::clone(packets),
            },
            bytes,
        );
    }

    /// Puts in a packet that overtakes the others.
    pub fn push_control(&self, packet: Packet) {
        let mut queue = self.0.lock();
        if queue.closed.is_some() {
            return;
        }
        if queue.control.len() == CONTROL_PACKETS_MAX {
            self.0.close(&mut queue, CloseReason::TooSlow);
            return;
        }
        queue.control.push_back(packet);
        self.0.filled.notify_one();
    }

    /// Puts in a part of something long, once what waits is down to half of what may wait. False, with nothing put in, when
    /// the connection is closed or `cancel` came first; after a cancellation has returned, nothing more is ever put in.
    pub async fn push_part(&self, packet: Packet, cancel: &CancellationToken) -> bool {
        let mut packet = Some(packet);
        loop {
            let emptied = self.0.emptied.notified();
            {
                let mut queue = self.0.lock();
                if queue.closed.is_some() || cancel.is_cancelled() {
                    return false;
                }
                if queue.bytes <= self.0.limits.bytes_max / 2 && queue.packets.len() <= self.0.limits.packets_max / 2 {
                    let packet = packet.take().expect("put in once");
                    queue.bytes += packet.bytes();
                    queue.packets.push_back(Queued::Own(packet));
                    self.0.filled.notify_one();
                    return true;
                }
            }
            tokio::select! {
                () = emptied => {}
                () = cancel.cancelled() => return false,
            }
        }
    }

    /// Stops the parts of a stream: a part that is being put in this moment is in before this returns, and none comes after.
    pub fn stop_parts(&self, cancel: &CancellationToken) {
        let _queue = self.0.lock();
        cancel.cancel();
    }

    /// Closes the connection. What waits is dropped, unless the server itself stops.
    pub fn close(&self, reason: CloseReason) {
        let mut queue = self.0.lock();
        if queue.closed.is_none() {
            self.0.close(&mut queue, reason);
        }
    }

    /// Asks whoever serves the connection to read no more, to wait for what became of what was read, and then to close it.
    pub fn leave(&self) {
        self.0.lock().leaving = true;
        self.0.emptied.notify_waiters();
    }

    /// Answers once the connection is asked to leave.
    pub async fn left(&self) {
        loop {
            let emptied = self.0.emptied.notified();
            if self.0.lock().leaving {
                return;
            }
            emptied.await;
        }
    }

    /// Answers once the outbox is closed.
    pub async fn closed(&self) -> CloseReason {
        loop {
            let emptied = self.0.emptied.notified();
            if let Some(reason) = self.0.lock().closed {
                return reason;
            }
            emptied.await;
        }
    }

    /// How many bytes wait.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.lock().bytes
    }
}

impl Outlet {
    /// Waits until something is there and moves all of it to the end of `packets`; at the end, why it was closed.
    pub async fn take(&mut self, packets: &mut Vec<Packet>) -> Result<(), CloseReason> {
        loop {
            let closed = {
                let mut queue = self.shared.lock();
                packets.extend(queue.control.drain(..));
                queue.bytes = 0;
                std::mem::swap(&mut queue.packets, &mut self.spare);
                queue.closed
            };
            for queued in self.spare.drain(..) {
                match queued {
                    Queued::Own(packet) => packets.push(packet),
                    Queued::Shared { to, packets: shared } => {
                        packets.extend(shared.iter().filter(|p| p.except != Some(to)).map(|p| p.packet.clone()));
                    }
                }
            }
            // A burst must not leave its memory with an idle connection.
            self.spare.shrink_to(SPARE_PLACES);
            if !packets.is_empty() {
                self.shared.emptied.notify_waiters();
                return Ok(());
            }
            if let Some(reason) = closed {
                return Err(reason);
            }
            // A push between the look and this wait has left a permit.
            self.shared.filled.notified().await;
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        if queue.closed.is_none() {
            self.shared.close(&mut queue, CloseReason::Idle);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it is held; and if it did, a queue is whole after every statement.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, queued: Queued, bytes: usize) {
        let mut queue = self.lock();
        if queue.closed.is_some() {
            return;
        }
        // A packet larger than all that may wait still goes through an empty queue.
        let fits = queue.bytes + bytes <= self.limits.bytes_max || queue.bytes == 0;
        if !fits || queue.packets.len() >= self.limits.packets_max {
            self.close(&mut queue, CloseReason::TooSlow);
            return;
        }
        let was_empty = queue.packets.is_empty();
        queue.bytes += bytes;
        queue.packets.push_back(queued);
        drop(queue);
        if was_empty {
            self.filled.notify_one();
        }
    }

    fn close(&self, queue: &mut Queue, reason: CloseReason) {
        queue.closed = Some(reason);
        if reason != CloseReason::GoingAway {
            queue.packets = VecDeque::new();
            queue.bytes = 0;
        }
        self.filled.notify_one();
        self.emptied.notify_waiters();
    }
}

impl Packet {
    /// A frame in the form that a connection takes.
    #[must_use]
    pub fn new(format: Format, frame: ServerFrame) -> Self {
        match format {
            Format::Encoded(codec) => Self::Bytes(codec.encode(&frame)),
            Format::Frames => Self::Frame(frame),
        }
    }

    /// How much of a queue it takes up.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Frame(ServerFrame::Remote { update: blob, .. } | ServerFrame::Catchup { part: blob, .. }) => {
                blob.0.len() + size_of::<ServerFrame>()
            }
            Self::Frame(_) => size_of::<ServerFrame>(),
        }
    }
}

impl CloseReason {
    /// The close code of the WebSocket.
    #[must_use]
    pub const fn close_code(self) -> u16 {
        match self {
            Self::TooSlow => 4408,
            Self::SignedOut => 4401,
            Self::Malformed => 4400,
            Self::TooBig => 1009,
            Self::TooFast => 4429,
            Self::GoingAway => 1001,
            Self::Idle => 1000,
        }
    }

    /// The word for it in the close frame and in logs.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::TooSlow => ErrorCode::SlowConsumer,
            Self::SignedOut => ErrorCode::SignedOut,
            Self::Malformed => ErrorCode::Malformed,
            Self::TooBig => ErrorCode::FrameTooLarge,
            Self::TooFast => ErrorCode::TooFast,
            Self::GoingAway => ErrorCode::GoingAway,
            Self::Idle => ErrorCode::TimedOut,
        }
    }
}
