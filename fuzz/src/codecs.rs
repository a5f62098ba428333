//! Readers of bytes that anybody may send: what is read can be written again, and reads as the same.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::lib0::{Cursor, put_bytes, put_number};
use shared::limits::FRAME_BYTES_MAX;
use shared::wire::{ClientFrame, Codec, ServerFrame};
use shared::ysync::{self, AWARENESS_ENTRIES_MAX, MESSAGES_MAX, Message};
use std::fmt::Debug;

/// Each primitive has one spelling: the one that is written.
pub(crate) fn lib0(input: &[u8]) {
    let mut cursor = Cursor::new(input, 0);
    while !cursor.is_at_end() {
        let begin = cursor.at();
        let mut written = Vec::new();
        let read = match input[begin] % 3 {
            0 => cursor.number().map(|number| put_number(&mut written, number)),
            1 => cursor.bytes().map(|bytes| put_bytes(&mut written, bytes)),
            _ => cursor.text().map(|text| put_bytes(&mut written, text.as_bytes())),
        };
        match read {
            Ok(()) => assert_eq!(written, input[begin..cursor.at()], "one spelling"),
            Err(malformed) => {
                assert!(malformed.at <= input.len(), "it stands within the bytes");
                break;
            }
        }
    }
}

/// A bundle is its updates, and nothing else is. One that is deflated unpacks to the size that was told, or not at all.
pub(crate) fn bundle(input: &[u8]) {
    if let [low, high, packed @ ..] = input {
        let size = usize::from(u16::from_le_bytes([*low, *high]));
        if let Ok(unpacked) = shared::inflate::inflate(packed, size) {
            assert_eq!(unpacked.len(), size, "as was told");
        }
    }
    let input = Bytes::copy_from_slice(input);
    if let Ok(updates) = shared::bundle::read(&input) {
        assert_eq!(shared::bundle::write(&updates), input);
    }
}

/// Messages of stock Yjs clients.
pub(crate) fn ysync(input: &[u8]) {
    let Ok(messages) = ysync::decode(input) else { return };
    assert!(messages.len() <= MESSAGES_MAX, "messages are bounded");
    let mut again = Vec::new();
    for message in &messages {
        let written = match message {
            Message::Step1(clocks) => ysync::step1(clocks.iter().copied()),
            Message::Step2(update) => ysync::step2(update),
            Message::Update(update) => ysync::update(update),
            Message::PermissionDenied(reason) => ysync::permission_denied(reason),
            Message::QueryAwareness => ysync::query_awareness(),
            Message::Awareness { entries, bytes } => {
                presences(entries);
                bytes.to_vec()
            }
        };
        again.extend(written);
    }
    assert_eq!(again, input, "one spelling");
}

/// Presences are bounded, and what is made of one can be sent on.
fn presences(entries: &[ysync::Awareness]) {
    assert!(entries.len() <= AWARENESS_ENTRIES_MAX, "presences are bounded");
    for entry in entries {
        let Some(state) = &entry.state else { continue };
        let here = ysync::state_of(state);
        let person = shared::wire::Person {
            id: shared::id::UserId(uuid::Uuid::nil()),
            name: "Ada".to_owned(),
        };
        let told = ysync::Awareness::of(entry.client_id, entry.clock, &person, &here);
        let frame = ysync::awareness(&[told]);
        let messages = ysync::decode(&frame).expect("what is told can be read");
        let [Message::Awareness { entries, .. }] = &messages[..] else {
            panic!("one message was told")
        };
        let back = entries[0].state.as_ref().map(ysync::state_of);
        assert_eq!(back, Some(here), "a selection stays what it was");
    }
}

/// Frames of both directions in both codecs.
pub(crate) fn wire(input: &[u8]) {
    for codec in [Codec::Binary, Codec::Json] {
        frame::<ClientFrame>(codec, input);
        frame::<ServerFrame>(codec, input);
    }
}

fn frame<F: Serialize + DeserializeOwned + PartialEq + Debug>(codec: Codec, input: &[u8]) {
    let Ok(frame) = codec.decode::<F>(input) else { return };
    for codec in [Codec::Binary, Codec::Json] {
        let bytes = codec.encode(&frame);
        // JSON spells bytes out, so that a frame just below the limit may be beyond it there.
        if bytes.len() <= FRAME_BYTES_MAX {
            assert_eq!(codec.decode::<F>(&bytes).as_ref(), Ok(&frame), "{codec:?}");
        }
    }
}
