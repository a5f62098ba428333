//! A store that fails, and one that takes something again.

use super::*;

#[test]
fn a_store_that_fails_is_said_to_have_failed_and_edits_are_sent_all_the_same() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, "a");
    assert_eq!(tab.edits_sent(), []);
    tab.session.handle_keep_failed(tab.now_ms);
    assert_eq!(tab.edits_sent().len(), 1);
    tab.lose();
    assert_eq!(
        tab.document().save_state(),
        SaveState::Offline {
            edits: 1,
            kept: KeptWhere::Tab
        }
    );
    assert_eq!(tab.document().undurable(), 1);
}

#[test]
fn a_store_that_takes_something_again_is_written_anew_and_holds_all_that_the_server_lacks() {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, "a");
    tab.write(1, "b");
    tab.session.handle_keep_failed(tab.now_ms);
    tab.saved(2, 2);
    tab.lose();
    tab.write(2, "c");
    assert!(tab.session.use_store_again(tab.now_ms, FIRST));
    assert_eq!(tab.document().undurable(), 1, "it is not there yet");
    tab.rest(&mut device);
    let (edits, kept) = (1, KeptWhere::Device);
    assert_eq!(tab.document().save_state(), SaveState::Offline { edits, kept });
    drop(tab);

    let mut back = Tab::reopened(&mut device, &[]);
    assert_eq!(back.text(), "abc");
    back.go_online();
    assert_eq!(back.names(), [MINE], "it goes on as the replica it was");
    back.opened(2, 2);
    let sent = back.edits_sent();
    assert_eq!(sent.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [ClientSeq(3)]);
}

#[test]
fn a_store_that_takes_something_again_is_looked_through_for_what_a_restored_server_has_no_more() {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, "a");
    let epoch = Epoch(2);
    tab.hear(&ServerFrame::ServerEpoch { epoch });
    tab.session.handle_keep_failed(tab.now_ms);
    let told = |tab: &mut Tab| tab.events().contains(&Event::ServerEpoch { epoch });
    assert!(told(&mut tab), "while nothing can be read of the store");
    assert!(tab.session.use_store_again(tab.now_ms, FIRST));
    assert!(told(&mut tab));
}

#[test]
fn a_copy_that_was_kept_aside_when_the_store_failed_is_there_when_it_takes_something_again() {
    let (mut device, mut tab, _) = fails_while_a_copy_is_kept_aside();
    assert!(tab.session.use_store_again(tab.now_ms, FIRST));
    tab.rest(&mut device);
    assert_eq!(device.asides(), ["a"]);
}

#[test]
fn a_copy_that_the_person_dealt_with_while_the_store_took_nothing_does_not_come_back() {
    let (mut device, mut tab, id) = fails_while_a_copy_is_kept_aside();
    tab.session.let_aside_go(tab.now_ms, id);
    assert!(tab.session.use_store_again(tab.now_ms, FIRST));
    tab.rest(&mut device);
    assert_eq!(device.asides(), [""; 0]);
}

fn fails_while_a_copy_is_kept_aside() -> (Device, Tab, AsideId) {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, "a");
    tab.refused(1, ErrorCode::ReadOnly);
    assert!(tab.session.poll_keep().is_some(), "it was to be written");
    tab.session.handle_keep_failed(tab.now_ms);
    let copies = tab.events().into_iter().filter_map(|event| match event {
        Event::SetAside { copy, .. } => Some(copy.id),
        _ => None,
    });
    let id = copies.last().expect("it was told");
    (device, tab, id)
}
