//! What can be known of an open document, and what its person is told.

use super::{Document, Hold, Load};
use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, Epoch, PeerId, Seq};
use crate::replica::Replica;
use crate::session::creation::Birth;
use crate::session::event::{KeptWhere, SaveState};
use crate::session::keeper::Store;
use crate::session::outbox::Outbox;
use crate::session::slot::{Peer, Phase};
use crate::wire::Role;
use bytes::Bytes;

impl Document {
    /// The replica: text, sticky positions, hash. What has arrived and was not taken yet is not in it.
    #[must_use]
    pub const fn replica(&self) -> &Replica {
        &self.replica
    }

    /// Own edits that the server's disk does not hold. Those of tabs that are gone and were taken over are not among them.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.writers.own
    }

    /// How many edits the server's disk does not hold: own ones, and those of tabs that are gone. That there is a document at all counts as one.
    #[must_use]
    pub fn unsaved(&self) -> usize {
        self.writers.len() + usize::from(self.birth != Birth::Known)
    }

    /// How many of them the tab's store has.
    pub(super) fn durable(&self) -> usize {
        self.writers.durable() + usize::from(self.birth == Birth::Kept)
    }

    /// All of them, in the order in which they are sent, each with the replica that made it.
    #[must_use]
    pub fn pending(&self) -> Vec<(ClientId, ClientSeq, Bytes)> {
        self.writers.pending(self.replica.client_id())
    }

    /// How many of them are lost when the tab is closed now.
    #[must_use]
    pub fn undurable(&self) -> usize {
        self.unsaved() - self.durable()
    }

    /// The title, as it was told last.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.shelf.title.as_deref()
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
        let kept = || self.kept();
        match (self.slot.phase(), self.unsaved(), self.hold) {
            (_, 1.., Some(Hold { code, .. })) => match kept() {
                Some((edits, kept)) => SaveState::Waiting { edits, kept, code },
                None => SaveState::Saving,
            },
            (Phase::Open(_), 0, _) if self.is_loaded() => SaveState::Saved,
            (Phase::Open(_), 1.., _) => SaveState::Saving,
            (_, 0, _) if !self.is_loaded() => SaveState::Opening,
            (_, 0, _) => SaveState::Reconnecting,
            (_, 1.., _) => match kept() {
                Some((edits, kept)) => SaveState::Offline { edits, kept },
                None => SaveState::Saving,
            },
        }
    }

    /// How many unsaved edits are where. Only what the device holds counts as held by it; none while it is about to hold the first.
    fn kept(&self) -> Option<(usize, KeptWhere)> {
        if self.writers.own.store() == Store::Memory {
            return Some((self.unsaved(), KeptWhere::Tab));
        }
        let durable = self.durable();
        (durable > 0).then_some((durable, KeptWhere::Device))
    }

    pub(super) fn read_only_reason(&self) -> Option<ErrorCode> {
        match self.slot.phase() {
            Phase::Stopped(code) => Some(code),
            _ if self.role == Some(Role::Viewer) => Some(ErrorCode::ReadOnly),
            _ => self.read_only,
        }
    }
}
