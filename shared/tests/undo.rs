//! Two people write and delete; one's tab is loaded anew at random moments and after each undo, sometimes under another name. When they have taken
//! back everything, what is gone is theirs, all of it, and nothing else.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use proptest::prelude::*;
use shared::id::ClientId;
use shared::replica::{Replica, Splice, splice_text};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
enum Step {
    /// Positions are fractions of the length, out of 2^16.
    Ada {
        from: u16,
        len: u8,
        insert: u8,
        pauses: bool,
    },
    Ben {
        from: u16,
        len: u8,
        insert: u8,
    },
    Undo,
    Reload,
    Rename,
}

fn step() -> impl Strategy<Value = Step> {
    let edit = || (any::<u16>(), 0..4_u8, 0..4_u8);
    prop_oneof![
        6 => (edit(), any::<bool>()).prop_map(|((from, len, insert), pauses)| Step::Ada { from, len, insert, pauses }),
        3 => edit().prop_map(|(from, len, insert)| Step::Ben { from, len, insert }),
        3 => Just(Step::Undo),
        2 => Just(Step::Reload),
        1 => Just(Step::Rename),
    ]
}

struct Desk {
    ada: Replica,
    ben: Replica,
    /// What Ada's editor shows.
    shown: String,
    /// Every character is typed once, so that it is known whose it is.
    next: u32,
    bens: BTreeSet<char>,
    now_ms: u64,
    names: u32,
}

impl Desk {
    fn new() -> Self {
        Self {
            ada: Replica::new(ClientId(1)),
            ben: Replica::new(ClientId(2)),
            shown: String::new(),
            next: 0x4e00,
            bens: BTreeSet::new(),
            now_ms: 0,
            names: 10,
        }
    }

    fn splice(&mut self, text: &str, from: u16, len: u8, insert: u8) -> Splice {
        let units = u32::try_from(text.chars().count()).unwrap();
        let from = units * u32::from(from) / 65_536;
        let to = (from + u32::from(len)).min(units);
        let typed = self.next..self.next + u32::from(insert);
        self.next = typed.end;
        Splice {
            from,
            to,
            insert: typed.map(|c| char::from_u32(c).unwrap()).collect(),
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Ada {
                from,
                len,
                insert,
                pauses,
            } => {
                self.now_ms += if pauses { 1_000 } else { 0 };
                let splice = self.splice(&self.shown.clone(), from, len, insert);
                let updates = self.ada.edit(std::slice::from_ref(&splice), self.now_ms, None).unwrap();
                self.shown = splice_text(&self.shown, &[splice]);
                self.ben.apply(updates).unwrap();
            }
            Step::Ben { from, len, insert } => {
                let text = self.ben.text();
                let splice = self.splice(&text, from, len, insert);
                for gone in text
                    .chars()
                    .skip(splice.from as usize)
                    .take((splice.to - splice.from) as usize)
                {
                    self.bens.remove(&gone);
                }
                self.bens.extend(splice.insert.chars());
                let updates = self.ben.edit(&[splice], 0, None).unwrap();
                let splices = self.ada.apply(updates).unwrap();
                self.shown = splice_text(&self.shown, &splices);
            }
            Step::Undo => drop(self.undo()),
            Step::Reload => self.reload(),
            Step::Rename => {
                self.names += 1;
                self.ada = self.ada.renamed(ClientId(self.names));
            }
        }
        assert_eq!(self.shown, self.ada.text());
    }

    fn undo(&mut self) -> bool {
        let undone = self.ada.undo().unwrap();
        if let Some(undone) = &undone {
            self.shown = splice_text(&self.shown, &undone.splices);
            self.ben.apply(&undone.updates).unwrap();
        }
        self.reload();
        undone.is_some()
    }

    fn reload(&mut self) {
        let steps = self.ada.steps();
        self.ada = Replica::restored(self.ada.client_id(), [self.ada.encode_state()], &steps).unwrap();
        assert_eq!(self.ada.steps(), steps);
    }
}

proptest! {
    #[test]
    fn whoever_takes_back_everything_takes_back_their_own_edits_and_nothing_else(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut desk = Desk::new();
        for step in &steps {
            desk.step(step);
        }
        while desk.undo() {}
        let left: BTreeSet<char> = desk.shown.chars().collect();
        prop_assert_eq!(&left, &desk.bens);
        prop_assert_eq!(left.len(), desk.shown.chars().count());
        prop_assert_eq!(desk.ada.text(), desk.ben.text());
    }
}
