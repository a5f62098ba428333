//! Replicas under random edits, undo and delivery: they agree in the end, and the splices they give out are exact.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use bytes::Bytes;
use proptest::prelude::*;
use shared::id::ClientId;
use shared::replica::{OffsetSelection, Replica, Splice, compose, splice_text, units};
use shared::wire::Assoc;
use yrs::updates::decoder::Decode as _;
use yrs::{Text as _, Transact as _};

/// Pieces that offsets, encodings and editors get wrong: pairs, joiners, combining marks, line ends, a byte order mark.
const PIECES: [&str; 12] = [
    "a",
    "hello ",
    "é",
    "e\u{301}",
    "🦀",
    "👩\u{200d}👩\u{200d}👧",
    "\r\n",
    "\n",
    "\u{feff}",
    "日本語",
    "\u{fffd}",
    "🇩🇪🇫🇷",
];

#[derive(Clone, Debug)]
enum Step {
    /// Positions are fractions of the length, out of 2^16.
    Edit {
        who: usize,
        splices: Vec<(u16, u16, String)>,
        pause_ms: u64,
    },
    Undo {
        who: usize,
    },
    Redo {
        who: usize,
    },
    /// A stock client that knows all so far replaces a stretch, and cuts pairs while at it.
    Cut {
        from: u16,
        to: u16,
        insert: String,
    },
    /// Hands over some of what `who` has not seen, chosen and ordered by `seed`.
    Deliver {
        who: usize,
        seed: u64,
    },
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..4).prop_map(|pieces| pieces.concat())
}

fn steps(replicas: usize, count: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(honest_step(replicas), 1..count)
}

fn steps_with_cuts(replicas: usize, count: usize) -> impl Strategy<Value = Vec<Step>> {
    let cut = (any::<u16>(), any::<u16>(), text()).prop_map(|(from, to, insert)| Step::Cut { from, to, insert });
    prop::collection::vec(prop_oneof![4 => honest_step(replicas), 1 => cut], 1..count)
}

fn honest_step(replicas: usize) -> impl Strategy<Value = Step> {
    let who = 0..replicas;
    let splices = prop::collection::vec((any::<u16>(), any::<u16>(), text()), 1..4);
    let edit = (who.clone(), splices, prop::sample::select(vec![0, 100, 1_000]));
    prop_oneof![
        6 => edit.prop_map(|(who, splices, pause_ms)| Step::Edit { who, splices, pause_ms }),
        2 => who.clone().prop_map(|who| Step::Undo { who }),
        1 => who.clone().prop_map(|who| Step::Redo { who }),
        3 => (who, any::<u64>()).prop_map(|(who, seed)| Step::Deliver { who, seed }),
    ]
}

/// Splices that fit a text of this length: the fractions, sorted.
fn fit(fractions: &[(u16, u16, String)], len: u32) -> Vec<Splice> {
    let mut bounds: Vec<u32> = fractions
        .iter()
        .flat_map(|(a, b, _)| [*a, *b])
        .map(|f| len * u32::from(f) / 65_535)
        .collect();
    bounds.sort_unstable();
    let pairs = bounds.chunks(2).zip(fractions);
    pairs
        .map(|(bounds, (_, _, insert))| Splice {
            from: bounds[0],
            to: bounds[1],
            insert: insert.clone(),
        })
        .collect()
}

/// A replica, the editor beside it that only knows the splices, and what was delivered.
struct Tab {
    replica: Replica,
    shown: String,
    seen: Vec<bool>,
}

impl Tab {
    fn show(&mut self, splices: &[Splice]) {
        self.shown = splice_text(&self.shown, splices);
        assert_eq!(self.shown, self.replica.text());
        assert_eq!(units(&self.shown), self.replica.len());
    }
}

struct World {
    tabs: Vec<Tab>,
    log: Vec<Bytes>,
    now_ms: u64,
}

impl World {
    fn new(replicas: usize) -> Self {
        let tab = |id| Tab {
            replica: Replica::new(ClientId(id)),
            shown: String::new(),
            seen: Vec::new(),
        };
        Self {
            tabs: (1..).take(replicas).map(tab).collect(),
            log: Vec::new(),
            now_ms: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Edit { who, splices, pause_ms } => {
                self.now_ms += pause_ms;
                let tab = &mut self.tabs[*who];
                let splices = fit(splices, tab.replica.len());
                let selection = splices.last().map(|s| OffsetSelection {
                    anchor: s.from,
                    head: s.to,
                });
                let snapped = tab.replica.snapped(&splices).unwrap();
                let updates = tab.replica.edit(&splices, self.now_ms, selection).unwrap();
                tab.show(&snapped);
                self.publish(*who, updates);
            }
            Step::Undo { who } => {
                let undone = self.tabs[*who].replica.undo().unwrap();
                self.take_back(*who, undone);
            }
            Step::Redo { who } => {
                let redone = self.tabs[*who].replica.redo().unwrap();
                self.take_back(*who, redone);
            }
            Step::Cut { from, to, insert } => self.cut(*from, *to, insert),
            Step::Deliver { who, seed } => self.deliver(*who, *seed, |bits| bits & 1 == 0),
        }
    }

    fn cut(&mut self, from: u16, to: u16, insert: &str) {
        let mut options = yrs::Options::with_client_id(yrs::ClientID::new(1_000 + self.log.len() as u64));
        options.offset_kind = yrs::OffsetKind::Utf16;
        let doc = yrs::Doc::with_options(options);
        let text = doc.get_or_insert_text("content");
        let mut known = doc.transact_mut();
        for update in &self.log {
            known.apply_update(yrs::Update::decode_v1(update).unwrap()).unwrap();
        }
        drop(known);
        let mut txn = doc.transact_mut();
        let len = text.len(&txn);
        let [from, to] = [from.min(to), from.max(to)].map(|f| len * u32::from(f) / 65_535);
        text.remove_range(&mut txn, from, to - from);
        text.insert(&mut txn, from, insert);
        let update = txn.encode_update_v1();
        self.publish(usize::MAX, vec![update.into()]);
    }

    fn take_back(&mut self, who: usize, undone: Option<shared::replica::Undone>) {
        let Some(undone) = undone else {
            return self.tabs[who].show(&[]);
        };
        self.tabs[who].show(&undone.splices);
        let len = self.tabs[who].replica.len();
        assert!(undone.selection.anchor <= len && undone.selection.head <= len);
        self.publish(who, undone.updates);
    }

    fn publish(&mut self, who: usize, updates: Vec<Bytes>) {
        self.log.extend(updates);
        for (index, tab) in self.tabs.iter_mut().enumerate() {
            tab.seen.resize(self.log.len(), index == who);
        }
    }

    fn deliver(&mut self, who: usize, seed: u64, choose: impl Fn(u64) -> bool) {
        let mut bits = seed | 1;
        let mut next = || {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            bits >> 8
        };
        let tab = &mut self.tabs[who];
        let missing = (0..self.log.len()).filter(|index| !tab.seen[*index]);
        let mut chosen: Vec<(u64, usize)> = missing
            .filter(|_| choose(next()))
            .map(|index| (index as u64, index))
            .collect();
        for (key, _) in &mut chosen {
            *key = next();
        }
        chosen.sort_unstable();
        for (_, index) in &chosen {
            tab.seen[*index] = true;
        }
        let splices = tab
            .replica
            .apply(chosen.iter().map(|(_, index)| &self.log[*index]))
            .unwrap();
        tab.show(&splices);
    }

    fn assert_agreed(&self) {
        let first = &self.tabs[0].replica;
        for tab in &self.tabs {
            assert!(!tab.replica.is_waiting());
            assert_eq!(tab.replica.text(), first.text());
            assert_eq!(tab.replica.text_hash(), first.text_hash());
            assert_eq!(tab.replica.state_vector(), first.state_vector());
            assert_eq!(tab.replica.delete_set(), first.delete_set());
        }
    }
}

fn check(replicas: usize, steps: &[Step], seed: u64) -> World {
    let mut world = World::new(replicas);
    for step in steps {
        world.step(step);
    }
    for who in 0..replicas {
        world.deliver(who, seed.rotate_left(u32::try_from(who).unwrap()), |_| true);
    }
    world.assert_agreed();
    world
}

proptest! {
    #[test]
    fn two_replicas_agree_and_show_what_they_hold(steps in steps(2, 60), seed: u64) {
        check(2, &steps, seed);
    }

    #[test]
    fn three_replicas_agree_and_show_what_they_hold(steps in steps(3, 60), seed: u64) {
        check(3, &steps, seed);
    }

    #[test]
    fn pairs_cut_by_stock_clients_are_shown_as_they_are_held(steps in steps_with_cuts(2, 40), seed: u64) {
        check(2, &steps, seed);
    }

    #[test]
    fn undo_and_redo_walk_exactly_through_what_one_person_wrote(edits in prop::collection::vec(edits(), 1..12)) {
        let mut replica = Replica::new(ClientId(1));
        let mut texts = vec![String::new()];
        for (now_ms, edit) in (0..).step_by(1_000).zip(&edits) {
            replica.edit(&fit(edit, replica.len()), now_ms, None).unwrap();
            texts.push(replica.text());
        }
        // A step that put back what it took out leaves the same text.
        texts.dedup();
        let mut back = vec![replica.text()];
        while replica.undo().unwrap().is_some() {
            back.push(replica.text());
        }
        back.dedup();
        prop_assert!(back.iter().rev().eq(&texts), "back {:?} texts {:?}", back, texts);
        let mut forth = vec![replica.text()];
        while replica.redo().unwrap().is_some() {
            forth.push(replica.text());
        }
        forth.dedup();
        prop_assert_eq!(forth, texts);
    }

    #[test]
    fn an_encoded_state_is_the_whole_document(steps in steps(2, 40), seed: u64) {
        let world = check(2, &steps, seed);
        let original = &world.tabs[0].replica;
        let mut copy = Replica::new(ClientId(99));
        let splices = copy.apply([original.encode_state()]).unwrap();
        prop_assert_eq!(splice_text("", &splices), original.text());
        prop_assert_eq!(copy.state_vector(), original.state_vector());
        prop_assert_eq!(copy.delete_set(), original.delete_set());
    }

    #[test]
    fn a_complete_log_in_any_order_gives_the_same_text(steps in steps(3, 40), seed: u64) {
        let mut world = check(3, &steps, seed);
        world.tabs.push(Tab { replica: Replica::new(ClientId(9)), shown: String::new(), seen: vec![false; world.log.len()] });
        world.deliver(3, seed, |_| true);
        world.assert_agreed();
    }

    #[test]
    fn updates_known_already_change_nothing(steps in steps(2, 30), seed: u64) {
        let mut world = check(2, &steps, seed);
        let splices = world.tabs[0].replica.apply(world.log.iter()).unwrap();
        prop_assert_eq!(splices, []);
        world.assert_agreed();
    }

    #[test]
    fn a_position_is_found_where_it_was_taken(steps in steps(2, 30), seed: u64, fraction: u16) {
        let world = check(2, &steps, seed);
        let [ada, ben] = &world.tabs[..] else { unreachable!("there are two") };
        let offset = ada.replica.len() * u32::from(fraction) / 65_535;
        let text: Vec<u16> = ada.shown.encode_utf16().collect();
        let cuts = offset > 0 && (0xd800..0xdc00).contains(&text[offset as usize - 1]);
        for assoc in [Assoc::Before, Assoc::After] {
            let sticky = ada.replica.sticky(offset, assoc);
            prop_assert_eq!(ben.replica.offset(&sticky), Some(offset - u32::from(cuts)));
        }
    }

    #[test]
    fn composed_splices_do_what_both_did(a in text(), b in edits(), c in edits()) {
        let first = fit_whole(&a, &b);
        let middle = splice_text(&a, &first);
        let second = fit_whole(&middle, &c);
        let end = splice_text(&middle, &second);
        let composed = compose(&first, &second);
        prop_assert_eq!(splice_text(&a, &composed), end);
        prop_assert!(composed.windows(2).all(|pair| pair[0].to < pair[1].from));
    }

    #[test]
    fn arbitrary_splices_never_cut_a_character(text in text(), from in 0..30_u32, to in 0..30_u32, insert in text()) {
        let mut replica = Replica::new(ClientId(1));
        replica.edit(&[Splice { from: 0, to: 0, insert: text.clone() }], 0, None).unwrap();
        let splice = Splice { from, to, insert };
        let fits = from <= to && to <= units(&text);
        prop_assert_eq!(replica.edit(std::slice::from_ref(&splice), 0, None).is_ok(), fits);
        if fits && !text.contains('\u{fffd}') && !splice.insert.contains('\u{fffd}') {
            let broken = replica.text().contains('\u{fffd}');
            prop_assert!(!broken);
        }
    }
}

fn edits() -> impl Strategy<Value = Vec<(u16, u16, String)>> {
    prop::collection::vec((any::<u16>(), any::<u16>(), text()), 0..4)
}

/// Splices that fit the text and cut no pair.
fn fit_whole(text: &str, fractions: &[(u16, u16, String)]) -> Vec<Splice> {
    let mut replica = Replica::new(ClientId(1));
    replica
        .edit(
            &[Splice {
                from: 0,
                to: 0,
                insert: text.to_owned(),
            }],
            0,
            None,
        )
        .unwrap();
    replica.snapped(&fit(fractions, units(text))).unwrap()
}
