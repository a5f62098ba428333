//! Rooms: said, refused, read, filled.

use super::*;

#[test]
fn messages_are_said_one_after_the_other_and_each_again_until_it_is_stored() {
    let mut tab = Tab::talking();
    for n in 1..=2 {
        tab.session.say(tab.now_ms, ROOM, nonce(n), "hi".to_owned()).unwrap();
    }
    assert_eq!(said(&tab.sent()), [nonce(1)]);
    tab.lose();
    tab.reconnect();
    tab.sent();
    tab.room_opened(1, 0);
    assert_eq!(said(&tab.sent()), [], "the first may be among what is under way");
    let channel = tab.channel();
    tab.hear(&ServerFrame::Said {
        channel,
        message: message(1, 1),
    });
    assert_eq!(said(&tab.sent()), [nonce(2)]);
    tab.hear(&ServerFrame::Said {
        channel,
        message: message(2, 2),
    });
    let room = tab.session.room(ROOM).unwrap();
    assert_eq!((room.unsent().count(), room.messages().count()), (0, 2));
}

#[test]
fn a_refused_message_waits_for_the_person_and_does_not_hold_up_the_next() {
    let mut tab = Tab::talking();
    for n in 1..=2 {
        tab.session.say(tab.now_ms, ROOM, nonce(n), "hi".to_owned()).unwrap();
    }
    tab.sent();
    let channel = tab.channel();
    let subject = Some(Subject::Message(nonce(1)));
    let code = ErrorCode::ReadOnly;
    tab.hear(&ServerFrame::Refused {
        channel,
        subject,
        code,
        retryable: false,
    });
    assert!(tab.events().contains(&Event::SayFailed {
        room: ROOM,
        nonce: nonce(1),
        code
    }));
    assert_eq!(said(&tab.sent()), [nonce(2)]);
    tab.hear(&ServerFrame::Said {
        channel,
        message: message(1, 2),
    });
    tab.session.resend(tab.now_ms, ROOM, nonce(1));
    assert_eq!(said(&tab.sent()), [nonce(1)]);
    tab.session.discard(tab.now_ms, ROOM, nonce(1));
    assert_eq!(tab.session.room(ROOM).unwrap().unsent().count(), 0);
}

#[test]
fn a_message_that_cannot_be_stored_for_the_time_being_says_why_until_it_is() {
    let mut tab = Tab::talking();
    tab.session.say(tab.now_ms, ROOM, nonce(1), "hi".to_owned()).unwrap();
    tab.sent();
    let channel = tab.channel();
    tab.hear(&ServerFrame::Refused {
        channel,
        subject: Some(Subject::Message(nonce(1))),
        code: ErrorCode::StorageFull,
        retryable: true,
    });
    let delayed = |tab: &Tab| tab.session.room(ROOM).unwrap().delayed();
    assert_eq!(delayed(&tab), Some(ErrorCode::StorageFull));
    // It is opened again after a while, and the message said again.
    while resumes(&tab.sent()).is_empty() {
        tab.wait();
    }
    tab.room_opened(0, 0);
    assert_eq!(said(&tab.sent()), [nonce(1)]);
    assert_eq!(delayed(&tab), Some(ErrorCode::StorageFull), "it is not stored yet");
    let channel = tab.channel();
    tab.hear(&ServerFrame::Said {
        channel,
        message: message(1, 1),
    });
    assert_eq!(delayed(&tab), None);
}

#[test]
fn a_gap_between_messages_is_named_until_a_page_fills_it() {
    let mut tab = Tab::talking();
    let channel = tab.channel();
    tab.hear(&ServerFrame::Said {
        channel,
        message: message(1, 1),
    });
    assert_eq!(tab.session.room(ROOM).unwrap().missing_before(), None);
    tab.lose();
    tab.reconnect();
    tab.room_opened(4, 1);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Said {
        channel,
        message: message(4, 4),
    });
    assert_eq!(tab.session.room(ROOM).unwrap().missing_before(), Some(Seq(4)));
    tab.session.add_messages(ROOM, vec![message(2, 2), message(3, 3)]);
    let room = tab.session.room(ROOM).unwrap();
    assert_eq!(room.missing_before(), None);
    assert_eq!((room.gaps(), room.unread()), (0, 3));
}

#[test]
fn what_is_read_is_told_and_told_again_after_a_cut() {
    let mut tab = Tab::talking();
    let channel = tab.channel();
    tab.hear(&ServerFrame::Said {
        channel,
        message: message(1, 1),
    });
    assert_eq!(tab.session.room(ROOM).unwrap().unread(), 1);
    tab.session.mark_read(tab.now_ms, ROOM, Seq(1));
    assert_eq!(tab.session.room(ROOM).unwrap().unread(), 0);
    assert_eq!(tab.sent(), [ClientFrame::Read { channel, seq: Seq(1) }]);
    tab.lose();
    tab.reconnect();
    tab.room_opened(1, 0);
    let channel = tab.channel();
    assert!(tab.sent().contains(&ClientFrame::Read { channel, seq: Seq(1) }));
}

#[test]
fn whoever_is_renamed_is_so_in_what_they_have_said_before() {
    let mut tab = Tab::talking();
    let channel = tab.channel();
    let named = |seq, name: &str| {
        let mut message = message(seq, seq.into());
        message.author.name = name.to_owned();
        message
    };
    tab.hear(&ServerFrame::Said {
        channel,
        message: named(1, "Ada"),
    });
    tab.hear(&ServerFrame::Said {
        channel,
        message: named(2, "Countess"),
    });
    let names = |tab: &Tab| {
        let room = tab.session.room(ROOM).unwrap();
        room.messages()
            .map(|message| message.author.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&tab), ["Countess", "Countess"]);
    tab.hear(&ServerFrame::Presence {
        channel,
        peer: PeerId(7),
        user: named(3, "Lady Ada").author,
        state: Some(PresenceState::default()),
    });
    assert_eq!(names(&tab), ["Lady Ada", "Lady Ada"]);
    let somebody_else = Person {
        id: UserId(uuid::Uuid::from_u128(99)),
        name: "Ben".to_owned(),
    };
    tab.hear(&ServerFrame::Presence {
        channel,
        peer: PeerId(8),
        user: somebody_else,
        state: Some(PresenceState::default()),
    });
    assert_eq!(names(&tab), ["Lady Ada", "Lady Ada"]);
}

#[test]
fn a_server_that_counts_beyond_all_numbers_breaks_nothing() {
    let mut tab = Tab::connected();
    tab.session.open_room(tab.now_ms, ROOM).unwrap();
    tab.room_opened(u64::MAX, 0);
    let room = tab.session.room(ROOM).unwrap();
    assert_eq!(room.missing_before(), Some(Seq(u64::MAX)));
}
