//! What a replica promises, one by one. The random tests are in `tests/replica.rs`.

use super::*;

fn splice(from: u32, to: u32, insert: &str) -> Splice {
    Splice {
        from,
        to,
        insert: insert.to_owned(),
    }
}

#[test]
fn an_edit_appears_in_another_replica() {
    let (mut ada, mut ben) = (Replica::new(ClientId(1)), Replica::new(ClientId(2)));
    let updates = ada.edit(&[splice(0, 0, "hello 🦀")], 0, None).unwrap();
    assert_eq!(ben.apply(updates).unwrap(), [splice(0, 0, "hello 🦀")]);
    assert_eq!(ben.text(), "hello 🦀");
}
