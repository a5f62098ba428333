//! Each rule of the gate, one by one.

use super::*;
use shared::id::ClientSeq;
use shared::limits::{DOCUMENT_REPLICAS_MAX, DOCUMENT_UNITS_MAX, UPDATE_BYTES_MAX};

fn typed(client: u32, clock: u32, string: &str) -> Bytes {
    let origin = (clock > 0).then(|| (client, clock - 1));
    Forge::default()
        .client(client, clock, &[Forged::text(origin, None, string)])
        .bytes()
}

fn deleting(client: u32, ranges: &[(u32, u32)]) -> Bytes {
    Forge::default().delete(client, ranges).bytes()
}

fn unknown(client: u32, clock: u32) -> GateError {
    GateError::UnknownReference {
        client: ClientId(client),
        clock,
    }
}

/// A log in which ada's client 7 has typed "hello".
fn hello() -> Log {
    let mut log = Log::default();
    log.append(ada(), typed(7, 0, "hello")).expect("typing passes");
    log
}

fn stored(client: u32, owner: UserId, clock: u32) -> Replica {
    Replica {
        client_id: ClientId(client),
        owner,
        clock,
        last_client_seq: ClientSeq(0),
    }
}

#[test]
fn typing_on_passes_as_it_came_and_moves_the_clock() {
    let mut log = hello();
    let update = typed(7, 5, " é€😀");
    let passed = log.append(ada(), update.clone()).expect("typing on passes");
    assert_eq!(
        passed,
        Passed {
            bytes: update.clone(),
            clocks: vec![(ClientId(7), 10)],
            deletes: false
        }
    );
    assert_eq!(passed.bytes.as_ptr(), update.as_ptr(), "nothing is copied");
    assert_eq!(log.gate.state_vector().collect::<Vec<_>>(), [(ClientId(7), 10)]);
}

#[test]
fn a_gap_is_refused() {
    let gap = GateError::Gap {
        client: ClientId(7),
        clock: 6,
        known: 5,
    };
    assert_eq!(hello().append(ada(), typed(7, 6, "x")), Err(gap));
}

#[test]
fn what_is_known_is_dropped_whoever_sends_it() {
    for user in [ada(), ben()] {
        let passed = hello().append(user, typed(7, 0, "hell")).expect("it is known");
        assert_eq!(&passed.bytes[..], [0, 0]);
        assert!(passed.is_empty());
    }
}

#[test]
fn what_is_known_in_part_is_cut_as_yrs_cuts_it() {
    let doc = replica(7);
    let first = splice(&doc, 0, 0, "one");
    splice(&doc, 3, 0, " two");
    splice(&doc, 0, 2, "");
    let mut log = Log::default();
    log.append(ada(), first).expect("typing passes");
    let passed = log.append(ada(), state(&doc)).expect("a whole state passes");
    let cut = doc.transact().encode_state_as_update_v1(
        &Log {
            updates: Vec::new(),
            ..three_units()
        }
        .state_vector(),
    );
    assert_eq!(passed.bytes, cut);
    assert_eq!(passed.clocks, [(ClientId(7), 7)]);
    let newcomer = replica(8);
    apply(&newcomer, &log.updates);
    assert_eq!(text(&newcomer), "e two");
}

fn three_units() -> Log {
    Log {
        gate: Gate::new(&[stored(7, ada(), 3)]),
        updates: Vec::new(),
    }
}

#[test]
fn a_cut_keeps_the_right_origin_and_replaces_half_a_pair() {
    let mut log = hello();
    let merged = [
        Forged::text(None, Some((7, 2)), "a😀b"),
        Forged::text(Some((8, 3)), None, "c"),
    ];
    log.append(
        ada(),
        Forge::default()
            .client(8, 0, &[Forged::text(None, Some((7, 2)), "a\u{fffd}")])
            .bytes(),
    )
    .expect("half a pair is sent as a replacement");
    let passed = log
        .append(ada(), Forge::default().client(8, 0, &merged).bytes())
        .expect("known in part");
    let cut = [Forged::text(Some((8, 1)), Some((7, 2)), "\u{fffd}b"), merged[1].clone()];
    assert_eq!(passed.bytes, Forge::default().client(8, 2, &cut).bytes());
}

#[test]
fn deleted_units_are_cut_too() {
    let merged = Forge::default().client(7, 0, &[Forged::deleted(None, 9)]).bytes();
    let passed = hello().append(ada(), merged).expect("known in part");
    assert_eq!(
        passed.bytes,
        Forge::default()
            .client(7, 5, &[Forged::deleted(Some((7, 4)), 4)])
            .bytes()
    );
}

#[test]
fn the_first_account_to_use_a_client_id_owns_it() {
    let mut log = hello();
    assert_eq!(
        log.append(ben(), typed(7, 5, "!")),
        Err(GateError::ClientIdTaken(ClientId(7)))
    );
    assert_eq!(
        log.append(ben(), typed(7, 0, "hello!")),
        Err(GateError::ClientIdTaken(ClientId(7)))
    );
    log.append(ben(), typed(8, 0, "!")).expect("8 is nobody's yet");
    assert_eq!(
        log.gate.owns(ada(), ClientId(8)),
        Err(GateError::ClientIdTaken(ClientId(8)))
    );
    assert_eq!(log.gate.owns(ada(), ClientId(9)), Ok(()));
}

#[test]
fn origins_must_exist() {
    let with = |origin, right| {
        Forge::default()
            .client(8, 0, &[Forged::text(origin, right, "x")])
            .bytes()
    };
    assert_eq!(hello().append(ada(), with(Some((7, 5)), None)), Err(unknown(7, 5)));
    assert_eq!(hello().append(ada(), with(None, Some((7, 5)))), Err(unknown(7, 5)));
    assert_eq!(hello().append(ada(), with(Some((8, 0)), None)), Err(unknown(8, 0)));
    hello()
        .append(ada(), with(Some((7, 4)), Some((7, 0))))
        .expect("both exist");
}

#[test]
fn clients_of_one_update_may_build_upon_each_other_in_any_order_but_not_in_a_circle() {
    let knit = |origin| {
        let left = [Forged::text(None, None, "a"), Forged::text(Some((9, 0)), None, "c")];
        let right = [
            Forged::text(Some(origin), None, "b"),
            Forged::text(Some((8, 1)), None, "d"),
        ];
        Forge::default().client(8, 0, &left).client(9, 0, &right).bytes()
    };
    let mut log = Log::default();
    log.append(ada(), knit((8, 0))).expect("a, b, c, d");
    let doc = replica(1);
    apply(&doc, &log.updates);
    assert_eq!(text(&doc), "abcd");
    assert_eq!(Log::default().append(ada(), knit((8, 1))), Err(unknown(8, 1)));
}

#[test]
fn only_what_exists_is_deleted() {
    hello()
        .append(ben(), deleting(7, &[(0, 2), (2, 1), (4, 1)]))
        .expect("all of it exists");
    assert_eq!(hello().append(ben(), deleting(7, &[(4, 2)])), Err(unknown(7, 5)));
    assert_eq!(hello().append(ben(), deleting(8, &[(0, 1)])), Err(unknown(8, 0)));
    let own = Forge::default()
        .client(8, 0, &[Forged::text(None, None, "x")])
        .delete(8, &[(0, 1)])
        .bytes();
    hello().append(ada(), own).expect("it exists by then");
}

#[test]
fn deletions_that_are_on_disk_are_not_stored_again() {
    let mut log = hello();
    let first = log
        .append(ada(), deleting(7, &[(0, 2), (3, 1)]))
        .expect("all of it exists");
    assert!(first.deletes);
    let again = log
        .append(ben(), deleting(7, &[(0, 2), (3, 1)]))
        .expect("all of it exists");
    assert!(again.is_empty());
    assert_eq!(again.bytes[..], [0, 0]);
    let typing = Forge::default().client(7, 5, &[Forged::text(None, None, "x")]);
    let with_known = log
        .append(ada(), typing.delete(7, &[(0, 1)]).bytes())
        .expect("typing passes");
    assert_eq!(
        with_known.bytes,
        Forge::default().client(7, 5, &[Forged::text(None, None, "x")]).bytes()
    );
    let more = deleting(7, &[(0, 3)]);
    assert_eq!(log.append(ben(), more.clone()).expect("all of it exists").bytes, more);
}

#[test]
fn a_deletion_under_way_is_not_known_yet() {
    let mut gate = Gate::new(&[stored(7, ada(), 5)]);
    let passed = gate.check(ada(), &deleting(7, &[(0, 2)])).expect("it exists");
    gate.advance(ada(), &passed);
    // Should ada's be refused, ben's has to be there.
    assert!(gate.check(ben(), &deleting(7, &[(0, 2)])).expect("it exists").deletes);
}

#[test]
fn deletions_have_one_spelling() {
    for ranges in [&[(0, 0)][..], &[], &[(2, 1), (0, 1)], &[(0, 2), (1, 1)]] {
        let refused = hello()
            .append(ada(), deleting(7, ranges))
            .expect_err("not the one spelling");
        assert!(matches!(refused, GateError::Malformed(_)), "{refused}");
    }
}

#[test]
fn numbers_strings_and_ends_have_one_spelling() {
    let plain = typed(7, 0, "a");
    assert_eq!(
        plain[..],
        [
            1, 1, 7, 0, 4, 1, 7, b'c', b'o', b'n', b't', b'e', b'n', b't', 1, b'a', 0
        ]
    );
    let with = |at: usize, bytes: &[u8]| [&plain[..at], bytes, &plain[at + 1..]].concat();
    let spellings = [
        with(2, &[0x87, 0]),
        with(1, &[0]),
        with(15, &[0xff]),
        [&plain[..], &[0]].concat(),
        [&plain[..14], &[0, 0]].concat(),
        Vec::new(),
        vec![0],
    ];
    for update in spellings {
        let refused = Log::default()
            .append(ada(), update.clone())
            .expect_err("not the one spelling");
        assert!(matches!(refused, GateError::Malformed(_)), "{update:?}: {refused}");
    }
    let twice = Forge::default().client(7, 0, &[Forged::text(None, None, "a")]);
    let twice = twice.client(7, 0, &[Forged::text(None, None, "b")]).bytes();
    assert!(matches!(
        Log::default().append(ada(), twice),
        Err(GateError::Malformed(_))
    ));
}

#[test]
fn every_prefix_of_an_update_is_refused() {
    let whole = Forge::default()
        .client(7, 0, &[Forged::text(None, None, "a😀")])
        .delete(7, &[(0, 1)])
        .bytes();
    for end in 0..whole.len() {
        Log::default()
            .append(ada(), whole.slice(..end))
            .expect_err("a part of an update is none");
    }
    Log::default().append(ada(), whole).expect("the whole passes");
}

#[test]
fn an_empty_update_passes_and_is_empty() {
    assert!(Log::default().append(ada(), vec![0, 0]).expect("two zeros").is_empty());
}

#[test]
fn a_few_bytes_cannot_fill_a_document() {
    let burn = |len| Forge::default().client(7, 0, &[Forged::deleted(None, len)]).bytes();
    let most = u32::try_from(UPDATE_BYTES_MAX).expect("small");
    Log::default()
        .append(ada(), burn(most))
        .expect("as much as text could be");
    assert_eq!(Log::default().append(ada(), burn(most + 1)), Err(GateError::TooLarge));
    let wrap = [Forged::deleted(None, u32::MAX), Forged::deleted(None, 2)];
    let refused = Log::default().append(ada(), Forge::default().client(7, 0, &wrap).bytes());
    assert!(matches!(refused, Err(GateError::Malformed(_))));
}

#[test]
fn a_full_document_takes_deletions_only() {
    let full = u32::try_from(DOCUMENT_UNITS_MAX).expect("fits");
    let mut log = Log {
        gate: Gate::new(&[stored(7, ada(), full)]),
        updates: Vec::new(),
    };
    assert_eq!(log.append(ada(), typed(7, full, "x")), Err(GateError::DocumentFull));
    log.append(ada(), deleting(7, &[(0, full)]))
        .expect("deleting still passes");
}

#[test]
fn a_document_takes_so_many_replicas_and_no_more() {
    let many: Vec<_> = (0..DOCUMENT_REPLICAS_MAX)
        .map(|n| stored(u32::try_from(n).expect("fits"), ada(), 1))
        .collect();
    let mut log = Log {
        gate: Gate::new(&many),
        updates: Vec::new(),
    };
    assert_eq!(
        log.append(ada(), typed(u32::MAX, 0, "x")),
        Err(GateError::TooManyReplicas)
    );
    log.append(ada(), typed(7, 1, "x")).expect("those that are there go on");
}

#[test]
fn only_its_own_account_builds_upon_what_is_under_way() {
    let mut gate = Gate::default();
    let passed = gate.check(ada(), &typed(7, 0, "hello")).expect("typing passes");
    gate.advance(ada(), &passed);
    let upon = |client| {
        Forge::default()
            .client(client, 0, &[Forged::text(Some((7, 4)), None, "!")])
            .bytes()
    };
    gate.check(ada(), &upon(8)).expect("her own");
    gate.check(ada(), &typed(7, 5, "!")).expect("her own");
    assert_eq!(gate.check(ben(), &upon(9)), Err(unknown(7, 4)));
    assert_eq!(gate.check(ben(), &deleting(7, &[(0, 1)])), Err(unknown(7, 0)));
    assert_eq!(
        gate.owns(ben(), ClientId(7)),
        Err(GateError::ClientIdTaken(ClientId(7)))
    );
    assert_eq!(gate.state_vector().count(), 0, "nothing is on disk");
    gate.commit(&passed.clocks, &passed.bytes);
    gate.check(ben(), &upon(9)).expect("it is on disk");
}

#[test]
fn what_was_refused_leaves_nothing_behind() {
    let mut gate = Gate::new(&[stored(7, ada(), 5)]);
    for (user, update) in [
        (ada(), typed(7, 5, "!")),
        (ada(), typed(8, 0, "a")),
        (ben(), typed(9, 0, "b")),
    ] {
        let passed = gate.check(user, &update).expect("typing passes");
        gate.advance(user, &passed);
    }
    gate.roll_back(ada());
    gate.check(ada(), &typed(7, 5, "?")).expect("back at 5");
    assert_eq!(gate.owns(ben(), ClientId(8)), Ok(()));
    gate.check(ben(), &typed(9, 1, "b")).expect("ben's is still under way");
    gate.roll_back_all();
    assert_eq!(gate.owns(ada(), ClientId(9)), Ok(()));
    assert_eq!(gate.units, 5);
}

#[test]
fn a_replica_that_only_deletes_belongs_to_its_account() {
    let mut gate = Gate::new(&[stored(7, ada(), 5)]);
    let deletion = gate.check(ben(), &deleting(7, &[(0, 2)])).expect("it exists");
    gate.claim(ben(), ClientId(9)).expect("nobody's yet");
    gate.advance(ben(), &deletion);
    let forged = gate.check(ada(), &typed(9, 0, "forged"));
    assert_eq!(
        forged,
        Err(GateError::ClientIdTaken(ClientId(9))),
        "while it is under way"
    );
    gate.commit(&deletion.clocks, &deletion.bytes);
    gate.keep(ClientId(9));
    let typed_by_ben = gate.check(ben(), &typed(9, 0, "mine")).expect("his own");
    gate.advance(ben(), &typed_by_ben);
    gate.roll_back(ben());
    let taken = Err(GateError::ClientIdTaken(ClientId(9)));
    assert_eq!(gate.owns(ada(), ClientId(9)), taken, "its deletion is on disk");
}
