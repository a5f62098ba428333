//! The simulated disk: it takes its time, fills up, fails, and loses in a crash what it had not committed.

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

/// What the server asks of its storage.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Append(DocumentId, AppendUpdates),
    Message(RoomId, NewMessage),
    MarkRead(RoomId, UserId, Seq),
    Load(Place),
    Bundle {
        document: DocumentId,
        to: MemberId,
        peer: PeerId,
        after: Option<Seq>,
        through: Seq,
    },
    Compact(DocumentId),
    Make(NewDocument),
}

/// A document that somebody wants made under this id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewDocument {
    pub(crate) by: UserId,
    pub(crate) credential: Credential,
    pub(crate) asking: Asking,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Answer {
    Appended(DocumentId, Result<Appended, AppendError>),
    Message(RoomId, Result<Result<Message, ErrorCode>, AppendError>),
    Loaded(Place),
    Bundle {
        document: DocumentId,
        to: MemberId,
        peer: PeerId,
        through: Seq,
        bundle: Vec<u8>,
    },
    Made(Asking, Result<Made, ErrorCode>),
    Nothing,
}

/// One document as committed.
#[derive(Clone, Debug, Default)]
pub(crate) struct DocumentFile {
    pub(crate) epoch: Epoch,
    pub(crate) head: Seq,
    pub(crate) log: BTreeMap<Seq, NewUpdate>,
    snapshot: Option<(Seq, Bytes)>,
    pub(crate) replicas: BTreeMap<ClientId, Stored>,
    /// Updates by somebody who does not own the client id.
    pub(crate) foreign: u64,
}

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
    /// Every edit that was ever stored, also before a backup was restored.
    pub(crate) stored_ever: BTreeMap<crate::keeping::EditName, Bytes>,
    pub(crate) compactions: u64,
    pub(crate) refusals_full: u64,
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
            stored_ever: BTreeMap::new(),
            compactions: 0,
            refusals_full: 0,
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
            Request::Append(..) | Request::Message(..) | Request::MarkRead(..) | Request::Make(_)
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
    }

    pub(crate) fn back_up(&mut self) {
        self.backup = Some((self.documents.clone(), self.rooms.clone(), self.made.clone()));
    }

    /// Back to the backup, as a new epoch. False when there is none.
    pub(crate) fn restore(&mut self) -> bool {
        let Some((documents, rooms, made)) = self.backup.clone() else {
            return false;
        };
        let epochs: Vec<_> = self
            .documents
            .values()
            .map(|file| file.epoch)
            .chain(self.rooms.values().map(|file| file.epoch))
            .collect();
        let next = Epoch(epochs.iter().map(|epoch| epoch.0).max().unwrap_or(0) + 1);
        self.documents = documents;
        self.rooms = rooms;
        self.made = made;
        self.documents.values_mut().for_each(|file| file.epoch = next);
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
            quarantined_after: None,
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

    fn read(&mut self, request: &Request) -> Answer {
        match request {
            Request::Load(place) => Answer::Loaded(*place),
            Request::Bundle {
                document,
                to,
                peer,
                after,
                through,
            } => {
                let (document, to, peer, through) = (*document, *to, *peer, *through);
                let file = &self.documents[&document];
                Answer::Bundle {
                    document,
                    to,
                    peer,
                    through,
                    bundle: file.bundle(*after, through),
                }
            }
            Request::Compact(document) => {
                let file = self
                    .documents
                    .get_mut(document)
                    .expect("documents are not deleted here");
                self.compactions += u64::from(file.compact());
                Answer::Nothing
            }
            Request::Append(..) | Request::Message(..) | Request::MarkRead(..) | Request::Make(_) => {
                unreachable!("these are writes")
            }
        }
    }

    fn write(&mut self, request: Request, now_ms: u64) -> Answer {
        let trouble = self.trouble(now_ms);
        match request {
            Request::Append(id, append) => {
                let result = trouble.map_or_else(|| self.append(id, append), Err);
                Answer::Appended(id, result)
            }
            Request::Message(id, message) => {
                let result = trouble.map_or_else(|| Ok(self.append_message(id, message)), Err);
                Answer::Message(id, result)
            }
            Request::MarkRead(id, user, seq) => {
                if trouble.is_none() {
                    let read = self
                        .rooms
                        .get_mut(&id)
                        .expect("rooms are not deleted here")
                        .read
                        .entry(user)
                        .or_default();
                    *read = (*read).max(seq);
                }
                Answer::Nothing
            }
            Request::Make(new) => {
                let refusal = trouble.map(|trouble| match trouble {
                    AppendError::Full => ErrorCode::StorageFull,
                    _ => ErrorCode::StorageFailed,
                });
                Answer::Made(new.asking, refusal.map_or_else(|| self.make(new), Err))
            }
            Request::Load(_) | Request::Bundle { .. } | Request::Compact(_) => unreachable!("these are reads"),
        }
    }

    fn trouble(&mut self, now_ms: u64) -> Option<AppendError> {
        if self.condition != Condition::Good {
            self.condition = Condition::Failed;
            return Some(AppendError::Failed);
        }
        if now_ms < self.full_until_ms {
            self.refusals_full += 1;
            return Some(AppendError::Full);
        }
        None
    }

    fn append(&mut self, id: DocumentId, append: AppendUpdates) -> Result<Appended, AppendError> {
        let file = self.documents.get_mut(&id).ok_or(AppendError::Gone)?;
        if append.epoch != file.epoch || append.after != file.head {
            return Err(AppendError::Conflict);
        }
        let mut refused = BTreeMap::new();
        let mut appended = Vec::new();
        for update in append.updates {
            let may_write = may_write(&self.roles, &self.ended, update.user, update.credential);
            let refusal = refused.get(&update.user).copied().or(may_write.err());
            if let Some(code) = refusal {
                self.refusals_signed_out += u64::from(code == ErrorCode::NotSignedIn);
                refused.insert(update.user, code);
                appended.push(Err(code));
                continue;
            }
            self.of_ended += u64::from(self.ended.contains(&update.credential));
            let name = (id, update.client_id, update.client_seq);
            self.stored_ever.insert(name, update.bytes.clone());
            appended.push(Ok(file.push(update)));
        }
        Ok(appended)
    }

    /// Asking twice makes it once.
    fn make(&mut self, new: NewDocument) -> Result<Made, ErrorCode> {
        may_write(&self.roles, &self.ended, new.by, new.credential)?;
        let id = new.asking.id;
        if self.documents.contains_key(&id) && !Plant::MadeAgain.is_planted() {
            return Ok(Made::Before);
        }
        let file = DocumentFile {
            epoch: Epoch::FIRST,
            ..DocumentFile::default()
        };
        self.documents.insert(id, file);
        self.made.push(id);
        self.made_ever.insert(id);
        Ok(Made::Now)
    }

    fn append_message(&mut self, id: RoomId, new: NewMessage) -> Result<Message, ErrorCode> {
        let file = self.rooms.get_mut(&id).expect("rooms are not deleted here");
        let known = file
            .messages
            .iter()
            .find(|message| message.nonce == new.nonce && message.author.id == new.author);
        if let Some(known) = known.filter(|_| !Plant::NonceUnchecked.is_planted()) {
            return Ok(known.clone());
        }
        may_write(&self.roles, &self.ended, new.author, new.credential)?;
        self.of_ended += u64::from(self.ended.contains(&new.credential));
        let seq = file.messages.last().map_or(Seq(1), |message| message.seq.next());
        let author = self.people[&new.author].clone();
        let message = Message {
            id: new.id,
            seq,
            author,
            nonce: new.nonce,
            body: new.body,
            at: new.at,
        };
        file.messages.push(message.clone());
        Ok(message)
    }
}

fn may_write(
    roles: &BTreeMap<UserId, Role>,
    ended: &BTreeSet<Credential>,
    user: UserId,
    credential: Credential,
) -> Result<(), ErrorCode> {
    if ended.contains(&credential) && !Plant::CredentialUnchecked.is_planted() {
        return Err(ErrorCode::NotSignedIn);
    }
    match roles.get(&user) {
        None => Err(ErrorCode::NotAllowed),
        Some(role) if role.may_write() => Ok(()),
        Some(_) => Err(ErrorCode::ReadOnly),
    }
}

impl DocumentFile {
    fn push(&mut self, update: NewUpdate) -> Seq {
        self.head = self.head.next();
        for (client_id, clock) in &update.clocks {
            self.replica(*client_id, update.user).clock = *clock;
        }
        self.replica(update.client_id, update.user).last_client_seq = update.client_seq;
        self.log.insert(self.head, update);
        self.head
    }

    fn replica(&mut self, client_id: ClientId, user: UserId) -> &mut Stored {
        let fresh = Stored {
            client_id,
            owner: user,
            clock: 0,
            last_client_seq: ClientSeq(0),
        };
        let replica = self.replicas.entry(client_id).or_insert(fresh);
        self.foreign += u64::from(replica.owner != user);
        replica
    }

    /// Whose the replica is, once it has written anything.
    pub(crate) fn owner(&self, client_id: ClientId) -> Option<UserId> {
        self.replicas.get(&client_id).map(|replica| replica.owner)
    }

    /// The replica's edits are stored up to here.
    pub(crate) fn saved_through(&self, client_id: ClientId) -> u64 {
        self.replicas
            .get(&client_id)
            .map_or(0, |replica| replica.last_client_seq.0)
    }

    /// Whether snapshot and log hold every position up to the head once.
    pub(crate) fn is_contiguous(&self) -> bool {
        let first = self.snapshot.as_ref().map_or(Seq(0), |(seq, _)| *seq).next();
        self.log.keys().zip(first.0..).all(|(seq, expected)| seq.0 == expected)
            && self.log.keys().last().copied().unwrap_or(self.head) == self.head
    }

    /// Length-prefixed updates that bring whoever holds everything up to `after` to `through`: the snapshot first when the log does
    /// not reach back that far.
    pub(crate) fn bundle(&self, after: Option<Seq>, through: Seq) -> Vec<u8> {
        let after = after.unwrap_or_default();
        let mut bundle = Vec::new();
        let mut from = after;
        if let Some((seq, snapshot)) = self.snapshot.as_ref().filter(|(seq, _)| *seq > after) {
            put(&mut bundle, snapshot);
            from = *seq;
        }
        for (_, update) in self.log.range(from.next()..).take_while(|(seq, _)| **seq <= through) {
            put(&mut bundle, &update.bytes);
        }
        bundle
    }

    /// The document as everybody who holds all of it sees it.
    pub(crate) fn materialize(&self) -> Replica {
        let mut replica = Replica::new(ClientId(0));
        let updates = self
            .snapshot
            .iter()
            .map(|(_, bytes)| bytes)
            .chain(self.log.values().map(|update| &update.bytes));
        replica
            .apply(updates.cloned())
            .expect("what is stored can be integrated");
        replica
    }

    fn compact(&mut self) -> bool {
        if self.log.is_empty() {
            return false;
        }
        if Plant::CompactionOffByOne.is_planted() {
            self.log.pop_last();
        }
        let snapshot = self.materialize().encode_state();
        let mut again = Replica::new(ClientId(0));
        again.apply([snapshot.clone()]).expect("a snapshot can be read");
        assert_eq!(
            again.text(),
            self.materialize().text(),
            "a snapshot is what it was made from"
        );
        self.snapshot = Some((self.head, snapshot));
        self.log.clear();
        true
    }
}

fn put(bundle: &mut Vec<u8>, update: &[u8]) {
    let mut rest = update.len();
    while rest >= 0x80 {
        bundle.push(u8::try_from(rest & 0x7f).expect("seven bits") | 0x80);
        rest >>= 7;
    }
    bundle.push(u8::try_from(rest).expect("below 0x80"));
    bundle.extend_from_slice(update);
}
