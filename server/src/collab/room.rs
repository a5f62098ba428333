//! One open room: the order of its conversation, who has read how far, and who is here.

use super::effect::{AppendError, Credential, Delivered, Effect, MemberId, NewMessage, RoomAsk, RoomState};
use super::machine::{Machine, State};
use super::members::{Members, any_channel, closed};
use shared::error::ErrorCode;
use shared::id::{Epoch, MessageId, Nonce, Seq, UnixMs, UserId};
use shared::limits::{MESSAGE_BYTES_MAX, MESSAGES_CATCHUP_MAX, MESSAGES_RECENT};
use shared::wire::{Change, Message, OpenedTarget, Person, PresenceState, Resume, Role, ServerFrame, Subject};
use std::collections::{BTreeMap, VecDeque};

/// Messages on their way to storage above which no more are taken.
const UNDER_WAY_MAX: usize = 256;
/// Bytes of text on their way to storage above which no more messages are taken.
const UNDER_WAY_BYTES_MAX: usize = 1 << 20;
/// Bytes of text kept for those who open the room. Who misses more sees the gap and asks over HTTP.
const RECENT_BYTES_MAX: usize = 256 * 1024;

/// A request to join.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Not joined yet.
    pub member: MemberId,
    /// Who.
    pub user: Person,
    /// What they showed to be let in.
    pub credential: Credential,
    /// What they may do, as read from storage by the shell.
    pub role: Role,
    /// How far they have read, as read from storage by the shell.
    pub read_seq: Seq,
    /// What they hold already.
    pub resume: Option<Resume>,
}

/// One open room, as a machine that computes and does nothing else.
///
/// It is used as [`Machine`] says. Results of appends are handed in, with [`Self::appended`], in the order they were asked for.
///
/// Invariants:
/// - Nothing is told before it is stored, and everybody is told in the order of storage.
/// - Whether a nonce is known is for storage to say: a resend is stored as what it was the first time, and answered with it.
/// - After [`AppendError::Failed`] nothing is acknowledged again.
#[derive(Debug)]
pub struct Room {
    epoch: Epoch,
    head: Seq,
    members: Members<()>,
    /// Of everybody who is here.
    read: BTreeMap<UserId, Seq>,
    recent: Recent,
    under_way: VecDeque<UnderWay>,
    under_way_bytes: usize,
    state: State,
    idle_told: bool,
    effects: VecDeque<Effect<RoomAsk>>,
}

#[derive(Debug)]
struct UnderWay {
    from: MemberId,
    nonce: Nonce,
    bytes: usize,
}

impl Room {
    /// The room as stored, with nobody in it.
    #[must_use]
    pub fn new(state: RoomState) -> Self {
        let mut recent = Recent::default();
        for message in state.recent {
            recent.push(message);
        }
        Self {
            epoch: state.epoch,
            head: state.head_seq,
            members: Members::new(),
            read: BTreeMap::new(),
            recent,
            under_way: VecDeque::new(),
            under_way_bytes: 0,
            state: State::Open,
            idle_told: false,
            effects: VecDeque::new(),
        }
    }

    /// Whether nobody is here and nothing is pending.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.members.is_empty() && self.under_way.is_empty()
    }

    /// Somebody says something. `id` is drawn by the shell.
    pub fn say(&mut self, member: MemberId, nonce: Nonce, body: String, id: MessageId, now: UnixMs) {
        let Some(speaker) = self.members.get(member) else {
            return;
        };
        let checked = match self.state.check() {
            Ok(()) if !speaker.role.may_write() => Err(ErrorCode::ReadOnly),
            Ok(()) if body.len() > MESSAGE_BYTES_MAX => Err(ErrorCode::MessageTooLong),
            Ok(()) if body.trim().is_empty() => Err(ErrorCode::MessageEmpty),
            checked => checked,
        };
        if let Err(code) = checked {
            self.refuse(member, nonce, code);
            return;
        }
        let (author, credential) = (speaker.user.id, speaker.credential);
        self.under_way_bytes += body.len();
        self.under_way.push_back(UnderWay {
            from: member,
            nonce,
            bytes: body.len(),
        });
        let message = NewMessage {
            id,
            author,
            credential,
            nonce,
            body,
            at: now,
        };
        self.effects.push_back(Effect::Ask(RoomAsk::Append(message)));
    }

    /// What became of the oldest message under way: stored (now, or the first time it was said), or refused by the writer's own check.
    pub fn appended(&mut self, result: Result<Result<Message, ErrorCode>, AppendError>) {
        let Some(UnderWay { from, nonce, bytes }) = self.under_way.pop_front() else {
            debug_assert!(false, "a result for nothing that was asked");
            return;
        };
        self.under_way_bytes -= bytes;
        match result {
            Ok(Ok(message)) if message.seq <= self.head => self.answer_resend(from, message),
            Ok(Ok(message)) => self.told(message),
            Ok(Err(code)) => self.refuse(from, nonce, code),
            Err(AppendError::Full) => self.refuse(from, nonce, ErrorCode::StorageFull),
            Err(AppendError::Failed) => {
                self.state = State::Failed;
                self.refuse(from, nonce, ErrorCode::StorageFailed);
            }
            Err(AppendError::Conflict) => self.stop(ErrorCode::Internal),
            Err(AppendError::Gone) => self.stop(ErrorCode::NotFound),
        }
    }

    /// The person has read up to `seq`. All their tabs are told when that is news.
    pub fn read(&mut self, member: MemberId, seq: Seq) {
        if let Some(reader) = self.members.get(member) {
            let user = reader.user.id;
            self.read_through(user, seq.min(self.head));
        }
    }

    fn admit(&self, opening: &Opening) -> Result<(), ErrorCode> {
        self.state.check()?;
        match opening.resume {
            Some(resume) if resume.epoch != self.epoch => Err(ErrorCode::EpochChanged),
            Some(resume) if resume.after > self.head => Err(ErrorCode::Regression),
            _ => Ok(()),
        }
    }

    /// A message is new on disk.
    fn told(&mut self, mut message: Message) {
        debug_assert_eq!(message.seq, self.head.next(), "positions are contiguous");
        let (author, seq) = (message.author.id, message.seq);
        self.head = seq;
        // The author may have been renamed while it was stored: nobody is told a name older than one they were told before.
        if let Some(name) = self.members.name_of(author) {
            name.clone_into(&mut message.author.name);
        }
        let delivered = said(&message);
        self.recent.push(message);
        self.members.tell_all(delivered.frame, &mut self.effects);
        // One's own message is no news, unless something unread is before it.
        if self.read.get(&author).is_some_and(|read| read.next() == seq) {
            self.read_through(author, seq);
        }
    }

    fn answer_resend(&mut self, to: MemberId, message: Message) {
        if self
            .members
            .get(to)
            .is_some_and(|member| member.user.id == message.author.id)
        {
            self.send(
                to,
                ServerFrame::Said {
                    channel: to.channel,
                    message,
                },
            );
        }
    }

    fn read_through(&mut self, user: UserId, seq: Seq) {
        let Some(read) = self.read.get_mut(&user) else { return };
        if seq <= *read {
            return;
        }
        *read = seq;
        self.effects.push_back(Effect::Ask(RoomAsk::MarkRead { user, seq }));
        let frame = ServerFrame::ReadThrough {
            channel: any_channel(),
            seq,
        };
        let frames = vec![Delivered { frame, except: None }];
        self.effects.push_back(Effect::Deliver {
            to: self.members.ids_of(user),
            frames,
        });
    }

    fn refuse(&mut self, to: MemberId, nonce: Nonce, code: ErrorCode) {
        if self.members.get(to).is_some() {
            let subject = Some(Subject::Message(nonce));
            let retryable = Credential::may_resend(code);
            self.send(
                to,
                ServerFrame::Refused {
                    channel: to.channel,
                    subject,
                    code,
                    retryable,
                },
            );
        }
    }

    fn stop(&mut self, code: ErrorCode) {
        if self.state == State::Stopped {
            return;
        }
        self.state = State::Stopped;
        for id in self.members.ids() {
            self.close_member(id, Some(code));
        }
        self.effects.push_back(Effect::Stop);
    }

    fn close_member(&mut self, id: MemberId, code: Option<ErrorCode>) {
        if let Some(left) = self.members.close(id, code, &mut self.effects) {
            self.forget_reader(left.user.id);
        }
    }

    fn forget_reader(&mut self, user: UserId) {
        if !self.members.iter().any(|(_, member)| member.user.id == user) {
            self.read.remove(&user);
        }
    }

    fn send(&mut self, to: MemberId, frame: ServerFrame) {
        self.effects.push_back(Effect::Send { to, frame });
    }
}

impl Machine for Room {
    type Opening = Opening;
    type Ask = RoomAsk;

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn head(&self) -> Seq {
        self.head
    }

    fn is_full(&self) -> bool {
        self.under_way.len() >= UNDER_WAY_MAX || self.under_way_bytes >= UNDER_WAY_BYTES_MAX
    }

    fn deadline(&self) -> Option<UnixMs> {
        self.members.deadline()
    }

    fn handle_timeout(&mut self, now: UnixMs) {
        self.members.tell_presence(now, &mut self.effects);
    }

    fn poll_effect(&mut self) -> Option<Effect<RoomAsk>> {
        if self.effects.is_empty() && self.state == State::Open && self.is_idle() && !self.idle_told {
            self.idle_told = true;
            self.effects.push_back(Effect::Idle);
        }
        self.effects.pop_front()
    }

    fn open(&mut self, opening: Opening) {
        self.idle_told = false;
        if let Err(code) = self.admit(&opening) {
            self.effects.push_back(closed(opening.member, Some(code)));
            self.effects.push_back(Effect::Left { member: opening.member });
            return;
        }
        let Opening {
            member: id,
            user,
            credential,
            role,
            read_seq,
            resume,
        } = opening;
        // The name is as new as can be; what was loaded may be older.
        self.recent.rename(&user);
        // What this machine asked to be remembered may not be stored yet.
        let read = self.read.entry(user.id).or_default();
        *read = (*read).max(read_seq);
        let target = OpenedTarget::Room { read_seq: *read };
        self.members.join(id, user, credential, role, ());
        let (channel, epoch, head_seq) = (id.channel, self.epoch, self.head);
        self.send(
            id,
            ServerFrame::Opened {
                channel,
                role,
                epoch,
                head_seq,
                target,
            },
        );
        let (after, most) = match resume {
            None => (Seq(0), MESSAGES_RECENT),
            Some(resume) => (resume.after, MESSAGES_CATCHUP_MAX),
        };
        let mut frames: Vec<_> = self.recent.latest_after(after, most).map(said).collect();
        frames.extend(self.members.presences(id));
        if !frames.is_empty() {
            self.effects.push_back(Effect::Deliver { to: vec![id], frames });
        }
    }

    fn close(&mut self, member: MemberId) {
        self.close_member(member, None);
    }

    fn disconnect(&mut self, member: MemberId) {
        if let Some(left) = self.members.leave(member) {
            self.forget_reader(left.user.id);
            self.effects.push_back(Effect::Left { member });
        }
    }

    fn presence(&mut self, member: MemberId, state: Option<PresenceState>, now: UnixMs) {
        self.members.set_presence(member, state);
        self.members.tell_presence(now, &mut self.effects);
    }

    fn role_changed(&mut self, user: UserId, role: Role) {
        for id in self.members.ids_of_other_role(user, role) {
            self.close_member(id, Some(ErrorCode::RoleChanged));
        }
    }

    fn revoked(&mut self, user: UserId) {
        for id in self.members.ids_of(user) {
            self.close_member(id, Some(ErrorCode::NotAllowed));
        }
    }

    fn renamed(&mut self, person: Person) {
        self.members.rename(&person);
        self.recent.rename(&person);
        self.changed(Change::Members);
    }

    fn changed(&mut self, change: Change) {
        let frame = ServerFrame::Changed {
            channel: any_channel(),
            change,
        };
        self.members.tell_all(frame, &mut self.effects);
    }

    fn deleted(&mut self) {
        self.stop(ErrorCode::NotFound);
    }
}

/// The latest messages, a run without gaps up to the head.
#[derive(Debug, Default)]
struct Recent {
    messages: VecDeque<Message>,
    bytes: usize,
}

impl Recent {
    fn push(&mut self, message: Message) {
        self.bytes += message.body.len();
        self.messages.push_back(message);
        let most = usize::try_from(MESSAGES_CATCHUP_MAX).expect("a small number");
        while self.messages.len() > most || (self.bytes > RECENT_BYTES_MAX && self.messages.len() > 1) {
            let Some(oldest) = self.messages.pop_front() else {
                return;
            };
            self.bytes -= oldest.body.len();
        }
    }

    fn rename(&mut self, person: &Person) {
        let theirs = self
            .messages
            .iter_mut()
            .filter(|message| message.author.id == person.id);
        theirs.for_each(|message| message.author.name.clone_from(&person.name));
    }

    fn latest_after(&self, after: Seq, most: u64) -> impl Iterator<Item = &Message> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let first_missing = self.messages.partition_point(|message| message.seq <= after);
        let start = first_missing.max(self.messages.len().saturating_sub(most));
        self.messages.range(start..)
    }
}

fn said(message: &Message) -> Delivered {
    Delivered {
        frame: ServerFrame::Said {
            channel: any_channel(),
            message: message.clone(),
        },
        except: None,
    }
}
