//! Hostile updates handed straight to the materialize child of the real binary: it survives or dies alone, and the next request works.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use server::actor::materializer::{MaterializeError, Materializer, MaterializerConfig};
use server::metrics::Metrics;
use shared::id::ClientId;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use yrs::updates::decoder::Decode as _;
use yrs::{ReadTxn as _, Text as _, Transact as _};

/// Long enough for a loaded machine, short enough for a test of what hangs.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

fn materializer() -> Materializer {
    materializer_with(env!("CARGO_BIN_EXE_inkling").into(), ANSWER_WITHIN)
}

fn materializer_with(program: PathBuf, answer_within: Duration) -> Materializer {
    let config = MaterializerConfig {
        program,
        children_max: 1,
        requests_max: 4,
        answer_within,
    };
    Materializer::new(config, Arc::new(Metrics::default()))
}

/// What client `id` types, one update each.
fn typed(id: u64, texts: &[&str]) -> Vec<Bytes> {
    let mut options = yrs::Options::with_client_id(yrs::ClientID::new(id));
    options.offset_kind = yrs::OffsetKind::Utf16;
    let doc = yrs::Doc::with_options(options);
    let content = doc.get_or_insert_text("content");
    let type_one = |text: &&str| {
        let mut txn = doc.transact_mut();
        let end = content.len(&txn);
        content.insert(&mut txn, end, text);
        txn.encode_update_v1().into()
    };
    texts.iter().map(type_one).collect()
}

fn hex(hex: &str) -> Bytes {
    hex.split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

fn varint(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    to.push(number.to_le_bytes()[0]);
}

/// One client's structs and no deletions, in update format v1.
fn update_of(client: u64, clock: u64, structs: &[Vec<u8>]) -> Bytes {
    let mut update = vec![1];
    varint(structs.len() as u64, &mut update);
    varint(client, &mut update);
    varint(clock, &mut update);
    update.extend(structs.concat());
    update.push(0);
    update.into()
}

const ROOT: &[u8] = b"\x01\x07content";

/// P11: an `Any` nested `depth` deep.
fn nested_any(depth: usize) -> Bytes {
    let mut content = vec![0x08];
    content.extend_from_slice(ROOT);
    content.push(1);
    content.extend([0x75, 0x01].repeat(depth));
    content.push(0x7e);
    update_of(7, 0, &[content])
}

/// P12: `depth` XML elements, each in the one before it.
fn nested_xml(depth: u64) -> Bytes {
    let element = |clock: u64| {
        let mut item = vec![0x07];
        match clock.checked_sub(1) {
            None => item.extend_from_slice(ROOT),
            Some(parent) => {
                item.push(0);
                varint(7, &mut item);
                varint(parent, &mut item);
            }
        }
        item.extend_from_slice(b"\x03\x01a");
        item
    };
    update_of(7, 0, &(0..depth).map(element).collect::<Vec<_>>())
}

/// P13: one character each by `count` clients, all at the start.
fn one_place(count: u64) -> Vec<Bytes> {
    let mut item = vec![0x04];
    item.extend_from_slice(ROOT);
    item.extend_from_slice(b"\x01a");
    (1..=count)
        .map(|client| update_of(client, 0, std::slice::from_ref(&item)))
        .collect()
}

/// P14: a root of its own for each of `count` characters.
fn many_roots(count: u32) -> Bytes {
    let item = |n: u32| {
        let name = format!("{n:06}");
        let mut item = vec![0x04, 1, 6];
        item.extend_from_slice(name.as_bytes());
        item.extend_from_slice(b"\x01a");
        item
    };
    update_of(7, 0, &(0..count).map(item).collect::<Vec<_>>())
}

/// P15: `count` clients with a character each, in one update.
fn many_clients(count: u64) -> Bytes {
    let mut update = Vec::new();
    varint(count, &mut update);
    for client in 0..count {
        update.push(1);
        varint(client + 1, &mut update);
        update.push(0);
        update.push(0x04);
        update.extend_from_slice(ROOT);
        update.extend_from_slice(b"\x01a");
    }
    update.push(0);
    update.into()
}

/// P16: every second of `count` characters, so that none can be placed.
fn gaps(count: u64) -> Vec<Bytes> {
    let item = |clock: u64| {
        let mut item = vec![0x84];
        varint(7, &mut item);
        varint(clock - 1, &mut item);
        item.extend_from_slice(b"\x01a");
        item
    };
    (0..count)
        .map(|n| update_of(7, 2 * n + 1, &[item(2 * n + 1)]))
        .collect()
}

/// Base and bad of P17.
fn use_after_free() -> [Bytes; 2] {
    let base = "AhACAEEBAAPBAQABAQHEAgMBAQPDqXnEAQcBCAFowQIGAQgBxAIHAQgBecQCBgIHAWjBAgkCBwLEAggBCAFowQIMAQgCxAIOAQgEaMOpecECCQIKA8EBCAIAA8EBEwEUAsQCGQEUAXnEARMCGARow6l5DQEAAQEHY29udGVudAGEAQADw6l5CgNBAQACwQEHAQABCgPEAQMBBARow6l5CgNBAQYCwQETAQYBCgnEAQABFQRow6l5xAEVARYEaMOpeQIBBgABAwEGAwwFEgMWAgIFAAQHAQoCDQISCA==";
    let bad = "AhBCAEEBAAPBAQABAQHEAgMBAQPDqXnEAQcBCAFowQIGAQgBxAIHAQgBecQCBgIHAWjBAgkCBwLEAggBCAFowQIMAQgCxAIOAQgEaMOpecECCQIKA8EBCAIAA8EBEwEUAsQCGQEUAXnEARMCGARow6l5DQEAAQEHY29udGVudEQBhAEAA8OpeQoDQQEAAsEBBwEAAQoDxAEDAQQEaMOpeQoDQQEGAsEBEwEGAQoJxAEAARUEaMOpecQBFQEWBGjDqXkCAQYAAQMBBnQDDAUSAxYCAgUABAcBCgINAhII";
    [base, bad].map(|text| BASE64.decode(text).unwrap().into())
}

/// Whatever becomes of these, an honest document is worked out after them, by the same materializer.
async fn survives(materializer: &Materializer, updates: &[Bytes]) {
    let outcome = materializer.compact(updates).await;
    assert!(
        !matches!(outcome, Err(MaterializeError::Unavailable(_) | MaterializeError::Busy)),
        "{outcome:?}"
    );
    assert_eq!(materializer.text(&typed(1, &["fine"])).await, Ok("fine".to_owned()));
}

#[tokio::test]
async fn a_child_survives_small_hostile_updates_or_dies_alone() {
    let materializer = materializer();
    for bad in [
        "01 01 02 ff ff ff ff 7f 00 87 03 00",
        "01 02 21 ff ff ff ff 7f 00 c6 20 00 20 01 4e 01 62 04 74 72",
        "01 01 21 3f 62 21 20 01 02 20 02 02 01 0c 01 20 01 12 01",
        "01 01 ff ff ff ff 7f 0d b2 01 07 01 01 78 03 01 1d 70 00",
        "01 01 01 b6 00 04 01 01 74 10 68 c3 a9 6c 6c 6f 20 77 c3 b6 72 6c 64 20 61 62 00",
        "01 02 22 87 80 ff ff ff ff 7f 00 01 01 01 01 01 0d 01 34 01 0c 01",
        "ff ff ff 1f ff 7f 80",
        "01 01 01 01 00 87 ff ff ff ff 7f 00 01 02",
        "01 01 07 05 00 80 80 80 80 04 00",
        "00 01 07 01 00 80 80 80 80 04",
    ] {
        let before = [
            typed(1, &["ab"]),
            typed(2, &["cd"]),
            typed(3, &["ef"]),
            typed(7, &["gh"]),
        ]
        .concat();
        survives(&materializer, &[before, vec![hex(bad)]].concat()).await;
        survives(&materializer, &[hex(bad)]).await;
    }
    survives(&materializer, &use_after_free()).await;
}

#[tokio::test]
async fn a_child_survives_deep_nesting_or_dies_alone() {
    let materializer = materializer();
    survives(&materializer, &[nested_any(8_000)]).await;
    survives(&materializer, &[nested_any(1_000_000)]).await;
    survives(&materializer, &[nested_xml(5_000)]).await;
}

#[tokio::test]
async fn a_child_that_is_given_too_much_is_ended_in_time() {
    let answer_within = Duration::from_secs(3);
    let materializer = materializer_with(env!("CARGO_BIN_EXE_inkling").into(), answer_within);
    let began = Instant::now();
    survives(&materializer, &one_place(30_000)).await;
    survives(&materializer, &gaps(8_000)).await;
    survives(&materializer, &[many_roots(300_000)]).await;
    survives(&materializer, &[many_clients(300_000)]).await;
    assert!(began.elapsed() < 16 * answer_within);
}

#[tokio::test]
async fn the_update_that_spoils_a_document_is_found() {
    let materializer = materializer();
    let honest = typed(1, &["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(materializer.find_bad(&honest).await, Ok(None));
    let poison = hex("01 01 21 3f 62 21 20 01 02 20 02 02 01 0c 01 20 01 12 01");
    for position in [0, 3, honest.len()] {
        let mut log = honest.clone();
        log.insert(position, poison.clone());
        assert_eq!(materializer.find_bad(&log).await, Ok(Some(position)));
        assert_eq!(materializer.text(&log[..position]).await.unwrap().len(), position);
    }
}

#[tokio::test]
async fn a_snapshot_is_what_the_log_is_for_a_stock_replica_too() {
    let log = typed(1, &["hello ", "wörld ", "🦀"]);
    let compacted = materializer().compact(&log).await.unwrap();
    assert_eq!(compacted.text, "hello wörld 🦀");
    let doc = yrs::Doc::new();
    doc.transact_mut()
        .apply_update(yrs::Update::decode_v1(&compacted.snapshot).unwrap())
        .unwrap();
    assert_eq!(doc.transact().state_vector().get(&yrs::ClientID::new(1)), 14);
}

#[tokio::test]
async fn an_edit_is_the_smallest_one_and_goes_on_from_the_clients_clock() {
    let materializer = materializer();
    let mut log = typed(1, &["one two three"]);
    for wanted in ["one 2 three", "one 2 three\n4"] {
        let edits = materializer.edit(&log, ClientId(9), wanted.to_owned()).await.unwrap();
        assert!(edits.iter().map(Bytes::len).sum::<usize>() < 40);
        log.extend(edits);
        assert_eq!(materializer.text(&log).await, Ok(wanted.to_owned()));
    }
}

#[tokio::test]
async fn a_child_that_hangs_is_ended_and_the_error_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let program = script(&folder, "exec sleep 1000");
    let materializer = materializer_with(program, Duration::from_millis(200));
    let outcome = materializer.text(&typed(1, &["a"])).await;
    assert_eq!(
        outcome,
        Err(MaterializeError::Broken(
            "no answer in time, then no answer in time".to_owned()
        ))
    );
}

#[tokio::test]
async fn a_document_is_not_blamed_for_children_that_cannot_work() {
    let folder = tempfile::tempdir().unwrap();
    let materializer = materializer_with(script(&folder, "exit 1"), ANSWER_WITHIN);
    let found = materializer.find_bad(&typed(1, &["a", "b"])).await;
    assert!(matches!(found, Err(MaterializeError::Unavailable(_))), "{found:?}");
}

#[tokio::test]
async fn a_document_that_is_only_large_is_not_blamed_for_the_time_it_takes() {
    // So little time that the honest log is over it at some length, and just below that close to it.
    let folder = tempfile::tempdir().unwrap();
    let program = script(
        &folder,
        &format!("exec {:?} materialize", env!("CARGO_BIN_EXE_inkling")),
    );
    let materializer = materializer_with(program, Duration::from_millis(600));
    let found = materializer.find_bad(&one_place(30_000)).await;
    assert!(
        matches!(
            found,
            Err(MaterializeError::Broken(_) | MaterializeError::Unavailable(_))
        ),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_child_that_dies_once_is_replaced_within_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("died");
    let inkling = env!("CARGO_BIN_EXE_inkling");
    let program = script(
        &folder,
        &format!("if [ -e {mark:?} ]; then exec {inkling:?} materialize; fi\n: > {mark:?}\nexit 1"),
    );
    let materializer = materializer_with(program, ANSWER_WITHIN);
    assert_eq!(materializer.text(&typed(1, &["a"])).await, Ok("a".to_owned()));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_no_fault_of_the_document() {
    let materializer = materializer_with("/nowhere/inkling".into(), ANSWER_WITHIN);
    assert!(matches!(
        materializer.text(&[]).await,
        Err(MaterializeError::Unavailable(_))
    ));
    assert!(matches!(
        materializer.find_bad(&[]).await,
        Err(MaterializeError::Unavailable(_))
    ));
}

#[tokio::test]
async fn more_requests_than_may_wait_are_refused() {
    let materializer = materializer();
    let log = typed(1, &["a"]);
    let results = futures_util::future::join_all((0..8).map(|_| materializer.text(&log))).await;
    let busy = results
        .iter()
        .filter(|result| **result == Err(MaterializeError::Busy))
        .count();
    assert_eq!(busy, 4);
    assert_eq!(
        results.iter().filter(|result| **result == Ok("a".to_owned())).count(),
        4
    );
}

/// A program of a few lines of shell.
fn script(folder: &tempfile::TempDir, body: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.path().join("child");
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}
