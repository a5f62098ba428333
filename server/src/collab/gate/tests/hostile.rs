//! Hostile updates, each refused with its code, whatever the document holds.

#[path = "../../../../tests/common/hostile.rs"]
mod fixtures;

use super::*;
use shared::limits::UPDATE_BYTES_MAX;

/// A document with two units of each of the clients 1, 2, 3 and 7, all ada's.
fn busy() -> Log {
    let mut log = Log::default();
    let two = [Forged::text(None, None, "ab")];
    for client in [1, 2, 3, 7] {
        log.append(ada(), Forge::default().client(client, 0, &two).bytes())
            .expect("plain text passes");
    }
    log
}

#[test]
fn each_is_refused_on_an_empty_document_and_on_a_busy_one() {
    for hostile in fixtures::updates() {
        assert!(hostile.bytes.len() <= UPDATE_BYTES_MAX, "{}", hostile.name);
        let refused = Log::default()
            .append(ada(), hostile.bytes.clone())
            .expect_err(hostile.name);
        assert_eq!(refused.code(), hostile.code, "{}: {refused}", hostile.name);
        busy().append(ada(), hostile.bytes).expect_err(hostile.name);
    }
}

#[test]
fn one_root_of_another_name_is_enough() {
    let refused = Log::default()
        .append(ada(), fixtures::hex("01 01 07 00 04 01 01 78 01 61 00"))
        .expect_err("refused");
    assert!(matches!(refused, GateError::Forbidden { .. }));
}

#[test]
fn an_update_over_the_limit_is_not_read() {
    assert_eq!(
        Log::default().append(ada(), vec![0; UPDATE_BYTES_MAX + 1]),
        Err(GateError::TooLarge)
    );
}

#[test]
fn updates_with_gaps_are_refused_one_by_one() {
    let mut log = Log::default();
    for n in 1..=8_000 {
        let update = Forge::default()
            .client(7, n * 2, &[Forged::text(None, None, "x")])
            .bytes();
        assert!(matches!(log.append(ada(), update), Err(GateError::Gap { .. })));
    }
    assert!(log.updates.is_empty());
}
