//! A document as the server has it: a gate, and the log of what passed. And what replicas make of that log.

use bytes::Bytes;
use server::collab::gate::{Gate, GateError, Passed};
use shared::id::{ClientId, UserId};
use shared::replica::{Replica, splice_text};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A test persona's account.
pub(crate) fn account(number: u8) -> UserId {
    UserId(Uuid::from_bytes([number; 16]))
}

/// See the module.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) gate: Gate,
    pub(crate) updates: Vec<Bytes>,
}

impl Log {
    /// Passes and stores an update, or says why not.
    pub(crate) fn append(&mut self, user: UserId, update: &Bytes) -> Result<Passed, GateError> {
        let passed = self.gate.check(user, update)?;
        self.gate.advance(user, &passed);
        self.gate.commit(&passed.clocks, &passed.bytes);
        self.updates.push(passed.bytes.clone());
        Ok(passed)
    }

    /// A replica that holds the log, applied as it came.
    pub(crate) fn replica(&self, client_id: ClientId) -> Replica {
        let mut replica = Replica::new(client_id);
        let mut shown = String::new();
        for update in &self.updates {
            shown = apply(&mut replica, &shown, std::slice::from_ref(update));
        }
        self.check(&replica);
        replica
    }

    /// A replica that holds the log, applied in one transaction.
    pub(crate) fn replica_at_once(&self, client_id: ClientId) -> Replica {
        let mut replica = Replica::new(client_id);
        apply(&mut replica, "", &self.updates);
        self.check(&replica);
        replica
    }

    /// What holds of every replica that was given the whole log: nothing waits, and nothing is missing.
    pub(crate) fn check(&self, replica: &Replica) {
        assert!(!replica.is_waiting(), "nothing is left waiting");
        let stored: BTreeMap<_, _> = self.gate.state_vector().collect();
        assert_eq!(replica.state_vector(), stored, "the replica holds what the gate counts");
        let units = replica.text().encode_utf16().count();
        assert_eq!(replica.len() as usize, units, "the length is the text's");
    }
}

/// Applies updates as a tab does, and returns what its editor shows then.
pub(crate) fn apply(replica: &mut Replica, shown: &str, updates: &[Bytes]) -> String {
    let splices = replica.apply(updates).expect("what passes is applied");
    let shown = splice_text(shown, &splices);
    assert_eq!(shown, replica.text(), "the splices lead to the text");
    shown
}
