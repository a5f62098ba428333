//! Carries out what was asked for, or fails.

use super::*;

impl Disk {
    pub(super) fn read(&mut self, request: &Request) -> Answer {
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
            Request::Append(..)
            | Request::Message(..)
            | Request::MarkRead(..)
            | Request::Make(_)
            | Request::Hold(..) => {
                unreachable!("these are writes")
            }
        }
    }

    pub(super) fn write(&mut self, request: Request, now_ms: u64) -> Answer {
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
            Request::Hold(id, epoch, after) if trouble.is_none() => self.hold(id, epoch, after),
            Request::Hold(..) => Answer::Nothing,
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
            let held = file.held.filter(|_| !Plant::HoldUnchecked.is_planted());
            let held = held.map(|_| ErrorCode::Quarantined);
            let refusal = held.or_else(|| refused.get(&update.user).copied()).or(may_write.err());
            if let Some(code) = refusal {
                self.refusals_signed_out += u64::from(code == ErrorCode::NotSignedIn);
                refused.insert(update.user, code);
                appended.push(Err(code));
                continue;
            }
            self.of_ended += u64::from(self.ended.contains(&update.credential));
            let name = (id, update.client_id, update.client_seq);
            let histories = self.stored_ever.entry(name).or_default();
            histories.insert(append.epoch, update.bytes.clone());
            appended.push(Ok(file.push(update)));
        }
        Ok(appended)
    }

    fn hold(&mut self, id: DocumentId, epoch: Epoch, after: Seq) -> Answer {
        let file = self.documents.get_mut(&id).filter(|file| file.epoch == epoch);
        let Some(file) = file else { return Answer::Nothing };
        if !file.hold(after) {
            return Answer::Nothing;
        }
        let is_under_way = self.writes.iter().any(|(_, write)| write.is_append_to(id));
        self.holds += 1;
        self.holds_under_way += u64::from(is_under_way);
        self.held_whole += u64::from(file.is_held_whole());
        Answer::Held(id, epoch, after)
    }

    /// Asking twice makes it once.
    fn make(&mut self, new: NewDocument) -> Result<Made, ErrorCode> {
        may_write(&self.roles, &self.ended, new.by, new.credential)?;
        let id = new.asking.id;
        if self.documents.contains_key(&id) && !Plant::MadeAgain.is_planted() {
            return Ok(Made::Before);
        }
        let file = DocumentFile {
            epoch: self.server_epoch,
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
