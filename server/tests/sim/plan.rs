//! What people do and what goes wrong, drawn from a seed before the world begins. A plan can be saved, replayed and made smaller.

use serde::{Deserialize, Serialize};
use shared::session::Rng;

pub(crate) const TABS: usize = 5;
pub(crate) const DOCUMENTS: usize = 2;
pub(crate) const USERS: usize = 4;

/// Every so many seeds people undo too. yrs 0.28 orders what an undo brings back by where it lies in memory, so the bytes of these
/// runs, and what follows from them, are not the same each time.
pub(crate) const UNDO_EVERY: u64 = 4;

/// In the runs that come so many after every one with undo, documents are held at an earlier state. What is held is not written any more,
/// so that there is less of everything else.
const HOLD_AFTER_UNDO: u64 = 1;

/// Documents that can be held: those that are there from the start, and the first that tabs make.
const HOLDABLE: usize = DOCUMENTS + 2;

/// One thing that happens. Numbers are reduced to what exists when it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Op {
    Insert {
        tab: usize,
        document: usize,
        at: u32,
        text: String,
    },
    Delete {
        tab: usize,
        document: usize,
        at: u32,
        units: u32,
    },
    /// Fast typing: so many edits, a few milliseconds apart.
    Burst {
        tab: usize,
        document: usize,
        edits: u32,
    },
    Undo {
        tab: usize,
        document: usize,
    },
    Redo {
        tab: usize,
        document: usize,
    },
    Caret {
        tab: usize,
        document: usize,
        at: u32,
    },
    Say {
        tab: usize,
    },
    Read {
        tab: usize,
    },
    /// Leaves a document and opens it again as a new replica.
    Reopen {
        tab: usize,
        document: usize,
    },
    /// Says something, and the connection breaks while the message is on its way to a slow disk.
    SayIntoCut {
        tab: usize,
    },
    /// A hostile client sends an edit that claims to be somebody else's.
    Forge {
        from: usize,
        document: usize,
    },
    /// Opens a document with a client id that belongs to somebody else.
    Steal {
        tab: usize,
        from: usize,
        document: usize,
    },
    /// Cuts the connection; both sides notice.
    Cut {
        tab: usize,
    },
    /// Everything sent from now on is lost and nobody is told.
    HalfOpen {
        tab: usize,
    },
    /// The tab does not read.
    Stall {
        tab: usize,
        ms: u64,
    },
    Offline {
        tab: usize,
        ms: u64,
    },
    /// The device wakes up.
    Wake {
        tab: usize,
    },
    Crash {
        down_ms: u64,
    },
    GoAway {
        down_ms: u64,
    },
    DiskFull {
        ms: u64,
    },
    /// The next write fails.
    DiskFail,
    DiskSlow {
        ms: u64,
    },
    Compact {
        document: usize,
    },
    /// It turns out that the document cannot be worked out past so many edits before its last: it is held there.
    Hold {
        document: usize,
        back: u64,
    },
    Revoke {
        user: usize,
        ms: u64,
    },
    Demote {
        user: usize,
        ms: u64,
    },
    /// The login session of a tab ends, and its connection a little later.
    SignOut {
        tab: usize,
    },
    /// A tab is gone, at any moment, and comes back later.
    TabCrash {
        tab: usize,
        down_ms: u64,
    },
    /// All tabs of a person are gone, with the last transactions of their store, or with all of it when there were not so many.
    DeviceCrash {
        user: usize,
        lost: usize,
        down_ms: u64,
    },
    /// The store of a tab takes nothing any more.
    StoreFail {
        tab: usize,
    },
    /// Makes a document and types into it; without a network for so long, when that is not 0.
    Make {
        tab: usize,
        offline_ms: u64,
        edits: u32,
    },
    /// Makes a document just when the person may not write any more.
    MakeInVain {
        tab: usize,
        ms: u64,
    },
    /// For so long, the network lets the best ways to the server not through.
    Block {
        tab: usize,
        rungs: usize,
        manner: Manner,
        ms: u64,
    },
    /// Makes a document after a backup, which is restored so much later.
    MakeAndRestore {
        tab: usize,
        edits: u32,
        ms: u64,
    },
    Backup,
    /// The server goes back to the last backup, which begins a new epoch.
    Restore,
}

/// What a network does to what it does not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Manner {
    Refuses,
    Hangs,
}

/// A seed for everything the world draws itself, and what happens when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) ops: Vec<(u64, Op)>,
}

impl Plan {
    pub(crate) fn new(seed: u64, ops: usize) -> Self {
        let mut rng = Rng::new(seed ^ 0x706c_616e);
        let mut at_ms = 200;
        let mut plan = Self {
            seed,
            ops: Vec::with_capacity(ops),
        };
        // Some seeds only write and lose connections, so that long histories come about too.
        let calm = rng.below(4) == 0;
        let undoes = seed.is_multiple_of(UNDO_EVERY);
        let holds = seed % UNDO_EVERY == HOLD_AFTER_UNDO;
        for _ in 0..ops {
            at_ms += if rng.below(8) == 0 {
                rng.below(1_500)
            } else {
                rng.below(60)
            };
            let op = draw(&mut rng, calm, holds);
            if undoes || !matches!(op, Op::Undo { .. } | Op::Redo { .. }) {
                plan.ops.push((at_ms, op));
            }
        }
        plan
    }

    /// When the last of what it says has begun, a backup that is restored later among it.
    pub(crate) fn end_ms(&self) -> u64 {
        let ends = self.ops.iter().map(|(at_ms, op)| match op {
            Op::MakeAndRestore { ms, .. } => at_ms + ms,
            _ => *at_ms,
        });
        ends.max().unwrap_or(0)
    }

    /// The same plan without some of its ops.
    pub(crate) fn without(&self, range: std::ops::Range<usize>) -> Self {
        let mut smaller = self.clone();
        smaller.ops.drain(range);
        smaller
    }
}

fn pick(rng: &mut Rng, bound: usize) -> usize {
    usize::try_from(rng.below(bound as u64)).expect("below a usize")
}

fn number(rng: &mut Rng, bound: u64) -> u32 {
    u32::try_from(rng.below(bound)).expect("small")
}

fn draw(rng: &mut Rng, calm: bool, holds: bool) -> Op {
    let tab = pick(rng, TABS);
    // Most of the work is in one document, so that people meet.
    let document = if rng.below(4) == 0 { 1 } else { 0 };
    let user = pick(rng, USERS - 1) + 1;
    let at = number(rng, 1 << 20);
    let kinds = if calm { 74 } else { 124 };
    match rng.below(kinds + if holds { 2 } else { 0 }) {
        kind if kind >= kinds => {
            let furthest = if rng.below(4) == 0 { 400 } else { 12 };
            Op::Hold {
                document: pick(rng, HOLDABLE),
                back: 1 + rng.below(furthest),
            }
        }
        0..=25 => Op::Insert {
            tab,
            document,
            at,
            text: words(rng),
        },
        26..=36 => Op::Delete {
            tab,
            document,
            at,
            units: 1 + number(rng, 12),
        },
        37..=40 => Op::Burst {
            tab,
            document,
            edits: 20 + number(rng, 60),
        },
        41..=44 => Op::Undo { tab, document },
        45..=46 => Op::Redo { tab, document },
        47..=52 => Op::Caret { tab, document, at },
        53..=59 => Op::Say { tab },
        60 => Op::SayIntoCut { tab },
        61..=62 => Op::Read { tab },
        63 => Op::SignOut { tab },
        64..=65 => Op::Reopen { tab, document },
        66..=69 => Op::Cut { tab },
        70 => Op::HalfOpen { tab },
        71 => Op::Wake { tab },
        72..=75 => Op::Stall {
            tab,
            ms: 1_000 + rng.below(15_000),
        },
        76..=77 => Op::Offline {
            tab,
            ms: 500 + rng.below(10_000),
        },
        78..=82 => Op::Crash {
            down_ms: 50 + rng.below(3_000),
        },
        83 => Op::GoAway {
            down_ms: 50 + rng.below(1_000),
        },
        84..=85 => Op::DiskFull {
            ms: 100 + rng.below(3_000),
        },
        86 => Op::DiskFail,
        87..=88 => Op::DiskSlow {
            ms: 100 + rng.below(2_000),
        },
        89..=90 => Op::Compact { document },
        91 => Op::Forge {
            from: pick(rng, TABS),
            document,
        },
        92..=93 => Op::Revoke {
            user,
            ms: 100 + rng.below(4_000),
        },
        94..=95 => Op::Demote {
            user,
            ms: 100 + rng.below(4_000),
        },
        96 => Op::Steal {
            tab,
            from: pick(rng, TABS),
            document,
        },
        97..=98 => Op::Backup,
        99 => Op::Restore,
        100..=107 => {
            let longest_ms = if rng.below(4) == 0 { 20_000 } else { 1_500 };
            let down_ms = 1 + rng.below(longest_ms);
            Op::TabCrash { tab, down_ms }
        }
        108..=112 => Op::DeviceCrash {
            user: pick(rng, USERS),
            lost: pick(rng, 14),
            // A device takes its time to start again: what it had sent has arrived by then.
            down_ms: 5_000 + rng.below(5_000),
        },
        113 => Op::StoreFail { tab },
        114..=117 => Op::Make {
            tab,
            offline_ms: rng.below(2) * (500 + rng.below(6_000)),
            edits: 1 + number(rng, 30),
        },
        118..=121 => Op::Block {
            tab,
            rungs: 1 + pick(rng, 2),
            manner: if rng.below(2) == 0 {
                Manner::Refuses
            } else {
                Manner::Hangs
            },
            ms: 1_000 + rng.below(8_000),
        },
        122 => Op::MakeAndRestore {
            tab,
            edits: 1 + number(rng, 30),
            ms: 1_000 + rng.below(4_000),
        },
        _ => Op::MakeInVain {
            tab,
            ms: 1_000 + rng.below(3_000),
        },
    }
}

fn words(rng: &mut Rng) -> String {
    const WORDS: [&str; 10] = [
        "a",
        "ink ",
        "é",
        "𝄞",
        "\n",
        "## ",
        "line and line\n",
        "日本",
        "- [ ] ",
        "z",
    ];
    if rng.below(40) == 0 {
        // A paste that needs several parts when somebody catches up.
        return "A long paragraph, again and again. ".repeat(1 + pick(rng, 1_200));
    }
    (0..=rng.below(3)).map(|_| WORDS[pick(rng, WORDS.len())]).collect()
}
