//! One open document: its replica, its outbox, and its place in the server's order.

use super::arrival::difference;
use super::backoff::Backoff;
use super::event::{Event, Place, SaveState, SetAside};
use super::outbox::{Outbox, Store};
use super::slot::{Out, Peer, Phase, Slot};
use crate::bundle;
use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, DocumentId, Epoch, PeerId, Seq};
use crate::replica::{OffsetSelection, Replica, ReplicaError, Splice, Undone};
use crate::wire::{Blob, ClientFrame, OpenedTarget, Resume, Role, Target};
use bytes::{Bytes, BytesMut};

/// Largest bundle that a tab takes, bytes. A document at its limit of units is below it; a server that sends more is broken.
const BUNDLE_BYTES_MAX: usize = 512 << 20;

/// Why a local edit did not happen. The editor has to take it back: it shows text that the session does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The document is not open in this session.
    #[error("the document is not open")]
    NotOpen,
    /// The text has not arrived yet, or arrives anew.
    #[error("the document has not been loaded")]
    NotLoaded,
    /// It may not be changed.
    #[error("the document is read-only: {0}")]
    ReadOnly(ErrorCode),
    /// Too much waits for the server.
    #[error("too many edits wait for the server")]
    Full,
    /// The splices do not fit the text.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

/// One open document. Read it through these getters; change it through the session.
#[derive(Debug)]
pub struct Document {
    id: DocumentId,
    replica: Replica,
    outbox: Outbox,
    pub(super) slot: Slot,
    role: Option<Role>,
    read_only: Option<ErrorCode>,
    epoch: Option<Epoch>,
    /// Everything up to here is held, for certain. A resume asks for what comes after.
    held: Seq,
    /// The last position that has been heard of.
    seen: Seq,
    /// Positions above `held` that have not arrived: own edits of which `Saved` is under way, or a gap.
    unaccounted: u64,
    /// The bundle under way.
    bundle: Option<BytesMut>,
    load: Load,
    /// Updates of others that the editor has not asked for yet.
    inbox: Vec<Bytes>,
    text_flag: TextFlag,
    told: Option<SaveState>,
    hold: Option<Hold>,
    hold_backoff: Backoff,
    gaps: u64,
}

/// Edits are held back since the server could not store any; the channel stays open for reading and presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hold {
    code: ErrorCode,
    /// When they are sent again; none once they have been, until the server has answered.
    until_ms: Option<u64>,
}

/// How the text came to the editor.
#[derive(Debug)]
enum Load {
    /// Nothing yet. The editor shows this, from before the replica was replaced (or nothing).
    Pending { shown: String },
    /// The bundle is in the inbox; the editor shows this.
    Arrived { shown: String },
    /// The editor shows the replica's text.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextFlag {
    Quiet,
    Announced,
}

impl Document {
    pub(super) fn new(id: DocumentId, client_id: ClientId) -> Self {
        Self {
            id,
            replica: Replica::new(client_id),
            outbox: Outbox::default(),
            slot: Slot::new(Place::Document(id)),
            role: None,
            read_only: None,
            epoch: None,
            held: Seq(0),
            seen: Seq(0),
            unaccounted: 0,
            bundle: None,
            load: Load::Pending { shown: String::new() },
            inbox: Vec::new(),
            text_flag: TextFlag::Quiet,
            told: None,
            hold: None,
            hold_backoff: Backoff::new(),
            gaps: 0,
        }
    }

    /// The replica: text, sticky positions, hash. What has arrived and was not taken yet is not in it.
    #[must_use]
    pub const fn replica(&self) -> &Replica {
        &self.replica
    }

    /// Own edits that the server's disk does not hold.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Whether the text has arrived and been taken, so that it can be edited.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        matches!(self.load, Load::Done)
    }

    /// Why the server does not let the person in any more; closing and opening tries again.
    #[must_use]
    pub const fn closed_reason(&self) -> Option<ErrorCode> {
        self.slot.stopped()
    }

    /// What the person may do; none before the first answer.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// Everything up to here is held.
    #[must_use]
    pub const fn held(&self) -> Seq {
        self.held
    }

    /// The history that `held` counts in; none before the first answer.
    #[must_use]
    pub const fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// Whether the channel is open and nothing is known to be missing.
    #[must_use]
    pub const fn is_level(&self) -> bool {
        self.slot.open_channel().is_some() && self.bundle.is_none() && self.unaccounted == 0
    }

    /// Whether text of others waits to be taken.
    #[must_use]
    pub const fn has_untaken_text(&self) -> bool {
        !self.inbox.is_empty() || matches!(self.load, Load::Arrived { .. })
    }

    /// How often something was found missing that the server should have sent. A correct server keeps this at 0.
    #[must_use]
    pub const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Everybody else who is here. A selection's ends become offsets with [`Replica::offset`].
    pub fn people(&self) -> impl Iterator<Item = (PeerId, &Peer)> {
        self.slot.people.iter().map(|(id, peer)| (*id, peer))
    }

    /// What the person is told about their edits.
    #[must_use]
    pub fn save_state(&self) -> SaveState {
        if let Some(code) = self.read_only_reason() {
            return SaveState::ReadOnly(code);
        }
        if let Some(Hold { code, .. }) = self.hold
            && !self.outbox.is_empty()
        {
            let edits = self.outbox.len();
            return SaveState::Waiting { edits, code };
        }
        match (self.slot.phase(), self.outbox.len()) {
            (Phase::Open(_), 0) if self.is_loaded() => SaveState::Saved,
            (Phase::Open(_), edits) if edits > 0 => SaveState::Saving,
            (_, 0) => SaveState::Reconnecting,
            (_, edits) => SaveState::Offline { edits },
        }
    }

    fn read_only_reason(&self) -> Option<ErrorCode> {
        match self.slot.phase() {
            Phase::Stopped(code) => Some(code),
            _ if self.role == Some(Role::Viewer) => Some(ErrorCode::ReadOnly),
            _ => self.read_only,
        }
    }

    fn check_editable(&self) -> Result<(), EditError> {
        if let Some(code) = self.read_only_reason() {
            return Err(EditError::ReadOnly(code));
        }
        if !self.is_loaded() {
            return Err(EditError::NotLoaded);
        }
        if self.outbox.is_full() {
            return Err(EditError::Full);
        }
        Ok(())
    }

    pub(super) fn edit(
        &mut self,
        splices: &[Splice],
        now_ms: u64,
        selection: Option<OffsetSelection>,
    ) -> Result<Option<ClientSeq>, EditError> {
        self.check_editable()?;
        let updates = self.replica.edit(splices, now_ms, selection)?;
        Ok(updates.into_iter().map(|update| self.outbox.push(update)).last())
    }

    pub(super) fn undo(&mut self) -> Result<Option<Undone>, EditError> {
        self.check_editable()?;
        let undone = self.replica.undo()?;
        Ok(self.keep(undone))
    }

    pub(super) fn redo(&mut self) -> Result<Option<Undone>, EditError> {
        self.check_editable()?;
        let undone = self.replica.redo()?;
        Ok(self.keep(undone))
    }

    fn keep(&mut self, undone: Option<Undone>) -> Option<Undone> {
        for update in undone.iter().flat_map(|undone| &undone.updates) {
            self.outbox.push(update.clone());
        }
        undone
    }

    pub(super) fn take_splices(&mut self, out: &mut Out) -> Vec<Splice> {
        self.text_flag = TextFlag::Quiet;
        let updates = std::mem::take(&mut self.inbox);
        let Ok(splices) = self.replica.apply(&updates) else {
            // The server let something pass that cannot be read. The text stays as it is, and the person is told.
            self.fail(ErrorCode::UpdateMalformed, out);
            return Vec::new();
        };
        match std::mem::replace(&mut self.load, Load::Done) {
            Load::Done => splices,
            Load::Arrived { shown } => difference(&shown, &self.replica.text()),
            pending @ Load::Pending { .. } => {
                self.load = pending;
                Vec::new()
            }
        }
    }

    /// Sends and announces what can be.
    pub(super) fn pump(&mut self, now_ms: u64, out: &mut Out) {
        if self.slot.wants_open(now_ms, out) {
            let resume = self.epoch.filter(|_| !matches!(self.load, Load::Pending { .. }));
            let resume = resume.map(|epoch| Resume {
                epoch,
                after: self.held,
            });
            self.bundle = None;
            self.seen = self.held;
            self.unaccounted = 0;
            self.slot.open(
                Target::Document {
                    id: self.id,
                    client_id: self.replica.client_id(),
                },
                resume,
                out,
            );
        }
        if let Some(channel) = self.slot.open_channel()
            && self.may_send(now_ms)
        {
            while let Some((client_seq, update)) = self.outbox.next_to_send() {
                out.send(&ClientFrame::Edit {
                    channel,
                    client_seq,
                    update: Blob(update),
                });
            }
        }
        self.slot.flush_presence(now_ms, out);
        self.announce(out);
    }

    /// When [`pump`](Self::pump) has something to do by itself.
    pub(super) fn deadline(&self) -> Option<u64> {
        let held = self.hold.and_then(|hold| hold.until_ms);
        let held = held.filter(|_| self.slot.open_channel().is_some());
        self.slot.deadline().into_iter().chain(held).min()
    }

    fn may_send(&mut self, now_ms: u64) -> bool {
        let Some(hold) = &mut self.hold else { return true };
        if hold.until_ms.is_some_and(|until| now_ms < until) {
            return false;
        }
        hold.until_ms = None;
        true
    }

    fn release(&mut self) {
        self.hold = None;
        self.hold_backoff.reset();
    }

    fn announce(&mut self, out: &mut Out) {
        let state = self.save_state();
        if self.told != Some(state) {
            self.told = Some(state);
            out.event(Event::Save {
                document: self.id,
                state,
            });
        }
        if self.has_untaken_text() && self.text_flag == TextFlag::Quiet {
            self.text_flag = TextFlag::Announced;
            out.event(Event::Text { document: self.id });
        }
    }

    pub(super) fn handle_opened(
        &mut self,
        now_ms: u64,
        role: Role,
        epoch: Epoch,
        head_seq: Seq,
        target: &OpenedTarget,
        out: &mut Out,
    ) {
        let OpenedTarget::Document {
            saved_through,
            read_only,
        } = *target
        else {
            return;
        };
        self.slot.handle_opened(now_ms, out);
        if self.epoch.is_some_and(|known| known != epoch) {
            return self.begin_anew(ErrorCode::EpochChanged, out);
        }
        if head_seq < self.held || saved_through < self.outbox.saved_through() {
            return self.begin_anew(ErrorCode::Regression, out);
        }
        if saved_through > self.outbox.last() {
            // Somebody else writes with this replica's name: a copied tab.
            return self.begin_anew(ErrorCode::ClientIdTaken, out);
        }
        self.role = Some(role);
        self.read_only = read_only;
        self.epoch = Some(epoch);
        self.outbox.acknowledge(saved_through);
        self.outbox.rewind();
        if self.outbox.is_empty() {
            self.release();
        }
        out.event(Event::Opened {
            place: self.slot.place,
            role,
        });
        if !self.outbox.is_empty()
            && let Some(code) = self.read_only_reason()
        {
            return self.begin_anew(code, out);
        }
        if head_seq > self.held {
            self.bundle = Some(BytesMut::new());
        } else {
            self.arrived();
        }
    }

    pub(super) fn handle_catchup(&mut self, through_seq: Seq, part: &Bytes, last: bool, out: &mut Out) {
        let Some(bundle) = &mut self.bundle else { return };
        if bundle.len() + part.len() > BUNDLE_BYTES_MAX {
            return self.fail(ErrorCode::FrameTooLarge, out);
        }
        bundle.extend_from_slice(part);
        self.slot.progress();
        if !last {
            return;
        }
        let bundle = self.bundle.take().map(BytesMut::freeze).unwrap_or_default();
        let Ok(updates) = bundle::read(&bundle) else {
            return self.fail(ErrorCode::UpdateMalformed, out);
        };
        self.inbox.extend(updates);
        self.held = self.held.max(through_seq);
        self.seen = self.seen.max(through_seq);
        self.arrived();
    }

    pub(super) fn handle_remote(&mut self, seq: Seq, update: Bytes, out: &mut Out) {
        if seq <= self.seen {
            return;
        }
        self.unaccounted += seq.0 - self.seen.0 - 1;
        if self.unaccounted > self.outbox.in_flight() {
            return self.mend_gap(out);
        }
        self.slot.progress();
        self.seen = seq;
        if self.unaccounted == 0 {
            self.held = seq;
        }
        self.inbox.push(update);
    }

    pub(super) fn handle_saved(&mut self, client_seq: ClientSeq, seq: Seq, out: &mut Out) {
        let settled = self.outbox.acknowledge(client_seq);
        self.release();
        self.slot.progress();
        if seq > self.seen {
            self.unaccounted += seq.0 - self.seen.0;
            self.seen = seq;
        }
        if self.unaccounted > settled {
            return self.mend_gap(out);
        }
        self.unaccounted = 0;
        self.held = self.seen;
    }

    pub(super) fn handle_pong(&mut self, head: Seq, out: &mut Out) {
        if self.bundle.is_none() && self.slot.is_missing(self.seen, head) {
            self.mend_gap(out);
        }
    }

    pub(super) fn handle_refused_edit(&mut self, now_ms: u64, code: ErrorCode, retryable: bool, out: &mut Out) {
        if retryable {
            out.event(Event::Delayed {
                place: self.slot.place,
                code,
            });
            if code == ErrorCode::StorageFull {
                let until_ms = Some(now_ms + self.hold_backoff.next_wait_ms(&mut out.rng));
                self.hold = Some(Hold { code, until_ms });
                self.slot.reopen(out);
            } else {
                self.slot.retry(now_ms, out);
            }
        } else {
            self.slot.reopen(out);
            self.begin_anew(code, out);
        }
    }

    pub(super) fn handle_closed(&mut self, now_ms: u64, code: ErrorCode, retryable: bool, out: &mut Out) {
        match code {
            ErrorCode::EpochChanged | ErrorCode::Regression | ErrorCode::ClientIdTaken => self.begin_anew(code, out),
            ErrorCode::RoleChanged => {
                // Nothing failed; the channel tells the new role when it is opened.
                self.slot.reopen(out);
            }
            _ if retryable => {
                out.event(Event::Delayed {
                    place: self.slot.place,
                    code,
                });
                self.slot.retry(now_ms, out);
            }
            _ => self.fail(code, out),
        }
    }

    pub(super) fn handle_lost(&mut self, out: &mut Out) {
        self.bundle = None;
        self.hold = None;
        self.slot.handle_lost(out);
    }

    /// Keeps the copy aside if there is anything that the server does not have, and goes on as a new replica with what it has.
    fn begin_anew(&mut self, reason: ErrorCode, out: &mut Out) {
        let lost_something = matches!(reason, ErrorCode::EpochChanged | ErrorCode::Regression) && self.is_loaded();
        self.set_aside(reason, lost_something || !self.outbox.is_empty(), out);
        let shown = match std::mem::replace(&mut self.load, Load::Done) {
            Load::Pending { shown } | Load::Arrived { shown } => shown,
            Load::Done => self.replica.text(),
        };
        let client_id = ClientId(u32::try_from(out.rng.below(1 << 32)).expect("below 2^32"));
        self.replica = Replica::new(client_id);
        self.outbox = Outbox::default();
        self.release();
        self.load = Load::Pending { shown };
        self.epoch = None;
        self.held = Seq(0);
        self.inbox.clear();
        self.slot.reopen(out);
    }

    /// Closes for good; what the server does not have is kept aside.
    fn fail(&mut self, code: ErrorCode, out: &mut Out) {
        self.set_aside(code, !self.outbox.is_empty(), out);
        self.outbox = Outbox::restore(Store::Memory, self.outbox.saved_through(), Vec::new());
        self.bundle = None;
        self.slot.stop(code, out);
        out.event(Event::Closed {
            place: self.slot.place,
            code,
        });
    }

    fn set_aside(&mut self, reason: ErrorCode, worth_it: bool, out: &mut Out) {
        if worth_it {
            let copy = SetAside {
                text: self.replica.text(),
                client_id: self.replica.client_id(),
                state: self.replica.encode_state(),
                pending: self
                    .outbox
                    .pending()
                    .map(|(client_seq, update)| (client_seq, update.clone()))
                    .collect(),
            };
            out.event(Event::SetAside {
                document: self.id,
                reason,
                copy,
            });
        }
    }

    fn mend_gap(&mut self, out: &mut Out) {
        self.gaps += 1;
        self.slot.reopen(out);
    }

    /// The replica is level with the server, or will be when the inbox is taken.
    fn arrived(&mut self) {
        if let Load::Pending { shown } = &mut self.load {
            self.load = Load::Arrived {
                shown: std::mem::take(shown),
            };
        }
    }
}
