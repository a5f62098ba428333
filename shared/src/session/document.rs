//! One open document: its replica, its outbox, and its place in the server's order.

mod editing;
mod hearing;
mod keeping;
mod reading;

pub use editing::EditError;

use super::backoff::Backoff;
use super::creation::Birth;
use super::event::{Event, Place, SaveState, SetAside};
use super::keep::AsideId;
use super::keeper::Store;
use super::plant::Plant;
use super::shelf::Shelf;
use super::slot::{Out, Slot};
use super::writers::Writers;
use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, DocumentId, Epoch, Seq};
use crate::inflate::Inflater;
use crate::replica::Replica;
use crate::wire::{Blob, ClientFrame, Resume, Role, Target};
use bytes::{Bytes, BytesMut};

/// Largest bundle that a tab takes, bytes. A document at its limit of units is below it; a server that sends more is broken.
const BUNDLE_BYTES_MAX: usize = 512 << 20;

/// One open document. Read it through these getters; change it through the session.
#[derive(Debug)]
pub struct Document {
    id: DocumentId,
    replica: Replica,
    name: Name,
    writers: Writers,
    birth: Birth,
    shelf: Shelf,
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
    /// Edits of the replica in front that are stored, as `Opened` said. They are settled when the bundle has come: until then nobody knows
    /// whether they stand among what may be read.
    settles: Option<ClientSeq>,
    /// The bundle under way.
    bundle: Option<BytesMut>,
    /// The bundle that arrives is deflated, and is here.
    pack: Option<Inflater>,
    load: Load,
    /// Updates of others that the editor has not asked for yet.
    inbox: Vec<Bytes>,
    text_flag: TextFlag,
    told: Option<SaveState>,
    hold: Option<Hold>,
    hold_backoff: Backoff,
    gaps: u64,
}

/// Whether the replica may be written to under its client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// It is this tab's own.
    Own,
    /// It is that of a tab that is gone. Its store may have lost edits that the server has, and then the next edit would take a
    /// number and a clock that are taken. The server can tell; whoever edits before it has, does so as a new replica.
    Inherited,
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
    pub(super) fn new(id: DocumentId, client_id: ClientId, store: Store) -> Self {
        let mut writers = Writers::default();
        writers.begin_anew(store);
        Self {
            id,
            replica: Replica::new(client_id),
            name: Name::Own,
            writers,
            birth: Birth::Known,
            shelf: Shelf::default(),
            slot: Slot::new(Place::Document(id)),
            role: None,
            read_only: None,
            epoch: None,
            held: Seq(0),
            seen: Seq(0),
            unaccounted: 0,
            settles: None,
            bundle: None,
            pack: None,
            load: Load::Pending { shown: String::new() },
            inbox: Vec::new(),
            text_flag: TextFlag::Quiet,
            told: None,
            hold: None,
            hold_backoff: Backoff::new(),
            gaps: 0,
        }
    }

    /// The document is made on this device, or was and is not known to the server: it can be written at once. Nothing of it is sent for as
    /// long as the server has not made it.
    pub(super) fn begin_unknown(&mut self, birth: Birth, title: &str) {
        self.birth = birth;
        if self.epoch.is_none() {
            self.epoch = Some(Epoch::UNKNOWN);
            self.role = Some(Role::Editor);
            self.load = Load::Arrived { shown: String::new() };
            self.shelf.title = Some(title.to_owned());
        }
    }

    /// How far the wish for the document has come.
    pub(super) const fn set_birth(&mut self, birth: Birth) {
        self.birth = birth;
    }

    /// The server does not make the document. What was written is kept aside.
    pub(super) fn handle_not_made(&mut self, code: ErrorCode, out: &mut Out) {
        self.birth = Birth::Known;
        if Plant::RefusedLetGo.is_planted() {
            self.writers.begin_anew(Store::Memory);
        }
        self.fail(code, out);
    }

    /// Sends and announces what can be.
    pub(super) fn pump(&mut self, now_ms: u64, out: &mut Out) {
        if self.birth != Birth::Known && !Plant::WrittenBeforeMade.is_planted() {
            return self.announce(out);
        }
        if self.slot.wants_open(now_ms, out) {
            let resume = self.epoch.filter(|epoch| *epoch != Epoch::UNKNOWN);
            let resume = resume.filter(|_| !matches!(self.load, Load::Pending { .. }));
            let resume = resume.map(|epoch| Resume {
                epoch,
                after: self.held,
            });
            self.settles = None;
            self.bundle = None;
            self.pack = None;
            self.seen = self.held;
            self.unaccounted = 0;
            self.slot.open(
                Target::Document {
                    id: self.id,
                    client_id: self.writers.gone_in_front().unwrap_or_else(|| self.replica.client_id()),
                },
                resume,
                out,
            );
        }
        if let Some(channel) = self.slot.open_channel()
            && self.may_send(now_ms)
        {
            while let Some((client_seq, update)) = self.writers.front_mut().next_to_send() {
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

    /// Keeps the copy aside if there is anything that the server does not have, and goes on as a new replica with what it has.
    fn begin_anew(&mut self, reason: ErrorCode, out: &mut Out) {
        let lost_something = matches!(
            reason,
            ErrorCode::EpochChanged | ErrorCode::Regression | ErrorCode::Quarantined
        );
        if (lost_something || self.unsaved() > 0) && !is_let_go(reason) {
            self.set_aside(reason, out);
        }
        self.drop_copies(out);
        let shown = match std::mem::replace(&mut self.load, Load::Done) {
            Load::Pending { shown } | Load::Arrived { shown } => shown,
            Load::Done => self.replica.text(),
        };
        self.replica = Replica::new(draw_client_id(out));
        self.name = Name::Own;
        self.writers.begin_anew(out.keeper.store);
        self.shelf.clear();
        self.release();
        self.load = Load::Pending { shown };
        self.epoch = None;
        self.held = Seq(0);
        self.inbox.clear();
        self.slot.reopen(out);
    }

    /// Closes for good; what the server does not have is kept aside.
    fn fail(&mut self, code: ErrorCode, out: &mut Out) {
        if code == ErrorCode::NotFound && self.is_from_before(out) && !Plant::LostLetGo.is_planted() {
            self.set_aside(ErrorCode::EpochChanged, out);
        } else if self.unsaved() > 0 && !is_let_go(code) {
            self.set_aside(code, out);
        }
        self.drop_copies(out);
        self.shelf.clear();
        self.writers.begin_anew(Store::Memory);
        self.bundle = None;
        self.pack = None;
        self.slot.stop(code, out);
        out.event(Event::Closed {
            place: self.slot.place,
            code,
        });
    }

    /// Whether this is of what the server had before it was put back to an older state.
    fn is_from_before(&self, out: &Out) -> bool {
        let told = self.epoch.filter(|epoch| *epoch != Epoch::UNKNOWN);
        told.is_some_and(|epoch| out.server_epoch.is_some_and(|now| epoch < now))
    }

    /// Keeps the copy aside, unless there is nothing in it: neither text nor edits that wait.
    fn set_aside(&mut self, reason: ErrorCode, out: &mut Out) {
        let client_id = self.replica.client_id();
        let (mut text, mut state) = (self.replica.text(), self.replica.encode_state());
        // What has arrived is part of the copy, though the editor has not shown it yet. What cannot be read is not.
        let mut whole = Replica::new(client_id);
        if !self.inbox.is_empty() && whole.apply([&state].into_iter().chain(&self.inbox)).is_ok() {
            (text, state) = (whole.text(), whole.encode_state());
        }
        let copy = SetAside {
            id: AsideId {
                document: self.id,
                client_id,
                last: self.writers.own.last(),
            },
            at: out.wall,
            title: self.shelf.title.clone(),
            room: self.shelf.room.clone(),
            text,
            state,
            pending: self.writers.pending(client_id),
        };
        if !(copy.text.is_empty() && copy.pending.is_empty()) {
            out.set_aside(reason, copy);
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

/// See [`Plant::HeldLetGo`] and [`Plant::RevokedLetGo`].
fn is_let_go(reason: ErrorCode) -> bool {
    match reason {
        ErrorCode::Quarantined => Plant::HeldLetGo.is_planted(),
        ErrorCode::NotAllowed | ErrorCode::ReadOnly => Plant::RevokedLetGo.is_planted(),
        _ => false,
    }
}

/// A name that nobody has: Yjs draws it from 32 bits too.
pub(super) fn draw_client_id(out: &mut Out) -> ClientId {
    ClientId(u32::try_from(out.rng.below(1 << 32)).expect("below 2^32"))
}
