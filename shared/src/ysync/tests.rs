//! Against bytes written by yjs 13.6.33, y-protocols 1.0.7 and lib0 0.2.120, in the text "hé😀" of client 3000000001.

use super::*;
use crate::id::UserId;
use crate::wire::{Assoc, Person, PresenceState, Selection, Sticky};
use proptest::prelude::*;
use serde_json::json;

const CLIENT: ClientId = ClientId(3_000_000_001);

const STEP_1_EMPTY: &str = "00000100";
const STEP_1: &str = "0000070181bcc1960b04";
const STEP_2: &str = "00011b010181bcc1960b00040107636f6e74656e740768c3a9f09f988000";
const UPDATE: &str = "00021b010181bcc1960b00040107636f6e74656e740768c3a9f09f988000";
const DENIED: &str = "02000972656164206f6e6c79";
const GONE: &str = "010c0181bcc1960b01046e756c6c";
const NOBODY: &str = "010a0181bcc1960b02027b7d";
const CURSOR: &str = "0189020181bcc1960b0480027b2275736572223a7b226e616d65223a22416461222c22636f6c6f72223a2223333062636564222c22636f6c6f724c69676874223a22233330626365643333227d2c22637572736f72223a7b22616e63686f72223a7b2274797065223a6e756c6c2c22746e616d65223a22636f6e74656e74222c226974656d223a7b22636c69656e74223a333030303030303030312c22636c6f636b223a317d2c226173736f63223a307d2c2268656164223a7b2274797065223a6e756c6c2c22746e616d65223a22636f6e74656e74222c226974656d223a7b22636c69656e74223a333030303030303030312c22636c6f636b223a317d2c226173736f63223a2d317d7d7d";
const ENDS: &str = "01d3010181bcc1960b05ca017b2275736572223a7b226e616d65223a22416461222c22636f6c6f72223a2223333062636564222c22636f6c6f724c69676874223a22233330626365643333227d2c22637572736f72223a7b22616e63686f72223a7b2274797065223a6e756c6c2c22746e616d65223a22636f6e74656e74222c226974656d223a6e756c6c2c226173736f63223a307d2c2268656164223a7b2274797065223a6e756c6c2c22746e616d65223a22636f6e74656e74222c226974656d223a6e756c6c2c226173736f63223a2d317d7d7d";
const NO_CURSOR: &str = "01580181bcc1960b06507b2275736572223a7b226e616d65223a22416461222c22636f6c6f72223a2223333062636564222c22636f6c6f724c69676874223a22233330626365643333227d2c22637572736f72223a6e756c6c7d";
const TWO: &str = "0000070181bcc1960b0403";

fn hex(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex digits"))
        .collect()
}

fn presence(digits: &str) -> Awareness {
    let frame = hex(digits);
    match decode(&frame).expect("a stock client sent it").as_slice() {
        [Message::Awareness { entries, bytes }] => {
            assert_eq!(*bytes, frame, "the whole message is there to be echoed");
            assert_eq!(
                awareness(entries).len(),
                frame.len(),
                "the same fields are written again"
            );
            entries[0].clone()
        }
        other => panic!("one awareness message, not {other:?}"),
    }
}

fn selection(anchor: Sticky, head: Sticky) -> PresenceState {
    PresenceState {
        selection: Some(Selection { anchor, head }),
        document: None,
    }
}

#[test]
fn sync_messages_are_read_and_written_as_yjs_does() {
    let update_bytes = &hex(UPDATE)[3..];
    let cases = [
        (STEP_1_EMPTY, Message::Step1(vec![]), step1([])),
        (STEP_1, Message::Step1(vec![(CLIENT, 4)]), step1([(CLIENT, 4)])),
        (STEP_2, Message::Step2(update_bytes), step2(update_bytes)),
        (UPDATE, Message::Update(update_bytes), update(update_bytes)),
        (
            DENIED,
            Message::PermissionDenied("read only"),
            permission_denied("read only"),
        ),
        ("03", Message::QueryAwareness, query_awareness()),
    ];
    for (digits, message, written) in cases {
        assert_eq!(decode(&hex(digits)), Ok(vec![message]));
        assert_eq!(written, hex(digits));
    }
}

#[test]
fn every_message_of_a_frame_is_read() {
    assert_eq!(
        decode(&hex(TWO)),
        Ok(vec![Message::Step1(vec![(CLIENT, 4)]), Message::QueryAwareness])
    );
}

#[test]
fn a_truncated_frame_and_one_with_more_behind_are_errors() {
    for digits in [STEP_1, STEP_2, UPDATE, DENIED, GONE, CURSOR] {
        let whole = hex(digits);
        for end in 0..whole.len() {
            decode(&whole[..end]).expect_err("a part of a frame is none");
        }
        decode(&[&whole[..], &[9]].concat()).expect_err("nothing follows a frame");
    }
    decode(&hex("0000080181bcc1960b0400")).expect_err("a byte follows the state vector");
    decode(&hex("0003")).expect_err("there is no such sync message");
    decode(&[3; MESSAGES_MAX + 1]).expect_err("too many");
}

#[test]
fn what_is_declared_is_not_reserved() {
    decode(&hex("000005ffffffff0f")).expect_err("four billion replicas are not there");
    decode(&hex("0105ffffffff0f")).expect_err("four billion presences are not there");
    decode(&hex("0001ffffffff0f")).expect_err("four billion bytes are not there");
}

#[test]
fn a_cursor_of_a_stock_client_is_a_selection() {
    let at = |assoc| Sticky {
        item: Some((CLIENT, 1)),
        assoc,
    };
    let cursor = presence(CURSOR);
    assert_eq!((cursor.client_id, cursor.clock), (CLIENT, 4));
    assert_eq!(
        state_of(&cursor.state.expect("somebody")),
        selection(at(Assoc::After), at(Assoc::Before))
    );
    let end = |assoc| Sticky { item: None, assoc };
    assert_eq!(
        state_of(&presence(ENDS).state.expect("somebody")),
        selection(end(Assoc::After), end(Assoc::Before))
    );
    assert_eq!(
        state_of(&presence(NO_CURSOR).state.expect("somebody")),
        PresenceState::default()
    );
    assert_eq!(
        state_of(&presence(NOBODY).state.expect("somebody")),
        PresenceState::default()
    );
    assert_eq!(presence(GONE).state, None);
}

#[test]
fn a_selection_is_a_cursor_that_a_stock_client_understands() {
    let ada = Person {
        id: UserId(uuid::Uuid::from_u128(1)),
        name: "Ada".to_owned(),
    };
    let stock = presence(CURSOR).state.expect("somebody");
    let told = Awareness::of(ClientId(5), 1, &ada, &state_of(&stock));
    let state = told.state.clone().expect("somebody");
    assert_eq!(state["cursor"], stock["cursor"]);
    assert_eq!(state["user"]["name"], "Ada");
    assert_eq!(
        state["user"]["colorLight"],
        format!("{}33", state["user"]["color"].as_str().expect("a color"))
    );
    let nowhere = Awareness::of(ClientId(5), 2, &ada, &PresenceState::default());
    assert_eq!(nowhere.state.expect("somebody")["cursor"], json!(null));
    assert_eq!(
        decode(&awareness(std::slice::from_ref(&told)))
            .map(|m| matches!(&m[0], Message::Awareness { entries, .. } if entries[0] == told)),
        Ok(true)
    );
}

#[test]
fn a_cursor_in_another_shape_is_no_selection() {
    let position = json!({ "tname": "content", "item": { "client": 1, "clock": 2 } });
    for cursor in [
        json!(7),
        json!({ "anchor": position }),
        json!({ "anchor": 7, "head": 7 }),
        json!({ "anchor": position, "head": { "tname": "title", "item": null } }),
        json!({ "anchor": position, "head": { "item": { "client": -1, "clock": 2 } } }),
        json!({ "anchor": position, "head": { "item": { "client": 1, "clock": 2 }, "assoc": "left" } }),
    ] {
        assert_eq!(
            state_of(&json!({ "cursor": cursor })),
            PresenceState::default(),
            "{cursor}"
        );
    }
}

proptest! {
    #[test]
    fn bytes_that_are_nothing_do_no_harm(kind in 0u8..4, bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(messages) = decode(&[&[kind], &bytes[..]].concat()) {
            prop_assert!(messages.len() <= MESSAGES_MAX);
        }
    }
}
