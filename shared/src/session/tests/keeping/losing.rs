//! Messages of a room that was put back to an older state: what two tabs make of it on one device, and what becomes of own messages that the server has
//! lost.

use super::*;

/// A message of somebody else.
fn theirs(seq: u64, n: u128) -> Message {
    let mut theirs = message(seq, n);
    theirs.author.id = UserId(Uuid::from_u128(11));
    theirs
}

impl Tab {
    /// A tab of this person that is in the room, with what the device has of it.
    fn in_the_room(device: &Device, tab: TabId) -> Self {
        let mut this = Self::with_store(tab);
        this.session.set_user(ada().id);
        let kept = KeptRoom::read(&device.range(room_rows(ROOM)));
        this.session.open_kept_room(this.now_ms, ROOM, kept).unwrap();
        this
    }

    fn enters(&mut self, epoch: u64, head: u64) {
        let channel = self.channel();
        self.hear(&ServerFrame::Opened {
            channel,
            role: Role::Editor,
            epoch: Epoch(epoch),
            head_seq: Seq(head),
            target: OpenedTarget::Room { read_seq: Seq(0) },
        });
    }

    fn hears(&mut self, messages: &[Message]) {
        let channel = self.channel();
        for message in messages.iter().cloned() {
            self.hear(&ServerFrame::Said { channel, message });
        }
    }

    /// The server is back with another history, of which it tells these messages, the last of all first.
    fn hears_of_another_history(&mut self, epoch: u64, head: u64, messages: &[Message]) {
        let channel = self.channel();
        self.hear(&ServerFrame::Closed {
            channel,
            code: Some(ErrorCode::EpochChanged),
            retryable: false,
        });
        self.enters(epoch, head);
        self.hears(messages);
    }

    fn positions(&self) -> Vec<u64> {
        let room = self.session.room(ROOM).unwrap();
        room.messages().map(|message| message.seq.0).collect()
    }

    /// Own messages that wait, and whether it is for the person.
    fn waiting(&self) -> Vec<(Nonce, bool)> {
        let room = self.session.room(ROOM).unwrap();
        room.unsent().map(|unsent| (unsent.nonce, unsent.is_lost())).collect()
    }
}

#[test]
fn a_tab_that_hears_late_of_a_restored_backup_drops_nothing_that_another_has_kept_since() {
    let mut device = Device::default();
    let mut early = Tab::in_the_room(&device, FIRST);
    let mut late = Tab::in_the_room(&device, SECOND);
    for tab in [&mut early, &mut late] {
        tab.go_online();
        tab.enters(1, 3);
        tab.hears(&[theirs(1, 1), theirs(2, 2), theirs(3, 3)]);
        tab.rest(&mut device);
    }
    let now = [theirs(1, 1), theirs(2, 22)];
    early.hears_of_another_history(2, 2, &now);
    early.rest(&mut device);
    late.hears_of_another_history(2, 2, &[]);
    while late.keep(&mut device) {}
    drop(late);
    // Something makes the first one write down how far it is.
    early.hears(&[theirs(3, 33)]);
    early.rest(&mut device);
    let back = Tab::in_the_room(&device, TabId(3));
    assert_eq!(back.positions(), [1, 2, 3]);
}

/// A tab that has heard of five messages, of which the first, third and fifth are its person's, and has kept them.
fn knows_five(device: &mut Device) -> Tab {
    let mut tab = Tab::in_the_room(device, FIRST);
    tab.go_online();
    tab.enters(1, 5);
    tab.hears(&[message(1, 1), theirs(2, 2), message(3, 3), theirs(4, 4), message(5, 5)]);
    tab.rest(device);
    tab
}

#[test]
fn own_messages_that_a_restored_backup_lost_wait_for_the_person_alone_and_outlive_the_tab() {
    let mut device = Device::default();
    let mut tab = knows_five(&mut device);
    tab.sent();
    tab.hears_of_another_history(2, 2, &[message(1, 1), theirs(2, 2)]);
    let lost = [(nonce(3), true), (nonce(5), true)];
    assert_eq!(
        tab.waiting(),
        lost,
        "not the one that is still there, and nobody else's"
    );
    tab.rest(&mut device);
    drop(tab);
    let mut back = Tab::in_the_room(&device, SECOND);
    back.go_online();
    back.enters(2, 2);
    back.rest(&mut device);
    assert_eq!((back.waiting(), back.positions()), (lost.to_vec(), vec![1, 2]));
    assert_eq!(said(&back.sent()), [], "nobody has asked for it");
    back.session.resend(back.now_ms, ROOM, nonce(5));
    back.session.discard(back.now_ms, ROOM, nonce(3));
    back.rest(&mut device);
    assert_eq!(
        said(&back.sent()),
        [nonce(5)],
        "under its own name, so that it is there once"
    );
    back.hears(&[message(3, 5)]);
    back.rest(&mut device);
    assert_eq!(KeptRoom::read(&device.range(room_rows(ROOM))).unsent, []);
}

#[test]
fn what_the_person_has_dealt_with_in_one_tab_waits_for_them_in_no_other() {
    let mut device = Device::default();
    let mut one = knows_five(&mut device);
    let [mut early, mut late] = [SECOND, TabId(3)].map(|tab| {
        let mut tab = Tab::in_the_room(&device, tab);
        tab.go_online();
        tab.enters(1, 5);
        tab
    });
    let kept = [message(1, 1), theirs(2, 2)];
    for tab in [&mut one, &mut early] {
        tab.hears_of_another_history(2, 2, &kept);
        tab.rest(&mut device);
        assert_eq!(tab.waiting(), [(nonce(3), true), (nonce(5), true)]);
    }
    one.session.resend(one.now_ms, ROOM, nonce(5));
    one.session.discard(one.now_ms, ROOM, nonce(3));
    one.rest(&mut device);
    let dealt: Vec<_> = one.events().iter().filter_map(dealt_with).collect();
    assert_eq!(dealt, [nonce(5), nonce(3)]);
    for tab in [&mut early, &mut late] {
        for nonce in &dealt {
            tab.session.dealt_with(tab.now_ms, ROOM, *nonce);
        }
        tab.rest(&mut device);
    }
    late.hears_of_another_history(2, 2, &kept);
    late.rest(&mut device);
    assert_eq!((early.waiting(), late.waiting()), (vec![], vec![]));
    let rows = KeptRoom::read(&device.range(room_rows(ROOM)));
    let unsent: Vec<_> = rows.unsent.iter().map(|(nonce, _, _)| *nonce).collect();
    assert_eq!(unsent, [nonce(5)], "it is still to be said, should that tab be closed");

    let again = message(3, 5);
    early.hears(std::slice::from_ref(&again));
    early.hears_of_another_history(3, 2, &kept);
    assert_eq!(early.waiting(), [(nonce(5), true)], "lost once more");
}

#[test]
fn what_is_said_again_where_nothing_is_kept_stays_on_the_device_until_it_is_said() {
    let mut device = Device::default();
    let mut tab = knows_five(&mut device);
    tab.hears_of_another_history(2, 2, &[message(1, 1), theirs(2, 2)]);
    tab.rest(&mut device);
    tab.session.handle_keep_failed(tab.now_ms);
    tab.events();
    tab.session.resend(tab.now_ms, ROOM, nonce(5));
    let dealt: Vec<_> = tab.events().iter().filter_map(dealt_with).collect();
    assert_eq!(dealt, [], "other tabs would drop the only row of it");
    tab.session.discard(tab.now_ms, ROOM, nonce(3));
    let dealt: Vec<_> = tab.events().iter().filter_map(dealt_with).collect();
    assert_eq!(dealt, [nonce(3)]);
}

fn dealt_with(event: &Event) -> Option<Nonce> {
    match event {
        Event::DealtWith { nonce, .. } => Some(*nonce),
        _ => None,
    }
}

#[test]
fn whoever_closes_the_tab_before_the_server_has_told_what_it_lost_finds_out_later() {
    let mut device = Device::default();
    let mut tab = knows_five(&mut device);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Closed {
        channel,
        code: Some(ErrorCode::EpochChanged),
        retryable: false,
    });
    tab.enters(2, 1);
    tab.rest(&mut device);
    drop(tab);
    let mut back = Tab::in_the_room(&device, SECOND);
    back.go_online();
    back.hears_of_another_history(2, 1, &[message(1, 1)]);
    assert_eq!(back.waiting(), [(nonce(3), true), (nonce(5), true)]);
}

#[test]
fn what_only_a_tab_that_is_gone_had_kept_is_found_by_the_one_after_it() {
    let mut device = Device::default();
    let mut late = Tab::in_the_room(&device, TabId(3));
    late.go_online();
    late.enters(1, 1);
    late.hears(&[message(1, 1)]);
    while late.session.poll_wish().is_some() {}
    late.lose();
    drop(knows_five(&mut device));
    late.reconnect();
    late.hears_of_another_history(2, 1, &[message(1, 1)]);
    late.rest(&mut device);
    assert_eq!(late.waiting(), [], "it never heard of them");
    let mut back = Tab::in_the_room(&device, SECOND);
    back.go_online();
    back.enters(2, 1);
    assert_eq!(back.waiting(), [(nonce(3), true), (nonce(5), true)]);
    back.rest(&mut device);
    let rows = KeptRoom::read(&device.range(room_rows(ROOM)));
    assert_eq!(rows.messages.len(), 1, "nothing is looked through for ever");
}

/// What the last two histories have in common says nothing about the first.
#[test]
fn what_the_first_of_two_restored_backups_lost_is_found_when_only_the_second_is_heard_of() {
    let mut device = Device::default();
    let mut late = Tab::in_the_room(&device, SECOND);
    late.go_online();
    late.enters(1, 0);
    let mut author = Tab::in_the_room(&device, FIRST);
    author.go_online();
    author.enters(1, 1);
    author.hears(&[message(1, 1)]);
    author.rest(&mut device);
    drop(author);
    late.hears_of_another_history(2, 1, &[theirs(1, 21)]);
    late.rest(&mut device);
    assert_eq!(late.waiting(), [], "it never heard of it");
    drop(late);
    let mut back = Tab::in_the_room(&device, TabId(3));
    back.go_online();
    back.hears_of_another_history(3, 1, &[theirs(1, 21)]);
    assert_eq!(back.waiting(), [(nonce(1), true)]);
}

/// A tab that has said something, which the server has been told.
fn has_said(device: &mut Device) -> Tab {
    let mut tab = Tab::in_the_room(device, FIRST);
    tab.go_online();
    tab.enters(1, 0);
    tab.rest(device);
    tab.session.say(tab.now_ms, ROOM, nonce(1), "hello".to_owned()).unwrap();
    tab.rest(device);
    assert_eq!(said(&tab.sent()), [nonce(1)]);
    tab
}

#[test]
fn a_tab_that_dies_when_its_message_is_stored_leaves_it_to_the_next_one() {
    let mut device = Device::default();
    let mut tab = has_said(&mut device);
    tab.hears(&[message(1, 1)]);
    while tab.keep(&mut device) {}
    drop(tab);
    let rows = KeptRoom::read(&device.range(room_rows(ROOM)));
    assert_eq!(rows.unsent, [], "it is said");
    let mut back = Tab::in_the_room(&device, SECOND);
    assert_eq!(back.positions(), [1]);
    back.go_online();
    back.hears_of_another_history(2, 0, &[]);
    assert_eq!(back.waiting(), [(nonce(1), true)]);
}

#[test]
fn also_when_another_history_begins_while_the_store_is_busy() {
    let mut device = Device::default();
    let mut tab = has_said(&mut device);
    tab.session.set_room_name(tab.now_ms, ROOM, "Workshop".to_owned());
    tab.now_ms += KEEP_LAZY_MS;
    tab.session.handle_timeout(tab.now_ms);
    let busy = tab.session.poll_keep().unwrap();
    tab.hears(&[message(1, 1)]);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Closed {
        channel,
        code: Some(ErrorCode::EpochChanged),
        retryable: false,
    });
    let token = device.apply(busy);
    tab.session.handle_kept(tab.now_ms, token);
    while tab.keep(&mut device) {}
    drop(tab);
    let mut back = Tab::in_the_room(&device, SECOND);
    back.go_online();
    back.hears_of_another_history(2, 0, &[]);
    assert_eq!(back.waiting(), [(nonce(1), true)], "and says it again for nobody");
}

#[test]
fn what_another_tab_of_the_device_wrote_past_what_it_says_it_holds_stays_there_without_a_gap() {
    let mut device = Device::default();
    let mut early = Tab::in_the_room(&device, FIRST);
    early.go_online();
    early.enters(1, 0);
    early.rest(&mut device);
    let mut other = Tab::in_the_room(&device, SECOND);
    other.go_online();
    other.enters(1, 0);
    other.hears(&[message(1, 1)]);
    other.rest(&mut device);
    drop(other);
    early.session.set_room_name(early.now_ms, ROOM, "Workshop".to_owned());
    early.rest(&mut device);
    drop(early);
    let mut back = Tab::in_the_room(&device, TabId(3));
    back.go_online();
    back.enters(1, 1);
    back.hears(&[message(1, 1)]);
    while back.keep(&mut device) {}
    let rows = KeptRoom::read(&device.range(room_rows(ROOM)));
    assert_eq!(rows.messages.len(), 1, "should the tab die now");
}

#[test]
fn where_much_was_said_since_the_server_is_asked_for_more_before_anything_counts_as_lost() {
    let mut device = Device::default();
    let mut tab = knows_five(&mut device);
    tab.sent();
    tab.hears_of_another_history(2, 60, &[theirs(59, 59), theirs(60, 60)]);
    assert_eq!(tab.waiting(), []);
    let after = |after| {
        Some(Resume {
            epoch: Epoch(2),
            after: Seq(after),
        })
    };
    assert_eq!(resumes(&tab.sent()), [None, after(0)]);
    tab.enters(2, 60);
    let all = (5..=60).map(|n| theirs(n, 100 + u128::from(n)));
    let common = [message(1, 1), theirs(2, 2), message(3, 3), theirs(4, 4)];
    tab.hears(&common.into_iter().chain(all).collect::<Vec<_>>());
    assert_eq!(tab.waiting(), [(nonce(5), true)]);
}
