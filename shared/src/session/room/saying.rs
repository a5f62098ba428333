//! What the person says, until it is stored.

use super::Room;
use crate::error::ErrorCode;
use crate::id::Nonce;
use crate::limits::MESSAGE_BYTES_MAX;
use crate::session::event::Event;
use crate::session::plant::Plant;
use crate::session::slot::Out;
use crate::wire::ClientFrame;

/// Messages that may wait to be stored in one room.
pub const UNSENT_MAX: usize = 100;

/// Why nothing was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SayError {
    /// The room is not open in this session.
    #[error("the room is not open")]
    NotOpen,
    /// No text.
    #[error("a message needs some text")]
    Empty,
    /// Over [`MESSAGE_BYTES_MAX`].
    #[error("the message is too long")]
    TooLong,
    /// [`UNSENT_MAX`] wait already.
    #[error("too many messages wait for the server")]
    Full,
}

/// What became of an own message so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The tab's store does not have it yet.
    Keeping,
    /// It will be sent when those before it are stored.
    Waiting,
    /// The server has not answered yet.
    Sent,
    /// The server refused it; the person resends or discards it.
    Failed(ErrorCode),
}

/// An own message that is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// The name of the attempt.
    pub nonce: Nonce,
    /// Markdown.
    pub body: String,
    /// How far it got.
    pub progress: Progress,
}

impl Unsent {
    /// Whether the server had it, and has it no more since it was put back to an older state.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self.progress, Progress::Failed(ErrorCode::EpochChanged))
    }
}

impl Room {
    pub(in crate::session) fn say(&mut self, nonce: Nonce, body: String, out: &mut Out) -> Result<(), SayError> {
        if body.trim().is_empty() {
            return Err(SayError::Empty);
        }
        if body.len() > MESSAGE_BYTES_MAX {
            return Err(SayError::TooLong);
        }
        if self.unsent.iter().filter(|unsent| !unsent.is_lost()).count() >= UNSENT_MAX {
            return Err(SayError::Full);
        }
        let progress = self.first_progress(nonce, out);
        self.unsent.push_back(Unsent { nonce, body, progress });
        out.event(Event::Messages { room: self.id });
        Ok(())
    }

    /// A failed message is said again, under the same nonce: should it be stored after all, it is not repeated.
    pub(in crate::session) fn resend(&mut self, nonce: Nonce, out: &mut Out) {
        let failed = |unsent: &Unsent| unsent.nonce == nonce && matches!(unsent.progress, Progress::Failed(_));
        if let Some(position) = self.unsent.iter().position(failed) {
            self.forget_unsent(nonce, out);
            self.unsent[position].progress = self.first_progress(nonce, out);
            out.event(Event::Messages { room: self.id });
            // Other tabs drop its row for that. Where no row of this one stands for it, they go on showing it until it is said.
            if out.keeper.is_on() {
                out.event(Event::DealtWith { room: self.id, nonce });
            }
        }
    }

    /// The person gives an unsent message up. One that is under way may be stored all the same.
    pub(in crate::session) fn discard(&mut self, nonce: Nonce, out: &mut Out) {
        let before = self.unsent.len();
        self.unsent.retain(|unsent| unsent.nonce != nonce);
        if self.unsent.len() != before {
            self.forget_unsent(nonce, out);
            out.event(Event::Messages { room: self.id });
            out.event(Event::DealtWith { room: self.id, nonce });
        }
    }

    /// The person has said a failed message again in another tab, or discarded it there: it waits for them here no more, also when this tab has yet to
    /// find out that it failed. Should it be said again, that tab's rows stand for it.
    pub(in crate::session) fn dealt_with(&mut self, nonce: Nonce, out: &mut Out) {
        if Plant::DealtWithShown.is_planted() {
            return;
        }
        self.dealt.insert(nonce);
        let failed = |unsent: &Unsent| unsent.nonce == nonce && matches!(unsent.progress, Progress::Failed(_));
        if let Some(position) = self.unsent.iter().position(failed) {
            self.unsent.remove(position);
            self.forget_lost(nonce, out);
            out.event(Event::Messages { room: self.id });
        }
    }

    /// One message at a time is under way, so that messages are stored in the order they were said whatever becomes of each.
    pub(super) fn send_next(&mut self, out: &mut Out) {
        let Some(channel) = self.slot.open_channel().filter(|_| self.held >= self.level_at) else {
            return;
        };
        let next = self
            .unsent
            .iter_mut()
            .find(|unsent| !matches!(unsent.progress, Progress::Failed(_)));
        if let Some(unsent) = next
            && unsent.progress == Progress::Waiting
        {
            unsent.progress = Progress::Sent;
            out.send(&ClientFrame::Say {
                channel,
                nonce: unsent.nonce,
                body: unsent.body.clone(),
            });
        }
    }
}
