//! The task of one open room: feeds `collab::room` and carries out what it asks.

use super::audience::{Audience, Line};
use super::document::{Ended, OpenOutcome};
use super::hub::{Hub, HubLimits, now};
use crate::collab::effect::{AppendError, Effect, MemberId, RoomAsk};
use crate::collab::machine::Machine as _;
use crate::collab::room::{Opening, Room};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use shared::error::ErrorCode;
use shared::id::{Epoch, MessageId, Nonce, RoomId, Seq, UserId};
use shared::wire::{Change, Message, PresenceState, Resume, Role};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Inputs waiting for one room. Whoever sends more waits, and so does its socket.
const INPUTS_MAX: usize = 256;
/// Calls of the rest of the server waiting for one room.
const ORDERS_MAX: usize = 16;

/// Reaches the task of an open room.
#[derive(Clone, Debug)]
pub struct RoomHandle {
    /// Which room.
    pub id: RoomId,
    inputs: mpsc::Sender<Input>,
    orders: mpsc::Sender<Order>,
    head: Arc<AtomicU64>,
    epoch: Epoch,
}

/// What members send.
#[derive(Debug)]
pub(super) enum Input {
    Open {
        opening: Opening,
        line: Line,
        rights: u64,
        answer: oneshot::Sender<OpenOutcome>,
    },
    Close(MemberId),
    Disconnect(MemberId),
    Say {
        member: MemberId,
        nonce: Nonce,
        body: String,
    },
    Read {
        member: MemberId,
        seq: Seq,
    },
    Presence {
        member: MemberId,
        state: Option<PresenceState>,
    },
}

/// What the rest of the server sends. Has a queue of its own, so that it never waits behind messages.
#[derive(Debug)]
pub(super) enum Order {
    RoleChanged { user: UserId, role: Role },
    Revoked { user: UserId },
    Changed(Change),
    Deleted,
}

impl RoomHandle {
    /// What `Pong` tells about the room.
    #[must_use]
    pub fn head(&self) -> Seq {
        Seq(self.head.load(Ordering::Acquire))
    }

    /// What somebody who holds everything up to now resumes from.
    #[must_use]
    pub fn resume_at_head(&self) -> Resume {
        Resume {
            epoch: self.epoch,
            after: self.head(),
        }
    }

    /// Joins. `rights` is [`Hub::rights`] from before the role was read.
    pub async fn open(&self, opening: Opening, line: Line, rights: u64) -> Result<OpenOutcome, Ended> {
        let (answer, outcome) = oneshot::channel();
        self.send(Input::Open {
            opening,
            line,
            rights,
            answer,
        })
        .await?;
        outcome.await.map_err(|_| Ended)
    }

    pub(super) async fn send(&self, input: Input) -> Result<(), Ended> {
        self.inputs.send(input).await.map_err(|_| Ended)
    }

    pub(super) async fn order(&self, order: Order) -> Result<(), Ended> {
        self.orders.send(order).await.map_err(|_| Ended)
    }
}

/// The task of a room that was just loaded, and what reaches it. The task ends by itself.
pub(super) fn start(hub: Hub, id: RoomId, machine: Room) -> (RoomHandle, impl Future<Output = ()> + Send + 'static) {
    let (inputs, inputs_end) = mpsc::channel(INPUTS_MAX);
    let (orders, orders_end) = mpsc::channel(ORDERS_MAX);
    let head = Arc::new(AtomicU64::new(machine.head().0));
    let handle = RoomHandle {
        id,
        inputs,
        orders,
        head: Arc::clone(&head),
        epoch: machine.epoch(),
    };
    let task = Task {
        id,
        limits: hub.limits(),
        hub,
        machine,
        audience: Audience::default(),
        head,
        asked: FuturesOrdered::new(),
        idle_since: None,
        stopped: false,
    };
    (handle, task.run(inputs_end, orders_end))
}

type Said = Result<Result<Message, ErrorCode>, AppendError>;

struct Task {
    id: RoomId,
    hub: Hub,
    limits: HubLimits,
    machine: Room,
    audience: Audience,
    head: Arc<AtomicU64>,
    /// What the writer was asked, in that order. Marks of what has been read answer nothing.
    asked: FuturesOrdered<BoxFuture<'static, Option<Said>>>,
    idle_since: Option<Instant>,
    stopped: bool,
}

impl Task {
    async fn run(mut self, mut inputs: mpsc::Receiver<Input>, mut orders: mpsc::Receiver<Order>) {
        let stopping = self.hub.stopping().clone();
        let mut gathered = Vec::with_capacity(INPUTS_MAX);
        self.carry_out();
        while !self.stopped {
            let presence_due = self
                .machine
                .deadline()
                .map(|due| Duration::from_millis(due.0.saturating_sub(now().0)));
            let unload_at = self.idle_since.map(|since| since + self.limits.idle_unload_after);
            tokio::select! {
                biased;
                Some(order) = orders.recv() => self.obey(order),
                Some(answer) = self.asked.next() => self.answered(answer),
                () = tokio::time::sleep(presence_due.unwrap_or_default()), if presence_due.is_some() => {
                    self.machine.handle_timeout(now());
                }
                count = inputs.recv_many(&mut gathered, INPUTS_MAX), if !self.machine.is_full() => {
                    if count == 0 {
                        break;
                    }
                    for input in gathered.drain(..) {
                        self.take(input);
                    }
                }
                () = tokio::time::sleep_until(unload_at.unwrap_or_else(Instant::now)), if unload_at.is_some() => break,
                () = stopping.cancelled() => break,
            }
            self.carry_out();
        }
        // From here the hub makes newcomers wait; those who were on their way find the inputs closed and ask it again.
        self.hub.room_closing(self.id);
        inputs.close();
        drop((inputs, orders));
        // What was asked is stored and told before anybody loads again.
        while let Some(answer) = self.asked.next().await {
            self.answered(answer);
            self.carry_out();
        }
        self.hub.room_closed(self.id);
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Open {
                opening,
                line,
                rights,
                answer,
            } => {
                let outcome = if rights == self.hub.rights() {
                    self.idle_since = None;
                    self.audience.add(opening.member, line);
                    self.machine.open(opening);
                    OpenOutcome::Answered
                } else {
                    OpenOutcome::Stale
                };
                // Whoever asked may be gone; its disconnection follows.
                answer.send(outcome).ok();
            }
            Input::Close(member) => self.machine.close(member),
            Input::Disconnect(member) => self.machine.disconnect(member),
            Input::Say { member, nonce, body } => {
                self.machine
                    .say(member, nonce, body, MessageId(uuid::Uuid::now_v7()), now());
            }
            Input::Read { member, seq } => self.machine.read(member, seq),
            Input::Presence { member, state } => self.machine.presence(member, state, now()),
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::RoleChanged { user, role } => self.machine.role_changed(user, role),
            Order::Revoked { user } => self.machine.revoked(user),
            Order::Changed(change) => self.machine.changed(change),
            Order::Deleted => self.machine.deleted(),
        }
    }

    fn answered(&mut self, answer: Option<Said>) {
        if let Some(said) = answer {
            self.machine.appended(said);
        }
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Send { to, frame } => self.audience.send(to, frame),
                Effect::Deliver { to, frames } => self.audience.deliver(&to, &frames),
                Effect::Left { member } => self.audience.remove(member),
                Effect::Ask(ask) => self.ask(ask),
                Effect::Idle => self.idle_since = Some(Instant::now()),
                Effect::Stop => self.stopped = true,
            }
        }
        // After the deliveries: a pong never tells of something that is not on its way already.
        self.head.store(self.machine.head().0, Ordering::Release);
    }

    fn ask(&mut self, ask: RoomAsk) {
        let writer = self.hub.writer().clone();
        let id = self.id;
        self.asked.push_back(match ask {
            RoomAsk::Append(message) => Box::pin(async move { Some(writer.append_message(id, message).await) }),
            RoomAsk::MarkRead { user, seq } => Box::pin(async move {
                if let Err(error) = writer.mark_read(id, user, seq).await {
                    // The mark stays unread, which is the lesser harm.
                    tracing::warn!(room = %id, %error, "room.read_mark_lost");
                }
                None
            }),
        });
    }
}
