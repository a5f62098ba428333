//! What the task of a document does that no room's does: batches, bundles, and what is counted.

use super::audience::{Audience, Unpacks, send_bundle};
use super::hub::{Hub, Slots, now};
use super::packing::{self, Packing, packed};
use super::task::{Ended, Handle, Joining, Order, Work};
use crate::collab::document::{Document, Opening, Writer};
use crate::collab::effect::{AppendError, AppendUpdates, Appended, DocumentAsk, MemberId};
use crate::db::DbError;
use bytes::Bytes;
use futures_util::future::{BoxFuture, OptionFuture};
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, PeerId, RoomId, Seq};
use shared::wire::{ServerFrame, Subject};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

/// A member's edit.
pub(super) struct Edit {
    pub(super) member: MemberId,
    pub(super) client_seq: ClientSeq,
    pub(super) update: Bytes,
}

/// What only documents are ordered.
pub(super) enum DocumentOrder {
    Quarantine {
        after: Seq,
    },
    StateVector {
        answer: oneshot::Sender<Vec<(ClientId, u32)>>,
    },
}

pub(super) enum Done {
    Appended(Result<Appended, AppendError>),
    Bundle(Result<Bundle, JoinError>),
}

pub(super) struct Bundle {
    to: MemberId,
    peer: PeerId,
    through: Seq,
    outcome: BundleOutcome,
}

enum BundleOutcome {
    Sent,
    CutOff,
    Unreadable,
}

pub(super) struct DocumentWork {
    id: DocumentId,
    hub: Hub,
    append: Option<BoxFuture<'static, Result<Appended, AppendError>>>,
    bundles: JoinSet<Bundle>,
    packing: Packing,
    /// When the oldest edit was taken that is in no batch yet.
    gathering_since: Option<Instant>,
    /// The same of the batch under way.
    appending_since: Instant,
}

impl Handle<DocumentWork> {
    /// The clocks of what is stored, for a stock Yjs client.
    pub(super) async fn state_vector(&self) -> Result<Vec<(ClientId, u32)>, Ended> {
        let (answer, clocks) = oneshot::channel();
        self.order(Order::Own(DocumentOrder::StateVector { answer })).await?;
        clocks.await.map_err(|_| Ended)
    }
}

impl Work for DocumentWork {
    type Id = DocumentId;
    type Machine = Document;
    type Wish = Writer;
    type Input = Edit;
    type Order = DocumentOrder;
    type Done = Done;

    fn new(hub: &Hub, id: DocumentId) -> Self {
        Self {
            id,
            hub: hub.clone(),
            append: None,
            bundles: JoinSet::new(),
            packing: Packing::default(),
            gathering_since: None,
            appending_since: Instant::now(),
        }
    }

    fn slots(hub: &Hub) -> &Slots<Self> {
        hub.documents()
    }

    async fn load(hub: &Hub, id: DocumentId) -> Result<Option<(RoomId, Document)>, DbError> {
        let loaded = hub.reader().document_state(id).await.inspect_err(|error| {
            tracing::error!(document = %id, %error, "document.load_failed");
        })?;
        Ok(loaded.map(|(room, state)| (room, Document::new(&state))))
    }

    async fn opening(hub: &Hub, id: DocumentId, joining: Joining<Writer>) -> Result<Opening, ErrorCode> {
        let Joining {
            member,
            user,
            credential,
            wish: writer,
            resume,
        } = joining;
        let role = hub.reader().role_in_document(user.id, id).await.map_err(|error| {
            tracing::error!(document = %id, %error, "connection.role_unreadable");
            ErrorCode::Internal
        })?;
        let (_, role) = role.ok_or(ErrorCode::NotFound)?;
        Ok(Opening {
            member,
            user,
            credential,
            role,
            writer,
            resume,
        })
    }

    fn take(&mut self, machine: &mut Document, edit: Edit) {
        self.gathering_since.get_or_insert_with(Instant::now);
        machine.edit(edit.member, edit.client_seq, &edit.update, now());
    }

    fn obey(&mut self, machine: &mut Document, order: DocumentOrder) {
        match order {
            DocumentOrder::Quarantine { after } => machine.quarantine(after),
            DocumentOrder::StateVector { answer } => {
                // Whoever asked may be gone.
                answer.send(machine.state_vector().collect()).ok();
            }
        }
    }

    fn ask(&mut self, ask: DocumentAsk, audience: &mut Audience) {
        match ask {
            DocumentAsk::Append(batch) => self.append(batch),
            DocumentAsk::ReadBundle {
                to,
                peer,
                after,
                through,
            } => self.read_bundle(audience, to, peer, after, through),
            DocumentAsk::CompactionDue { through } => self.hub.compaction_due(self.id, through),
        }
    }

    fn is_storing(&self) -> bool {
        self.append.is_some()
    }

    async fn next(&mut self) -> Option<Done> {
        tokio::select! {
            biased;
            Some(result) = OptionFuture::from(self.append.as_mut()) => {
                self.append = None;
                Some(Done::Appended(result))
            }
            Some(bundle) = self.bundles.join_next() => Some(Done::Bundle(bundle)),
            else => None,
        }
    }

    fn done(&mut self, machine: &mut Document, done: Done) {
        match done {
            Done::Appended(result) => {
                self.count_stored(&result);
                machine.appended(result);
            }
            Done::Bundle(Ok(Bundle {
                to,
                peer,
                through,
                outcome,
            })) => match outcome {
                BundleOutcome::Sent => machine.bundle_sent(to, peer, through),
                BundleOutcome::Unreadable => machine.bundle_failed(to, peer),
                BundleOutcome::CutOff => {}
            },
            // Only a panic of ours ends up here. Its member is left waiting for its bundle, and asks again after two pongs.
            Done::Bundle(Err(_)) => tracing::error!(document = %self.id, "document.bundle_task_panicked"),
        }
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

    fn carried_out(&mut self) {
        if self.append.is_none() {
            // Whatever was taken did not pass.
            self.gathering_since = None;
        }
        if self.bundles.is_empty() {
            self.packing.rest();
        }
    }
}

impl DocumentWork {
    fn count_stored(&self, result: &Result<Appended, AppendError>) {
        if let Ok(outcomes) = result {
            // All of a batch count as long as its oldest.
            let seconds = self.appending_since.elapsed().as_secs_f64();
            for _ in outcomes.iter().filter(|outcome| outcome.is_ok()) {
                self.hub.observer().edit_stored(seconds);
            }
        }
    }

    fn append(&mut self, batch: AppendUpdates) {
        let writer = self.hub.writer().clone();
        let id = self.id;
        self.appending_since = self.gathering_since.take().unwrap_or_else(Instant::now);
        self.append = Some(Box::pin(async move { writer.append_updates(id, batch).await }));
    }

    fn read_bundle(&mut self, audience: &mut Audience, to: MemberId, peer: PeerId, after: Option<Seq>, through: Seq) {
        let Some((line, cancel)) = audience.start_bundle(to) else {
            return;
        };
        let cell = (line.unpacks == Unpacks::Deflate).then(|| self.packing.of((after, through)));
        let hub = self.hub.clone();
        let id = self.id;
        self.bundles.spawn(async move {
            let reading = hub.read_bundle(id, after, through);
            let bundle = match cell {
                Some(cell) => packed(&cell, reading).await,
                None => reading.await.map(packing::Bundle::Plain),
            };
            let outcome = match bundle {
                Err(error) => {
                    tracing::error!(document = %id, %error, "document.bundle_unreadable");
                    BundleOutcome::Unreadable
                }
                Ok(bundle) => {
                    if send_bundle(&line.outbox, &cancel, to.channel, through, bundle).await {
                        BundleOutcome::Sent
                    } else {
                        BundleOutcome::CutOff
                    }
                }
            };
            Bundle {
                to,
                peer,
                through,
                outcome,
            }
        });
    }
}
