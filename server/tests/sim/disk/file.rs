//! One document as committed: its log, and the snapshot that stands for what was before it.

use super::*;

/// One document as committed.
#[derive(Clone, Debug, Default)]
pub(crate) struct DocumentFile {
    pub(crate) epoch: Epoch,
    pub(crate) head: Seq,
    pub(crate) log: BTreeMap<Seq, NewUpdate>,
    pub(super) snapshot: Option<(Seq, Bytes)>,
    /// What the snapshot stands for: nothing is thrown away.
    pub(super) history: BTreeMap<Seq, NewUpdate>,
    /// Neither read past this position nor written.
    pub(crate) held: Option<Seq>,
    /// As much of that as the process that runs has been told.
    pub(crate) hold_told: Option<Seq>,
    /// Updates stored though it was held.
    pub(crate) past_hold: u64,
    pub(crate) replicas: BTreeMap<ClientId, Stored>,
    /// Updates by somebody who does not own the client id.
    pub(crate) foreign: u64,
}

impl DocumentFile {
    pub(super) fn push(&mut self, update: NewUpdate) -> Seq {
        self.head = self.head.next();
        self.past_hold += u64::from(self.held.is_some());
        for (client_id, clock) in &update.clocks {
            self.replica(*client_id, update.user).clock = *clock;
        }
        self.replica(update.client_id, update.user).last_client_seq = update.client_seq;
        self.log.insert(self.head, update);
        self.head
    }

    fn replica(&mut self, client_id: ClientId, user: UserId) -> &mut Stored {
        let fresh = Stored {
            client_id,
            owner: user,
            clock: 0,
            last_client_seq: ClientSeq(0),
        };
        let replica = self.replicas.entry(client_id).or_insert(fresh);
        self.foreign += u64::from(replica.owner != user);
        replica
    }

    /// Whose the replica is, once it has written anything.
    pub(crate) fn owner(&self, client_id: ClientId) -> Option<UserId> {
        self.replicas.get(&client_id).map(|replica| replica.owner)
    }

    /// The replica's edits are stored up to here.
    pub(crate) fn saved_through(&self, client_id: ClientId) -> u64 {
        self.replicas
            .get(&client_id)
            .map_or(0, |replica| replica.last_client_seq.0)
    }

    /// The last position that may be read.
    pub(crate) fn readable(&self) -> Seq {
        self.held.map_or(self.head, |held| self.head.min(held))
    }

    /// There are edits, and none of them may be read.
    pub(crate) fn is_held_whole(&self) -> bool {
        self.readable() == Seq(0) && self.head > Seq(0)
    }

    /// Holds it at its last good state. Answers whether it was not held there or earlier before.
    pub(super) fn hold(&mut self, after: Seq) -> bool {
        let is_news = self.held.is_none_or(|held| after < held);
        if is_news {
            self.held = Some(after);
        }
        is_news
    }

    /// Whether snapshot and log hold every position up to the head once.
    pub(crate) fn is_contiguous(&self) -> bool {
        let first = self.snapshot.as_ref().map_or(Seq(0), |(seq, _)| *seq).next();
        self.log.keys().zip(first.0..).all(|(seq, expected)| seq.0 == expected)
            && self.log.keys().last().copied().unwrap_or(self.head) == self.head
    }

    /// Length-prefixed updates that bring whoever holds everything up to `after` to `through`: the snapshot first when the log does
    /// not reach back that far.
    pub(crate) fn bundle(&self, after: Option<Seq>, through: Seq) -> Vec<u8> {
        let after = after.unwrap_or_default();
        let mut bundle = Vec::new();
        for update in self.updates(after, through) {
            put(&mut bundle, update);
        }
        bundle
    }

    fn updates(&self, after: Seq, through: Seq) -> impl Iterator<Item = &Bytes> {
        let snapshot = self.snapshot.as_ref();
        let snapshot = snapshot.filter(|(seq, _)| *seq > after && *seq <= through);
        let from = snapshot.map_or(after, |(seq, _)| *seq).next();
        // A document that is held before its snapshot is read from the edits that this stands for.
        let rows = self.history.range(from..).chain(self.log.range(from..));
        let rows = rows.take_while(move |(seq, _)| **seq <= through);
        let snapshot = snapshot.into_iter().map(|(_, bytes)| bytes);
        snapshot.chain(rows.map(|(_, update)| &update.bytes))
    }

    /// The document as whoever holds all of it sees it.
    pub(crate) fn materialize(&self) -> Replica {
        self.materialize_through(self.head)
    }

    /// The document as everybody is to see it: up to where it may be read.
    pub(crate) fn readable_state(&self) -> Replica {
        self.materialize_through(self.readable())
    }

    fn materialize_through(&self, through: Seq) -> Replica {
        let mut replica = Replica::new(ClientId(0));
        let updates = self.updates(Seq(0), through);
        replica
            .apply(updates.cloned())
            .expect("what is stored can be integrated");
        replica
    }

    pub(super) fn compact(&mut self) -> bool {
        if self.log.is_empty() || self.held.is_some() {
            return false;
        }
        if Plant::CompactionOffByOne.is_planted() {
            self.log.pop_last();
        }
        let snapshot = self.materialize().encode_state();
        let mut again = Replica::new(ClientId(0));
        again.apply([snapshot.clone()]).expect("a snapshot can be read");
        assert_eq!(
            again.text(),
            self.materialize().text(),
            "a snapshot is what it was made from"
        );
        self.snapshot = Some((self.head, snapshot));
        self.history.append(&mut self.log);
        true
    }
}

fn put(bundle: &mut Vec<u8>, update: &[u8]) {
    let mut rest = update.len();
    while rest >= 0x80 {
        bundle.push(u8::try_from(rest & 0x7f).expect("seven bits") | 0x80);
        rest >>= 7;
    }
    bundle.push(u8::try_from(rest).expect("below 0x80"));
    bundle.extend_from_slice(update);
}
