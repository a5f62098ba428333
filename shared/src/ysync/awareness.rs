//! Awareness, which is presence as stock Yjs clients know it, in the shape that y-codemirror.next gives it.
//!
//! `{"user": {"name", "color", "colorLight"}, "cursor": {"anchor", "head"} | null}`, both ends Yjs relative positions in
//! JSON: `{"type": null, "tname": "content", "item": {"client", "clock"} | null, "assoc": 0 | -1}`. The association is below
//! zero for the character before, else the one after; without an item the position is the start or the end of the text.

use super::AWARENESS_ENTRIES_MAX;
use crate::id::{ClientId, UserId};
use crate::lib0::{Cursor, Malformed, put_bytes, put_number};
use crate::replica::ROOT;
use crate::wire::{Assoc, Person, PresenceState, Selection, Sticky};
use serde_json::{Value, json};

/// Longest state of one presence, bytes of JSON. Those of y-codemirror.next have about 300.
const STATE_BYTES_MAX: usize = 16 * 1024;

/// Colors of carets, dark enough for white letters on them.
const COLORS: [&str; 8] = [
    "#b4413c", "#a0522d", "#7a6a00", "#2e7d32", "#00796b", "#1565c0", "#6a3fb5", "#ad3a86",
];

/// One presence that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Awareness {
    /// Which; stock clients use the client id of their replica.
    pub client_id: ClientId,
    /// Grows with each change of this presence.
    pub clock: u32,
    /// The whole state; none when it is gone.
    pub state: Option<Value>,
}

impl Awareness {
    /// The presence of somebody, as a stock client is told of it.
    #[must_use]
    pub fn of(client_id: ClientId, clock: u32, user: &Person, state: &PresenceState) -> Self {
        let color = color(user.id);
        let cursor = state
            .selection
            .map(|s| json!({ "anchor": position(&s.anchor), "head": position(&s.head) }));
        let user = json!({ "name": user.name, "color": color, "colorLight": format!("{color}33") });
        Self {
            client_id,
            clock,
            state: Some(json!({ "user": user, "cursor": cursor })),
        }
    }
}

/// What a stock client's state amounts to here. Who it says it is does not matter: the server knows. A cursor in a shape of
/// its own is no selection.
#[must_use]
pub fn state_of(state: &Value) -> PresenceState {
    let end = |name| sticky(state.get("cursor")?.get(name)?);
    let selection = end("anchor")
        .zip(end("head"))
        .map(|(anchor, head)| Selection { anchor, head });
    PresenceState {
        selection,
        document: None,
    }
}

pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Awareness>, Malformed> {
    let mut cursor = Cursor::new(bytes, 0);
    let count = cursor.number()? as usize;
    if count > AWARENESS_ENTRIES_MAX {
        return Err(cursor.malformed("too many presences"));
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        let (client_id, clock) = (ClientId(cursor.number()?), cursor.number()?);
        let at = cursor;
        let state = cursor.text()?;
        if state.len() > STATE_BYTES_MAX {
            return Err(at.malformed("a presence over the limit"));
        }
        let state: Value = serde_json::from_str(state).map_err(|_| at.malformed("a presence that is not JSON"))?;
        entries.push(Awareness {
            client_id,
            clock,
            state: Some(state).filter(|state| !state.is_null()),
        });
    }
    cursor.end()?;
    Ok(entries)
}

pub(super) fn write(entries: &[Awareness]) -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, u32::try_from(entries.len()).expect("few presences"));
    for entry in entries {
        put_number(&mut out, entry.client_id.0);
        put_number(&mut out, entry.clock);
        let state = entry.state.as_ref().unwrap_or(&Value::Null);
        put_bytes(&mut out, state.to_string().as_bytes());
    }
    out
}

fn position(sticky: &Sticky) -> Value {
    let item = sticky
        .item
        .map(|(client, clock)| json!({ "client": client, "clock": clock }));
    let assoc = match sticky.assoc {
        Assoc::Before => -1,
        Assoc::After => 0,
    };
    json!({ "type": null, "tname": ROOT, "item": item, "assoc": assoc })
}

fn sticky(position: &Value) -> Option<Sticky> {
    if position
        .get("tname")
        .is_some_and(|name| !name.is_null() && name != ROOT)
    {
        return None;
    }
    let number = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok());
    let item = match position.get("item") {
        None | Some(Value::Null) => None,
        Some(item) => Some((ClientId(number(item.get("client")?)?), number(item.get("clock")?)?)),
    };
    let assoc = match position.get("assoc") {
        Some(assoc) if assoc.as_i64()? < 0 => Assoc::Before,
        _ => Assoc::After,
    };
    // Anything that is not an object has none of the fields, and is no position.
    position.is_object().then_some(Sticky { item, assoc })
}

/// The same color for the same person everywhere.
fn color(user: UserId) -> &'static str {
    let sum = user.0.as_bytes().iter().fold(0usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    COLORS[sum % COLORS.len()]
}
