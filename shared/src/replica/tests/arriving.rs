//! Updates from elsewhere: of stock clients, out of order, and bytes that are none.

use super::*;
use crate::replica::pairs::Pairs;
use yrs::updates::decoder::Decode as _;

fn hex(hex: &str) -> Vec<u8> {
    hex.split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
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
fn the_whole_text_is_looked_through_only_when_a_pair_may_be_cut() {
    let ada = replica_with("a🦀bcd🦀");
    let made = |from, to, insert: &str| {
        let mut stock = Replica::new(ClientId(2));
        stock.apply([ada.encode_state()]).unwrap();
        // Whoever knows none keeps none whole.
        stock.pairs = Pairs::default();
        stock.edit(&[splice(from, to, insert)], 0, None).unwrap()
    };
    for (from, to, insert) in [(0, 0, "x"), (1, 3, ""), (3, 3, "🦀"), (4, 6, "y"), (8, 8, "z")] {
        let updates = made(from, to, insert);
        assert!(!ada.may_be_cut(&updates), "{from} {to} {insert}");
    }
    for (from, to, insert) in [(2, 2, "x"), (2, 4, ""), (5, 7, "y")] {
        let updates = made(from, to, insert);
        assert!(ada.may_be_cut(&updates), "{from} {to} {insert}");
    }
}

#[test]
fn a_text_that_is_loaded_is_the_one_that_others_apply() {
    let mut ada = replica_with("a🦀b");
    let mut ben = Replica::new(ClientId(2));
    ben.load([ada.encode_state()]).unwrap();
    assert_eq!(ben.text(), "a🦀b");
    assert_eq!(
        ben.snapped(&[splice(2, 2, "x")]).unwrap(),
        [splice(3, 3, "x")],
        "pairs are known"
    );
    let typed = ben.edit(&[splice(0, 0, "x")], 0, None).unwrap();
    assert_eq!(typed.len(), 1, "what was loaded is nothing to be sent");
    assert_eq!(ada.apply(typed).unwrap(), [splice(0, 0, "x")]);
}

#[test]
fn what_is_no_text_is_neither_applied_nor_loaded() {
    let foreign = yrs::Doc::with_client_id(5);
    let text = foreign.get_or_insert_text(ROOT);
    let mut txn = foreign.transact_mut();
    text.insert_embed(&mut txn, 0, true);
    let update = txn.encode_update_v1();
    assert_eq!(replica_with("").apply([&update]), Err(ReplicaError::Foreign));
    assert_eq!(replica_with("").load([&update]), Err(ReplicaError::Foreign));
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
