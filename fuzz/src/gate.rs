//! The gate against any bytes, from several accounts, with commits, refusals and rollbacks in any order.

use crate::log::account;
use crate::records;
use bytes::Bytes;
use server::collab::effect::Replica;
use server::collab::gate::{Gate, Passed};
use shared::id::{ClientId, ClientSeq, UserId};
use std::collections::{BTreeMap, VecDeque};

/// Updates one input may bring; beyond, nothing new is learnt.
const RECORDS_MAX: usize = 64;

/// The gate, and what has to be true of it.
#[derive(Default)]
struct Model {
    gate: Gate,
    /// Passed and not answered by the writer, in order.
    under_way: VecDeque<(UserId, Passed)>,
    stored: BTreeMap<ClientId, (UserId, u32)>,
}

/// The lowest two bits of a record's byte are the sender, the next two what becomes of it.
pub(crate) fn run(input: &[u8]) {
    let mut model = Model::default();
    for (what, update) in records::read(input).into_iter().take(RECORDS_MAX) {
        let user = account(what & 3);
        model.send(user, &update);
        match (what >> 2) & 3 {
            0 => model.commit(usize::MAX),
            1 => model.commit(1),
            2 => {}
            _ if what & 16 == 0 => model.roll_back(user),
            _ => model.roll_back_all(),
        }
        model.check_loaded(user, &update);
    }
    model.commit(usize::MAX);
    model.check_state();
}

impl Model {
    fn send(&mut self, user: UserId, update: &Bytes) {
        let Ok(passed) = self.gate.check(user, update) else {
            return;
        };
        let again = self.gate.check(user, &passed.bytes).expect("what passed passes");
        assert_eq!(again, passed, "what passed is whole");
        for &(client_id, clock) in &passed.clocks {
            assert_eq!(self.gate.owns(user, client_id), Ok(()));
            if let Some(&(owner, stored)) = self.stored.get(&client_id) {
                assert_eq!(owner, user, "nobody writes as somebody else");
                assert!(clock > stored, "clocks ascend");
            }
        }
        self.gate.advance(user, &passed);
        let known = self.gate.check(user, &passed.bytes).expect("it is under way");
        assert!(known.clocks.is_empty(), "what is under way adds nothing");
        self.under_way.push_back((user, passed));
    }

    fn commit(&mut self, most: usize) {
        for _ in 0..most.min(self.under_way.len()) {
            let (user, passed) = self.under_way.pop_front().expect("as many as there are");
            self.gate.commit(&passed.clocks, &passed.bytes);
            for &(client_id, clock) in &passed.clocks {
                self.stored.insert(client_id, (user, clock));
            }
            let known = self.gate.check(user, &passed.bytes).expect("it is stored");
            assert!(known.is_empty(), "what is stored changes nothing");
        }
    }

    fn roll_back(&mut self, user: UserId) {
        self.gate.roll_back(user);
        self.under_way.retain(|(of, _)| *of != user);
    }

    fn roll_back_all(&mut self) {
        self.gate.roll_back_all();
        self.under_way.clear();
    }

    /// With nothing under way the gate decides as one that was loaded from what is stored.
    fn check_loaded(&self, user: UserId, update: &Bytes) {
        if !self.under_way.is_empty() {
            return;
        }
        self.check_state();
        let stored = self.stored.iter().map(|(&client_id, &(owner, clock))| Replica {
            client_id,
            owner,
            clock,
            last_client_seq: ClientSeq(0),
        });
        let loaded = Gate::new(&stored.collect::<Vec<_>>());
        let answer = |gate: &Gate| gate.check(user, update).map(|passed| passed.clocks);
        assert_eq!(
            answer(&self.gate),
            answer(&loaded),
            "what was refused leaves nothing behind"
        );
    }

    fn check_state(&self) {
        let stored = self.stored.iter().map(|(&client_id, &(_, clock))| (client_id, clock));
        assert!(
            self.gate.state_vector().eq(stored),
            "the state vector is what is stored"
        );
    }
}
