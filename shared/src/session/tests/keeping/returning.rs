//! A tab that comes back: its text, its names and its numbers.

use super::*;

#[test]
fn a_tab_that_comes_back_shows_its_text_at_once_and_sends_what_is_missing() {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, "stored ");
    tab.saved(1, 1);
    tab.lose();
    tab.write(7, "offline");
    let edit = tab.document().outbox().pending().next().unwrap().1.clone();
    tab.rest(&mut device);
    drop(tab);

    let mut back = Tab::reopened(&mut device, &[]);
    assert_eq!(back.text(), "stored offline");
    assert_eq!(
        back.document().save_state(),
        SaveState::Offline {
            edits: 1,
            kept: KeptWhere::Device
        }
    );
    back.go_online();
    assert_eq!(back.names(), [MINE], "it goes on as the replica it was");
    back.opened(1, 1);
    assert_eq!(back.edits_sent(), [(ClientSeq(2), edit)]);
    back.saved(2, 2);
    assert_eq!(back.document().save_state(), SaveState::Saved);
    back.write(0, "x");
    back.rest(&mut device);
    assert_eq!(back.edits_sent()[0].0, ClientSeq(3), "numbers go on");
}

#[test]
fn whoever_types_before_the_server_has_confirmed_the_name_does_so_under_a_new_one() {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, "one ");
    let old = device.clone();
    tab.write(4, "two ");
    tab.rest(&mut device);
    drop(tab);

    // The browser has lost the last transaction; the server has the edit.
    let mut device = old;
    let mut back = Tab::reopened(&mut device, &[]);
    assert_eq!(back.text(), "one ");
    back.write(4, "three ");
    back.rest(&mut device);
    back.go_online();
    assert_eq!(back.names(), [MINE]);
    back.opened(2, 2);
    assert_eq!(back.names(), [], "it does not hold yet what is stored");
    back.bundle(2, others(&["theirs"]));
    let again = back.names();
    assert_eq!(again.len(), 1);
    assert_ne!(again[0], MINE, "everything of the old name is stored");
    back.opened(2, 0);
    let sent = back.edits_sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].0, ClientSeq(1));
}

#[test]
fn a_store_that_lost_what_the_server_has_makes_a_new_replica() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    let empty = device.clone();
    tab.write(0, "one ");
    tab.rest(&mut device);
    drop(tab);
    let mut device = empty;
    let mut back = Tab::reopened(&mut device, &[]);
    back.go_online();
    back.opened(1, 1);
    assert!(
        !back
            .events()
            .iter()
            .any(|event| matches!(event, Event::SetAside { .. })),
        "nothing is lost"
    );
    let names = back.names();
    assert_ne!(names.last(), Some(&MINE));
}

/// Two tabs write without a network and go. Answers what each has typed.
fn left_by_two(device: &mut Device) -> (Bytes, Bytes) {
    let mut one = Tab::keeping(device);
    one.lose();
    one.write(0, "from one. ");
    one.rest(device);
    let mut two = Tab::with_store(TabId(3));
    two.go_online();
    two.session.open_document(two.now_ms, DOCUMENT, ClientId(8)).unwrap();
    two.opened(0, 0);
    two.session.take_splices(two.now_ms, DOCUMENT);
    two.rest(device);
    two.lose();
    two.write(0, "from two. ");
    two.rest(device);
    let typed = |tab: &Tab| tab.document().outbox().pending().next().unwrap().1.clone();
    (typed(&one), typed(&two))
}

#[test]
fn work_of_two_tabs_that_are_gone_becomes_one_text_and_is_sent_under_the_names_it_had() {
    let mut device = Device::default();
    left_by_two(&mut device);

    let mut back = Tab::reopened(&mut device, &[]);
    let text = back.text();
    assert!(text.contains("from one.") && text.contains("from two."), "{text}");
    back.write(0, "and now ");
    back.rest(&mut device);
    back.go_online();
    let mut names = Vec::new();
    for round in 0..3 {
        names.extend(back.names());
        back.opened(round, 0);
        assert_eq!(back.edits_sent().len(), 1);
        back.saved(1, round + 1);
    }
    assert_eq!(names.len(), 3);
    assert!(names.contains(&MINE) && names.contains(&ClientId(8)), "{names:?}");
    back.rest(&mut device);
    assert_eq!(back.document().save_state(), SaveState::Saved);
    assert_eq!(device.range(document_heads(DOCUMENT)).len(), 1, "one copy is left");
}

#[test]
fn what_a_living_tab_writes_to_is_left_to_it() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.lose();
    tab.write(0, "mine");
    tab.rest(&mut device);
    let other = Tab::reopened(&mut device, &[FIRST]);
    assert_eq!(other.document().replica().client_id(), ClientId(99));
    assert_eq!(other.text(), "");
}

#[test]
fn a_copy_is_told_as_there_once_it_is_shown_though_the_server_does_not_answer() {
    let mut device = Device::default();
    drop(Tab::keeping(&mut device));
    let mut tab = Tab::with_store(SECOND);
    let kept = device.claim(SECOND, &[]);
    tab.session
        .open_kept_document(tab.now_ms, DOCUMENT, ClientId(99), kept)
        .unwrap();
    assert_eq!(tab.document().save_state(), SaveState::Opening);
    tab.events();
    tab.session.take_splices(tab.now_ms, DOCUMENT);
    assert!(tab.events().contains(&Event::Save {
        document: DOCUMENT,
        state: SaveState::Reconnecting,
    }));
}

#[test]
fn a_copy_that_is_taken_over_and_left_before_anything_is_written_is_for_whoever_comes_next() {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, "left ");
    tab.rest(&mut device);
    let typed = tab.document().outbox().pending().next().unwrap().1.clone();
    drop(tab);

    let mut back = Tab::reopened(&mut device, &[]);
    back.go_online();
    back.opened(1, 1);
    back.bundle(1, vec![typed]);
    assert_eq!(back.document().unsaved(), 0);
    back.session.close_document(back.now_ms, DOCUMENT);
    back.rest(&mut device);
    let (lost, all) = lost_copies(&device.range(document_heads(DOCUMENT)), Epoch(2), &[SECOND]);
    assert_eq!((lost, all), (vec![DOCUMENT], true));
    assert_eq!(Tab::reopened(&mut device, &[SECOND]).text(), "left ");
}

#[test]
fn copies_of_two_tabs_that_are_left_before_anything_is_written_are_one_for_whoever_comes_next() {
    let mut device = Device::default();
    let (typed_by_one, typed_by_two) = left_by_two(&mut device);

    let mut back = Tab::reopened(&mut device, &[]);
    let text = back.text();
    back.go_online();
    back.opened(2, 1);
    back.bundle(2, vec![typed_by_one, typed_by_two]);
    back.opened(2, 1);
    assert_eq!(back.document().unsaved(), 0);
    back.session.close_document(back.now_ms, DOCUMENT);
    back.rest(&mut device);
    assert_eq!(device.range(document_heads(DOCUMENT)).len(), 1, "one copy is left");
    assert_eq!(Tab::reopened(&mut device, &[SECOND]).text(), text);
}
