//! The gate in front of the log: a bounded reader of Yjs update format v1 that lets pass what is contiguous and attributable.
//!
//! The reader is iterative and allocates nothing that the update merely declares: memory and time follow the bytes that are
//! there. What passes can be integrated by every replica that holds the log before it, without anything left waiting.
//!
//! | in the update | passes when |
//! |---|---|
//! | structs | items with a string or a deleted length; garbage-collected and skipped ranges and every other content are refused |
//! | parent | written only without origins, and then the root named `content`; map keys are refused |
//! | clients | owned by the account, or not used before; at most [`UPDATE_CLIENTS_MAX`] that add something |
//! | clocks | each client goes on exactly where the log ends |
//! | origins | exist already, or earlier in the same update in some order of its clients |
//! | deletions | not empty, ascending, and only of what exists |
//!
//! A stock Yjs client that answers a state vector may send again what is stored. That is dropped, and an item that is stored
//! in part is cut the way Yjs cuts it when it writes from an offset. So are deletions, when all of them are known. An update
//! that holds nothing known passes as it came.
//!
//! An origin, a deletion or a cut may fall between the two halves of a surrogate pair (editors that compare text by UTF-16
//! units do that to emoji). Yjs 13 and yrs 0.28 both turn each half into U+FFFD then, wherever and whenever they split, so all
//! replicas agree and no length changes; the gate lets it pass and needs to know nothing of anybody's text.
//!
//! **What it cannot know** without the text: whether the two origins of an item were neighbours when it was made. Yjs places
//! items whose origins no editor would choose by what is merged and known at the time, so that somebody who may write, with a
//! program of their own, can make replicas that began from different snapshots order such items differently.
//! Nor how far such an item has to be carried to its place, which can take every replica long: see the known limits in
//! ARCHITECTURE.md, with the way out.

mod check;
mod deleted;
mod error;
mod structs;
#[cfg(test)]
mod tests;

pub use error::GateError;

use crate::collab::effect::Replica;
use crate::collab::plant::Plant;
use bytes::Bytes;
use deleted::Deleted;
use shared::id::{ClientId, UserId};
use shared::limits::DOCUMENT_REPLICAS_MAX;
#[expect(unused_imports, reason = "named in the module's documentation")]
use shared::limits::UPDATE_CLIENTS_MAX;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// What the gate knows of one document: who owns each replica and how far it has got, on disk and under way.
///
/// For each update: [`Gate::check`], and when the machine decides to store it, [`Gate::advance`] with what passed. When the
/// writer answers, [`Gate::commit`] for what is stored. When it refuses, [`Gate::roll_back`] for the account whose update
/// was refused (or [`Gate::roll_back_all`] when the whole batch was), and every later update of that account that is still
/// under way must be refused too, since it was checked against clocks that are gone.
///
/// Nobody is told of an update before it is on disk, so what is under way may be built upon by its own account alone. That is
/// why a refusal never invalidates the update of somebody else that passed meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    replicas: BTreeMap<ClientId, Known>,
    /// Replicas whose pending clock is ahead of the committed one, or of which nothing is on disk yet.
    under_way: BTreeSet<ClientId>,
    /// Sum of all pending clocks.
    units: u64,
    /// Deletions on disk, as far as they went through this gate.
    deleted: Deleted,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    owner: UserId,
    committed: u32,
    pending: u32,
    standing: Standing,
}

/// Whether a replica has a place on disk. A clock does not tell: whoever only deletes stays at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    UnderWay,
    OnDisk,
}

/// An update that may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// What to store: the input itself unless parts of it were known already.
    pub bytes: Bytes,
    /// Replicas that the update moves on, with their clock after it.
    pub clocks: Vec<(ClientId, u32)>,
    /// Whether it deletes anything that is not known to be deleted on disk.
    pub deletes: bool,
}

impl Passed {
    /// Whether storing it would change nothing. A numbered edit is stored all the same, so that its number is on disk; what a
    /// stock Yjs client sends without need is dropped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clocks.is_empty() && !self.deletes
    }
}

impl Gate {
    /// The gate of a document whose log ends at these clocks.
    #[must_use]
    pub fn new(replicas: &[Replica]) -> Self {
        let known = |r: &Replica| Known {
            owner: r.owner,
            committed: r.clock,
            pending: r.clock,
            standing: Standing::OnDisk,
        };
        Self {
            replicas: replicas.iter().map(|r| (r.client_id, known(r))).collect(),
            under_way: BTreeSet::new(),
            units: replicas.iter().map(|r| u64::from(r.clock)).sum(),
            deleted: Deleted::default(),
        }
    }

    /// Whether `user` may write as `client_id`: it is theirs, or nobody's yet.
    pub fn owns(&self, user: UserId, client_id: ClientId) -> Result<(), GateError> {
        match self.replicas.get(&client_id) {
            Some(known) if known.owner != user && !Plant::OwnershipUnchecked.is_planted() => {
                Err(GateError::ClientIdTaken(client_id))
            }
            _ => Ok(()),
        }
    }

    /// Units ever inserted, with what is under way.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// Clocks of what is on disk, ascending by client id: the document's state vector.
    pub fn state_vector(&self) -> impl Iterator<Item = (ClientId, u32)> {
        self.replicas
            .iter()
            .map(|(id, known)| (*id, known.committed))
            .filter(|(_, clock)| *clock > 0)
    }

    /// Reads `update`, sent by `user`, and decides whether it may be stored after all that was advanced so far. Changes nothing.
    pub fn check(&self, user: UserId, update: &Bytes) -> Result<Passed, GateError> {
        check::check(self, user, update)
    }

    /// What passed is on its way to the log.
    pub fn advance(&mut self, user: UserId, passed: &Passed) {
        for &(client_id, clock) in &passed.clocks {
            let known = self.replicas.entry(client_id).or_insert(Known {
                owner: user,
                committed: 0,
                pending: 0,
                standing: Standing::UnderWay,
            });
            debug_assert!(
                known.owner == user || Plant::OwnershipUnchecked.is_planted(),
                "only an account's own replicas pass"
            );
            debug_assert!(known.pending < clock, "only what adds something is in the clocks");
            self.units += u64::from(clock - known.pending);
            known.pending = clock;
            self.under_way.insert(client_id);
        }
    }

    /// An edit that `user` numbers as `client_id` is on its way to the log. The replica is theirs even if the edit adds no text.
    pub fn claim(&mut self, user: UserId, client_id: ClientId) -> Result<(), GateError> {
        self.owns(user, client_id)?;
        let full = self.replicas.len() >= DOCUMENT_REPLICAS_MAX;
        if let Entry::Vacant(place) = self.replicas.entry(client_id) {
            if full {
                return Err(GateError::TooManyReplicas);
            }
            place.insert(Known {
                owner: user,
                committed: 0,
                pending: 0,
                standing: Standing::UnderWay,
            });
            self.under_way.insert(client_id);
        }
        Ok(())
    }

    /// An edit numbered as `client_id`, which was claimed, is on disk.
    pub fn keep(&mut self, client_id: ClientId) {
        let known = self
            .replicas
            .get_mut(&client_id)
            .expect("only what was claimed is kept");
        known.standing = Standing::OnDisk;
        if known.pending == known.committed {
            self.under_way.remove(&client_id);
        }
    }

    /// An update that was advanced, with these clocks and bytes, is on disk.
    pub fn commit(&mut self, clocks: &[(ClientId, u32)], bytes: &[u8]) {
        let deleted = &mut self.deleted;
        let read = check::deletions_of(bytes, |client, start, end| deleted.insert(client, start, end));
        debug_assert_eq!(read, Ok(()), "what passed is well-formed");
        for &(client_id, clock) in clocks {
            let known = self
                .replicas
                .get_mut(&client_id)
                .expect("only what was advanced is committed");
            debug_assert!(
                known.committed <= clock && clock <= known.pending,
                "commits ascend to what was advanced"
            );
            known.committed = clock;
            known.standing = Standing::OnDisk;
            if known.pending == clock {
                self.under_way.remove(&client_id);
            }
        }
    }

    /// Nothing of `user`'s that is under way will be stored.
    pub fn roll_back(&mut self, user: UserId) {
        self.roll_back_where(|known| known.owner == user);
    }

    /// Nothing that is under way will be stored.
    pub fn roll_back_all(&mut self) {
        self.roll_back_where(|_| true);
    }

    fn roll_back_where(&mut self, matches: impl Fn(&Known) -> bool) {
        let Self {
            replicas,
            under_way,
            units,
            ..
        } = self;
        under_way.retain(|client_id| {
            let known = replicas.get_mut(client_id).expect("what is under way has an entry");
            if !matches(known) {
                return true;
            }
            *units -= u64::from(known.pending - known.committed);
            known.pending = known.committed;
            if known.standing == Standing::UnderWay {
                // Nothing of it was ever stored, so nobody owns it.
                replicas.remove(client_id);
            }
            false
        });
    }

    /// Where the replica's log ends, as `user` may build upon it.
    fn clock(&self, user: UserId, client_id: ClientId) -> u32 {
        match self.replicas.get(&client_id) {
            Some(known) if known.owner == user => known.pending,
            Some(known) => known.committed,
            None => 0,
        }
    }
}
