//! The simulated disk: it takes its time, fills up, fails, and loses in a crash what it had not committed.

mod file;
mod performing;
mod request;

pub(crate) use file::DocumentFile;
pub(crate) use request::{Answer, NewDocument, Request};

use crate::creating::{Asking, Made};
use bytes::Bytes;
use server::collab::effect::{
    AppendError, AppendUpdates, Appended, Credential, DocumentState, MemberId, NewMessage, NewUpdate,
    Replica as Stored, RoomState,
};
use server::collab::plant::Plant;
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, PeerId, RoomId, Seq, UserId};
use shared::limits::MESSAGES_CATCHUP_MAX;
use shared::replica::Replica;
use shared::session::{Place, Rng};
use shared::wire::{Message, Person, Role};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One room as committed.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoomFile {
    pub(crate) epoch: Epoch,
    pub(crate) messages: Vec<Message>,
    read: BTreeMap<UserId, Seq>,
}

type Files = (
    BTreeMap<DocumentId, DocumentFile>,
    BTreeMap<RoomId, RoomFile>,
    Vec<DocumentId>,
);

#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) documents: BTreeMap<DocumentId, DocumentFile>,
    pub(crate) rooms: BTreeMap<RoomId, RoomFile>,
    /// Documents that tabs have made, each as often as it was made.
    pub(crate) made: Vec<DocumentId>,
    /// All that ever were, also before a backup was restored.
    pub(crate) made_ever: BTreeSet<DocumentId>,
    pub(crate) people: BTreeMap<UserId, Person>,
    pub(crate) roles: BTreeMap<UserId, Role>,
    /// Login sessions that are not valid any more.
    pub(crate) ended: BTreeSet<Credential>,
    /// What is stored though it came in with one of those.
    pub(crate) of_ended: u64,
    pub(crate) refusals_signed_out: u64,
    /// Writes that are not committed, in the order they were asked for.
    writes: VecDeque<(u64, Request)>,
    reads: BTreeMap<u64, Request>,
    asked: u64,
    last_write_ms: u64,
    full_until_ms: u64,
    slow_until_ms: u64,
    condition: Condition,
    backup: Option<Files>,
    /// What is made now begins in it.
    pub(crate) server_epoch: Epoch,
    /// Every edit that was ever stored, in each history: a name that was lost with the end of one may stand for another edit in the next.
    pub(crate) stored_ever: BTreeMap<crate::keeping::EditName, BTreeMap<Epoch, Bytes>>,
    pub(crate) compactions: u64,
    pub(crate) refusals_full: u64,
    pub(crate) holds: u64,
    pub(crate) holds_under_way: u64,
    pub(crate) held_whole: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Good,
    /// The next write fails, and after it everything until the server starts again.
    Failing,
    Failed,
}

impl Disk {
    pub(crate) fn new(people: Vec<Person>, documents: &[DocumentId], room: RoomId) -> Self {
        let epoch = Epoch(1);
        Self {
            documents: documents
                .iter()
                .map(|id| {
                    (
                        *id,
                        DocumentFile {
                            epoch,
                            ..DocumentFile::default()
                        },
                    )
                })
                .collect(),
            rooms: BTreeMap::from([(
                room,
                RoomFile {
                    epoch,
                    ..RoomFile::default()
                },
            )]),
            roles: people.iter().map(|person| (person.id, Role::Editor)).collect(),
            people: people.into_iter().map(|person| (person.id, person)).collect(),
            made: Vec::new(),
            made_ever: documents.iter().copied().collect(),
            ended: BTreeSet::new(),
            of_ended: 0,
            refusals_signed_out: 0,
            writes: VecDeque::new(),
            reads: BTreeMap::new(),
            asked: 0,
            last_write_ms: 0,
            full_until_ms: 0,
            slow_until_ms: 0,
            condition: Condition::Good,
            backup: None,
            server_epoch: epoch,
            stored_ever: BTreeMap::new(),
            compactions: 0,
            refusals_full: 0,
            holds: 0,
            holds_under_way: 0,
            held_whole: 0,
        }
    }

    pub(crate) fn fill_until(&mut self, until_ms: u64) {
        self.full_until_ms = until_ms;
    }

    pub(crate) fn slow_until(&mut self, until_ms: u64) {
        self.slow_until_ms = until_ms;
    }

    pub(crate) fn fail_next(&mut self) {
        self.condition = Condition::Failing;
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.condition == Condition::Failed
    }

    /// No more trouble from now on.
    pub(crate) fn heal(&mut self) {
        self.full_until_ms = 0;
        self.slow_until_ms = 0;
        if self.condition == Condition::Failing {
            self.condition = Condition::Good;
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.writes.is_empty() && self.reads.is_empty()
    }

    /// Takes a request. Returns its number and when it is done. There is one writer, so writes are done in order.
    pub(crate) fn submit(&mut self, request: Request, now_ms: u64, rng: &mut Rng) -> (u64, u64) {
        self.asked += 1;
        let slow_ms = if now_ms < self.slow_until_ms {
            300 + rng.below(1_000)
        } else {
            0
        };
        let done_ms = now_ms + 1 + rng.below(15) + slow_ms;
        if matches!(
            request,
            Request::Append(..) | Request::Message(..) | Request::MarkRead(..) | Request::Make(_) | Request::Hold(..)
        ) {
            self.writes.push_back((self.asked, request));
            self.last_write_ms = self.last_write_ms.max(done_ms);
            return (self.asked, self.last_write_ms);
        }
        self.reads.insert(self.asked, request);
        (self.asked, done_ms)
    }

    /// The request is done now. None when a crash took it.
    pub(crate) fn perform(&mut self, number: u64, now_ms: u64) -> Option<Answer> {
        if let Some(request) = self.reads.remove(&number) {
            return Some(self.read(&request));
        }
        let position = self.writes.iter().position(|(asked, _)| *asked == number)?;
        let (_, request) = self.writes.remove(position)?;
        Some(self.write(request, now_ms))
    }

    /// The process is gone. Some of what was under way made it to the disk, in order, though nobody was told.
    pub(crate) fn crash(&mut self, now_ms: u64, rng: &mut Rng) {
        let kept = rng.below(self.writes.len() as u64 + 1);
        let writes = std::mem::take(&mut self.writes);
        if !self.has_failed() {
            for (_, request) in writes.into_iter().take(usize::try_from(kept).expect("below a usize")) {
                self.write(request, now_ms);
            }
        }
        self.reads.clear();
        self.last_write_ms = now_ms;
        self.condition = Condition::Good;
        self.tell_holds();
    }

    /// Whatever process comes next reads what is held.
    fn tell_holds(&mut self) {
        self.documents.values_mut().for_each(|file| file.hold_told = file.held);
    }

    pub(crate) fn back_up(&mut self) {
        self.backup = Some((self.documents.clone(), self.rooms.clone(), self.made.clone()));
    }

    /// Back to the backup, as a new epoch. False when there is none.
    pub(crate) fn restore(&mut self) -> bool {
        let Some((documents, rooms, made)) = self.backup.clone() else {
            return false;
        };
        let next = Epoch(self.server_epoch.0 + 1);
        self.server_epoch = next;
        self.documents = documents;
        self.rooms = rooms;
        self.made = made;
        self.documents.values_mut().for_each(|file| file.epoch = next);
        self.tell_holds();
        self.rooms.values_mut().for_each(|file| file.epoch = next);
        true
    }

    pub(crate) fn role(&self, user: UserId) -> Option<Role> {
        self.roles.get(&user).copied()
    }

    pub(crate) fn read_seq(&self, room: RoomId, user: UserId) -> Seq {
        self.rooms
            .get(&room)
            .and_then(|file| file.read.get(&user))
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn document_state(&self, id: DocumentId) -> Option<DocumentState> {
        self.documents.get(&id).map(|file| DocumentState {
            epoch: file.epoch,
            head_seq: file.head,
            replicas: file.replicas.values().copied().collect(),
            quarantined_after: file.held.filter(|_| !Plant::HoldForgotten.is_planted()),
        })
    }

    pub(crate) fn room_state(&self, id: RoomId) -> Option<RoomState> {
        let recent = usize::try_from(MESSAGES_CATCHUP_MAX).expect("small");
        self.rooms.get(&id).map(|file| RoomState {
            epoch: file.epoch,
            head_seq: file.messages.last().map_or(Seq(0), |message| message.seq),
            recent: file.messages[file.messages.len().saturating_sub(recent)..].to_vec(),
        })
    }
}
