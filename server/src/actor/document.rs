//! The task of one open document: feeds `collab::document` and carries out what it asks.

use super::audience::{Audience, Line, send_bundle};
use super::hub::{Hub, HubLimits, now};
use crate::collab::document::{Document, Opening};
use crate::collab::effect::{AppendError, AppendUpdates, Appended, DocumentAsk, Effect, MemberId};
use crate::collab::machine::Machine as _;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, PeerId, RoomId, Seq, UserId};
use shared::wire::{Change, PresenceState, Resume, Role, ServerFrame, Subject};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Inputs waiting for one document. Whoever sends more waits, and so does its socket.
const INPUTS_MAX: usize = 256;
/// Calls of the rest of the server waiting for one document.
const ORDERS_MAX: usize = 16;

/// Reaches the task of an open document.
#[derive(Clone, Debug)]
pub struct DocumentHandle {
    /// Which document.
    pub id: DocumentId,
    /// Where it lives.
    pub room: RoomId,
    inputs: mpsc::Sender<Input>,
    orders: mpsc::Sender<Order>,
    head: Arc<AtomicU64>,
    epoch: Epoch,
}

/// What became of a request to open a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// The machine has answered it, with `Opened` or `Closed`.
    Answered,
    /// Somebody's rights changed since the role was read: read it again.
    Stale,
}

/// The task has ended: ask the hub again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the task has ended")]
pub struct Ended;

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
    Edit {
        member: MemberId,
        client_seq: ClientSeq,
        update: Bytes,
    },
    Presence {
        member: MemberId,
        state: Option<PresenceState>,
    },
}

/// What the rest of the server sends. Has a queue of its own, so that it never waits behind edits.
#[derive(Debug)]
pub(super) enum Order {
    RoleChanged {
        user: UserId,
        role: Role,
    },
    Revoked {
        user: UserId,
    },
    Changed(Change),
    Quarantine {
        after: Seq,
    },
    Deleted,
    StateVector {
        answer: oneshot::Sender<Vec<(ClientId, u32)>>,
    },
}

enum Done {
    Bundle {
        to: MemberId,
        peer: PeerId,
        through: Seq,
        outcome: BundleOutcome,
    },
}

enum BundleOutcome {
    Sent,
    CutOff,
    Unreadable,
}

impl DocumentHandle {
    /// What `Pong` tells about the document.
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

    /// The clocks of what is stored, for a stock Yjs client.
    pub async fn state_vector(&self) -> Result<Vec<(ClientId, u32)>, Ended> {
        let (answer, clocks) = oneshot::channel();
        self.order(Order::StateVector { answer }).await?;
        clocks.await.map_err(|_| Ended)
    }

    pub(super) async fn send(&self, input: Input) -> Result<(), Ended> {
        self.inputs.send(input).await.map_err(|_| Ended)
    }

    pub(super) async fn order(&self, order: Order) -> Result<(), Ended> {
        self.orders.send(order).await.map_err(|_| Ended)
    }
}

/// The task of a document that was just loaded, and what reaches it. The task ends by itself.
pub(super) fn start(
    hub: Hub,
    id: DocumentId,
    room: RoomId,
    machine: Document,
) -> (DocumentHandle, impl Future<Output = ()> + Send + 'static) {
    let (inputs, inputs_end) = mpsc::channel(INPUTS_MAX);
    let (orders, orders_end) = mpsc::channel(ORDERS_MAX);
    let head = Arc::new(AtomicU64::new(machine.head().0));
    let handle = DocumentHandle {
        id,
        room,
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
        append: None,
        bundles: JoinSet::new(),
        gathering_since: None,
        appending_since: Instant::now(),
        idle_since: None,
        stopped: false,
    };
    (handle, task.run(inputs_end, orders_end))
}

struct Task {
    id: DocumentId,
    hub: Hub,
    limits: HubLimits,
    machine: Document,
    audience: Audience,
    head: Arc<AtomicU64>,
    append: Option<BoxFuture<'static, Result<Appended, AppendError>>>,
    bundles: JoinSet<Done>,
    /// When the oldest edit was taken that is in no batch yet.
    gathering_since: Option<Instant>,
    /// The same of the batch under way.
    appending_since: Instant,
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
                result = async { self.append.as_mut().expect("checked by the guard").await }, if self.append.is_some() => {
                    self.append = None;
                    self.appended(result);
                }
                Some(done) = self.bundles.join_next() => self.bundle_done(done),
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
        self.hub.document_closing(self.id);
        inputs.close();
        drop((inputs, orders));
        // What passed the gate is stored and told before anybody loads again.
        while let Some(append) = self.append.take() {
            let result = append.await;
            self.appended(result);
            self.carry_out();
        }
        self.hub.document_closed(self.id);
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
            Input::Edit {
                member,
                client_seq,
                update,
            } => {
                self.gathering_since.get_or_insert_with(Instant::now);
                self.machine.edit(member, client_seq, &update, now());
            }
            Input::Presence { member, state } => self.machine.presence(member, state, now()),
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::RoleChanged { user, role } => self.machine.role_changed(user, role),
            Order::Revoked { user } => self.machine.revoked(user),
            Order::Changed(change) => self.machine.changed(change),
            Order::Quarantine { after } => self.machine.quarantine(after),
            Order::Deleted => self.machine.deleted(),
            Order::StateVector { answer } => {
                // Whoever asked may be gone.
                answer.send(self.machine.state_vector().collect()).ok();
            }
        }
    }

    fn appended(&mut self, result: Result<Appended, AppendError>) {
        if let Ok(outcomes) = &result {
            // All of a batch count as long as its oldest.
            let seconds = self.appending_since.elapsed().as_secs_f64();
            for _ in outcomes.iter().filter(|outcome| outcome.is_ok()) {
                self.hub.observer().edit_stored(seconds);
            }
        }
        self.machine.appended(result);
    }

    /// Counts what the machine says no to.
    fn observe(&self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Refused {
                subject: None | Some(Subject::Edit(_)),
                code,
                ..
            } => {
                self.hub.observer().edit_refused(*code);
            }
            ServerFrame::Closed {
                code: Some(ErrorCode::Regression),
                ..
            } => {
                tracing::error!(document = %self.id, "document.client_ahead");
                self.hub.observer().regression();
            }
            _ => {}
        }
    }

    fn bundle_done(&mut self, done: Result<Done, tokio::task::JoinError>) {
        let Ok(Done::Bundle {
            to,
            peer,
            through,
            outcome,
        }) = done
        else {
            // Only a panic of ours ends up here. Its member is left waiting for its bundle, and asks again after two pongs.
            tracing::error!(document = %self.id, "document.bundle_task_panicked");
            return;
        };
        match outcome {
            BundleOutcome::Sent => self.machine.bundle_sent(to, peer, through),
            BundleOutcome::Unreadable => self.machine.bundle_failed(to, peer),
            BundleOutcome::CutOff => {}
        }
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Send { to, frame } => {
                    self.observe(&frame);
                    self.audience.send(to, frame);
                }
                Effect::Deliver { to, frames } => self.audience.deliver(&to, &frames),
                Effect::Left { member } => self.audience.remove(member),
                Effect::Ask(DocumentAsk::Append(batch)) => self.append(batch),
                Effect::Ask(DocumentAsk::ReadBundle {
                    to,
                    peer,
                    after,
                    through,
                }) => {
                    self.read_bundle(to, peer, after, through);
                }
                Effect::Ask(DocumentAsk::CompactionDue { through }) => self.hub.compaction_due(self.id, through),
                Effect::Idle => self.idle_since = Some(Instant::now()),
                Effect::Stop => self.stopped = true,
            }
        }
        if self.append.is_none() {
            // Whatever was taken did not pass.
            self.gathering_since = None;
        }
        // After the deliveries: a pong never tells of something that is not on its way already.
        self.head.store(self.machine.head().0, Ordering::Release);
    }

    fn append(&mut self, batch: AppendUpdates) {
        let writer = self.hub.writer().clone();
        let id = self.id;
        self.appending_since = self.gathering_since.take().unwrap_or_else(Instant::now);
        self.append = Some(Box::pin(async move { writer.append_updates(id, batch).await }));
    }

    fn read_bundle(&mut self, to: MemberId, peer: PeerId, after: Option<Seq>, through: Seq) {
        let Some((outbox, cancel)) = self.audience.start_bundle(to) else {
            return;
        };
        let hub = self.hub.clone();
        let id = self.id;
        self.bundles.spawn(async move {
            let outcome = match hub.read_bundle(id, after, through).await {
                Err(error) => {
                    tracing::error!(document = %id, %error, "document.bundle_unreadable");
                    BundleOutcome::Unreadable
                }
                Ok(updates) => {
                    if send_bundle(&outbox, &cancel, to.channel, through, updates).await {
                        BundleOutcome::Sent
                    } else {
                        BundleOutcome::CutOff
                    }
                }
            };
            Done::Bundle {
                to,
                peer,
                through,
                outcome,
            }
        });
    }
}
