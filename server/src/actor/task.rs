//! The task of one open document or room: feeds its machine, carries out what it asks, and ends when nobody needs it.

use super::audience::{Audience, Line};
use super::hub::{Hub, Slots, now};
use super::pace;
use crate::collab::effect::{Credential, Effect, MemberId};
use crate::collab::machine::Machine;
use crate::collab::rate::Buckets;
use crate::db::DbError;
use shared::error::ErrorCode;
use shared::id::{Epoch, RoomId, Seq, UnixMs, UserId};
use shared::limits::PRESENCE_INTERVAL_MS;
use shared::wire::{Change, Person, PresenceState, Resume, Role, ServerFrame};
use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Inputs waiting for one machine. Whoever sends more waits, and so does its socket.
const INPUTS_MAX: usize = 256;
/// Calls of the rest of the server waiting for one machine.
const ORDERS_MAX: usize = 16;

/// What documents and rooms do each in their own way: how they are found and joined, what only they are told, and what they
/// ask of storage. A value is what one task keeps besides its machine.
pub(super) trait Work: Sized + Send + 'static {
    type Id: Copy + Ord + Debug + Send + Sync;
    type Machine: Machine<Opening: Send, Ask: Send> + Send;
    /// What a client says besides the id when it opens a channel.
    type Wish: Copy + Send;
    type Input: Send;
    type Order: Send;
    /// Something asked of storage that has ended.
    type Done: Send;

    fn new(hub: &Hub, id: Self::Id) -> Self;

    /// Those of this kind that are open.
    fn slots(hub: &Hub) -> &Slots<Self>;

    /// The machine as stored, and the room that it is or lives in. An error is logged here.
    fn load(hub: &Hub, id: Self::Id) -> impl Future<Output = Result<Option<(RoomId, Self::Machine)>, DbError>> + Send;

    /// The person's request to join with the rights they have now, or why they may not. An error is logged here.
    fn opening(
        hub: &Hub,
        id: Self::Id,
        joining: Joining<Self::Wish>,
    ) -> impl Future<Output = Result<<Self::Machine as Machine>::Opening, ErrorCode>> + Send;

    fn take(&mut self, machine: &mut Self::Machine, input: Self::Input);

    fn obey(&mut self, machine: &mut Self::Machine, order: Self::Order);

    fn ask(&mut self, ask: <Self::Machine as Machine>::Ask, audience: &mut Audience);

    /// Whether anything that has to be stored is under way.
    fn is_storing(&self) -> bool;

    /// The next of what was asked that ends; none when nothing is under way. Nothing is lost when it is dropped unfinished.
    fn next(&mut self) -> impl Future<Output = Option<Self::Done>> + Send;

    fn done(&mut self, machine: &mut Self::Machine, done: Self::Done);

    /// Sees what one member is sent.
    fn observe(&self, _frame: &ServerFrame) {}

    /// Everything that the machine asked is carried out.
    fn carried_out(&mut self) {}
}

/// A client's request to open a channel.
#[derive(Clone, Debug)]
pub(super) struct Joining<Wish> {
    pub(super) member: MemberId,
    pub(super) user: Person,
    pub(super) credential: Credential,
    pub(super) wish: Wish,
    pub(super) resume: Option<Resume>,
}

/// Reaches the task of an open document or room.
pub(super) struct Handle<W: Work> {
    /// The room that it is or lives in.
    pub(super) room: RoomId,
    inputs: mpsc::Sender<Input<W>>,
    orders: mpsc::Sender<Order<W::Order>>,
    head: Arc<AtomicU64>,
    epoch: Epoch,
    /// What all who are here have left to send. Locked for one look-up, never across an await.
    buckets: Mutex<Buckets>,
}

/// What became of a request to open a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenOutcome {
    /// The machine has answered it, with `Opened` or `Closed`.
    Answered,
    /// Somebody's rights or name changed since they were read: read them again.
    Stale,
}

/// The task has ended: ask the hub again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the task has ended")]
pub(super) struct Ended;

/// What members send.
pub(super) enum Input<W: Work> {
    Open {
        opening: <W::Machine as Machine>::Opening,
        member: MemberId,
        line: Line,
        rights: u64,
        answer: oneshot::Sender<OpenOutcome>,
    },
    Close(MemberId),
    Disconnect(MemberId),
    Settle {
        answer: oneshot::Sender<()>,
    },
    Presence {
        member: MemberId,
        state: Option<PresenceState>,
    },
    Own(W::Input),
}

/// What the rest of the server sends. Has a queue of its own, so that it never waits behind what members send.
#[derive(Debug)]
pub(super) enum Order<Own> {
    RoleChanged { user: UserId, role: Role },
    Revoked { user: UserId },
    Renamed(Person),
    Changed(Change),
    Deleted,
    Own(Own),
}

impl<W: Work> Handle<W> {
    /// What `Pong` tells.
    pub(super) fn head(&self) -> Seq {
        Seq(self.head.load(Ordering::Acquire))
    }

    /// Something of so many bytes is on its way here: how long it has to wait for its turn, so that nobody floods what others share.
    pub(super) fn wait(&self, bytes: usize) -> Duration {
        pace::lock(&self.buckets).take(bytes, std::time::Instant::now())
    }

    /// What somebody who holds everything up to now resumes from.
    pub(super) fn resume_at_head(&self) -> Resume {
        Resume {
            epoch: self.epoch,
            after: self.head(),
        }
    }

    /// Joins. `rights` is [`Hub::rights`] from before the role was read.
    pub(super) async fn open(
        &self,
        opening: <W::Machine as Machine>::Opening,
        member: MemberId,
        line: Line,
        rights: u64,
    ) -> Result<OpenOutcome, Ended> {
        let (answer, outcome) = oneshot::channel();
        self.send(Input::Open {
            opening,
            member,
            line,
            rights,
            answer,
        })
        .await?;
        outcome.await.map_err(|_| Ended)
    }

    pub(super) async fn send(&self, input: Input<W>) -> Result<(), Ended> {
        self.inputs.send(input).await.map_err(|_| Ended)
    }

    /// Waits until all that was sent before is stored or refused, and what is told of that is in the outboxes.
    pub(super) async fn settle(&self) -> Result<(), Ended> {
        let (answer, settled) = oneshot::channel();
        self.send(Input::Settle { answer }).await?;
        settled.await.map_err(|_| Ended)
    }

    pub(super) async fn order(&self, order: Order<W::Order>) -> Result<(), Ended> {
        self.orders.send(order).await.map_err(|_| Ended)
    }
}

impl<W: Work> Debug for Handle<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}

/// The task of what was just loaded, and what reaches it. The task ends by itself.
pub(super) fn start<W: Work>(
    hub: Hub,
    id: W::Id,
    room: RoomId,
    machine: W::Machine,
) -> (Arc<Handle<W>>, impl Future<Output = ()> + Send + 'static) {
    let (inputs, inputs_end) = mpsc::channel(INPUTS_MAX);
    let (orders, orders_end) = mpsc::channel(ORDERS_MAX);
    let head = Arc::new(AtomicU64::new(machine.head().0));
    let handle = Handle {
        room,
        inputs,
        orders,
        head: Arc::clone(&head),
        epoch: machine.epoch(),
        buckets: Mutex::new(Buckets::new(hub.limits().rates.target, std::time::Instant::now())),
    };
    let task = Task {
        id,
        work: W::new(&hub, id),
        hub,
        machine,
        audience: Audience::default(),
        head,
        idle_since: None,
        settling: Vec::new(),
        stopped: false,
    };
    (Arc::new(handle), task.run(inputs_end, orders_end))
}

/// How long presence still waits. Never longer than between two frames of it, wherever the clock on the wall was set meanwhile.
fn presence_wait(due: UnixMs, now: UnixMs) -> Duration {
    Duration::from_millis(due.0.saturating_sub(now.0).min(PRESENCE_INTERVAL_MS))
}

struct Task<W: Work> {
    id: W::Id,
    hub: Hub,
    machine: W::Machine,
    work: W,
    audience: Audience,
    head: Arc<AtomicU64>,
    idle_since: Option<Instant>,
    /// Whoever waits for what they have sent to be stored.
    settling: Vec<oneshot::Sender<()>>,
    stopped: bool,
}

impl<W: Work> Task<W> {
    async fn run(mut self, mut inputs: mpsc::Receiver<Input<W>>, mut orders: mpsc::Receiver<Order<W::Order>>) {
        let stopping = self.hub.stopping().clone();
        let idle_unload_after = self.hub.limits().idle_unload_after;
        let mut gathered = Vec::with_capacity(INPUTS_MAX);
        self.carry_out();
        while !self.stopped {
            let presence_due = self.machine.deadline().map(|due| presence_wait(due, now()));
            let unload_at = self.idle_since.map(|since| since + idle_unload_after);
            // A branch whose condition is false is never polled, but its expression is evaluated: what stands there for a missing time is not waited for.
            tokio::select! {
                biased;
                Some(order) = orders.recv() => self.obey(order),
                Some(done) = self.work.next() => self.work.done(&mut self.machine, done),
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
        self.hub.closing::<W>(self.id);
        inputs.close();
        drop((inputs, orders));
        // What was accepted is stored and told before anybody loads again.
        while self.work.is_storing()
            && let Some(done) = self.work.next().await
        {
            self.work.done(&mut self.machine, done);
            self.carry_out();
        }
        self.hub.closed::<W>(self.id);
    }

    fn take(&mut self, input: Input<W>) {
        match input {
            Input::Open {
                opening,
                member,
                line,
                rights,
                answer,
            } => {
                let outcome = if rights == self.hub.rights() {
                    self.idle_since = None;
                    self.audience.add(member, line);
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
            Input::Settle { answer } => self.settling.push(answer),
            Input::Presence { member, state } => self.machine.presence(member, state, now()),
            Input::Own(input) => self.work.take(&mut self.machine, input),
        }
    }

    fn obey(&mut self, order: Order<W::Order>) {
        match order {
            Order::RoleChanged { user, role } => self.machine.role_changed(user, role),
            Order::Revoked { user } => self.machine.revoked(user),
            Order::Renamed(person) => self.machine.renamed(person),
            Order::Changed(change) => self.machine.changed(change),
            Order::Deleted => self.machine.deleted(),
            Order::Own(order) => self.work.obey(&mut self.machine, order),
        }
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Send { to, frame } => {
                    self.work.observe(&frame);
                    self.audience.send(to, frame);
                }
                Effect::Deliver { to, frames } => self.audience.deliver(&to, &frames),
                Effect::Left { member } => self.audience.remove(member),
                Effect::Ask(ask) => self.work.ask(ask, &mut self.audience),
                Effect::Idle => self.idle_since = Some(Instant::now()),
                Effect::Stop => self.stopped = true,
            }
        }
        self.work.carried_out();
        if !self.work.is_storing() {
            for answer in self.settling.drain(..) {
                // Whoever asked may have given up waiting.
                answer.send(()).ok();
            }
        }
        // After the deliveries: a pong never tells of something that is not on its way already.
        self.head.store(self.machine.head().0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_waiting_for_presence() {
        let told = UnixMs(1_700_000_000_000);
        let due = UnixMs(told.0 + PRESENCE_INTERVAL_MS);
        assert_eq!(presence_wait(due, UnixMs(due.0 - 30)), Duration::from_millis(30));
        assert_eq!(presence_wait(due, UnixMs(told.0 + 3_600_000)), Duration::ZERO);
        let an_hour_back = UnixMs(told.0 - 3_600_000);
        assert_eq!(
            presence_wait(due, an_hour_back),
            Duration::from_millis(PRESENCE_INTERVAL_MS)
        );
    }
}
