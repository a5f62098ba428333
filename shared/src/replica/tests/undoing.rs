//! What one tab takes back, and where the caret goes then.

use super::*;

#[test]
fn edits_close_together_are_undone_together() {
    let mut ada = replica_with("");
    ada.edit(&[splice(0, 0, "a")], 10_000, caret(0)).unwrap();
    ada.edit(&[splice(1, 1, "b")], 10_100, caret(1)).unwrap();
    ada.edit(&[splice(2, 2, "c")], 11_000, caret(2)).unwrap();
    assert_eq!(ada.undo().unwrap().unwrap().splices, [splice(2, 3, "")]);
    assert_eq!(ada.undo().unwrap().unwrap().splices, [splice(0, 2, "")]);
    assert_eq!(ada.undo().unwrap(), None);
    assert_eq!(ada.redo().unwrap().unwrap().splices, [splice(0, 0, "ab")]);
    ada.edit(&[splice(2, 2, "!")], 11_100, caret(2)).unwrap();
    assert_eq!(ada.redo().unwrap(), None, "an edit leaves nothing to redo");
    ada.undo().unwrap();
    assert_eq!(ada.text(), "ab", "an edit right after a redo is a step of its own");
}

#[test]
fn what_is_said_to_be_something_else_is_undone_by_itself() {
    let mut replica = Replica::new(ClientId(1));
    replica.edit(&[splice(0, 0, "one ")], 1_000, None).unwrap();
    replica.end_step();
    replica.edit(&[splice(4, 4, "pasted ")], 1_100, None).unwrap();
    replica.end_step();
    replica.edit(&[splice(11, 11, "two")], 1_200, None).unwrap();
    for left in ["one pasted ", "one ", ""] {
        replica.undo().unwrap().unwrap();
        assert_eq!(replica.text(), left);
    }
}

#[test]
fn undo_leaves_what_others_wrote() {
    let (mut ada, mut ben) = (replica_with("one three"), Replica::new(ClientId(2)));
    ben.apply([ada.encode_state()]).unwrap();
    let typed = ada.edit(&[splice(4, 4, "two ")], 1_000, caret(4)).unwrap();
    ben.apply(typed).unwrap();
    let inside = ben.edit(&[splice(6, 6, "BEN")], 1_000, None).unwrap();
    ada.apply(inside).unwrap();
    let undone = ada.undo().unwrap().unwrap();
    assert_eq!(ada.text(), "one BENthree");
    ben.apply(undone.updates).unwrap();
    assert_eq!(ben.text(), ada.text());
    assert!(ben.undo().unwrap().is_some());
    assert_eq!(ben.text(), "one three");
    assert_eq!(ben.undo().unwrap(), None, "what came from ada is not ben's to undo");
}

#[test]
fn undo_gives_back_the_selection_that_the_edit_replaced() {
    let (mut ada, mut ben) = (replica_with("one two three"), Replica::new(ClientId(2)));
    ben.apply([ada.encode_state()]).unwrap();
    ada.edit(
        &[splice(4, 7, "2")],
        5_000,
        Some(OffsetSelection { anchor: 4, head: 7 }),
    )
    .unwrap();
    ada.apply(ben.edit(&[splice(0, 0, ">> ")], 5_000, None).unwrap())
        .unwrap();
    let undone = ada.undo().unwrap().unwrap();
    assert_eq!(ada.text(), ">> one two three");
    assert_eq!(undone.selection, OffsetSelection { anchor: 7, head: 10 });
}

#[test]
fn the_caret_goes_behind_what_a_redo_brings_back() {
    let mut ada = replica_with("ab");
    ada.edit(&[splice(1, 1, "xyz")], 5_000, caret(1)).unwrap();
    ada.undo().unwrap();
    assert_eq!(
        ada.redo().unwrap().unwrap().selection,
        OffsetSelection { anchor: 4, head: 4 }
    );
}
