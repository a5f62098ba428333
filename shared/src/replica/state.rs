//! All that a replica holds, in the forms in which others ask for it.

use super::{Replica, client_id};
use crate::id::ClientId;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Range;
use yrs::{ReadTxn as _, Transact as _};

impl Replica {
    /// The whole document as one update, with whatever waits for something missing.
    #[must_use]
    pub fn encode_state(&self) -> Bytes {
        self.doc
            .transact()
            .encode_state_as_update_v1(&yrs::StateVector::default())
            .into()
    }

    /// How many units of each client are part of the document.
    #[must_use]
    pub fn state_vector(&self) -> BTreeMap<ClientId, u32> {
        let state = self.doc.transact().state_vector();
        state
            .iter()
            .map(|(client, clock)| (client_id(*client), *clock))
            .collect()
    }

    /// Which units of each client are deleted: ranges of clocks, ascending.
    #[must_use]
    pub fn delete_set(&self) -> BTreeMap<ClientId, Vec<Range<u32>>> {
        let deleted = self.doc.transact().snapshot().delete_set;
        deleted
            .iter()
            .map(|(client, ranges)| (client_id(*client), ranges.iter().cloned().collect()))
            .collect()
    }
}
