//! Updates that panicked, corrupted or exhausted yrs 0.28.1 when it applied them. The gate refuses each, with this code.
#![allow(unreachable_pub, reason = "the gate's own tests and those over sockets share it")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use shared::error::ErrorCode::{
    self, ClockGap, TooManyReplicas, UnknownReference, UpdateForbiddenContent, UpdateMalformed,
};
use shared::lib0::{put_bytes, put_number};

/// An update that nobody's editor makes.
#[derive(Clone, Debug)]
pub struct Hostile {
    /// What it does, or where its bytes come from.
    pub name: &'static str,
    /// Yjs update format v1, or nearly.
    pub bytes: Vec<u8>,
    /// What the sender is told.
    pub code: ErrorCode,
}

/// All of them. Each is within the byte limit of an update.
pub fn updates() -> Vec<Hostile> {
    let short = [
        ("P1 panics", "01 01 02 ff ff ff ff 7f 00 87 03 00", UpdateMalformed),
        (
            "P2 panics on an empty document",
            "01 02 21 ff ff ff ff 7f 00 c6 20 00 20 01 4e 01 62 04 74 72",
            UpdateMalformed,
        ),
        (
            "P3 panics when encoded",
            "01 01 21 3f 62 21 20 01 02 20 02 02 01 0c 01 20 01 12 01",
            UpdateForbiddenContent,
        ),
        (
            "P4 encodes to what cannot be read",
            "01 01 ff ff ff ff 7f 0d b2 01 07 01 01 78 03 01 1d 70 00",
            UpdateMalformed,
        ),
        (
            "P5 panics at a later deletion",
            "01 01 01 b6 00 04 01 01 74 10 68 c3 a9 6c 6c 6f 20 77 c3 b6 72 6c 64 20 61 62 00",
            UpdateMalformed,
        ),
        (
            "P5 with numbers spelt as they have to be",
            "01 01 01 36 04 01 01 74 10 68 c3 a9 6c 6c 6f 20 77 c3 b6 72 6c 64 20 61 62 00",
            UpdateForbiddenContent,
        ),
        (
            "P6 panics when encoded",
            "01 02 22 87 80 ff ff ff ff 7f 00 01 01 01 01 01 0d 01 34 01 0c 01",
            UpdateMalformed,
        ),
        ("P7 reserves 134 MB", "ff ff ff 1f ff 7f 80", UpdateMalformed),
        (
            "P8 uses memory after freeing it",
            "01 01 01 01 00 87 ff ff ff ff 7f 00 01 02",
            UpdateForbiddenContent,
        ),
        (
            "P9 burns a client's clock",
            "01 01 07 05 00 80 80 80 80 04 00",
            UpdateForbiddenContent,
        ),
        (
            "P10 deletes a client's future",
            "00 01 07 01 00 80 80 80 80 04",
            UnknownReference,
        ),
    ];
    let short = short.map(|(name, digits, code)| Hostile {
        name,
        bytes: hex(digits),
        code,
    });
    let long = [
        Hostile {
            name: "P11 nests values 8000 deep",
            bytes: nested_values(),
            code: UpdateForbiddenContent,
        },
        Hostile {
            name: "P12 nests 5000 elements",
            bytes: nested_elements(),
            code: UpdateForbiddenContent,
        },
        Hostile {
            name: "P13 inserts at one place as 30000 clients",
            bytes: clients(30_000, 30_000),
            code: TooManyReplicas,
        },
        Hostile {
            name: "P14 names 60000 roots",
            bytes: roots(60_000),
            code: UpdateForbiddenContent,
        },
        Hostile {
            name: "P15 uses 60000 client ids once",
            bytes: clients(60_000, 4_000_000_000),
            code: TooManyReplicas,
        },
        Hostile {
            name: "P16 leaves a gap",
            bytes: gap(),
            code: ClockGap,
        },
        Hostile {
            name: "P17 crashes",
            bytes: from_base64(CRASHING),
            code: UpdateMalformed,
        },
        // The state of a replica that lacks some of client 1: it holds skipped ranges, which the log never does.
        Hostile {
            name: "what P17 was made of",
            bytes: from_base64(INCOMPLETE),
            code: UpdateForbiddenContent,
        },
    ];
    short.into_iter().chain(long).collect()
}

const INCOMPLETE: &str = "AhACAEEBAAPBAQABAQHEAgMBAQPDqXnEAQcBCAFowQIGAQgBxAIHAQgBecQCBgIHAWjBAgkCBwLEAggBCAFowQIMAQgCxAIOAQgEaMOpecECCQIKA8EBCAIAA8EBEwEUAsQCGQEUAXnEARMCGARow6l5DQEAAQEHY29udGVudAGEAQADw6l5CgNBAQACwQEHAQABCgPEAQMBBARow6l5CgNBAQYCwQETAQYBCgnEAQABFQRow6l5xAEVARYEaMOpeQIBBgABAwEGAwwFEgMWAgIFAAQHAQoCDQISCA==";
const CRASHING: &str = "AhBCAEEBAAPBAQABAQHEAgMBAQPDqXnEAQcBCAFowQIGAQgBxAIHAQgBecQCBgIHAWjBAgkCBwLEAggBCAFowQIMAQgCxAIOAQgEaMOpecECCQIKA8EBCAIAA8EBEwEUAsQCGQEUAXnEARMCGARow6l5DQEAAQEHY29udGVudEQBhAEAA8OpeQoDQQEAAsEBBwEAAQoDxAEDAQQEaMOpeQoDQQEGAsEBEwEGAQoJxAEAARUEaMOpecQBFQEWBGjDqXkCAQYAAQMBBnQDDAUSAxYCAgUABAcBCgINAhII";

/// Bytes as pairs of digits.
pub fn hex(digits: &str) -> Vec<u8> {
    digits
        .split_whitespace()
        .map(|pair| u8::from_str_radix(pair, 16).expect("hex digits"))
        .collect()
}

fn from_base64(text: &str) -> Vec<u8> {
    BASE64.decode(text).expect("base64")
}

fn nested_values() -> Vec<u8> {
    let mut update = hex("01 01 07 00 08 01 07 63 6f 6e 74 65 6e 74 01");
    update.extend([0x75, 0x01].repeat(8_000));
    update.extend([0x7e, 0x00]);
    update
}

fn nested_elements() -> Vec<u8> {
    let mut update = vec![1];
    put_number(&mut update, 5_000);
    update.extend([7, 0]);
    // An element with a letter as name in the root, then each in the one before.
    update.extend(hex("07 01 07 63 6f 6e 74 65 6e 74 03 01 70"));
    for clock in 0..4_999 {
        update.extend([0x07, 0x00, 0x07]);
        put_number(&mut update, clock);
        update.extend([0x03, 0x01, 0x70]);
    }
    update.push(0);
    update
}

/// One character each at the start of the text, of clients from `first` on.
fn clients(count: u32, first: u32) -> Vec<u8> {
    let mut update = Vec::new();
    put_number(&mut update, count);
    for client in (first..).take(count as usize) {
        update.push(1);
        put_number(&mut update, client);
        update.extend([0, 0x04, 1]);
        put_bytes(&mut update, b"content");
        put_bytes(&mut update, b"x");
    }
    update.push(0);
    update.truncate(1 << 20);
    update
}

fn roots(count: u32) -> Vec<u8> {
    let mut update = vec![1];
    put_number(&mut update, count);
    update.extend([7, 0]);
    for root in 0..count {
        update.extend([0x04, 1]);
        put_bytes(&mut update, format!("{root:x}").as_bytes());
        put_bytes(&mut update, b"x");
    }
    update.push(0);
    update
}

fn gap() -> Vec<u8> {
    // Client 5 goes on at 2 after nothing.
    let mut update = hex("01 01 05 02 84 05 01");
    put_bytes(&mut update, b"x");
    update.push(0);
    update
}
