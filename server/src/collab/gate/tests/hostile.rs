//! Updates that panicked, corrupted or exhausted yrs 0.28.1, each refused with its code.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use shared::error::ErrorCode;

fn hex(digits: &str) -> Bytes {
    let digits: Vec<_> = digits.split_whitespace().collect();
    digits
        .iter()
        .map(|d| u8::from_str_radix(d, 16).expect("hex digits"))
        .collect::<Vec<_>>()
        .into()
}

fn refusal(update: impl Into<Bytes>) -> ErrorCode {
    refusal_after(&mut Log::default(), update)
}

fn refusal_after(log: &mut Log, update: impl Into<Bytes>) -> ErrorCode {
    log.append(ada(), update)
        .expect_err("a hostile update is refused")
        .code()
}

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
fn short_updates_that_break_yrs_are_refused_on_an_empty_and_on_a_busy_document() {
    use ErrorCode::{UnknownReference as Unknown, UpdateForbiddenContent as Forbidden, UpdateMalformed as Malformed};
    let cases = [
        ("P1", "01 01 02 ff ff ff ff 7f 00 87 03 00", Malformed),
        (
            "P2",
            "01 02 21 ff ff ff ff 7f 00 c6 20 00 20 01 4e 01 62 04 74 72",
            Malformed,
        ),
        (
            "P3",
            "01 01 21 3f 62 21 20 01 02 20 02 02 01 0c 01 20 01 12 01",
            Forbidden,
        ),
        (
            "P4",
            "01 01 ff ff ff ff 7f 0d b2 01 07 01 01 78 03 01 1d 70 00",
            Malformed,
        ),
        (
            "P5",
            "01 01 01 b6 00 04 01 01 74 10 68 c3 a9 6c 6c 6f 20 77 c3 b6 72 6c 64 20 61 62 00",
            Malformed,
        ),
        (
            "P5, well spelt",
            "01 01 01 36 04 01 01 74 10 68 c3 a9 6c 6c 6f 20 77 c3 b6 72 6c 64 20 61 62 00",
            Forbidden,
        ),
        (
            "P6",
            "01 02 22 87 80 ff ff ff ff 7f 00 01 01 01 01 01 0d 01 34 01 0c 01",
            Malformed,
        ),
        ("P7", "ff ff ff 1f ff 7f 80", Malformed),
        ("P8", "01 01 01 01 00 87 ff ff ff ff 7f 00 01 02", Forbidden),
        ("P9", "01 01 07 05 00 80 80 80 80 04 00", Forbidden),
        ("P10", "00 01 07 01 00 80 80 80 80 04", Unknown),
    ];
    for (name, update, code) in cases {
        assert_eq!(refusal(hex(update)), code, "{name}");
        assert_eq!(
            refusal_after(&mut busy(), hex(update)),
            code,
            "{name} on a busy document"
        );
    }
}

#[test]
fn an_any_value_nested_eight_thousand_deep_is_refused() {
    let mut update = hex("01 01 07 00 08 01 07 63 6f 6e 74 65 6e 74 01").to_vec();
    update.extend([0x75, 0x01].repeat(8_000));
    update.extend([0x7e, 0x00]);
    assert_eq!(refusal(update), ErrorCode::UpdateForbiddenContent);
}

#[test]
fn five_thousand_nested_elements_are_refused() {
    let mut update = vec![1];
    put_number(&mut update, 5_000);
    update.extend([7, 0]);
    // An element with one letter as name in the root, then each in the one before.
    update.extend(hex("07 01 07 63 6f 6e 74 65 6e 74 03 01 70"));
    for clock in 0..4_999 {
        update.extend([0x07, 0x00, 0x07]);
        put_number(&mut update, clock);
        update.extend([0x03, 0x01, 0x70]);
    }
    update.push(0);
    assert_eq!(refusal(update), ErrorCode::UpdateForbiddenContent);
}

#[test]
fn inserts_at_one_place_by_thousands_of_clients_are_refused() {
    let one = [Forged::text(None, None, "x")];
    let forge = (0..30_000).fold(Forge::default(), |forge, client| forge.client(client, 0, &one));
    assert_eq!(refusal(forge.bytes()), ErrorCode::TooManyReplicas);
}

#[test]
fn an_update_with_another_root_is_refused() {
    // A million of them in one update are over the byte limit; one is enough to be refused for what it is.
    assert_eq!(
        refusal(hex("01 01 07 00 04 01 01 78 01 61 00")),
        ErrorCode::UpdateForbiddenContent
    );
    assert_eq!(refusal(vec![0; 12 << 20]), ErrorCode::UpdateTooLarge);
}

#[test]
fn a_hundred_thousand_clients_with_one_character_each_are_refused() {
    let one = [Forged::deleted(None, 1)];
    let forge = (0..50_000).fold(Forge::default(), |forge, client| forge.client(client, 0, &one));
    assert_eq!(refusal(forge.bytes()), ErrorCode::TooManyReplicas);
}

#[test]
fn updates_with_gaps_are_refused_one_by_one() {
    let mut log = Log::default();
    for n in 1..=8_000 {
        let update = Forge::default()
            .client(7, n * 2, &[Forged::text(None, None, "x")])
            .bytes();
        assert_eq!(refusal_after(&mut log, update), ErrorCode::ClockGap);
    }
    assert!(log.updates.is_empty());
}

#[test]
fn the_update_that_crashes_yrs_and_the_one_it_was_made_of_are_refused() {
    const BASE: &str = "AhACAEEBAAPBAQABAQHEAgMBAQPDqXnEAQcBCAFowQIGAQgBxAIHAQgBecQCBgIHAWjBAgkCBwLEAggBCAFowQIMAQgCxAIOAQgEaMOpecECCQIKA8EBCAIAA8EBEwEUAsQCGQEUAXnEARMCGARow6l5DQEAAQEHY29udGVudAGEAQADw6l5CgNBAQACwQEHAQABCgPEAQMBBARow6l5CgNBAQYCwQETAQYBCgnEAQABFQRow6l5xAEVARYEaMOpeQIBBgABAwEGAwwFEgMWAgIFAAQHAQoCDQISCA==";
    const BAD: &str = "AhBCAEEBAAPBAQABAQHEAgMBAQPDqXnEAQcBCAFowQIGAQgBxAIHAQgBecQCBgIHAWjBAgkCBwLEAggBCAFowQIMAQgCxAIOAQgEaMOpecECCQIKA8EBCAIAA8EBEwEUAsQCGQEUAXnEARMCGARow6l5DQEAAQEHY29udGVudEQBhAEAA8OpeQoDQQEAAsEBBwEAAQoDxAEDAQQEaMOpeQoDQQEGAsEBEwEGAQoJxAEAARUEaMOpecQBFQEWBGjDqXkCAQYAAQMBBnQDDAUSAxYCAgUABAcBCgINAhII";
    let (base, bad) = (
        BASE64.decode(BASE).expect("base64"),
        BASE64.decode(BAD).expect("base64"),
    );
    // The base is the state of a replica that lacks some of client 1: it holds skipped ranges, which the log never does.
    assert_eq!(refusal(base), ErrorCode::UpdateForbiddenContent);
    assert_eq!(refusal(bad.clone()), ErrorCode::UpdateMalformed);
    assert_eq!(refusal_after(&mut busy(), bad), ErrorCode::UpdateMalformed);
}
