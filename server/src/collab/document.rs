//! One open document: who may write, what is stored in which order, who has been told what.

mod feeding;
mod opening;
mod pending;
mod recent;
mod storing;

pub use opening::Opening;

use super::effect::{AppendError, Appended, DocumentAsk, DocumentState, Effect, MemberId};
use super::gate::Gate;
use super::machine::{Machine, State};
use super::members::{Members, any_channel, closed};
use super::plant::Plant;
use bytes::Bytes;
use pending::{Gathering, PendingUpdate};
use recent::Recent;
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, Epoch, PeerId, Seq, UnixMs, UserId};
use shared::wire::{Change, Person, PresenceState, Role, ServerFrame};
use std::collections::{BTreeMap, VecDeque};

/// How a member's edits are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// One replica that numbers its edits from 1. Edits of it are told to others, and to it only as saved.
    Numbered(ClientId),
    /// A stock Yjs client: no numbers, any client ids that its account owns, and told of nothing but others' edits.
    Stock,
}

/// One open document, as a machine that computes and does nothing else.
///
/// It is used as [`Machine`] says. Edits gathered between two polls are stored as one batch, so a shell that takes all
/// that waits before it polls gets group commit for nothing.
///
/// Invariants:
/// - Nothing is told before it is stored: `Remote` and `Saved` only come out of [`Self::appended`].
/// - At most one batch is under way. What it and `gathering` hold has passed the gate and moved the gate's pending clocks.
/// - A member is *live* and holds everything up to the head once its queue is drained, or a bundle is under way for it
///   and newer updates wait in `recent` (or are read again, when they no longer are there).
/// - Whoever comes in as a replica learns all that was ever accepted of it: what is under way has been answered by storage before.
/// - A refused edit takes all later ones of its channel with it, so a replica's stored edits have no gaps.
/// - After [`AppendError::Failed`] nothing is acknowledged again.
#[derive(Debug)]
pub struct Document {
    epoch: Epoch,
    head: Seq,
    quarantined_after: Option<Seq>,
    gate: Gate,
    numbering: BTreeMap<ClientId, Numbering>,
    members: Members<Tab>,
    holders: BTreeMap<ClientId, MemberId>,
    /// Those who come back as a replica of which something is under way, in the order they came.
    waiting: Vec<Opening>,
    recent: Recent,
    gathering: Gathering,
    in_flight: Vec<PendingUpdate>,
    state: State,
    stored_since_compaction: (usize, usize),
    idle_told: bool,
    effects: VecDeque<Effect<DocumentAsk>>,
}

/// Where one replica's edits stand: stored up to, and passed by the gate up to.
#[derive(Clone, Copy, Debug, Default)]
struct Numbering {
    saved: ClientSeq,
    accepted: ClientSeq,
}

/// What a document keeps about one member.
#[derive(Debug)]
struct Tab {
    writer: Writer,
    feed: Feed,
    /// The highest number that `Opened` or `Saved` told on this channel.
    told: ClientSeq,
    /// An edit was refused; all later ones are dropped until the channel is opened again.
    refused: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    /// A bundle is being sent; everything after it waits.
    Bundle,
    /// Holds everything up to the head.
    Live,
}

impl Document {
    /// The document as stored, with nobody in it.
    #[must_use]
    pub fn new(state: &DocumentState) -> Self {
        let numbering = state
            .replicas
            .iter()
            .map(|replica| {
                let saved = replica.last_client_seq;
                (replica.client_id, Numbering { saved, accepted: saved })
            })
            .collect();
        Self {
            epoch: state.epoch,
            head: state.head_seq,
            quarantined_after: state.quarantined_after,
            gate: Gate::new(&state.replicas),
            numbering,
            members: Members::new(),
            holders: BTreeMap::new(),
            waiting: Vec::new(),
            recent: Recent::starting_after(state.head_seq),
            gathering: Gathering::default(),
            in_flight: Vec::new(),
            state: State::Open,
            stored_since_compaction: (0, 0),
            idle_told: false,
            effects: VecDeque::new(),
        }
    }

    /// Whether nobody is here and nothing is pending.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let nobody = self.members.is_empty() && self.waiting.is_empty();
        nobody && self.in_flight.is_empty() && self.gathering.is_empty()
    }

    /// The next clock of every replica, as stored: what a stock Yjs client is told as state vector.
    pub fn state_vector(&self) -> impl Iterator<Item = (ClientId, u32)> {
        self.gate.state_vector()
    }

    /// One local transaction of a member. `client_seq` is 0 for a stock client.
    pub fn edit(&mut self, member: MemberId, client_seq: ClientSeq, update: &Bytes, now: UnixMs) {
        let Some(tab) = self.members.get(member) else { return };
        if tab.own.refused {
            return;
        }
        if let Writer::Numbered(client_id) = tab.own.writer {
            let Numbering { saved, accepted } = self.numbering.get(&client_id).copied().unwrap_or_default();
            if client_seq <= saved {
                self.tell_saved(member, saved, self.head());
                return;
            }
            if client_seq <= accepted {
                // Pending: the one commit answers both.
                return;
            }
        }
        if let Err(code) = self.accept(member, client_seq, update, now) {
            self.refuse(member, client_seq, code);
        }
    }

    /// What became of the batch under way.
    pub fn appended(&mut self, result: Result<Appended, AppendError>) {
        let batch = std::mem::take(&mut self.in_flight);
        match result {
            Ok(outcomes) => self.committed(batch, outcomes),
            Err(AppendError::Full) => self.refuse_all_pending(batch, ErrorCode::StorageFull),
            Err(AppendError::Failed) => {
                self.state = State::Failed;
                self.refuse_all_pending(batch, ErrorCode::StorageFailed);
            }
            // What is stored is not what this machine believes: everybody starts over from what is stored.
            Err(AppendError::Conflict) => self.stop(ErrorCode::Internal),
            Err(AppendError::Gone) => self.stop(ErrorCode::NotFound),
        }
        self.receive_waiting();
    }

    /// The bundle up to `through` is in the member's queue, with its last part.
    pub fn bundle_sent(&mut self, member: MemberId, peer: PeerId, through: Seq) {
        if !self.awaits_bundle(member, peer) {
            return;
        }
        if self.recent.covers(through) || through >= self.head() {
            self.go_live(member, through);
        } else {
            // More was stored meanwhile than is kept in memory.
            self.ask_for_bundle(member, peer, Some(through));
        }
    }

    /// The bundle could not be read.
    pub fn bundle_failed(&mut self, member: MemberId, peer: PeerId) {
        if self.awaits_bundle(member, peer) {
            self.close_member(member, Some(ErrorCode::Internal));
        }
    }

    /// Materializing failed after this position: from now on nothing past it is read, and nothing written.
    pub fn quarantine(&mut self, after: Seq) {
        // Two verdicts may come in another order than they were stored in.
        self.quarantined_after = Some(self.quarantined_after.map_or(after, |before| before.min(after)));
        if Plant::HeldLeftIn.is_planted() {
            return;
        }
        for id in self.members.ids() {
            // Opening again tells that the document is read-only, and why.
            self.members.leave(id);
            let frame = ServerFrame::Closed {
                channel: id.channel,
                code: Some(ErrorCode::Quarantined),
                retryable: true,
            };
            self.send(id, frame);
            self.effects.push_back(Effect::Left { member: id });
        }
        self.holders.clear();
    }

    fn stop(&mut self, code: ErrorCode) {
        if self.state == State::Stopped {
            return;
        }
        self.state = State::Stopped;
        self.gathering = Gathering::default();
        for id in self.members.ids() {
            self.close_member(id, Some(code));
        }
        self.turn_away(|_| Some(code));
        self.effects.push_back(Effect::Stop);
    }

    fn close_member(&mut self, id: MemberId, code: Option<ErrorCode>) {
        if let Some(left) = self.members.close(id, code, &mut self.effects) {
            self.forget_holder(id, left.own.writer);
        }
    }

    fn forget_holder(&mut self, id: MemberId, writer: Writer) {
        if let Writer::Numbered(client_id) = writer
            && self.holders.get(&client_id) == Some(&id)
        {
            self.holders.remove(&client_id);
        }
    }

    fn send(&mut self, to: MemberId, frame: ServerFrame) {
        self.effects.push_back(Effect::Send { to, frame });
    }
}

impl Machine for Document {
    type Opening = Opening;
    type Ask = DocumentAsk;

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn head(&self) -> Seq {
        let held = self.quarantined_after.filter(|_| !Plant::HeldReadOn.is_planted());
        held.map_or(self.head, |after| self.head.min(after))
    }

    fn is_full(&self) -> bool {
        self.gathering.is_full()
    }

    fn deadline(&self) -> Option<UnixMs> {
        self.members.deadline()
    }

    fn handle_timeout(&mut self, now: UnixMs) {
        self.members.tell_presence(now, &mut self.effects);
    }

    fn poll_effect(&mut self) -> Option<Effect<DocumentAsk>> {
        if self.effects.is_empty() {
            self.start_append();
        }
        if self.effects.is_empty() && self.state == State::Open && self.is_idle() && !self.idle_told {
            self.idle_told = true;
            if self.stored_since_compaction.0 > 0 {
                self.ask_for_compaction();
            }
            self.effects.push_back(Effect::Idle);
        }
        self.effects.pop_front()
    }

    fn open(&mut self, opening: Opening) {
        self.idle_told = false;
        self.receive(opening);
    }

    fn close(&mut self, member: MemberId) {
        self.close_member(member, None);
        if self.gives_up_waiting(member) {
            self.effects.push_back(closed(member, None));
            self.effects.push_back(Effect::Left { member });
        }
    }

    fn disconnect(&mut self, member: MemberId) {
        if let Some(left) = self.members.leave(member) {
            self.forget_holder(member, left.own.writer);
            self.effects.push_back(Effect::Left { member });
        }
        if self.gives_up_waiting(member) {
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
        self.turn_away(|opening| (opening.user.id == user && opening.role != role).then_some(ErrorCode::RoleChanged));
    }

    fn revoked(&mut self, user: UserId) {
        if Plant::RevokedStillThere.is_planted() {
            return;
        }
        for id in self.members.ids_of(user) {
            self.close_member(id, Some(ErrorCode::NotAllowed));
        }
        self.turn_away(|opening| (opening.user.id == user).then_some(ErrorCode::NotAllowed));
    }

    fn renamed(&mut self, person: Person) {
        self.members.rename(&person);
        for opening in self.waiting.iter_mut().filter(|opening| opening.user.id == person.id) {
            opening.user.name.clone_from(&person.name);
        }
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
