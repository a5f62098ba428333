//! What a tab that comes later can still take back.

use super::*;

/// The same replica in a tab that comes later.
fn reloaded(replica: &mut Replica) -> Replica {
    let steps = replica.steps();
    Replica::restored(replica.client_id(), [replica.encode_state()], &steps).unwrap()
}

#[test]
fn a_tab_that_comes_later_takes_back_what_the_one_before_did() {
    let mut ada = replica_with("one two three");
    ada.edit(
        &[splice(4, 7, "2")],
        5_000,
        Some(OffsetSelection { anchor: 4, head: 7 }),
    )
    .unwrap();
    ada.edit(&[splice(7, 7, "typed ")], 10_000, caret(7)).unwrap();
    let mut ben = Replica::new(ClientId(2));
    ben.apply([ada.encode_state()]).unwrap();
    ada.apply(ben.edit(&[splice(0, 0, "BEN ")], 0, None).unwrap()).unwrap();
    let mut ada = reloaded(&mut ada);
    assert_eq!(ada.undo().unwrap().unwrap().splices, [splice(11, 17, "")]);
    let undone = ada.undo().unwrap().unwrap();
    assert_eq!(ada.text(), "BEN one two three");
    assert_eq!(undone.selection, OffsetSelection { anchor: 8, head: 11 });
    ada.undo().unwrap();
    assert_eq!(ada.text(), "BEN ");
    assert_eq!(ada.undo().unwrap(), None);
    assert_eq!(ada.redo().unwrap().unwrap().splices, [splice(4, 4, "one two three")]);
}

#[test]
fn what_an_undo_brought_back_is_taken_back_with_what_it_stands_for_also_after_a_reload() {
    let mut ada = replica_with("abc");
    ada.edit(&[splice(1, 2, "")], 10_000, caret(2)).unwrap();
    ada.undo().unwrap();
    assert_eq!(ada.text(), "abc");
    let mut ada = reloaded(&mut ada);
    ada.undo().unwrap();
    assert_eq!(ada.text(), "");
}

#[test]
fn a_replica_under_another_name_takes_back_what_it_did_before() {
    let mut ada = replica_with("keep ");
    ada.edit(&[splice(5, 5, "typed")], 10_000, caret(5)).unwrap();
    let mut ada = ada.renamed(ClientId(9));
    ada.edit(&[splice(0, 4, "")], 20_000, caret(0)).unwrap();
    ada.undo().unwrap();
    ada.undo().unwrap();
    assert_eq!(ada.text(), "keep ");
}

#[test]
fn steps_that_are_kept_are_bounded() {
    let mut ada = replica_with("");
    for n in 0..300 {
        ada.edit(&[splice(0, 0, "x")], 10_000 * n, None).unwrap();
    }
    let steps = ada.steps();
    assert_eq!(steps.len(), 100);
    assert_eq!(steps.last().unwrap().0, 299);
    let mut ada = reloaded(&mut ada);
    assert_eq!(std::iter::from_fn(|| ada.undo().unwrap()).count(), 100);
    ada.edit(&[splice(0, 0, "x")], 10_000_000, None).unwrap();
    assert_eq!(
        ada.steps().last().unwrap().0,
        200,
        "numbers go on from those that were kept"
    );
}

#[test]
fn what_was_deleted_is_held_for_as_long_as_there_are_steps() {
    let mut ada = replica_with(&"long gone ".repeat(1_000));
    ada.edit(&[splice(0, 10_000, "")], 10_000, None).unwrap();
    for n in 2..150 {
        ada.edit(&[splice(0, 0, "x")], 10_000 * n, None).unwrap();
    }
    assert!(reloaded(&mut ada).encode_state().len() > 10_000);
    let without = Replica::restored(ClientId(1), [ada.encode_state()], &[]).unwrap();
    assert!(without.encode_state().len() < 5_000);
}

/// Images that were compared with steps to write the steps down once.
fn looks_to_write(replica: &mut Replica) -> u64 {
    let before = replica.history.looks();
    drop(replica.steps());
    replica.history.looks() - before
}

#[test]
fn what_is_typed_is_written_down_without_a_look_at_all_that_ever_came_back() {
    let mut ada = replica_with("");
    for n in 0..60 {
        ada.edit(&[splice(0, 0, "word ")], 10_000 * n, None).unwrap();
    }
    // All of it is taken away and brought back, again and again.
    for n in 60..70 {
        ada.edit(&[splice(0, 300, "")], 10_000 * n, None).unwrap();
        ada.undo().unwrap();
    }
    let noted = looks_to_write(&mut ada);
    assert!(noted > 60 * 500, "{noted} looks: little has come back");
    ada.edit(&[splice(0, 0, "a")], 1_000_000, None).unwrap();
    assert_eq!(looks_to_write(&mut ada), 0, "a new step");
    ada.edit(&[splice(1, 1, "b")], 1_000_001, None).unwrap();
    assert_eq!(looks_to_write(&mut ada), 0, "the same step");
    assert_eq!(looks_to_write(&mut ada), 0);
    ada.edit(&[splice(2, 302, "")], 1_010_000, None).unwrap();
    ada.undo().unwrap();
    let noted = noted / 60 / 10;
    assert!(looks_to_write(&mut ada) <= 61 * noted, "what has come back since");
}

#[test]
fn steps_written_after_each_edit_are_those_written_at_once() {
    let mut rng = crate::session::Rng::new(7);
    let (mut often, mut once) = (replica_with("some text"), replica_with("some text"));
    for n in 1..400 {
        let len = u64::from(once.len());
        let from = u32::try_from(rng.below(len + 1)).unwrap();
        let to = once.len().min(from + u32::try_from(rng.below(4)).unwrap());
        let (kind, now_ms) = (rng.below(5), n * 400);
        for replica in [&mut often, &mut once] {
            match kind {
                0 => drop(replica.undo().unwrap()),
                1 => drop(replica.redo().unwrap()),
                _ => drop(replica.edit(&[splice(from, to, "ab")], now_ms, None).unwrap()),
            }
        }
        assert_eq!(often.text(), once.text());
        drop(often.steps());
    }
    let (mut often, mut once) = (reloaded(&mut often), reloaded(&mut once));
    while once.undo().unwrap().is_some() {
        often.undo().unwrap();
        assert_eq!(often.text(), once.text());
    }
    assert_eq!(often.undo().unwrap(), None);
}

#[test]
fn steps_that_cannot_be_read_cost_the_history_and_nothing_else() {
    let ada = replica_with("text");
    let broken = [(0, Bytes::from_static(&[0xff; 9]))];
    let mut ada = Replica::restored(ClientId(1), [ada.encode_state()], &broken).unwrap();
    assert_eq!(ada.text(), "text");
    assert_eq!(ada.undo().unwrap(), None);
}
