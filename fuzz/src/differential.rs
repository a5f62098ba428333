//! The gate against the CRDT library: whatever passes is applied without a panic and without anything left waiting, replicas that
//! apply the log as it came agree, a state can be written and read again, and honest people can go on writing in what came of it.
//!
//! Not asserted is that a replica which began from a snapshot has the same text: the gate cannot promise it of forged origins.

use crate::forge::Forge;
use crate::log::{Log, account, apply};
use crate::records;
use arbitrary::{Result, Unstructured};
use bytes::Bytes;
use shared::id::{ClientId, UserId};
use shared::replica::{Replica, Splice};

/// Updates in one input.
const UPDATES_MAX: usize = 40;

/// Whoever edits honestly after everything else has happened, and the replica they write as.
const EDITOR: u8 = 9;
const EDITOR_CLIENT: ClientId = ClientId(100);

/// Any bytes. The lowest two bits of a record's byte are the sender; with the next, the record is an honest edit.
pub(crate) fn received(input: &[u8]) {
    let mut log = Log::default();
    let mut edits = Vec::new();
    for (what, bytes) in records::read(input).into_iter().take(UPDATES_MAX) {
        if what & 4 == 0 {
            // What was refused leaves nothing behind.
            log.append(account(what & 3), &bytes).ok();
        } else {
            edits.push(bytes);
        }
    }
    // Input that passes nothing says nothing about replicas.
    if log.updates.is_empty() {
        return;
    }
    let edits = edits.concat();
    check(&mut log, &mut Unstructured::new(&edits));
}

/// Updates that refer to what exists, in whatever way.
pub(crate) fn forged(input: &[u8]) {
    let mut plan = Unstructured::new(input);
    let mut log = Log::default();
    let mut forge = Forge::default();
    let author: UserId = account(1);
    for _ in 0..UPDATES_MAX {
        if plan.is_empty() || plan.ratio(1, 30).unwrap_or(true) {
            break;
        }
        let Ok(update) = forge.update(&mut plan) else { break };
        log.append(author, &update).expect("it refers to what exists");
    }
    check(&mut log, &mut plan);
}

fn check(log: &mut Log, plan: &mut Unstructured<'_>) {
    let mut reader = log.replica(ClientId(101));
    let at_once = log.replica_at_once(ClientId(102));
    round_trip(log, &reader);
    round_trip(log, &at_once);
    let mut editor = log.replica(EDITOR_CLIENT);
    let before = log.updates.len();
    // The plan may end within an edit; those before it count.
    edit(log, &mut editor, plan).ok();
    let shown = reader.text();
    apply(&mut reader, &shown, &log.updates[before..]);
    log.check(&reader);
    assert_eq!(reader.text(), editor.text(), "everybody has the same text");
}

/// The state can be written, read, and holds what it was made from.
fn round_trip(log: &Log, replica: &Replica) {
    let mut copy = Replica::new(ClientId(103));
    apply(&mut copy, "", &[replica.encode_state()]);
    log.check(&copy);
    assert_eq!(copy.delete_set(), replica.delete_set(), "the same is deleted");
}

/// Somebody types, undoes and redoes: all of it passes the gate.
fn edit(log: &mut Log, editor: &mut Replica, plan: &mut Unstructured<'_>) -> Result<()> {
    for step in 0..8 {
        if plan.is_empty() {
            break;
        }
        let mut shown = editor.text();
        let updates = match plan.int_in_range(0..=5)? {
            0 => undone(&mut shown, editor.undo()),
            1 => undone(&mut shown, editor.redo()),
            _ => {
                let from = plan.int_in_range(0..=editor.len())?;
                let to = (from + plan.int_in_range(0..=5)?).min(editor.len());
                let insert = ["", "x", "yz", "\u{1f600}", "\u{e9}"][plan.choose_index(5)?].to_owned();
                let splices = [Splice { from, to, insert }];
                let snapped = editor.snapped(&splices).expect("it is within the text");
                shown = shared::replica::splice_text(&shown, &snapped);
                editor.edit(&splices, step * 700, None).expect("it is within the text")
            }
        };
        assert_eq!(editor.text(), shown, "the splices lead to the text");
        for update in updates {
            log.append(account(EDITOR), &update)
                .expect("what an editor makes passes");
        }
    }
    log.check(editor);
    Ok(())
}

fn undone(
    shown: &mut String,
    undone: std::result::Result<Option<shared::replica::Undone>, shared::replica::ReplicaError>,
) -> Vec<Bytes> {
    let Some(undone) = undone.expect("an editor's own history holds text only") else {
        return Vec::new();
    };
    *shown = shared::replica::splice_text(shown, &undone.splices);
    undone.updates
}
