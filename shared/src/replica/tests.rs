//! What a replica promises, one by one. The random tests are in `tests/replica.rs`.

mod arriving;
mod editing;
mod positions;
mod steps;
mod undoing;

use super::*;

fn splice(from: u32, to: u32, insert: &str) -> Splice {
    Splice {
        from,
        to,
        insert: insert.to_owned(),
    }
}

fn caret(at: u32) -> Option<OffsetSelection> {
    Some(OffsetSelection { anchor: at, head: at })
}

fn replica_with(text: &str) -> Replica {
    let mut replica = Replica::new(ClientId(1));
    replica.edit(&[splice(0, 0, text)], 0, None).unwrap();
    replica
}
