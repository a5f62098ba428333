//! The way of an edit into storage, and back when it is not stored.

use super::pending::PendingUpdate;
use super::recent::Committed;
use super::{Document, Feed, Writer};
use crate::collab::effect::{AppendUpdates, Appended, Credential, DocumentAsk, Effect, MemberId, NewUpdate};
use crate::collab::gate::Passed;
use crate::collab::machine::{Machine as _, State};
use crate::collab::plant::Plant;
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{ClientSeq, UnixMs};
use shared::limits::UPDATE_BYTES_MAX;
use shared::wire::{ServerFrame, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// Stored updates after which working out a snapshot pays, or more of a large document.
const COMPACTION_UPDATES: usize = 512;
/// Stored bytes after which working out a snapshot pays, however few the updates, or more of a large document.
const COMPACTION_BYTES: usize = 256 * 1024;

/// A large document is worked out again after as many bytes as it ever had units, or an update for each so many of them: what is written then is
/// as large as the document, and all of it together would otherwise grow with the square of a long paste.
const UNITS_PER_UPDATE: u64 = 2_048;

/// Why the writer did not store somebody's update.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    code: ErrorCode,
    /// What the update came in with.
    credential: Credential,
}

impl Refusal {
    /// All that is pending of a person is refused with one of their updates, since it may build on it. Where that had come in with what is not
    /// valid any more, their other browsers only have to send again.
    fn as_told_to(self, credential: Credential) -> ErrorCode {
        if self.code == ErrorCode::NotSignedIn && credential != self.credential {
            ErrorCode::OutOfOrder
        } else {
            self.code
        }
    }
}

impl Document {
    pub(super) fn accept(
        &mut self,
        id: MemberId,
        client_seq: ClientSeq,
        update: &Bytes,
        at: UnixMs,
    ) -> Result<(), ErrorCode> {
        self.state.check()?;
        if self.quarantined_after.is_some() {
            return Err(ErrorCode::Quarantined);
        }
        let Some(member) = self.members.get(id).filter(|member| member.role.may_write()) else {
            return Err(ErrorCode::ReadOnly);
        };
        let (writer, user, peer) = (member.own.writer, member.user.id, member.peer);
        let credential = member.credential;
        if update.len() > UPDATE_BYTES_MAX {
            return Err(ErrorCode::UpdateTooLarge);
        }
        let client_id = match writer {
            Writer::Numbered(client_id) => {
                let accepted = self.numbering.get(&client_id).copied().unwrap_or_default().accepted;
                if client_seq != accepted.next() {
                    return Err(ErrorCode::OutOfOrder);
                }
                Some(client_id)
            }
            Writer::Stock => None,
        };
        let passed = self.gate.check(user, update).map_err(|error| error.code())?;
        if writer == Writer::Stock && passed.is_empty() {
            return Ok(());
        }
        if let Some(client_id) = client_id {
            self.gate.claim(user, client_id).map_err(|error| error.code())?;
        }
        self.gate.advance(user, &passed);
        let Passed { bytes, clocks, .. } = passed;
        if let Some(client_id) = client_id {
            self.numbering.entry(client_id).or_default().accepted = client_seq;
        }
        let client_id = client_id
            .or_else(|| clocks.first().map(|(id, _)| *id))
            .unwrap_or_default();
        let update = NewUpdate {
            user,
            credential,
            client_id,
            client_seq,
            at,
            bytes,
            clocks,
        };
        if Plant::SavedBeforeStored.is_planted() {
            self.tell_saved(id, client_seq, self.head());
        }
        if Plant::RemoteBeforeStored.is_planted() {
            self.tell_too_early(id, &update.bytes);
        }
        self.gathering.push(PendingUpdate {
            member: id,
            peer,
            writer,
            update,
        });
        Ok(())
    }

    pub(super) fn start_append(&mut self) {
        if self.state != State::Open || !self.in_flight.is_empty() || self.gathering.is_empty() {
            return;
        }
        self.in_flight = self.gathering.take_batch();
        let updates = self.in_flight.iter().map(|pending| pending.update.clone()).collect();
        let append = AppendUpdates {
            epoch: self.epoch,
            after: self.head,
            updates,
        };
        self.effects.push_back(Effect::Ask(DocumentAsk::Append(append)));
    }

    pub(super) fn committed(&mut self, batch: Vec<PendingUpdate>, outcomes: Appended) {
        if batch.len() != outcomes.len() {
            debug_assert!(
                false,
                "the writer answered {} of {} updates",
                outcomes.len(),
                batch.len()
            );
            self.stop(ErrorCode::Internal);
            return;
        }
        let before = self.head;
        let mut saved = BTreeMap::new();
        let mut refused = BTreeMap::new();
        let mut dropped = Vec::new();
        for (pending, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                Ok(seq) => {
                    debug_assert_eq!(seq, self.head.next(), "positions are contiguous");
                    self.head = seq;
                    self.gate.commit(&pending.update.clocks, &pending.update.bytes);
                    self.stored_since_compaction.0 += 1;
                    self.stored_since_compaction.1 += pending.update.bytes.len();
                    if let Writer::Numbered(client_id) = pending.writer {
                        self.gate.keep(client_id);
                        self.numbering.entry(client_id).or_default().saved = pending.update.client_seq;
                        saved.insert(client_id, seq);
                    }
                    self.recent.push(Committed {
                        seq,
                        writer: pending.writer,
                        member: pending.member,
                        bytes: pending.update.bytes,
                    });
                }
                Err(code) => {
                    let credential = pending.update.credential;
                    refused
                        .entry(pending.update.user)
                        .or_insert(Refusal { code, credential });
                    dropped.push(pending);
                }
            }
        }
        self.deliver_after(before);
        self.recent.trim();
        for (client_id, seq) in saved {
            let Some(member) = self.holders.get(&client_id).copied() else {
                continue;
            };
            if self
                .members
                .get(member)
                .is_some_and(|member| member.own.feed == Feed::Live)
            {
                let numbering = self.numbering.get(&client_id).copied().unwrap_or_default();
                let client_seq = if Plant::SavedTooFar.is_planted() {
                    numbering.accepted
                } else {
                    numbering.saved
                };
                self.tell_saved(member, client_seq, seq);
            }
        }
        for (user, refusal) in refused {
            let mut of_user: Vec<_> = dropped.extract_if(.., |pending| pending.update.user == user).collect();
            of_user.extend(self.gathering.remove_of(user));
            self.refuse_pending(of_user, |credential| refusal.as_told_to(credential));
        }
        if self.compaction_pays() {
            self.ask_for_compaction();
        }
    }

    fn compaction_pays(&self) -> bool {
        let (updates, bytes) = self.stored_since_compaction;
        let more = |units: u64| usize::try_from(units).unwrap_or(usize::MAX);
        let units = self.gate.units();
        updates >= COMPACTION_UPDATES.max(more(units / UNITS_PER_UPDATE)) || bytes >= COMPACTION_BYTES.max(more(units))
    }

    pub(super) fn refuse(&mut self, id: MemberId, client_seq: ClientSeq, code: ErrorCode) {
        let Some(member) = self.members.get_mut(id) else { return };
        if std::mem::replace(&mut member.own.refused, true) {
            return;
        }
        let subject = match member.own.writer {
            Writer::Numbered(_) => Some(Subject::Edit(client_seq)),
            Writer::Stock => None,
        };
        let retryable = Credential::may_resend(code);
        self.send(
            id,
            ServerFrame::Refused {
                channel: id.channel,
                subject,
                code,
                retryable,
            },
        );
    }

    pub(super) fn refuse_all_pending(&mut self, mut pending: Vec<PendingUpdate>, code: ErrorCode) {
        pending.extend(self.gathering.take_all());
        self.refuse_pending(pending, |_| code);
    }

    /// Takes back what passed the gate and is not going to be stored. `pending` is all that is pending of its persons; `code` says why, to
    /// whoever was let in with this credential.
    fn refuse_pending(&mut self, pending: Vec<PendingUpdate>, code: impl Fn(Credential) -> ErrorCode) {
        let users: BTreeSet<_> = pending.iter().map(|pending| pending.update.user).collect();
        for user in users {
            if Plant::ClockNotRolledBack.is_planted() {
                break;
            }
            self.gate.roll_back(user);
        }
        for PendingUpdate {
            member,
            peer,
            writer,
            update,
        } in pending
        {
            let to = match writer {
                Writer::Numbered(client_id) => {
                    let numbering = self.numbering.entry(client_id).or_default();
                    if !Plant::NumberingNotRolledBack.is_planted() {
                        numbering.accepted = numbering.saved;
                    }
                    // The replica may be on another channel by now.
                    self.holders.get(&client_id).copied()
                }
                Writer::Stock => {
                    Some(member).filter(|id| self.members.get(*id).is_some_and(|member| member.peer == peer))
                }
            };
            if let Some((to, credential)) = to.and_then(|to| Some((to, self.members.get(to)?.credential))) {
                self.refuse(to, update.client_seq, code(credential));
            }
        }
    }

    pub(super) fn ask_for_compaction(&mut self) {
        self.stored_since_compaction = (0, 0);
        self.effects
            .push_back(Effect::Ask(DocumentAsk::CompactionDue { through: self.head }));
    }
}
