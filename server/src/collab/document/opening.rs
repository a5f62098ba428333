//! How somebody comes in: at once, or when storage has answered for all that their replica sent before.

use super::{Document, Feed, Tab, Writer};
use crate::collab::effect::{Credential, Effect, MemberId};
use crate::collab::machine::Machine as _;
use crate::collab::members::closed;
use crate::collab::plant::Plant;
use shared::error::ErrorCode;
use shared::id::{ClientSeq, Seq};
use shared::wire::{OpenedTarget, Person, Resume, Role, ServerFrame};

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
    /// How their edits are numbered.
    pub writer: Writer,
    /// What they hold already.
    pub resume: Option<Resume>,
}

impl Document {
    pub(super) fn receive(&mut self, opening: Opening) {
        if let Err(code) = self.admit(&opening) {
            return self.refuse_opening(&opening, code);
        }
        if let Writer::Numbered(client_id) = opening.writer {
            // The tab came back before its old socket was noticed to be dead, or was duplicated: one of them writes as
            // this replica from now on, and the other has to become a new one.
            if let Some(former) = self.holders.get(&client_id).copied() {
                self.close_member(former, Some(ErrorCode::ClientIdTaken));
            }
        }
        if self.has_under_way(opening.writer) && !Plant::SavedThroughAccepted.is_planted() {
            self.waiting.push(opening);
        } else {
            self.let_in(opening);
        }
    }

    /// After storage has answered: lets in those who waited for it.
    pub(super) fn receive_waiting(&mut self) {
        for opening in std::mem::take(&mut self.waiting) {
            self.receive(opening);
        }
    }

    /// Ends the waiting of those for whom there is a reason.
    pub(super) fn turn_away(&mut self, reason: impl Fn(&Opening) -> Option<ErrorCode>) {
        for opening in std::mem::take(&mut self.waiting) {
            match reason(&opening) {
                Some(code) => self.refuse_opening(&opening, code),
                None => self.waiting.push(opening),
            }
        }
    }

    /// Whether they waited.
    pub(super) fn gives_up_waiting(&mut self, member: MemberId) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|opening| opening.member != member);
        self.waiting.len() < before
    }

    /// Whether edits of the replica have passed the gate and are not stored. A device that lost the last of what it kept may hold less of it
    /// than that, and would use its numbers for something else, were it told only what is stored.
    fn has_under_way(&self, writer: Writer) -> bool {
        let Writer::Numbered(client_id) = writer else {
            return false;
        };
        let numbering = self.numbering.get(&client_id);
        numbering.is_some_and(|numbering| numbering.accepted > numbering.saved)
    }

    fn refuse_opening(&mut self, opening: &Opening, code: ErrorCode) {
        self.effects.push_back(closed(opening.member, Some(code)));
        self.effects.push_back(Effect::Left { member: opening.member });
    }

    fn admit(&self, opening: &Opening) -> Result<(), ErrorCode> {
        self.state.check()?;
        if let Some(resume) = opening.resume {
            if resume.epoch != self.epoch && !Plant::EpochUnchecked.is_planted() {
                return Err(ErrorCode::EpochChanged);
            }
            if resume.after > self.head {
                return Err(ErrorCode::Regression);
            }
            if resume.after > self.head() {
                // What it holds past that is the tab's alone to show, as something that the document does not say.
                return Err(ErrorCode::Quarantined);
            }
        }
        let holds_nothing = opening.resume.is_none_or(|resume| resume.after == Seq(0));
        if holds_nothing && self.head() == Seq(0) && self.head > Seq(0) {
            // Not a character of it can be read. An empty page would say that there never was any.
            return Err(ErrorCode::Quarantined);
        }
        let Writer::Numbered(client_id) = opening.writer else {
            return Ok(());
        };
        let foreign_holder = self
            .holders
            .get(&client_id)
            .and_then(|holder| self.members.get(*holder))
            .is_some_and(|holder| holder.user.id != opening.user.id);
        if foreign_holder && !Plant::OwnershipUnchecked.is_planted() {
            return Err(ErrorCode::ClientIdTaken);
        }
        self.gate.owns(opening.user.id, client_id).map_err(|error| error.code())
    }

    fn let_in(&mut self, opening: Opening) {
        let Opening {
            member: id,
            user,
            credential,
            role,
            writer,
            resume,
        } = opening;
        let head = self.head();
        let mut saved_through = ClientSeq(0);
        if let Writer::Numbered(client_id) = writer {
            self.holders.insert(client_id, id);
            let numbering = self.numbering.get(&client_id).copied().unwrap_or_default();
            saved_through = if Plant::SavedThroughAccepted.is_planted() {
                numbering.accepted
            } else {
                numbering.saved
            };
        }
        let feed = if resume.is_some_and(|resume| resume.after >= head) {
            Feed::Live
        } else {
            Feed::Bundle
        };
        let peer = self.members.join(
            id,
            user,
            credential,
            role,
            Tab {
                writer,
                feed,
                told: saved_through,
                refused: false,
            },
        );
        let read_only = self.quarantined_after.map(|_| ErrorCode::Quarantined);
        let target = OpenedTarget::Document {
            saved_through,
            read_only,
        };
        self.send(
            id,
            ServerFrame::Opened {
                channel: id.channel,
                role,
                epoch: self.epoch,
                head_seq: head,
                target,
            },
        );
        if feed == Feed::Bundle {
            self.start_bundle(id, peer, resume.map(|resume| resume.after));
        }
        let presences = self.members.presences(id);
        if !presences.is_empty() {
            self.effects.push_back(Effect::Deliver {
                to: vec![id],
                frames: presences,
            });
        }
    }
}
