//! What a tab writes down, and what comes of it when it is gone.

use super::*;
use crate::session::keep::TabId;
use crate::wire::Message;
use std::collections::BTreeMap;

const FIRST: TabId = TabId(1);
const SECOND: TabId = TabId(2);

/// The tab's store: a map, and nothing else.
#[derive(Clone, Debug, Default)]
struct Device {
    rows: BTreeMap<Bytes, Bytes>,
}

impl Device {
    fn apply(&mut self, keep: Keep) -> KeepToken {
        for (from, to) in keep.drops {
            assert!(from < to, "IndexedDB refuses an empty range");
            self.rows.retain(|key, _| !(from <= *key && *key < to));
        }
        self.rows.extend(keep.puts);
        keep.token
    }

    fn range(&self, (from, to): KeyRange) -> Rows {
        let rows = self.rows.range(from..to);
        rows.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// What a new tab takes over.
    fn claim(&mut self, tab: TabId, living: &[TabId]) -> KeptDocument {
        let heads = self.range(document_heads(DOCUMENT));
        let (claimed, puts) = claim_document(&heads, tab, living);
        self.rows.extend(puts);
        KeptDocument::read(&claimed, &heads, self.range(document_rows(DOCUMENT)), UnixMs(1))
    }

    fn asides(&self) -> Vec<String> {
        let asides = read_asides(&self.range(aside_rows()));
        asides.into_iter().map(|(_, _, copy)| copy.text).collect()
    }
}

impl Tab {
    fn with_store(tab: TabId) -> Self {
        let mut this = Self {
            session: Session::new(Codec::Binary, u64::try_from(tab.0).unwrap()),
            now_ms: 1_000,
        };
        this.session.use_store(tab);
        this
    }

    /// A tab with a store and the document open, loaded and kept.
    fn keeping(device: &mut Device) -> Self {
        let mut tab = Self::with_store(FIRST);
        tab.session.start(tab.now_ms);
        tab.welcome();
        tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
        tab.opened(0, 0);
        tab.session.take_splices(tab.now_ms, DOCUMENT);
        tab.rest(device);
        tab.sent();
        tab
    }

    /// A tab that comes later and has no link yet.
    fn reopened(device: &mut Device, living: &[TabId]) -> Self {
        let mut tab = Self::with_store(SECOND);
        let kept = device.claim(SECOND, living);
        tab.session
            .open_kept_document(tab.now_ms, DOCUMENT, ClientId(99), kept)
            .unwrap();
        tab.session.take_splices(tab.now_ms, DOCUMENT);
        tab
    }

    /// The store carries out what it is given, once.
    fn keep(&mut self, device: &mut Device) -> bool {
        let Some(keep) = self.session.poll_keep() else {
            return false;
        };
        let token = device.apply(keep);
        self.session.handle_kept(self.now_ms, token);
        true
    }

    /// Until nothing is left to be written.
    fn rest(&mut self, device: &mut Device) {
        loop {
            while self.keep(device) {}
            if self.session.is_kept() {
                break;
            }
            self.now_ms += KEEP_LAZY_MS;
            self.session.handle_timeout(self.now_ms);
        }
    }

    fn edits_sent(&mut self) -> Vec<(ClientSeq, Bytes)> {
        let edits = self.sent().into_iter().filter_map(|frame| match frame {
            ClientFrame::Edit { client_seq, update, .. } => Some((client_seq, update.0)),
            _ => None,
        });
        edits.collect()
    }

    fn names(&mut self) -> Vec<ClientId> {
        let opened = self.sent().into_iter().filter_map(|frame| match frame {
            ClientFrame::Open {
                target: Target::Document { client_id, .. },
                ..
            } => Some(client_id),
            _ => None,
        });
        opened.collect()
    }

    fn text(&self) -> String {
        self.document().replica().text()
    }
}

#[test]
fn an_edit_is_sent_when_the_store_has_it_and_not_before() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, "a");
    assert_eq!(tab.edits_sent(), []);
    let keep = tab.session.poll_keep().unwrap();
    tab.write(1, "b");
    assert!(tab.session.poll_keep().is_none(), "one transaction at a time");
    let token = device.apply(keep);
    tab.session.handle_kept(tab.now_ms, token);
    assert_eq!(tab.edits_sent().len(), 1);
    assert!(tab.keep(&mut device), "what gathered meanwhile is in the next one");
    assert_eq!(tab.edits_sent().len(), 1);
}

#[test]
fn a_tab_that_comes_back_shows_its_text_at_once_and_sends_what_is_missing() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, "stored ");
    tab.rest(&mut device);
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
    back.session.start(back.now_ms);
    back.welcome();
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
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, "one ");
    tab.rest(&mut device);
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
    back.session.start(back.now_ms);
    back.welcome();
    assert_eq!(back.names(), [MINE]);
    back.opened(2, 2);
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
    back.session.start(back.now_ms);
    back.welcome();
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

#[test]
fn work_of_two_tabs_that_are_gone_becomes_one_text_and_is_sent_under_the_names_it_had() {
    let mut device = Device::default();
    let mut one = Tab::keeping(&mut device);
    one.lose();
    one.write(0, "from one. ");
    one.rest(&mut device);
    let mut two = Tab::with_store(TabId(3));
    two.session.start(two.now_ms);
    two.welcome();
    two.session.open_document(two.now_ms, DOCUMENT, ClientId(8)).unwrap();
    two.opened(0, 0);
    two.session.take_splices(two.now_ms, DOCUMENT);
    two.rest(&mut device);
    two.lose();
    two.write(0, "from two. ");
    two.rest(&mut device);
    drop((one, two));

    let mut back = Tab::reopened(&mut device, &[]);
    let text = back.text();
    assert!(text.contains("from one.") && text.contains("from two."), "{text}");
    back.write(0, "and now ");
    back.rest(&mut device);
    back.session.start(back.now_ms);
    back.welcome();
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
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, "a");
    tab.rest(&mut device);
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
    back.session.start(back.now_ms);
    back.welcome();
    assert_eq!(back.names(), [MINE], "it goes on as the replica it was");
    back.opened(2, 2);
    let sent = back.edits_sent();
    assert_eq!(sent.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [ClientSeq(3)]);
}

#[test]
fn an_edit_offline_counts_as_on_the_device_when_the_store_has_it() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.lose();
    tab.write(0, "a");
    assert_eq!(tab.document().save_state(), SaveState::Saving);
    assert_eq!(tab.document().undurable(), 1);
    let keep = tab.session.poll_keep().unwrap();
    assert_eq!(keep.care, Care::Strict, "nobody else will have it for a while");
    let token = device.apply(keep);
    tab.session.handle_kept(tab.now_ms, token);
    let edits = 1;
    let kept = KeptWhere::Device;
    assert_eq!(tab.document().save_state(), SaveState::Offline { edits, kept });
    assert_eq!(tab.document().undurable(), 0);
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
fn a_copy_kept_aside_is_in_the_store_until_the_person_lets_it_go() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, "refused");
    tab.rest(&mut device);
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
    back.session.start(back.now_ms);
    back.welcome();
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

#[test]
fn a_message_for_a_room_that_the_person_has_left_is_found_until_it_is_dealt_with() {
    let mut device = Device::default();
    let mut tab = Tab::with_store(FIRST);
    tab.session.start(tab.now_ms);
    tab.welcome();
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

#[test]
fn what_is_written_grows_with_what_is_typed_and_not_with_the_document() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, &"A long document. ".repeat(20_000));
    tab.rest(&mut device);
    let mut written = 0;
    for n in 0..1_000 {
        tab.write(n, "x");
        while let Some(keep) = tab.session.poll_keep() {
            written += keep
                .puts
                .iter()
                .map(|(key, value)| key.len() + value.len())
                .sum::<usize>();
            let token = device.apply(keep);
            tab.session.handle_kept(tab.now_ms, token);
        }
        tab.saved(u64::from(n) + 2, u64::from(n) + 2);
        tab.now_ms += 300;
        tab.session.handle_timeout(tab.now_ms);
        tab.sent();
    }
    assert!(
        written < 2 * 320_000,
        "{written} bytes for 1000 keys in 320 KB: one copy, and the keys"
    );
    let rows = device.range(document_rows(DOCUMENT)).len();
    assert!(rows < 3_000, "{rows} rows");
    assert_eq!(Tab::reopened(&mut device, &[]).text(), tab.text());
}

#[test]
fn a_copy_is_written_anew_so_that_rows_do_not_pile_up() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    for n in 0..5_000 {
        tab.write(n, "x");
        tab.keep(&mut device);
        tab.saved(u64::from(n) + 1, u64::from(n) + 1);
        tab.now_ms += 100;
        tab.session.handle_timeout(tab.now_ms);
        tab.sent();
    }
    tab.rest(&mut device);
    let rows = device.range(document_rows(DOCUMENT)).len();
    assert!(rows < 2_500, "{rows} rows");
    assert_eq!(Tab::reopened(&mut device, &[]).text(), tab.text());
}

#[test]
fn a_message_is_sent_when_the_store_has_it_and_survives_the_tab() {
    let mut device = Device::default();
    let mut tab = Tab::with_store(FIRST);
    tab.session.start(tab.now_ms);
    tab.welcome();
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
    back.session.start(back.now_ms);
    back.welcome();
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
fn the_oldest_copies_go_first_and_none_with_work_that_the_server_lacks() {
    use crate::session::keep::{FORMAT, Facts, Head, encode, key};
    let head = |opened_at, last, tab| {
        encode(&Head {
            format: FORMAT,
            tab,
            facts: Facts {
                epoch: Epoch(1),
                held: Seq(0),
                role: None,
                read_only: None,
                saved_through: ClientSeq(1),
                last: ClientSeq(last),
                title: None,
                room: None,
            },
            order: 0,
            opened_at: UnixMs(opened_at),
            bytes: 10,
        })
    };
    let row = |n: u32, head| (key::head(DOCUMENT, ClientId(n)), head);
    let heads = vec![
        row(1, head(1, 2, None)),
        row(2, head(2, 1, Some(FIRST))),
        row(3, head(3, 1, None)),
        row(4, head(4, 1, None)),
    ];
    assert_eq!(evict(&heads, 40, &[FIRST]), []);
    let gone = evict(&heads, 30, &[FIRST]);
    assert_eq!(gone[0], key::only(&key::head(DOCUMENT, ClientId(3))));
    assert_eq!(gone.len(), 2);
    assert_eq!(evict(&heads, 0, &[FIRST]).len(), 4, "two may go, whatever is asked");
    assert_eq!(count_unsaved(&heads).edits, 1);
}
