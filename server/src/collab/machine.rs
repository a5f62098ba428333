//! What the machines of documents and rooms have in common, so that one shell serves both.

use super::effect::{Effect, MemberId};
use shared::error::ErrorCode;
use shared::id::{Epoch, Seq, UnixMs, UserId};
use shared::wire::{Change, Person, PresenceState, Role};

/// An open document or room, as a machine that computes and does nothing else.
///
/// Inputs are the methods that take `&mut self`, here and on the machine itself; after any number of them, call
/// [`Self::poll_effect`] until it is empty and carry out what it gives, in that order. `now` never has to be exact; a clock set
/// back does no harm.
pub trait Machine {
    /// A request to join.
    type Opening;
    /// What it asks of storage.
    type Ask;

    /// The history that sequence numbers count in.
    #[must_use]
    fn epoch(&self) -> Epoch;

    /// The last stored position that may be read: what `Pong` tells.
    #[must_use]
    fn head(&self) -> Seq;

    /// Whether so much waits for storage that the shell has to stop taking inputs of members until storage answers.
    #[must_use]
    fn is_full(&self) -> bool;

    /// When [`Self::handle_timeout`] has to be called, if at all.
    #[must_use]
    fn deadline(&self) -> Option<UnixMs>;

    /// Time has passed.
    fn handle_timeout(&mut self, now: UnixMs);

    /// The next thing for the shell to do. Call until it is none.
    fn poll_effect(&mut self) -> Option<Effect<Self::Ask>>;

    /// Somebody asks to join. Answered by `Opened`, with what they miss after it, or by `Closed`.
    fn open(&mut self, opening: Self::Opening);

    /// The member asked to leave: answered by `Closed`, with nothing after it.
    fn close(&mut self, member: MemberId);

    /// The member's connection is gone. What it sent and what was accepted is stored all the same.
    fn disconnect(&mut self, member: MemberId);

    /// Where the member is. Told to the others at once, or together with other changes a moment later.
    fn presence(&mut self, member: MemberId, state: Option<PresenceState>, now: UnixMs);

    /// The person's role is another one now. Their channels are closed and may be opened again with it.
    fn role_changed(&mut self, user: UserId, role: Role);

    /// The person may not read any more. Nothing is delivered to them after this.
    fn revoked(&mut self, user: UserId);

    /// The person is called something else now. Whoever is here is told.
    fn renamed(&mut self, person: Person);

    /// Something outside of what is numbered here changed.
    fn changed(&mut self, change: Change);

    /// The document or room does not exist any more.
    fn deleted(&mut self);
}

/// What a machine can still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// Storage failed: reading goes on, nothing is accepted.
    Failed,
    /// Everybody has been sent away.
    Stopped,
}

impl State {
    /// Why nothing is accepted, if so.
    pub(super) const fn check(self) -> Result<(), ErrorCode> {
        match self {
            Self::Open => Ok(()),
            Self::Failed => Err(ErrorCode::StorageFailed),
            Self::Stopped => Err(ErrorCode::Internal),
        }
    }
}
