//! Copies kept aside.

use super::*;

#[test]
fn a_copy_kept_aside_is_in_the_store_until_the_person_lets_it_go() {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, "refused");
    tab.refused(1, ErrorCode::ReadOnly);
    tab.rest(&mut device);
    assert_eq!(device.asides(), ["refused"]);
    assert_eq!(device.range(document_heads(DOCUMENT)), [], "the copy it was is gone");
    let id = tab.events().into_iter().find_map(|event| match event {
        Event::SetAside { copy, .. } => Some(copy.id),
        _ => None,
    });
    tab.session.let_aside_go(tab.now_ms, id.unwrap());
    tab.rest(&mut device);
    assert_eq!(device.asides(), [""; 0]);
}

#[test]
fn a_copy_kept_aside_says_when_and_of_what_also_after_the_tab_has_come_back() {
    let mut device = Device::default();
    let room = RoomLabel {
        id: ROOM,
        name: "Workshop".to_owned(),
    };
    let mut tab = Tab::keeping(&mut device);
    tab.session.set_title(tab.now_ms, DOCUMENT, "Plan".to_owned());
    tab.session.set_document_room(tab.now_ms, DOCUMENT, room.clone());
    tab.lose();
    tab.write(0, "refused");
    tab.rest(&mut device);
    drop(tab);
    let mut back = Tab::reopened(&mut device, &[]);
    back.go_online();
    back.session.tell_time(UnixMs(5));
    let channel = back.channel();
    back.hear(&ServerFrame::Closed {
        channel,
        code: Some(ErrorCode::NotAllowed),
        retryable: false,
    });
    back.rest(&mut device);
    let asides = read_asides(&device.range(aside_rows()));
    let [(DOCUMENT, ErrorCode::NotAllowed, copy)] = &asides[..] else {
        panic!("{asides:?}");
    };
    assert_eq!(copy.at, UnixMs(5));
    assert_eq!((copy.title.as_deref(), copy.room.as_ref()), (Some("Plan"), Some(&room)));
    assert_eq!(count_unsaved(&device.range(aside_rows())).asides, 1);
}
