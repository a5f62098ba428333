//! Whatever yrs makes of honest editing passes, and everybody who applies it agrees.

use super::*;
use proptest::prelude::*;
use proptest::sample::Index;
use yrs::undo::UndoManager;

/// One tab.
struct Peer {
    doc: Doc,
    undo: UndoManager<()>,
    user: UserId,
    /// Updates made, not yet sent.
    outbox: Vec<Bytes>,
    /// How much of the log is applied.
    applied: usize,
}

/// Where a splice may begin and end.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Characters,
    /// Also inside of surrogate pairs, as editors do that compare texts unit by unit.
    Units,
}

#[derive(Clone, Debug)]
enum Action {
    /// Replaces a stretch of the text, as one transaction.
    Splice {
        peer: Index,
        at: Index,
        remove: u8,
        insert: String,
    },
    Undo(Index),
    Redo(Index),
    /// Sends all that was made, one by one.
    Push(Index),
    /// Sends all that was made as a stock client answers a state vector.
    PushDiff(Index),
    /// Sends the whole state, known or not, as a script might.
    PushState(Index),
    Pull(Index),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let peer = any::<Index>;
    let insert = prop_oneof![
        Just(String::new()),
        "[a-c\n]{1,6}",
        "[aé\u{20ac}\u{1f600}\u{1f468}\u{200d}\u{fe0f}]{1,5}"
    ];
    let splice = (peer(), peer(), 0u8..8, insert).prop_map(|(peer, at, remove, insert)| Action::Splice {
        peer,
        at,
        remove,
        insert,
    });
    let action = prop_oneof![
        8 => splice,
        1 => peer().prop_map(Action::Undo),
        1 => peer().prop_map(Action::Redo),
        2 => peer().prop_map(Action::Push),
        1 => peer().prop_map(Action::PushDiff),
        1 => peer().prop_map(Action::PushState),
        3 => peer().prop_map(Action::Pull),
    ];
    prop::collection::vec(action, 1..80)
}

impl Peer {
    fn new(number: u8) -> Self {
        let doc = replica(1_000 + u32::from(number));
        let scope = doc.get_or_insert_text("content");
        let mut options = yrs::undo::Options::default();
        options.tracked_origins.insert("typed".into());
        let mut undo = UndoManager::with_options(options);
        undo.expand_scope(&doc, &scope);
        Self {
            doc,
            undo,
            user: account(number),
            outbox: Vec::new(),
            applied: 0,
        }
    }

    fn splice(&mut self, ends: Ends, at: &Index, remove: u8, insert: &str) {
        let before = text(&self.doc);
        let mut boundaries = vec![0];
        for c in before.chars() {
            let from = boundaries[boundaries.len() - 1];
            match ends {
                Ends::Characters => boundaries.push(from + u32::try_from(c.len_utf16()).expect("1 or 2")),
                Ends::Units => boundaries.extend((from + 1..).take(c.len_utf16())),
            }
        }
        let from = at.index(boundaries.len());
        let to = (from + usize::from(remove)).min(boundaries.len() - 1);
        if from == to && insert.is_empty() {
            return;
        }
        let shared_text = self.doc.get_or_insert_text("content");
        let mut txn = self.doc.transact_mut_with("typed");
        if to > from {
            shared_text.remove_range(&mut txn, boundaries[from], boundaries[to] - boundaries[from]);
        }
        if !insert.is_empty() {
            shared_text.insert(&mut txn, boundaries[from], insert);
        }
        self.outbox.push(Bytes::from(txn.encode_update_v1()));
    }

    /// What a step of the undo manager amounts to.
    fn capture(&mut self, step: impl FnOnce(&mut UndoManager<()>) -> bool) {
        let made = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let sink = made.clone();
        let heard = self.doc.observe_update_v1("outbox", move |_, event| {
            sink.lock().expect("one thread").push(Bytes::from(event.update.clone()));
        });
        heard.expect("no transaction is open");
        step(&mut self.undo);
        self.doc.unobserve_update_v1("outbox").expect("no transaction is open");
        self.outbox.append(&mut made.lock().expect("one thread"));
    }

    fn push(&mut self, log: &mut Log) {
        for update in self.outbox.drain(..) {
            log.append(self.user, update).expect("what an editor makes passes");
        }
    }

    fn push_diff(&mut self, log: &mut Log) {
        self.outbox.clear();
        let diff = self.doc.transact().encode_state_as_update_v1(&log.state_vector());
        log.append(self.user, diff)
            .expect("an answer to the state vector passes");
    }

    fn push_state(&mut self, log: &mut Log) {
        self.outbox.clear();
        log.append(self.user, state(&self.doc)).expect("a whole state passes");
    }

    fn pull(&mut self, log: &Log) {
        apply(&self.doc, &log.updates[self.applied..]);
        self.applied = log.updates.len();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn honest_editing_always_passes_and_everybody_agrees(
        actions in actions(),
        ends in prop_oneof![Just(Ends::Characters), Just(Ends::Units)],
    ) {
        let mut log = Log::default();
        let mut peers: Vec<_> = (1..=4).map(Peer::new).collect();
        for action in &actions {
            match action {
                Action::Splice { peer, at, remove, insert } => peer.get_mut(&mut peers).splice(ends, at, *remove, insert),
                Action::Undo(peer) => peer.get_mut(&mut peers).capture(UndoManager::undo_blocking),
                Action::Redo(peer) => peer.get_mut(&mut peers).capture(UndoManager::redo_blocking),
                Action::Push(peer) => peer.get_mut(&mut peers).push(&mut log),
                Action::PushDiff(peer) => peer.get_mut(&mut peers).push_diff(&mut log),
                Action::PushState(peer) => peer.get_mut(&mut peers).push_state(&mut log),
                Action::Pull(peer) => peer.get_mut(&mut peers).pull(&log),
            }
        }
        peers.iter_mut().for_each(|peer| peer.push(&mut log));
        peers.iter_mut().for_each(|peer| peer.pull(&log));
        let newcomer = replica(9);
        apply(&newcomer, &log.updates);
        let from_snapshot = replica(10);
        apply(&from_snapshot, &[state(&newcomer)]);
        prop_assert_eq!(text(&from_snapshot), text(&newcomer));
        for peer in &peers {
            prop_assert_eq!(text(&peer.doc), text(&newcomer));
            prop_assert_eq!(peer.doc.transact().state_vector(), log.state_vector());
        }
    }
}
