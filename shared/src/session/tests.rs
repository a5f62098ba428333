//! The session against a server that is played by hand.

use super::*;
use crate::id::{Epoch, MessageId, PeerId, UnixMs, UserId};
use crate::limits::{LINK_DEAD_MS, PING_INTERVAL_MS, PRESENCE_INTERVAL_MS};
use crate::replica::Replica;
use crate::wire::{OpenedTarget, Person, Resume, Role, Target, WireLimits};
use uuid::Uuid;

const DOCUMENT: DocumentId = DocumentId(Uuid::from_u128(1));
const ROOM: RoomId = RoomId(Uuid::from_u128(2));
const MINE: ClientId = ClientId(7);

/// A session with its clock, and the server's side of the conversation.
struct Tab {
    session: Session,
    now_ms: u64,
}

fn ada() -> Person {
    Person {
        id: UserId(Uuid::from_u128(10)),
        name: "Ada".to_owned(),
    }
}

fn insert(at: u32, text: &str) -> Vec<Splice> {
    vec![Splice {
        from: at,
        to: at,
        insert: text.to_owned(),
    }]
}

fn nonce(n: u128) -> Nonce {
    Nonce(Uuid::from_u128(n))
}

fn message(seq: u64, n: u128) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(n)),
        seq: Seq(seq),
        author: ada(),
        nonce: nonce(n),
        body: "hi".to_owned(),
        at: UnixMs(0),
    }
}

impl Tab {
    fn new() -> Self {
        let mut tab = Self {
            session: Session::new(Codec::Binary, 1),
            now_ms: 1_000,
        };
        tab.session.start(tab.now_ms);
        assert_eq!(tab.session.poll_wish(), Some(Wish::Connect));
        tab
    }

    fn connected() -> Self {
        let mut tab = Self::new();
        tab.welcome();
        tab
    }

    /// A tab with the document open, empty and loaded.
    fn writing() -> Self {
        let mut tab = Self::connected();
        tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
        tab.opened(0, 0);
        tab.session.take_splices(tab.now_ms, DOCUMENT);
        tab.sent();
        tab
    }

    fn talking() -> Self {
        let mut tab = Self::connected();
        tab.session.open_room(tab.now_ms, ROOM).unwrap();
        tab.room_opened(0, 0);
        tab.sent();
        tab
    }

    fn welcome(&mut self) {
        self.session.handle_connected(self.now_ms);
        let limits = WireLimits {
            frame_bytes_max: 0,
            update_bytes_max: 0,
            message_bytes_max: 0,
            channels_max: 0,
        };
        self.hear(&ServerFrame::Welcome {
            version: VERSION,
            user: ada(),
            limits,
        });
    }

    fn hear(&mut self, frame: &ServerFrame) {
        self.session.handle_frame(self.now_ms, &Codec::Binary.encode(frame));
    }

    fn sent(&mut self) -> Vec<ClientFrame> {
        std::iter::from_fn(|| self.session.poll_transmit())
            .map(|bytes| Codec::Binary.decode(&bytes).expect("the session sends frames"))
            .collect()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.session.poll_event()).collect()
    }

    /// The channel that was opened last.
    fn channel(&self) -> Channel {
        let last = self.session.out.last_channel();
        assert!(self.session.out.place(last).is_some(), "a channel is open");
        last
    }

    fn opened(&mut self, head: u64, saved_through: u64) {
        self.opened_as(Role::Editor, Epoch(1), head, saved_through);
    }

    fn opened_as(&mut self, role: Role, epoch: Epoch, head: u64, saved_through: u64) {
        let target = OpenedTarget::Document {
            saved_through: ClientSeq(saved_through),
            read_only: None,
        };
        let channel = self.channel();
        self.hear(&ServerFrame::Opened {
            channel,
            role,
            epoch,
            head_seq: Seq(head),
            target,
        });
    }

    fn room_opened(&mut self, head: u64, read: u64) {
        let target = OpenedTarget::Room { read_seq: Seq(read) };
        let channel = self.channel();
        self.hear(&ServerFrame::Opened {
            channel,
            role: Role::Editor,
            epoch: Epoch(1),
            head_seq: Seq(head),
            target,
        });
    }

    fn remote(&mut self, seq: u64, update: &Bytes) {
        let channel = self.channel();
        self.hear(&ServerFrame::Remote {
            channel,
            seq: Seq(seq),
            update: update.clone().into(),
        });
    }

    fn saved(&mut self, client_seq: u64, seq: u64) {
        let channel = self.channel();
        self.hear(&ServerFrame::Saved {
            channel,
            client_seq: ClientSeq(client_seq),
            seq: Seq(seq),
        });
    }

    fn refused(&mut self, client_seq: u64, code: ErrorCode) {
        let channel = self.channel();
        let subject = Some(Subject::Edit(ClientSeq(client_seq)));
        self.hear(&ServerFrame::Refused {
            channel,
            subject,
            code,
            retryable: code.is_retryable(),
        });
    }

    fn write(&mut self, at: u32, text: &str) {
        self.session
            .edit(self.now_ms, DOCUMENT, &insert(at, text), None)
            .unwrap();
    }

    fn document(&self) -> &Document {
        self.session.document(DOCUMENT).expect("opened")
    }

    fn lose(&mut self) {
        self.session.handle_disconnected(self.now_ms, Disconnect::Lost);
    }

    /// Lets the session wait for what it waits for.
    fn wait(&mut self) {
        self.now_ms = self
            .session
            .poll_deadline()
            .expect("something is awaited")
            .max(self.now_ms);
        self.session.handle_timeout(self.now_ms);
    }

    fn reconnect(&mut self) {
        while self.session.poll_wish() != Some(Wish::Connect) {
            self.wait();
        }
        self.welcome();
    }
}

fn edits(frames: &[ClientFrame]) -> Vec<u64> {
    let numbers = frames.iter().filter_map(|frame| match frame {
        ClientFrame::Edit { client_seq, .. } => Some(client_seq.0),
        _ => None,
    });
    numbers.collect()
}

fn said(frames: &[ClientFrame]) -> Vec<Nonce> {
    let nonces = frames.iter().filter_map(|frame| match frame {
        ClientFrame::Say { nonce, .. } => Some(*nonce),
        _ => None,
    });
    nonces.collect()
}

fn resumes(frames: &[ClientFrame]) -> Vec<Option<Resume>> {
    let resumes = frames.iter().filter_map(|frame| match frame {
        ClientFrame::Open { resume, .. } => Some(*resume),
        _ => None,
    });
    resumes.collect()
}

/// Updates by somebody else.
fn others(texts: &[&str]) -> Vec<Bytes> {
    let mut replica = Replica::new(ClientId(99));
    texts
        .iter()
        .flat_map(|text| replica.edit(&insert(0, text), 0, None).unwrap())
        .collect()
}

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
fn a_document_is_saved_only_when_every_edit_is_on_disk() {
    let mut tab = Tab::writing();
    assert_eq!(tab.document().save_state(), SaveState::Saved);
    tab.write(0, "a");
    tab.write(1, "b");
    assert_eq!(edits(&tab.sent()), [1, 2]);
    assert_eq!(tab.document().save_state(), SaveState::Saving);
    tab.saved(1, 1);
    assert_eq!(tab.document().save_state(), SaveState::Saving);
    tab.saved(2, 2);
    assert_eq!(tab.document().save_state(), SaveState::Saved);
    assert_eq!(tab.document().held(), Seq(2));
}

#[test]
fn edits_made_offline_are_counted_and_sent_once_in_order_after_what_was_stored() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    tab.write(1, "b");
    tab.lose();
    tab.write(2, "c");
    assert_eq!(tab.document().save_state(), SaveState::Offline { edits: 3 });
    tab.sent();
    tab.reconnect();
    let frames = tab.sent();
    assert_eq!(
        resumes(&frames),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(0)
        })]
    );
    assert_eq!(edits(&frames), [0_u64; 0]);
    tab.opened(1, 1);
    assert_eq!(edits(&tab.sent()), [2, 3], "the first was stored before the cut");
    assert_eq!(tab.document().save_state(), SaveState::Saving);
}

#[test]
fn without_edits_a_lost_link_reads_reconnecting() {
    let mut tab = Tab::writing();
    tab.lose();
    assert_eq!(tab.document().save_state(), SaveState::Reconnecting);
}

#[test]
fn text_of_others_waits_until_the_editor_takes_it() {
    let mut tab = Tab::writing();
    tab.events();
    let updates = others(&["world", "hello "]);
    tab.remote(1, &updates[0]);
    tab.remote(2, &updates[1]);
    assert_eq!(tab.events(), [Event::Text { document: DOCUMENT }], "told once");
    tab.write(0, "!");
    assert_eq!(tab.document().replica().text(), "!");
    let splices = tab.session.take_splices(tab.now_ms, DOCUMENT);
    let text = tab.document().replica().text();
    assert_eq!(crate::replica::splice_text("!", &splices), text);
    assert!(text.contains("hello world"));
}

#[test]
fn a_bundle_in_parts_becomes_one_transaction_and_ends_with_its_last_part() {
    let mut tab = Tab::connected();
    tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
    tab.opened(2, 0);
    let channel = tab.channel();
    let mut bundle = Vec::new();
    for update in others(&["b", "a"]) {
        bundle.push(u8::try_from(update.len()).unwrap());
        bundle.extend_from_slice(&update);
    }
    let (first, second) = bundle.split_at(5);
    for (part, last) in [(first, false), (second, true)] {
        assert_eq!(tab.session.take_splices(tab.now_ms, DOCUMENT), []);
        assert!(!tab.document().is_loaded());
        let part = Bytes::copy_from_slice(part).into();
        tab.hear(&ServerFrame::Catchup {
            channel,
            through_seq: Seq(2),
            part,
            last,
        });
    }
    assert_eq!(tab.session.take_splices(tab.now_ms, DOCUMENT), insert(0, "ab"));
    assert_eq!(tab.document().held(), Seq(2));
}

#[test]
fn a_bundle_that_was_cut_is_asked_for_again() {
    let mut tab = Tab::writing();
    tab.remote(1, &others(&["a"])[0]);
    tab.lose();
    tab.reconnect();
    tab.opened(9, 0);
    let channel = tab.channel();
    let part = Bytes::from_static(&[3, 1]).into();
    tab.hear(&ServerFrame::Catchup {
        channel,
        through_seq: Seq(9),
        part,
        last: false,
    });
    tab.lose();
    tab.sent();
    tab.reconnect();
    assert_eq!(
        resumes(&tab.sent()),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(1)
        })]
    );
}

#[test]
fn a_missing_position_that_is_no_own_edit_is_asked_for_at_once() {
    let mut tab = Tab::writing();
    let updates = others(&["c", "b", "a"]);
    tab.remote(1, &updates[0]);
    let channel = tab.channel();
    tab.remote(3, &updates[2]);
    let frames = tab.sent();
    assert_eq!(frames[0], ClientFrame::Close { channel });
    assert_eq!(
        resumes(&frames),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(1)
        })]
    );
    assert_eq!(tab.document().gaps(), 1);
}

#[test]
fn positions_of_own_edits_are_no_gap() {
    let mut tab = Tab::writing();
    tab.write(0, "x");
    tab.write(1, "y");
    let updates = others(&["b", "a"]);
    tab.remote(2, &updates[0]);
    tab.remote(4, &updates[1]);
    assert_eq!(tab.document().held(), Seq(0));
    tab.saved(2, 3);
    assert_eq!(tab.document().held(), Seq(4));
    assert_eq!(tab.document().gaps(), 0);
}

#[test]
fn two_pongs_ahead_of_the_tab_with_nothing_between_make_it_ask_again() {
    let mut tab = Tab::writing();
    let heads = vec![(tab.channel(), Seq(1))];
    tab.hear(&ServerFrame::Pong { heads: heads.clone() });
    assert_eq!(tab.sent(), []);
    tab.hear(&ServerFrame::Pong { heads });
    assert_eq!(
        resumes(&tab.sent()),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(0)
        })]
    );
}

#[test]
fn a_full_disk_stops_sending_until_the_channel_is_opened_again() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    tab.sent();
    tab.refused(1, ErrorCode::StorageFull);
    tab.write(1, "b");
    assert_eq!(edits(&tab.sent()), [0_u64; 0]);
    assert_eq!(tab.document().save_state(), SaveState::Offline { edits: 2 });
    while resumes(&tab.sent()).is_empty() {
        tab.wait();
    }
    tab.opened(0, 0);
    assert_eq!(edits(&tab.sent()), [1, 2]);
}

#[test]
fn a_refused_edit_is_kept_aside_and_the_text_goes_back_to_the_servers() {
    let mut tab = Tab::writing();
    let update = &others(&["theirs"])[0];
    tab.remote(1, update);
    tab.session.take_splices(tab.now_ms, DOCUMENT);
    tab.write(6, " mine");
    tab.events();
    tab.refused(1, ErrorCode::DocumentFull);
    let aside = tab.events().into_iter().find_map(|event| match event {
        Event::SetAside { copy, reason, .. } => Some((copy, reason)),
        _ => None,
    });
    let (copy, reason) = aside.expect("kept aside");
    assert_eq!((copy.text.as_str(), reason), ("theirs mine", ErrorCode::DocumentFull));
    assert_eq!(copy.pending.len(), 1);
    let refused = tab.session.edit(tab.now_ms, DOCUMENT, &insert(0, "x"), None);
    assert_eq!(refused, Err(EditError::NotLoaded));
    assert_ne!(tab.document().replica().client_id(), MINE);
    assert_eq!(resumes(&tab.sent()), [None]);
    tab.opened(1, 0);
    let mut part = vec![u8::try_from(update.len()).unwrap()];
    part.extend_from_slice(update);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Catchup {
        channel,
        through_seq: Seq(1),
        part: Bytes::from(part).into(),
        last: true,
    });
    let splices = tab.session.take_splices(tab.now_ms, DOCUMENT);
    assert_eq!(
        splices,
        [Splice {
            from: 6,
            to: 11,
            insert: String::new()
        }]
    );
    assert_eq!(tab.document().save_state(), SaveState::Saved);
}

#[test]
fn a_server_that_lost_something_gets_a_new_replica_and_the_copy_is_kept_aside() {
    for (epoch, head, saved_through) in [(Epoch(2), 5, 1), (Epoch(1), 0, 1), (Epoch(1), 5, 0)] {
        let mut tab = Tab::writing();
        tab.write(0, "a");
        tab.saved(1, 1);
        tab.lose();
        tab.reconnect();
        tab.events();
        tab.opened_as(Role::Editor, epoch, head, saved_through);
        assert!(tab.events().iter().any(|event| matches!(event, Event::SetAside { .. })));
        assert_eq!(
            resumes(&tab.sent()),
            [
                Some(Resume {
                    epoch: Epoch(1),
                    after: Seq(1)
                }),
                None
            ]
        );
        assert_ne!(tab.document().replica().client_id(), MINE);
    }
}

#[test]
fn a_viewer_reads_only_and_what_was_pending_is_kept_aside() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    let channel = tab.channel();
    tab.events();
    tab.hear(&ServerFrame::Closed {
        channel,
        code: Some(ErrorCode::RoleChanged),
        retryable: true,
    });
    tab.opened_as(Role::Viewer, Epoch(1), 0, 0);
    assert!(tab.events().iter().any(|event| matches!(event, Event::SetAside { .. })));
    tab.opened_as(Role::Viewer, Epoch(1), 0, 0);
    assert_eq!(tab.document().save_state(), SaveState::ReadOnly(ErrorCode::ReadOnly));
    let edit = tab.session.edit(tab.now_ms, DOCUMENT, &insert(0, "x"), None);
    assert_eq!(edit, Err(EditError::ReadOnly(ErrorCode::ReadOnly)));
}

#[test]
fn a_revoked_document_stays_closed() {
    let mut tab = Tab::writing();
    let channel = tab.channel();
    tab.hear(&ServerFrame::Closed {
        channel,
        code: Some(ErrorCode::NotAllowed),
        retryable: false,
    });
    assert_eq!(tab.document().save_state(), SaveState::ReadOnly(ErrorCode::NotAllowed));
    tab.lose();
    tab.sent();
    tab.reconnect();
    assert_eq!(tab.sent(), []);
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
fn bytes_that_are_no_frame_cost_the_link_and_nothing_else() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    tab.session.handle_frame(tab.now_ms, &[0xff; 3]);
    assert_eq!(tab.session.poll_wish(), Some(Wish::Drop));
    assert_eq!(tab.document().save_state(), SaveState::Offline { edits: 1 });
}

#[test]
fn frames_of_a_channel_that_was_left_mean_nothing() {
    let mut tab = Tab::writing();
    let channel = tab.channel();
    assert_eq!(tab.session.close_document(tab.now_ms, DOCUMENT), []);
    assert_eq!(tab.sent(), [ClientFrame::Close { channel }]);
    tab.hear(&ServerFrame::Remote {
        channel,
        seq: Seq(1),
        update: others(&["a"])[0].clone().into(),
    });
    tab.hear(&ServerFrame::Closed {
        channel,
        code: None,
        retryable: false,
    });
    assert_eq!(tab.sent(), []);
}

#[test]
fn a_tab_that_wakes_up_after_many_failures_tries_again_soon_when_its_first_attempt_fails_too() {
    let mut tab = Tab::new();
    for _ in 0..20 {
        tab.lose();
        tab.wait();
    }
    tab.lose();
    tab.session.handle_wake(tab.now_ms);
    tab.lose();
    let next_ms = tab.session.poll_deadline().expect("it waits for the next attempt");
    assert!(next_ms - tab.now_ms <= BACKOFF_FIRST_MS);
}
