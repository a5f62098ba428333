//! The wire stays what it was: bytes of every frame in both codecs, and `PROTOCOL.md` names what there is.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use bytes::Bytes;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::error::ErrorCode;
use shared::id::*;
use shared::limits::FRAME_BYTES_MAX;
use shared::wire::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

fn person() -> Person {
    Person {
        id: UserId(ID),
        name: "Ada".to_owned(),
    }
}

fn presence() -> PresenceState {
    let anchor = Sticky {
        item: Some((ClientId(7), 300)),
        assoc: Assoc::Before,
    };
    let head = Sticky {
        item: None,
        assoc: Assoc::After,
    };
    PresenceState {
        selection: Some(Selection { anchor, head }),
        document: Some(DocumentId(ID)),
    }
}

fn client_frames() -> Vec<ClientFrame> {
    let channel = Channel(3);
    vec![
        ClientFrame::Open {
            channel,
            target: Target::Document {
                id: DocumentId(ID),
                client_id: ClientId(u32::MAX),
            },
            resume: Some(Resume {
                epoch: Epoch(1),
                after: Seq(300),
            }),
        },
        ClientFrame::Open {
            channel,
            target: Target::Room { id: RoomId(ID) },
            resume: None,
        },
        ClientFrame::Close { channel },
        ClientFrame::Edit {
            channel,
            client_seq: ClientSeq(1),
            update: Bytes::from_static(&[1, 2, 255]).into(),
        },
        ClientFrame::Presence {
            channel,
            state: Some(presence()),
        },
        ClientFrame::Presence { channel, state: None },
        ClientFrame::Say {
            channel,
            nonce: Nonce(ID),
            body: "Grüße 🦀".to_owned(),
        },
        ClientFrame::Read { channel, seq: Seq(9) },
        ClientFrame::Ping,
    ]
}

fn server_frames() -> Vec<ServerFrame> {
    let channel = Channel(3);
    let limits = WireLimits {
        frame_bytes_max: 1_500_000,
        update_bytes_max: 1 << 20,
        message_bytes_max: 16_384,
        channels_max: 256,
    };
    let document = OpenedTarget::Document {
        saved_through: ClientSeq(5),
        read_only: Some(ErrorCode::Quarantined),
    };
    let opened = |target| ServerFrame::Opened {
        channel,
        role: Role::Editor,
        epoch: Epoch(1),
        head_seq: Seq(300),
        target,
    };
    let refused = |subject| ServerFrame::Refused {
        channel,
        subject,
        code: ErrorCode::OutOfOrder,
        retryable: true,
    };
    let message = Message {
        id: MessageId(ID),
        seq: Seq(8),
        author: person(),
        nonce: Nonce(ID),
        body: "hi".to_owned(),
        at: UnixMs(1_700_000_000_000),
    };
    vec![
        ServerFrame::Welcome {
            version: VERSION,
            user: person(),
            limits,
        },
        opened(document),
        opened(OpenedTarget::Room { read_seq: Seq(2) }),
        ServerFrame::Catchup {
            channel,
            through_seq: Seq(300),
            part: Bytes::from_static(&[0, 128]).into(),
            last: true,
        },
        ServerFrame::Remote {
            channel,
            seq: Seq(301),
            update: Bytes::from_static(&[0, 0]).into(),
        },
        ServerFrame::Saved {
            channel,
            client_seq: ClientSeq(6),
            seq: Seq(302),
        },
        refused(None),
        refused(Some(Subject::Edit(ClientSeq(6)))),
        refused(Some(Subject::Message(Nonce(ID)))),
        refused(Some(Subject::Presence)),
        ServerFrame::Presence {
            channel,
            peer: PeerId(70_000),
            user: person(),
            state: Some(presence()),
        },
        ServerFrame::Said { channel, message },
        ServerFrame::Closed {
            channel,
            code: Some(ErrorCode::NotAllowed),
            retryable: false,
        },
        ServerFrame::GoingAway { after_ms: 1_500 },
        ServerFrame::Pong {
            heads: vec![(Channel(1), Seq(2)), (channel, Seq(300))],
        },
        ServerFrame::ReadThrough { channel, seq: Seq(9) },
        ServerFrame::Changed {
            channel,
            change: Change::Documents,
        },
        ServerFrame::Changed {
            channel,
            change: Change::Members,
        },
        ServerFrame::Changed {
            channel,
            change: Change::Room,
        },
        ServerFrame::Changed {
            channel,
            change: Change::Title("Notes".to_owned()),
        },
        ServerFrame::Packed { channel, size: 70_000 },
        ServerFrame::ServerEpoch { epoch: Epoch(300) },
    ]
}

/// Compiles as long as it names every variant: one that is new needs a sample above.
fn client_name(frame: &ClientFrame) -> &'static str {
    match frame {
        ClientFrame::Open { .. } => "Open",
        ClientFrame::Close { .. } => "Close",
        ClientFrame::Edit { .. } => "Edit",
        ClientFrame::Presence { .. } => "Presence",
        ClientFrame::Say { .. } => "Say",
        ClientFrame::Read { .. } => "Read",
        ClientFrame::Ping => "Ping",
    }
}

/// See [`client_name`].
fn server_name(frame: &ServerFrame) -> &'static str {
    match frame {
        ServerFrame::Welcome { .. } => "Welcome",
        ServerFrame::Opened { .. } => "Opened",
        ServerFrame::Catchup { .. } => "Catchup",
        ServerFrame::Remote { .. } => "Remote",
        ServerFrame::Saved { .. } => "Saved",
        ServerFrame::Refused { .. } => "Refused",
        ServerFrame::Presence { .. } => "Presence",
        ServerFrame::Said { .. } => "Said",
        ServerFrame::Closed { .. } => "Closed",
        ServerFrame::GoingAway { .. } => "GoingAway",
        ServerFrame::Pong { .. } => "Pong",
        ServerFrame::ReadThrough { .. } => "ReadThrough",
        ServerFrame::Changed { .. } => "Changed",
        ServerFrame::Packed { .. } => "Packed",
        ServerFrame::ServerEpoch { .. } => "ServerEpoch",
    }
}

/// One line a frame: hex of the binary codec, a space, text of the JSON codec.
const CLIENT_GOLDEN: &str = include_str!("wire/client.golden");
const SERVER_GOLDEN: &str = include_str!("wire/server.golden");

fn line<F: Serialize>(frame: &F) -> String {
    let binary: String = Codec::Binary
        .encode(frame)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let json = Codec::Json.encode(frame);
    format!("{binary} {}", std::str::from_utf8(&json).unwrap())
}

fn check_golden<F: Serialize + DeserializeOwned + PartialEq + Debug>(frames: &[F], golden: &str) {
    let lines: Vec<String> = frames.iter().map(line).collect();
    assert_eq!(lines, golden.lines().collect::<Vec<_>>());
    for (frame, line) in frames.iter().zip(golden.lines()) {
        let (hex, json) = line.split_once(' ').unwrap();
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        assert_eq!(Codec::Binary.decode::<F>(&bytes).as_ref(), Ok(frame));
        assert_eq!(Codec::Json.decode::<F>(json.as_bytes()).as_ref(), Ok(frame));
    }
}

#[test]
fn the_bytes_of_client_frames_never_change() {
    check_golden(&client_frames(), CLIENT_GOLDEN);
}

#[test]
fn the_bytes_of_server_frames_never_change() {
    check_golden(&server_frames(), SERVER_GOLDEN);
}

#[test]
fn binary_variants_are_counted_in_the_order_they_were_added() {
    fn tags<F: Serialize>(frames: &[F]) -> BTreeSet<u8> {
        frames.iter().map(|frame| Codec::Binary.encode(frame)[0]).collect()
    }
    assert!(tags(&client_frames()).into_iter().eq(0..7));
    assert!(tags(&server_frames()).into_iter().eq(0..15));
}

#[test]
fn a_tab_asks_for_all_that_can_be_asked_for() {
    let asked = [PACK, TELL].map(|(name, value)| format!("{name}={value}"));
    assert_eq!(asked.join("&"), UNDERSTOOD);
}

/// `Name{field, field}` of a frame, from its JSON. Fields are in the order of the binary codec.
fn signature<F: Serialize>(frame: &F, name: &str) -> String {
    // Not through `serde_json::Value`, which may sort.
    let json = String::from_utf8(Codec::Json.encode(frame).to_vec()).unwrap();
    let Ok(variant) = serde_json::from_str::<BTreeMap<String, Keys>>(&json) else {
        return name.to_owned();
    };
    let fields = &variant.values().next().unwrap().0;
    format!("{name}{{{}}}", fields.join(", "))
}

/// The keys of an object, as they come.
struct Keys(Vec<String>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Keys;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// The first cells of the table under a heading, without the marks of optional fields.
fn documented(heading: &str) -> BTreeSet<String> {
    let protocol = include_str!("../PROTOCOL.md");
    let section = protocol.split_once(heading).unwrap().1;
    let rows = section
        .lines()
        .skip_while(|line| !line.starts_with("|--"))
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('`').nth(1).unwrap().replace('?', ""))
        .collect()
}

#[test]
fn the_protocol_names_every_frame_and_field_and_no_others() {
    let client: BTreeSet<String> = client_frames()
        .iter()
        .map(|frame| signature(frame, client_name(frame)))
        .collect();
    assert_eq!(documented("## Frames from the client"), client);
    let server: BTreeSet<String> = server_frames()
        .iter()
        .map(|frame| signature(frame, server_name(frame)))
        .collect();
    assert_eq!(documented("## Frames from the server"), server);
}

#[test]
fn bytes_after_a_frame_are_refused() {
    for frame in client_frames() {
        let mut binary = Codec::Binary.encode(&frame).to_vec();
        binary.push(0);
        assert_eq!(
            Codec::Binary.decode::<ClientFrame>(&binary),
            Err(DecodeError::Trailing(1))
        );
        let mut json = Codec::Json.encode(&frame).to_vec();
        json.extend_from_slice(b" {}");
        assert!(matches!(
            Codec::Json.decode::<ClientFrame>(&json),
            Err(DecodeError::Malformed(_))
        ));
    }
}

#[test]
fn every_shorter_frame_is_refused() {
    for frame in server_frames() {
        for codec in [Codec::Binary, Codec::Json] {
            let bytes = codec.encode(&frame);
            for len in 0..bytes.len() {
                assert!(
                    codec.decode::<ServerFrame>(&bytes[..len]).is_err(),
                    "{frame:?} cut at {len}"
                );
            }
        }
    }
}

#[test]
fn a_frame_over_the_limit_is_refused_unread() {
    let bytes = vec![0xff; FRAME_BYTES_MAX + 1];
    for codec in [Codec::Binary, Codec::Json] {
        assert_eq!(
            codec.decode::<ClientFrame>(&bytes),
            Err(DecodeError::TooLarge(FRAME_BYTES_MAX + 1))
        );
    }
}

#[test]
fn base64_without_its_padding_is_refused() {
    for bytes in ["AQL", "AQ", "AQ=", "A", "AQL/=", "A_L/", " AQL/"] {
        let json = format!(r#"{{"edit":{{"channel":1,"client_seq":1,"update":"{bytes}"}}}}"#);
        assert!(Codec::Json.decode::<ClientFrame>(json.as_bytes()).is_err(), "{bytes}");
    }
}

#[test]
fn optional_fields_may_be_left_out_of_json() {
    let json = format!(r#"{{"open":{{"channel":3,"target":{{"room":{{"id":"{ID}"}}}}}}}}"#);
    assert_eq!(
        Codec::Json.decode::<ClientFrame>(json.as_bytes()).as_ref(),
        Ok(&client_frames()[1])
    );
}

#[test]
fn a_subprotocol_names_its_codec() {
    for codec in [Codec::Binary, Codec::Json] {
        assert_eq!(Codec::from_subprotocol(codec.subprotocol()), Some(codec));
    }
    assert_eq!(Codec::from_subprotocol("inkling.v2"), None);
}

prop_compose! {
    fn edit()(channel: u32, client_seq: u64, update in prop::collection::vec(any::<u8>(), 0..200)) -> ClientFrame {
        ClientFrame::Edit { channel: Channel(channel), client_seq: ClientSeq(client_seq), update: Bytes::from(update).into() }
    }
}

prop_compose! {
    fn say()(channel: u32, nonce: u128, body: String) -> ClientFrame {
        ClientFrame::Say { channel: Channel(channel), nonce: Nonce(Uuid::from_u128(nonce)), body }
    }
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(frame in prop_oneof![edit(), say()]) {
        for codec in [Codec::Binary, Codec::Json] {
            prop_assert_eq!(codec.decode::<ClientFrame>(&codec.encode(&frame)), Ok(frame.clone()));
        }
    }

    #[test]
    fn arbitrary_bytes_are_a_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for codec in [Codec::Binary, Codec::Json] {
            if let Ok(frame) = codec.decode::<ClientFrame>(&bytes) {
                prop_assert_eq!(codec.decode::<ClientFrame>(&codec.encode(&frame)), Ok(frame));
            }
            if let Ok(frame) = codec.decode::<ServerFrame>(&bytes) {
                prop_assert_eq!(codec.decode::<ServerFrame>(&codec.encode(&frame)), Ok(frame));
            }
        }
    }

    #[test]
    fn frames_with_one_byte_changed_never_panic(pick: prop::sample::Index, at: prop::sample::Index, byte: u8) {
        let frames = client_frames();
        for codec in [Codec::Binary, Codec::Json] {
            let mut bytes = codec.encode(pick.get(&frames)).to_vec();
            *at.get_mut(&mut bytes) = byte;
            if let Ok(frame) = codec.decode::<ClientFrame>(&bytes) {
                prop_assert_eq!(codec.decode::<ClientFrame>(&codec.encode(&frame)), Ok(frame));
            }
        }
    }
}
