//! Documents that are made without a server, and whose tab it is.

use super::*;
use crate::session::keep::TabId;
use std::collections::BTreeMap;

type Map = BTreeMap<Bytes, Bytes>;

fn wish() -> Creation {
    Creation {
        id: DOCUMENT,
        room: ROOM,
        title: "Soup".to_owned(),
    }
}

impl Tab {
    /// Nobody answers yet.
    fn offline(tab: TabId) -> Self {
        let mut this = Self {
            session: Session::new(Codec::Binary, 1),
            now_ms: 1_000,
        };
        this.session.use_store(tab);
        this
    }

    /// The store carries everything out.
    fn store(&mut self, rows: &mut Map) {
        loop {
            while let Some(keep) = self.session.poll_keep() {
                for (from, to) in keep.drops {
                    rows.retain(|key, _| !(from <= *key && *key < to));
                }
                rows.extend(keep.puts);
                self.session.handle_kept(self.now_ms, keep.token);
            }
            if self.session.is_kept() {
                break;
            }
            self.now_ms += KEEP_LAZY_MS;
            self.session.handle_timeout(self.now_ms);
        }
    }

    fn make(&mut self, rows: &mut Map) {
        self.session.create_document(self.now_ms, wish());
        self.session.open_document(self.now_ms, DOCUMENT, MINE).unwrap();
        self.session.take_splices(self.now_ms, DOCUMENT);
        self.store(rows);
    }

    fn creation(&mut self) -> Option<Creation> {
        self.session.poll_creation(self.now_ms)
    }
}

fn within(rows: &Map, (from, to): KeyRange) -> Rows {
    let rows = rows.range(from..to);
    rows.map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[test]
fn a_document_made_without_a_server_is_written_at_once_and_told_of_before_its_edits() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.make(&mut rows);
    let offline = |edits| SaveState::Offline {
        edits,
        kept: KeptWhere::Device,
    };
    assert_eq!(
        tab.document().save_state(),
        offline(1),
        "that there is one is unsaved work"
    );
    tab.write(0, "leeks");
    tab.store(&mut rows);
    assert_eq!(tab.document().save_state(), offline(2));
    assert_eq!(tab.creation(), None, "nobody answers");

    tab.go_online();
    assert_eq!(tab.sent(), [], "the server has no such document");
    assert_eq!(tab.creation(), Some(wish()));
    assert_eq!(tab.creation(), None, "it is under way");
    tab.session.handle_created(tab.now_ms, DOCUMENT);
    assert_eq!(
        resumes(&tab.sent()),
        [None],
        "the server says in which epoch it is made"
    );
    tab.opened_as(Role::Editor, Epoch(1_700_000_000_000), 0, 0);
    assert_eq!(edits(&tab.sent()), [1]);
    tab.saved(1, 1);
    assert_eq!(tab.document().save_state(), SaveState::Saved);
    tab.store(&mut rows);
    assert_eq!(within(&rows, creation_rows()), []);
}

/// Its time has come, but the one before it waits for the store: a timer that went off for it would go off for ever.
#[test]
fn what_waits_for_the_store_keeps_no_timer_going() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.go_online();
    tab.session.create_document(tab.now_ms, wish());
    tab.store(&mut rows);
    let id = tab.creation().unwrap().id;
    tab.session.handle_creation_delayed(tab.now_ms, id);
    let again_ms = tab.session.poll_deadline().unwrap();
    tab.session.create_document(
        tab.now_ms,
        Creation {
            id: DocumentId(Uuid::nil()),
            ..wish()
        },
    );
    tab.now_ms = again_ms;
    tab.session.handle_timeout(tab.now_ms);
    assert_eq!(tab.creation(), None);
    assert!(tab.session.poll_deadline().is_none_or(|at_ms| at_ms > tab.now_ms));
    tab.store(&mut rows);
    assert_eq!(
        tab.creation().map(|creation| creation.id),
        Some(DocumentId(Uuid::nil()))
    );
}

#[test]
fn the_server_is_not_told_of_a_document_before_the_store_has_it() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.go_online();
    tab.session.create_document(tab.now_ms, wish());
    assert_eq!(tab.creation(), None);
    tab.store(&mut rows);
    assert_eq!(tab.creation(), Some(wish()));
}

#[test]
fn a_tab_that_comes_back_tells_of_the_document_and_sends_its_text() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.make(&mut rows);
    tab.write(0, "leeks");
    tab.store(&mut rows);
    drop(tab);

    let mut back = Tab::offline(TabId(2));
    back.session
        .restore_creations(back.now_ms, &within(&rows, creation_rows()));
    let heads = within(&rows, all_heads());
    assert_eq!(left_behind(&heads, &[]), [DOCUMENT]);
    assert_eq!(left_behind(&heads, &[TabId(1)]), [], "the tab lives");
    let unsaved = count_unsaved(&rows.clone().into_iter().collect());
    assert_eq!(unsaved.edits, 2);
    let (claimed, puts) = claim_document(&heads, TabId(2), &[]);
    rows.extend(puts);
    let kept = KeptDocument::read(&claimed, &heads, within(&rows, document_rows(DOCUMENT)), UnixMs(1));
    back.session
        .open_kept_document(back.now_ms, DOCUMENT, ClientId(99), kept)
        .unwrap();
    back.session.take_splices(back.now_ms, DOCUMENT);
    assert_eq!(back.document().replica().text(), "leeks");
    back.go_online();
    assert_eq!(back.sent(), []);
    assert_eq!(back.creation(), Some(wish()));
    back.session.handle_created(back.now_ms, DOCUMENT);
    back.sent();
    back.opened(0, 0);
    assert_eq!(edits(&back.sent()), [1]);
}

#[test]
fn a_document_that_is_refused_is_kept_aside_with_what_was_written() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.make(&mut rows);
    tab.write(0, "leeks");
    tab.store(&mut rows);
    tab.go_online();
    tab.creation();
    tab.events();
    tab.session
        .handle_creation_refused(tab.now_ms, DOCUMENT, ErrorCode::NotFound);
    tab.store(&mut rows);
    let asides = read_asides(&within(&rows, aside_rows()));
    let texts: Vec<_> = asides
        .iter()
        .map(|(_, code, copy)| (*code, copy.text.as_str()))
        .collect();
    assert_eq!(texts, [(ErrorCode::NotFound, "leeks")]);
    assert_eq!(within(&rows, creation_rows()), []);
    assert!(tab.events().iter().any(|event| matches!(event, Event::SetAside { .. })));
}

#[test]
fn an_empty_document_that_is_refused_leaves_nothing() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.make(&mut rows);
    tab.go_online();
    tab.creation();
    tab.session
        .handle_creation_refused(tab.now_ms, DOCUMENT, ErrorCode::ReadOnly);
    tab.store(&mut rows);
    assert_eq!(within(&rows, aside_rows()), []);
}

#[test]
fn without_an_answer_the_server_is_asked_again_after_a_while() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.make(&mut rows);
    tab.go_online();
    tab.creation();
    tab.session.handle_creation_delayed(tab.now_ms, DOCUMENT);
    let again = std::iter::from_fn(|| {
        tab.wait();
        Some(tab.creation())
    });
    assert_eq!(again.flatten().next(), Some(wish()));
}

#[test]
fn a_server_that_takes_the_tab_for_somebody_elses_is_told_nothing() {
    let mut rows = Map::new();
    let mut tab = Tab::offline(TabId(1));
    tab.session.set_user(UserId(Uuid::from_u128(11)));
    tab.session.open_room(tab.now_ms, ROOM).unwrap();
    tab.make(&mut rows);
    tab.go_online();
    assert_eq!(tab.sent(), []);
    assert_eq!(tab.creation(), None);
    assert_eq!(tab.session.link(), LinkState::Stopped(ErrorCode::NotSignedIn));
}
