//! The gate against hostile bytes, against honest editing, and against yrs for whatever passes.

mod crafted;
mod honest;
mod hostile;
mod rules;
mod yjs;

use super::*;
use shared::lib0::{put_bytes, put_number};
use uuid::Uuid;
use yrs::updates::decoder::Decode as _;
use yrs::{Doc, GetString as _, OffsetKind, Options, ReadTxn as _, StateVector, Text as _, Transact as _, Update};

/// A test persona's account.
fn account(number: u8) -> UserId {
    UserId(Uuid::from_bytes([number; 16]))
}

fn ada() -> UserId {
    account(1)
}

fn ben() -> UserId {
    account(2)
}

/// A document: a gate, and the log of what passed.
#[derive(Default)]
struct Log {
    gate: Gate,
    updates: Vec<Bytes>,
}

impl Log {
    /// Passes and stores an update, or says why not.
    fn append(&mut self, user: UserId, update: impl Into<Bytes>) -> Result<Passed, GateError> {
        let passed = self.gate.check(user, &update.into())?;
        self.gate.advance(user, &passed);
        self.gate.commit(&passed.clocks, &passed.bytes);
        self.updates.push(passed.bytes.clone());
        Ok(passed)
    }

    fn state_vector(&self) -> StateVector {
        self.gate
            .state_vector()
            .map(|(id, clock)| (yrs::block::ClientID::new(id.0.into()), clock))
            .collect()
    }
}

/// A replica as tabs and the materializer have it.
fn replica(client_id: u32) -> Doc {
    let mut options = Options::with_client_id(yrs::block::ClientID::new(client_id.into()));
    options.offset_kind = OffsetKind::Utf16;
    let doc = Doc::with_options(options);
    doc.get_or_insert_text("content");
    doc
}

/// Applies updates in one transaction and checks that nothing is left waiting.
fn apply(doc: &Doc, updates: &[Bytes]) {
    let mut txn = doc.transact_mut();
    for update in updates {
        let update = Update::decode_v1(update).expect("what passes decodes");
        txn.apply_update(update).expect("what passes is applied");
    }
    assert!(txn.store().pending_update().is_none(), "structs were left waiting");
    assert!(txn.store().pending_ds().is_none(), "deletions were left waiting");
}

fn text(doc: &Doc) -> String {
    let text = doc.get_or_insert_text("content");
    let txn = doc.transact();
    let string = text.get_string(&txn);
    assert_eq!(
        text.len(&txn) as usize,
        string.encode_utf16().count(),
        "the length is the text's"
    );
    string
}

fn state(doc: &Doc) -> Bytes {
    Bytes::from(doc.transact().encode_state_as_update_v1(&StateVector::default()))
}

/// Types `insert` at `at` after removing `remove` units there, and returns the update.
fn splice(doc: &Doc, at: u32, remove: u32, insert: &str) -> Bytes {
    let text = doc.get_or_insert_text("content");
    let mut txn = doc.transact_mut();
    if remove > 0 {
        text.remove_range(&mut txn, at, remove);
    }
    if !insert.is_empty() {
        text.insert(&mut txn, at, insert);
    }
    Bytes::from(txn.encode_update_v1())
}

/// Writes updates that no editor would.
#[derive(Default)]
struct Forge {
    sections: u32,
    structs: Vec<u8>,
    deletions: Vec<(u32, Vec<(u32, u32)>)>,
}

/// A struct for [`Forge`].
#[derive(Clone, Debug)]
struct Forged {
    origin: Option<(u32, u32)>,
    right: Option<(u32, u32)>,
    content: ForgedContent,
}

#[derive(Clone, Debug)]
enum ForgedContent {
    Text(String),
    Deleted(u32),
}

impl Forged {
    fn text(origin: Option<(u32, u32)>, right: Option<(u32, u32)>, text: &str) -> Self {
        Self {
            origin,
            right,
            content: ForgedContent::Text(text.to_owned()),
        }
    }

    fn deleted(origin: Option<(u32, u32)>, len: u32) -> Self {
        Self {
            origin,
            right: None,
            content: ForgedContent::Deleted(len),
        }
    }

    fn len(&self) -> u32 {
        match &self.content {
            ForgedContent::Text(text) => u32::try_from(text.encode_utf16().count()).expect("short"),
            ForgedContent::Deleted(len) => *len,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let kind = if matches!(self.content, ForgedContent::Text(_)) {
            4
        } else {
            1
        };
        out.push(kind | if self.origin.is_some() { 0x80 } else { 0 } | if self.right.is_some() { 0x40 } else { 0 });
        for (client, clock) in [self.origin, self.right].into_iter().flatten() {
            put_number(out, client);
            put_number(out, clock);
        }
        if self.origin.is_none() && self.right.is_none() {
            put_number(out, 1);
            put_bytes(out, b"content");
        }
        match &self.content {
            ForgedContent::Text(text) => put_bytes(out, text.as_bytes()),
            ForgedContent::Deleted(len) => put_number(out, *len),
        }
    }
}

impl Forge {
    fn client(mut self, client: u32, clock: u32, structs: &[Forged]) -> Self {
        self.sections += 1;
        let out = &mut self.structs;
        put_number(out, u32::try_from(structs.len()).expect("few"));
        put_number(out, client);
        put_number(out, clock);
        structs.iter().for_each(|s| s.write(out));
        self
    }

    fn delete(mut self, client: u32, ranges: &[(u32, u32)]) -> Self {
        self.deletions.push((client, ranges.to_vec()));
        self
    }

    fn bytes(&self) -> Bytes {
        let mut out = Vec::new();
        put_number(&mut out, self.sections);
        out.extend_from_slice(&self.structs);
        put_number(&mut out, u32::try_from(self.deletions.len()).expect("few"));
        for (client, ranges) in &self.deletions {
            put_number(&mut out, *client);
            put_number(&mut out, u32::try_from(ranges.len()).expect("few"));
            for (clock, len) in ranges {
                put_number(&mut out, *clock);
                put_number(&mut out, *len);
            }
        }
        Bytes::from(out)
    }
}
