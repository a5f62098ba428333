//! What a replica promises, one by one. The random tests are in `tests/replica.rs`.

use super::*;
use crate::limits::{INSERT_UNITS_MAX, UPDATE_BYTES_MAX};

fn splice(from: u32, to: u32, insert: &str) -> Splice {
    Splice {
        from,
        to,
        insert: insert.to_owned(),
    }
}

fn caret(at: u32) -> Option<OffsetSelection> {
    Some(OffsetSelection { anchor: at, head: at })
}

fn replica_with(text: &str) -> Replica {
    let mut replica = Replica::new(ClientId(1));
    replica.edit(&[splice(0, 0, text)], 0, None).unwrap();
    replica
}

fn hex(hex: &str) -> Vec<u8> {
    hex.split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

#[test]
fn an_edit_appears_in_another_replica() {
    let (mut ada, mut ben) = (Replica::new(ClientId(1)), Replica::new(ClientId(2)));
    let updates = ada.edit(&[splice(0, 0, "hello 🦀")], 0, None).unwrap();
    assert_eq!(ben.apply(updates).unwrap(), [splice(0, 0, "hello 🦀")]);
    assert_eq!(ben.text(), "hello 🦀");
}

#[test]
fn an_edit_of_several_places_is_one_update() {
    let mut ada = replica_with("one two three");
    let updates = ada
        .edit(&[splice(0, 3, "1"), splice(4, 7, "2"), splice(13, 13, "!")], 0, None)
        .unwrap();
    assert_eq!(updates.len(), 1);
    assert_eq!(ada.text(), "1 2 three!");
}

#[test]
fn an_edit_that_changes_nothing_makes_no_update() {
    let mut ada = replica_with("text");
    assert_eq!(ada.edit(&[], 0, None).unwrap().len(), 0);
    assert_eq!(ada.edit(&[splice(2, 2, "")], 0, None).unwrap().len(), 0);
}

#[test]
fn splices_that_do_not_fit_change_nothing() {
    let mut ada = replica_with("text");
    for (bad, index) in [
        (vec![splice(5, 5, "x")], 0),
        (vec![splice(2, 5, "")], 0),
        (vec![splice(3, 2, "")], 0),
        (vec![splice(0, 3, ""), splice(2, 4, "")], 1),
        (vec![splice(2, 3, ""), splice(0, 1, "")], 1),
    ] {
        assert_eq!(ada.edit(&bad, 0, None), Err(ReplicaError::InvalidSplice { index }));
    }
    assert_eq!(ada.text(), "text");
}

#[test]
fn a_splice_that_would_cut_a_pair_takes_the_whole_pair() {
    let mut ada = replica_with("a🦀b");
    assert_eq!(ada.snapped(&[splice(2, 3, "x")]).unwrap(), [splice(1, 3, "x")]);
    assert_eq!(
        ada.snapped(&[splice(1, 2, ""), splice(2, 4, "y")]).unwrap(),
        [splice(1, 3, ""), splice(3, 4, "y")]
    );
    ada.edit(&[splice(2, 2, "x")], 0, None).unwrap();
    assert_eq!(ada.text(), "a🦀xb");
}

#[test]
fn a_stock_client_that_cuts_a_pair_is_shown_as_it_is_stored() {
    let mut ada = replica_with("a🦀b");
    let stock = Replica::new(ClientId(2));
    let update = {
        let mut txn = stock.doc.transact_mut_with(REMOTE);
        txn.apply_update(yrs::Update::decode_v1(&ada.encode_state()).unwrap())
            .unwrap();
        stock.text.insert(&mut txn, 2, "x");
        txn.encode_update_v1()
    };
    assert_eq!(ada.apply([update]).unwrap(), [splice(1, 3, "\u{fffd}x\u{fffd}")]);
    assert_eq!(ada.text(), "a\u{fffd}x\u{fffd}b");
}

#[test]
fn a_stock_client_that_cuts_a_pair_without_a_trace_is_shown_too() {
    let mut ada = replica_with("a🦀b");
    let stock = Replica::new(ClientId(2));
    let update = {
        let mut txn = stock.doc.transact_mut_with(REMOTE);
        txn.apply_update(yrs::Update::decode_v1(&ada.encode_state()).unwrap())
            .unwrap();
        stock.text.insert(&mut txn, 2, "x");
        stock.text.remove_range(&mut txn, 2, 1);
        txn.encode_update_v1()
    };
    assert_eq!(ada.apply([update]).unwrap(), [splice(1, 3, "\u{fffd}\u{fffd}")]);
    assert_eq!(ada.text(), "a\u{fffd}\u{fffd}b");
}

#[test]
fn a_long_insert_is_cut_into_updates_that_can_be_sent() {
    for piece in ["a", "日", "🦀", "e\u{301}"] {
        let text = piece.repeat(2 * INSERT_UNITS_MAX / piece.encode_utf16().count() + 1);
        let (mut ada, mut ben) = (Replica::new(ClientId(1)), Replica::new(ClientId(2)));
        let updates = ada.edit(&[splice(0, 0, &text)], 0, None).unwrap();
        assert!(updates.len() >= 3);
        assert!(updates.iter().all(|update| update.len() <= UPDATE_BYTES_MAX));
        ben.apply(updates).unwrap();
        assert!(ben.text() == text, "a text of {piece} was changed on the way");

        let undone = ada.undo().unwrap().unwrap();
        assert_eq!(ada.text(), "");
        ben.apply(undone.updates).unwrap();
        let redone = ada.redo().unwrap().unwrap();
        assert!(redone.updates.iter().all(|update| update.len() <= UPDATE_BYTES_MAX));
        assert_eq!(redone.splices, [splice(0, 0, &text)]);
        ben.apply(redone.updates).unwrap();
        assert!(ben.text() == text, "a text of {piece} was changed by undo and redo");
        assert!(ada.undo().unwrap().is_some(), "one undo takes all of it back again");
        assert_eq!(ada.text(), "");
    }
}

#[test]
fn deleting_a_text_of_many_items_is_cut_into_updates_that_can_be_sent() {
    // Typed backwards: each character is an item of its own.
    let mut ada = Replica::new(ClientId(1));
    let count = 3 * 32 * 1024_u32;
    ada.edit(&(0..count).map(|_| splice(0, 0, "ab")).collect::<Vec<_>>(), 0, None)
        .unwrap();
    let updates = ada.edit(&[splice(0, 2 * count, "")], 10_000, None).unwrap();
    assert!(updates.len() > 1);
    let undone = ada.undo().unwrap().unwrap();
    assert_eq!(ada.len(), 2 * count);
    assert!(
        updates
            .iter()
            .chain(&undone.updates)
            .all(|update| update.len() <= UPDATE_BYTES_MAX)
    );
}

#[test]
fn edits_close_together_are_undone_together() {
    let mut ada = replica_with("");
    ada.edit(&[splice(0, 0, "a")], 10_000, caret(0)).unwrap();
    ada.edit(&[splice(1, 1, "b")], 10_100, caret(1)).unwrap();
    ada.edit(&[splice(2, 2, "c")], 11_000, caret(2)).unwrap();
    assert_eq!(ada.undo().unwrap().unwrap().splices, [splice(2, 3, "")]);
    assert_eq!(ada.undo().unwrap().unwrap().splices, [splice(0, 2, "")]);
    assert_eq!(ada.undo().unwrap(), None);
    assert_eq!(ada.redo().unwrap().unwrap().splices, [splice(0, 0, "ab")]);
    ada.edit(&[splice(2, 2, "!")], 11_100, caret(2)).unwrap();
    assert_eq!(ada.redo().unwrap(), None, "an edit leaves nothing to redo");
    ada.undo().unwrap();
    assert_eq!(ada.text(), "ab", "an edit right after a redo is a step of its own");
}

#[test]
fn undo_leaves_what_others_wrote() {
    let (mut ada, mut ben) = (replica_with("one three"), Replica::new(ClientId(2)));
    ben.apply([ada.encode_state()]).unwrap();
    let typed = ada.edit(&[splice(4, 4, "two ")], 1_000, caret(4)).unwrap();
    ben.apply(typed).unwrap();
    let inside = ben.edit(&[splice(6, 6, "BEN")], 1_000, None).unwrap();
    ada.apply(inside).unwrap();
    let undone = ada.undo().unwrap().unwrap();
    assert_eq!(ada.text(), "one BENthree");
    ben.apply(undone.updates).unwrap();
    assert_eq!(ben.text(), ada.text());
    assert!(ben.undo().unwrap().is_some());
    assert_eq!(ben.text(), "one three");
    assert_eq!(ben.undo().unwrap(), None, "what came from ada is not ben's to undo");
}

#[test]
fn undo_gives_back_the_selection_that_the_edit_replaced() {
    let (mut ada, mut ben) = (replica_with("one two three"), Replica::new(ClientId(2)));
    ben.apply([ada.encode_state()]).unwrap();
    ada.edit(
        &[splice(4, 7, "2")],
        5_000,
        Some(OffsetSelection { anchor: 4, head: 7 }),
    )
    .unwrap();
    ada.apply(ben.edit(&[splice(0, 0, ">> ")], 5_000, None).unwrap())
        .unwrap();
    let undone = ada.undo().unwrap().unwrap();
    assert_eq!(ada.text(), ">> one two three");
    assert_eq!(undone.selection, OffsetSelection { anchor: 7, head: 10 });
}

#[test]
fn the_caret_goes_behind_what_a_redo_brings_back() {
    let mut ada = replica_with("ab");
    ada.edit(&[splice(1, 1, "xyz")], 5_000, caret(1)).unwrap();
    ada.undo().unwrap();
    assert_eq!(
        ada.redo().unwrap().unwrap().selection,
        OffsetSelection { anchor: 4, head: 4 }
    );
}

#[test]
fn a_position_moves_with_the_character_it_sticks_to() {
    let mut ada = replica_with("abcd");
    let (before, after) = (ada.sticky(2, Assoc::Before), ada.sticky(2, Assoc::After));
    ada.edit(&[splice(2, 2, "XY")], 0, None).unwrap();
    assert_eq!(ada.offset(&before), Some(2));
    assert_eq!(ada.offset(&after), Some(4));
    ada.edit(&[splice(0, 6, "")], 0, None).unwrap();
    assert_eq!((ada.offset(&before), ada.offset(&after)), (Some(0), Some(0)));
}

#[test]
fn the_ends_of_a_text_are_positions_too() {
    let mut ada = replica_with("ab");
    let ends = [(0, Assoc::Before), (2, Assoc::After)].map(|(offset, assoc)| ada.sticky(offset, assoc));
    assert!(ends.iter().all(|sticky| sticky.item.is_none()));
    ada.edit(&[splice(0, 0, "x"), splice(2, 2, "y")], 0, None).unwrap();
    assert_eq!(ends.map(|sticky| ada.offset(&sticky)), [Some(0), Some(4)]);
    assert_eq!(ada.sticky(99, Assoc::After), ends[1], "beyond the end is the end");
}

#[test]
fn a_position_in_text_that_has_not_come_is_nowhere() {
    let ada = replica_with("ab");
    assert_eq!(
        ada.offset(&Sticky {
            item: Some((ClientId(7), 0)),
            assoc: Assoc::After
        }),
        None
    );
    assert_eq!(
        ada.offset(&Sticky {
            item: Some((ClientId(1), 2)),
            assoc: Assoc::After
        }),
        None
    );
}

#[test]
fn bytes_that_are_not_an_update_are_named_and_change_nothing() {
    let mut ada = replica_with("ab");
    let good = replica_with("ab").encode_state();
    let error = ada.apply([good, Bytes::from_static(&[1, 2, 3])]).unwrap_err();
    assert!(matches!(error, ReplicaError::Malformed { index: 1, .. }));
    assert_eq!(ada.text(), "ab");
}

#[test]
fn a_client_id_over_32_bits_is_refused() {
    let foreign = yrs::Doc::with_client_id(1 << 40);
    let text = foreign.get_or_insert_text(ROOT);
    let mut txn = foreign.transact_mut();
    text.insert(&mut txn, 0, "x");
    let result = replica_with("").apply([txn.encode_update_v1()]);
    assert!(matches!(result, Err(ReplicaError::Malformed { index: 0, .. })));
}

#[test]
fn content_that_is_not_text_is_an_error() {
    let foreign = yrs::Doc::with_client_id(5);
    let text = foreign.get_or_insert_text(ROOT);
    let mut txn = foreign.transact_mut();
    text.insert_embed(&mut txn, 0, true);
    assert_eq!(
        replica_with("").apply([txn.encode_update_v1()]),
        Err(ReplicaError::Foreign)
    );
}

#[test]
fn an_update_with_nothing_before_it_waits() {
    let mut ada = Replica::new(ClientId(1));
    let first = ada.edit(&[splice(0, 0, "a")], 0, None).unwrap();
    let second = ada.edit(&[splice(1, 1, "b")], 0, None).unwrap();
    let mut ben = Replica::new(ClientId(2));
    assert_eq!(ben.apply(second).unwrap(), []);
    assert!(ben.is_waiting());
    assert_eq!(ben.apply(first).unwrap(), [splice(0, 0, "ab")]);
    assert!(!ben.is_waiting());
}

#[test]
fn a_truncated_update_is_an_error() {
    for bytes in ["ff ff ff 1f ff 7f 80", "01", "01 01 01", "00 01 07"] {
        assert!(
            matches!(
                replica_with("ab").apply([hex(bytes)]),
                Err(ReplicaError::Malformed { .. })
            ),
            "{bytes}"
        );
    }
}

#[test]
fn the_hash_is_fnv_1a_over_utf_16_units() {
    assert_eq!(text_hash(""), 0x811c_9dc5);
    assert_eq!(text_hash("a"), 0xe40c_292c);
    assert_ne!(text_hash("ab"), text_hash("ba"));
}

#[test]
fn composing_merges_what_touches_and_drops_what_was_only_in_between() {
    let first = [splice(2, 4, "xyz"), splice(6, 6, "🦀!")];
    assert_eq!(
        compose(&first, &[splice(3, 4, "")]),
        [splice(2, 4, "xz"), splice(6, 6, "🦀!")]
    );
    assert_eq!(compose(&first, &[splice(1, 9, "q")]), [splice(1, 6, "q!")]);
    assert_eq!(compose(&[], &first), first);
    assert_eq!(compose(&first, &[]), first);
}

/// The same replica in a tab that comes later.
fn reloaded(replica: &mut Replica) -> Replica {
    let steps = replica.steps();
    Replica::restored(replica.client_id(), [replica.encode_state()], &steps).unwrap()
}

#[test]
fn a_tab_that_comes_later_takes_back_what_the_one_before_did() {
    let mut ada = replica_with("one two three");
    ada.edit(
        &[splice(4, 7, "2")],
        5_000,
        Some(OffsetSelection { anchor: 4, head: 7 }),
    )
    .unwrap();
    ada.edit(&[splice(7, 7, "typed ")], 10_000, caret(7)).unwrap();
    let mut ben = Replica::new(ClientId(2));
    ben.apply([ada.encode_state()]).unwrap();
    ada.apply(ben.edit(&[splice(0, 0, "BEN ")], 0, None).unwrap()).unwrap();
    let mut ada = reloaded(&mut ada);
    assert_eq!(ada.undo().unwrap().unwrap().splices, [splice(11, 17, "")]);
    let undone = ada.undo().unwrap().unwrap();
    assert_eq!(ada.text(), "BEN one two three");
    assert_eq!(undone.selection, OffsetSelection { anchor: 8, head: 11 });
    ada.undo().unwrap();
    assert_eq!(ada.text(), "BEN ");
    assert_eq!(ada.undo().unwrap(), None);
    assert_eq!(ada.redo().unwrap().unwrap().splices, [splice(4, 4, "one two three")]);
}

#[test]
fn what_an_undo_brought_back_is_taken_back_with_what_it_stands_for_also_after_a_reload() {
    let mut ada = replica_with("abc");
    ada.edit(&[splice(1, 2, "")], 10_000, caret(2)).unwrap();
    ada.undo().unwrap();
    assert_eq!(ada.text(), "abc");
    let mut ada = reloaded(&mut ada);
    ada.undo().unwrap();
    assert_eq!(ada.text(), "");
}

#[test]
fn a_replica_under_another_name_takes_back_what_it_did_before() {
    let mut ada = replica_with("keep ");
    ada.edit(&[splice(5, 5, "typed")], 10_000, caret(5)).unwrap();
    let mut ada = ada.renamed(ClientId(9));
    ada.edit(&[splice(0, 4, "")], 20_000, caret(0)).unwrap();
    ada.undo().unwrap();
    ada.undo().unwrap();
    assert_eq!(ada.text(), "keep ");
}

#[test]
fn steps_that_are_kept_are_bounded() {
    let mut ada = replica_with("");
    for n in 0..300 {
        ada.edit(&[splice(0, 0, "x")], 10_000 * n, None).unwrap();
    }
    let steps = ada.steps();
    assert_eq!(steps.len(), 100);
    assert_eq!(steps.last().unwrap().0, 299);
    let mut ada = reloaded(&mut ada);
    assert_eq!(std::iter::from_fn(|| ada.undo().unwrap()).count(), 100);
    ada.edit(&[splice(0, 0, "x")], 10_000_000, None).unwrap();
    assert_eq!(
        ada.steps().last().unwrap().0,
        200,
        "numbers go on from those that were kept"
    );
}

#[test]
fn what_was_deleted_is_held_for_as_long_as_there_are_steps() {
    let mut ada = replica_with(&"long gone ".repeat(1_000));
    ada.edit(&[splice(0, 10_000, "")], 10_000, None).unwrap();
    for n in 2..150 {
        ada.edit(&[splice(0, 0, "x")], 10_000 * n, None).unwrap();
    }
    assert!(reloaded(&mut ada).encode_state().len() > 10_000);
    let without = Replica::restored(ClientId(1), [ada.encode_state()], &[]).unwrap();
    assert!(without.encode_state().len() < 5_000);
}

/// Images that were compared with steps to write the steps down once.
fn looks_to_write(replica: &mut Replica) -> u64 {
    let before = replica.history.looks();
    drop(replica.steps());
    replica.history.looks() - before
}

#[test]
fn what_is_typed_is_written_down_without_a_look_at_all_that_ever_came_back() {
    let mut ada = replica_with("");
    for n in 0..60 {
        ada.edit(&[splice(0, 0, "word ")], 10_000 * n, None).unwrap();
    }
    // All of it is taken away and brought back, again and again.
    for n in 60..70 {
        ada.edit(&[splice(0, 300, "")], 10_000 * n, None).unwrap();
        ada.undo().unwrap();
    }
    let noted = looks_to_write(&mut ada);
    assert!(noted > 60 * 500, "{noted} looks: little has come back");
    ada.edit(&[splice(0, 0, "a")], 1_000_000, None).unwrap();
    assert_eq!(looks_to_write(&mut ada), 0, "a new step");
    ada.edit(&[splice(1, 1, "b")], 1_000_001, None).unwrap();
    assert_eq!(looks_to_write(&mut ada), 0, "the same step");
    assert_eq!(looks_to_write(&mut ada), 0);
    ada.edit(&[splice(2, 302, "")], 1_010_000, None).unwrap();
    ada.undo().unwrap();
    let noted = noted / 60 / 10;
    assert!(looks_to_write(&mut ada) <= 61 * noted, "what has come back since");
}

#[test]
fn steps_written_after_each_edit_are_those_written_at_once() {
    let mut rng = crate::session::Rng::new(7);
    let (mut often, mut once) = (replica_with("some text"), replica_with("some text"));
    for n in 1..400 {
        let len = u64::from(once.len());
        let from = u32::try_from(rng.below(len + 1)).unwrap();
        let to = once.len().min(from + u32::try_from(rng.below(4)).unwrap());
        let (kind, now_ms) = (rng.below(5), n * 400);
        for replica in [&mut often, &mut once] {
            match kind {
                0 => drop(replica.undo().unwrap()),
                1 => drop(replica.redo().unwrap()),
                _ => drop(replica.edit(&[splice(from, to, "ab")], now_ms, None).unwrap()),
            }
        }
        assert_eq!(often.text(), once.text());
        drop(often.steps());
    }
    let (mut often, mut once) = (reloaded(&mut often), reloaded(&mut once));
    while once.undo().unwrap().is_some() {
        often.undo().unwrap();
        assert_eq!(often.text(), once.text());
    }
    assert_eq!(often.undo().unwrap(), None);
}

#[test]
fn steps_that_cannot_be_read_cost_the_history_and_nothing_else() {
    let ada = replica_with("text");
    let broken = [(0, Bytes::from_static(&[0xff; 9]))];
    let mut ada = Replica::restored(ClientId(1), [ada.encode_state()], &broken).unwrap();
    assert_eq!(ada.text(), "text");
    assert_eq!(ada.undo().unwrap(), None);
}
