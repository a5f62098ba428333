//! The link, and who is seen through it.

use super::*;

#[test]
fn nothing_is_sent_before_the_server_says_hello() {
    let mut tab = Tab::new();
    tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
    tab.session.handle_connected(tab.now_ms);
    assert_eq!(tab.sent(), []);
    tab.welcome();
    let target = Target::Document {
        id: DOCUMENT,
        client_id: MINE,
    };
    assert_eq!(
        tab.sent(),
        [ClientFrame::Open {
            channel: Channel(1),
            target,
            resume: None
        }]
    );
}

#[test]
fn without_edits_a_lost_link_reads_reconnecting() {
    let mut tab = Tab::writing();
    tab.lose();
    assert_eq!(tab.document().save_state(), SaveState::Reconnecting);
}

#[test]
fn a_silent_link_is_asked_every_ten_seconds_and_dead_after_twenty_five() {
    let mut tab = Tab::connected();
    let start = tab.now_ms;
    tab.wait();
    assert_eq!(
        (tab.now_ms - start, tab.sent()),
        (PING_INTERVAL_MS, vec![ClientFrame::Ping])
    );
    while tab.session.poll_wish() != Some(Wish::Drop) {
        tab.wait();
    }
    assert_eq!(tab.now_ms - start, LINK_DEAD_MS);
    assert!(matches!(tab.session.link(), LinkState::Waiting { until_ms } if until_ms - tab.now_ms <= BACKOFF_FIRST_MS));
}

#[test]
fn waking_up_checks_a_link_that_only_looks_alive() {
    let mut tab = Tab::connected();
    tab.session.handle_wake(tab.now_ms);
    assert_eq!(tab.sent(), [ClientFrame::Ping]);
    tab.wait();
    assert_eq!(tab.session.poll_wish(), Some(Wish::Drop));
    tab.session.handle_wake(tab.now_ms);
    assert_eq!(
        tab.session.poll_wish(),
        Some(Wish::Connect),
        "no waiting while somebody looks"
    );
}

#[test]
fn a_server_that_goes_away_is_left_alone_for_as_long_as_it_asked() {
    let mut tab = Tab::connected();
    let start = tab.now_ms;
    tab.hear(&ServerFrame::GoingAway { after_ms: 4_321 });
    tab.session.handle_disconnected(tab.now_ms, Disconnect::Code(1001));
    tab.wait();
    assert_eq!(tab.session.poll_wish(), Some(Wish::Connect));
    assert_eq!(tab.now_ms - start, 4_321);
}

#[test]
fn a_time_to_come_back_at_that_has_passed_is_not_kept_to() {
    let mut tab = Tab::connected();
    tab.hear(&ServerFrame::GoingAway { after_ms: 100 });
    tab.now_ms += 200;
    tab.session.handle_disconnected(tab.now_ms, Disconnect::Code(1001));
    let deadline = tab.session.poll_deadline().expect("it comes back");
    assert!(deadline > tab.now_ms, "everybody would come at once");
}

#[test]
fn a_signed_out_tab_does_not_come_back_by_itself() {
    let mut tab = Tab::connected();
    tab.session.handle_disconnected(tab.now_ms, Disconnect::Code(4401));
    assert_eq!(tab.session.link(), LinkState::Stopped(ErrorCode::NotSignedIn));
    assert_eq!(tab.session.poll_deadline(), None);
    tab.session.start(tab.now_ms);
    assert_eq!(tab.session.poll_wish(), Some(Wish::Connect));
}

#[test]
fn carets_are_sent_at_most_every_tenth_of_a_second_and_only_the_last() {
    let mut tab = Tab::writing();
    let start = tab.now_ms;
    let place = Place::Document(DOCUMENT);
    let at = |n: u32| {
        let item = Some((MINE, n));
        let end = crate::wire::Sticky {
            item,
            assoc: crate::wire::Assoc::Before,
        };
        Some(PresenceState {
            selection: Some(crate::wire::Selection { anchor: end, head: end }),
            document: None,
        })
    };
    for n in 0..5 {
        tab.session.set_presence(tab.now_ms, place, at(n));
    }
    let channel = tab.channel();
    assert_eq!(tab.sent(), [ClientFrame::Presence { channel, state: at(0) }]);
    tab.wait();
    assert_eq!(tab.now_ms - start, PRESENCE_INTERVAL_MS);
    assert_eq!(tab.sent(), [ClientFrame::Presence { channel, state: at(4) }]);
    tab.lose();
    tab.reconnect();
    tab.opened(0, 0);
    tab.now_ms += PRESENCE_INTERVAL_MS;
    tab.session.handle_timeout(tab.now_ms);
    let channel = tab.channel();
    assert!(
        tab.sent().contains(&ClientFrame::Presence { channel, state: at(4) }),
        "told again on the new channel"
    );
}

#[test]
fn people_are_gone_when_the_link_is() {
    let mut tab = Tab::writing();
    let channel = tab.channel();
    let state = Some(PresenceState::default());
    tab.hear(&ServerFrame::Presence {
        channel,
        peer: PeerId(3),
        user: ada(),
        state,
    });
    assert_eq!(tab.document().people().count(), 1);
    tab.lose();
    assert_eq!(tab.document().people().count(), 0);
}

#[test]
fn bytes_that_are_no_frame_cost_the_link_and_nothing_else() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    tab.session.handle_frame(tab.now_ms, &[0xff; 3]);
    assert_eq!(tab.session.poll_wish(), Some(Wish::Drop));
    assert_eq!(
        tab.document().save_state(),
        SaveState::Offline {
            edits: 1,
            kept: KeptWhere::Tab
        }
    );
}
