//! What a tab writes down, and what comes of it when it is gone.

mod asides;
mod bounds;
mod failing;
mod losing;
mod messages;
mod restoring;
mod returning;

use super::*;
use crate::session::keep::TabId;
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
        tab.go_online();
        tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
        tab.opened(0, 0);
        tab.session.take_splices(tab.now_ms, DOCUMENT);
        tab.rest(device);
        tab.sent();
        tab
    }

    /// Such a tab, with something written that the store has and the server has not answered.
    fn having_kept(device: &mut Device, text: &str) -> Self {
        let mut tab = Self::keeping(device);
        tab.write(0, text);
        tab.rest(device);
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
