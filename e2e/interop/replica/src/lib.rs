//! Replicas to be driven from another program, one JSON request and one JSON answer a line: by `main.rs` on the machine itself, and in WebAssembly
//! as the tab has them. `e2e/interop` holds both against Yjs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::id::ClientId;
use shared::replica::{Replica, ReplicaError, Splice, splice_text};
use std::collections::BTreeMap;
use wasm_bindgen::prelude::wasm_bindgen;

/// To whom, and what.
#[derive(Deserialize)]
struct Request {
    /// A replica is made when it is first spoken to, and writes as this client id.
    client_id: ClientId,
    now_ms: u64,
    task: Task,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Task {
    /// The units from the first up to the second become the string; ends are moved into the text.
    Edit(u32, u32, String),
    Undo,
    Redo,
    /// Updates in base64.
    Apply(Vec<String>),
    /// Tells all there is to know.
    Read,
    /// Gives every replica up.
    Forget,
}

/// Replicas by the client ids that they write as.
#[wasm_bindgen]
#[derive(Default)]
pub struct Replicas {
    all: BTreeMap<ClientId, Replica>,
}

#[wasm_bindgen]
impl Replicas {
    /// None yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a request with a line of JSON.
    pub fn ask(&mut self, request: &str) -> String {
        let answer = serde_json::from_str(request)
            .map_err(|error| error.to_string())
            .and_then(|request| self.answer(request).map_err(|error| error.to_string()));
        answer.unwrap_or_else(|error| json!({ "error": error })).to_string()
    }

    fn answer(&mut self, request: Request) -> Result<Value, ReplicaError> {
        let Request {
            client_id,
            now_ms,
            task,
        } = request;
        if matches!(task, Task::Forget) {
            self.all.clear();
            return Ok(Value::Null);
        }
        let replica = self.all.entry(client_id).or_insert_with(|| Replica::new(client_id));
        carry_out(replica, now_ms, task)
    }
}

fn carry_out(replica: &mut Replica, now_ms: u64, task: Task) -> Result<Value, ReplicaError> {
    match task {
        Task::Edit(from, to, insert) => {
            let from = from.min(replica.len());
            let to = to.clamp(from, replica.len());
            let updates = replica.edit(&[Splice { from, to, insert }], now_ms, None)?;
            Ok(base64(&updates))
        }
        // With nothing to take back there is no update.
        Task::Undo => Ok(replica
            .undo()?
            .map_or_else(|| json!([]), |undone| base64(&undone.updates))),
        Task::Redo => Ok(replica
            .redo()?
            .map_or_else(|| json!([]), |undone| base64(&undone.updates))),
        Task::Apply(updates) => {
            let updates: Vec<Vec<u8>> = updates
                .iter()
                .map(|update| BASE64.decode(update).expect("the driver sends base64"))
                .collect();
            let before = replica.text();
            let splices = replica.apply(updates)?;
            // Said with the answer, since the driver cannot see it.
            let agrees = splice_text(&before, &splices) == replica.text();
            Ok(json!({ "splices_lead_to_the_text": agrees }))
        }
        Task::Read => Ok(json!({
            "text": replica.text(),
            "clocks": replica.state_vector(),
            "deleted": replica.delete_set().into_iter().map(|(client, ranges)| {
                (client.to_string(), ranges.into_iter().map(|range| [range.start, range.end]).collect())
            }).collect::<BTreeMap<String, Vec<[u32; 2]>>>(),
            "state": BASE64.encode(replica.encode_state()),
            "waiting": replica.is_waiting(),
        })),
        Task::Forget => unreachable!("it is not for one replica"),
    }
}

fn base64(updates: &[Bytes]) -> Value {
    updates.iter().map(|update| BASE64.encode(update)).collect()
}
