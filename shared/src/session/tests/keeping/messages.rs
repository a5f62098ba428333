//! Messages that nobody has stored yet.

use super::*;

#[test]
fn a_message_is_sent_when_the_store_has_it_and_survives_the_tab() {
    let mut device = Device::default();
    let mut tab = Tab::with_store(FIRST);
    tab.go_online();
    tab.session.open_room(tab.now_ms, ROOM).unwrap();
    tab.room_opened(0, 0);
    tab.sent();
    tab.session.say(tab.now_ms, ROOM, nonce(5), "hello".to_owned()).unwrap();
    tab.session.say(tab.now_ms, ROOM, nonce(4), "again".to_owned()).unwrap();
    assert_eq!(tab.sent(), []);
    tab.rest(&mut device);
    assert_eq!(tab.sent().len(), 1);
    drop(tab);

    let mut back = Tab::with_store(SECOND);
    let kept = KeptRoom::read(&device.range(room_rows(ROOM)));
    back.session.open_kept_room(back.now_ms, ROOM, kept).unwrap();
    let bodies = |tab: &Tab| -> Vec<String> {
        let room = tab.session.room(ROOM).unwrap();
        room.unsent().map(|unsent| unsent.body.clone()).collect()
    };
    assert_eq!(bodies(&back), ["hello", "again"], "in the order they were said");
    back.go_online();
    back.room_opened(0, 0);
    let channel = back.channel();
    for (seq, n) in [(1, 5), (2, 4)] {
        let message: Message = message(seq, n);
        back.hear(&ServerFrame::Said { channel, message });
    }
    assert_eq!(bodies(&back), [""; 0]);
    back.rest(&mut device);
    let kept = KeptRoom::read(&device.range(room_rows(ROOM)));
    assert_eq!(kept.unsent, []);
    assert_eq!(kept.messages.len(), 2, "the latest messages are there to be read");
}

#[test]
fn a_message_for_a_room_that_the_person_has_left_is_found_until_it_is_dealt_with() {
    let mut device = Device::default();
    let mut tab = Tab::with_store(FIRST);
    tab.go_online();
    tab.session.open_room(tab.now_ms, ROOM).unwrap();
    tab.session.set_room_name(tab.now_ms, ROOM, "Workshop".to_owned());
    tab.room_opened(0, 0);
    tab.session.say(tab.now_ms, ROOM, nonce(5), "hello".to_owned()).unwrap();
    tab.rest(&mut device);
    tab.session.close_room(tab.now_ms, ROOM);
    let left = |device: &Device, listed: &[RoomId]| {
        messages_left(&device.range(all_room_rows()), &listed.iter().copied().collect())
    };
    assert_eq!(left(&device, &[ROOM]), [], "it will be said");
    let message = LeftMessage {
        room: ROOM,
        room_name: Some("Workshop".to_owned()),
        nonce: nonce(5),
        body: "hello".to_owned(),
    };
    assert_eq!(left(&device, &[]), [message]);
    tab.session.forget_message(tab.now_ms, ROOM, nonce(5));
    tab.rest(&mut device);
    assert_eq!(left(&device, &[]), []);
}
