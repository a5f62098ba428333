//! What a document makes of the server's frames.

use super::{BUNDLE_BYTES_MAX, Document, Hold, Name};
use crate::bundle;
use crate::error::ErrorCode;
use crate::id::{ClientSeq, Epoch, Seq};
use crate::inflate::Inflater;
use crate::session::event::Event;
use crate::session::plant::Plant;
use crate::session::slot::Out;
use crate::wire::{OpenedTarget, Role};
use bytes::{Bytes, BytesMut};

impl Document {
    pub(in crate::session) fn handle_opened(
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
        if self
            .epoch
            .is_some_and(|known| known != epoch && known != Epoch::UNKNOWN)
        {
            return self.begin_anew(ErrorCode::EpochChanged, out);
        }
        if head_seq < self.held || saved_through < self.writers.front().saved_through() {
            return self.begin_anew(ErrorCode::Regression, out);
        }
        if saved_through > self.writers.front().last() && !self.outgrown(saved_through, out) {
            // Somebody else writes with this replica's name: a copied tab.
            return self.begin_anew(ErrorCode::ClientIdTaken, out);
        }
        self.role = Some(role);
        self.read_only = read_only;
        self.epoch = Some(epoch);
        let stored = self.writers.front().len_through(saved_through);
        let waits_for_text = head_seq > self.held && !Plant::SettledTooEarly.is_planted();
        let is_held = read_only == Some(ErrorCode::Quarantined);
        if is_held && self.unsaved() > 0 && !Plant::SettledTooEarly.is_planted() {
            // Also what is stored of it may be past the position at which the document is held.
            return self.begin_anew(ErrorCode::Quarantined, out);
        }
        if self.unsaved() > stored
            && let Some(code) = self.read_only_reason()
        {
            self.writers.front_mut().acknowledge(saved_through);
            return self.begin_anew(code, out);
        }
        if waits_for_text {
            self.settles = Some(saved_through);
        } else {
            self.writers.front_mut().acknowledge(saved_through);
        }
        self.writers.front_mut().rewind(saved_through);
        if self.writers.gone_in_front().is_none() {
            self.name = Name::Own;
        }
        if self.unsaved() == 0 {
            self.release();
        }
        out.event(Event::Opened {
            place: self.slot.place,
            role,
        });
        if self.give_channel_on(out) {
            return;
        }
        if head_seq > self.held {
            self.bundle = Some(BytesMut::new());
            self.pack = None;
        } else {
            self.arrived();
        }
    }

    pub(in crate::session) fn handle_packed(&mut self, size: u32, out: &mut Out) {
        match usize::try_from(size) {
            Ok(size) if size <= BUNDLE_BYTES_MAX => self.pack = Some(Inflater::new(size)),
            _ => self.fail(ErrorCode::FrameTooLarge, out),
        }
    }

    pub(in crate::session) fn handle_catchup(&mut self, through_seq: Seq, part: &Bytes, last: bool, out: &mut Out) {
        let Some(bundle) = &mut self.bundle else { return };
        if bundle.len() + part.len() > BUNDLE_BYTES_MAX {
            return self.fail(ErrorCode::FrameTooLarge, out);
        }
        if let Some(pack) = &mut self.pack {
            if pack.push(part).is_err() {
                return self.fail(ErrorCode::UpdateMalformed, out);
            }
        } else {
            bundle.extend_from_slice(part);
        }
        self.slot.progress();
        if !last {
            return;
        }
        let bundle = self.bundle.take().map(BytesMut::freeze).unwrap_or_default();
        let unpacked = match self.pack.take() {
            Some(pack) => pack.finish().map(Bytes::from).ok(),
            None => Some(bundle),
        };
        let Some(updates) = unpacked.and_then(|bundle| bundle::read(&bundle).ok()) else {
            return self.fail(ErrorCode::UpdateMalformed, out);
        };
        self.note_others(&updates, out);
        self.inbox.extend(updates);
        self.held = self.held.max(through_seq);
        self.seen = self.seen.max(through_seq);
        self.arrived();
        if let Some(saved_through) = self.settles.take() {
            self.writers.front_mut().acknowledge(saved_through);
            if self.unsaved() == 0 {
                self.release();
            }
            self.give_channel_on(out);
        }
    }

    pub(in crate::session) fn handle_remote(&mut self, seq: Seq, update: Bytes, out: &mut Out) {
        if seq <= self.seen {
            return;
        }
        self.unaccounted += seq.0 - self.seen.0 - 1;
        if self.unaccounted > self.writers.front().in_flight() {
            return self.mend_gap(out);
        }
        self.slot.progress();
        self.seen = seq;
        if self.unaccounted == 0 {
            self.held = seq;
        }
        self.note_others(std::slice::from_ref(&update), out);
        self.inbox.push(update);
    }

    pub(in crate::session) fn handle_saved(&mut self, client_seq: ClientSeq, seq: Seq, out: &mut Out) {
        let settled = self.writers.front_mut().acknowledge(client_seq);
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
        self.give_channel_on(out);
    }

    pub(in crate::session) fn handle_pong(&mut self, head: Seq, out: &mut Out) {
        if self.bundle.is_none() && self.slot.is_missing(self.seen, head) {
            self.mend_gap(out);
        }
    }

    pub(in crate::session) fn handle_refused_edit(
        &mut self,
        now_ms: u64,
        code: ErrorCode,
        retryable: bool,
        out: &mut Out,
    ) {
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

    pub(in crate::session) fn handle_closed(&mut self, now_ms: u64, code: ErrorCode, retryable: bool, out: &mut Out) {
        match code {
            ErrorCode::EpochChanged | ErrorCode::Regression | ErrorCode::ClientIdTaken => self.begin_anew(code, out),
            // Of a document that is held at an earlier state, this tab holds more.
            ErrorCode::Quarantined if !retryable && self.held > Seq(0) && !Plant::HeldShown.is_planted() => {
                self.begin_anew(code, out);
            }
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

    pub(in crate::session) fn handle_lost(&mut self, out: &mut Out) {
        self.settles = None;
        self.bundle = None;
        self.pack = None;
        self.hold = None;
        self.slot.handle_lost(out);
    }
}
