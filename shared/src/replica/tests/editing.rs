//! What a person writes, as it is sent and as others show it.

use super::*;
use crate::limits::{INSERT_UNITS_MAX, UPDATE_BYTES_MAX};

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
