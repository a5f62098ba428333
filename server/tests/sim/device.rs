//! Where the tabs of one person keep what the server does not have yet: it takes its time, fails, and loses its last transactions.

use shared::id::{DocumentId, Epoch, Nonce, RoomId, UnixMs, UserId};
use shared::session::{
    Keep, KeptDocument, KeptRoom, KeyRange, Rows, Session, SetAside, TabId, all_heads, aside_rows, claim_document,
    creation_rows, document_heads, document_rows, left_behind, lost_copies, read_asides, room_rows,
};
use shared::wire::Codec;
use std::collections::{BTreeMap, VecDeque};

type Map = BTreeMap<bytes::Bytes, bytes::Bytes>;

/// States before the last transactions, at most: what a device that stops without warning can lose.
pub(crate) const LOST_MAX: usize = 12;

/// One person's store.
#[derive(Debug, Default)]
pub(crate) struct Device {
    rows: Map,
    before: VecDeque<Map>,
    opened: u64,
}

impl Device {
    /// Carries a transaction out.
    pub(crate) fn apply(&mut self, keep: Keep) {
        if self.before.len() == LOST_MAX {
            self.before.pop_front();
        }
        self.before.push_back(self.rows.clone());
        for (from, to) in keep.drops {
            let gone: Vec<_> = self.rows.range(from..to).map(|(key, _)| key.clone()).collect();
            for key in gone {
                self.rows.remove(&key);
            }
        }
        self.rows.extend(keep.puts);
    }

    /// The device stops without warning, and so many of its last transactions are not on its disk.
    pub(crate) fn lose(&mut self, transactions: usize) {
        for _ in 0..transactions {
            let Some(before) = self.before.pop_back() else { break };
            self.rows = before;
        }
        self.before.clear();
    }

    /// Somebody clears the browser's data.
    pub(crate) fn wipe(&mut self) {
        *self = Self::default();
    }

    /// What a tab that comes takes over of a document.
    pub(crate) fn claim(&mut self, document: DocumentId, tab: TabId, living: &[TabId]) -> KeptDocument {
        self.opened += 1;
        let heads = self.range(document_heads(document));
        let (claimed, puts) = claim_document(&heads, tab, living);
        self.rows.extend(puts);
        KeptDocument::read(
            &claimed,
            &heads,
            self.range(document_rows(document)),
            UnixMs(self.opened),
        )
    }

    pub(crate) fn room(&self, room: RoomId) -> KeptRoom {
        KeptRoom::read(&self.range(room_rows(room)))
    }

    /// A room as a tab of this person finds it.
    pub(crate) fn opened(&self, room: RoomId, user: UserId) -> Session {
        let mut session = Session::new(Codec::Binary, 0);
        session.set_user(user);
        let opened = session.open_kept_room(0, room, self.room(room));
        opened.expect("nothing is open");
        session
    }

    /// Whether anything here is of this message.
    pub(crate) fn names(&self, room: RoomId, nonce: Nonce) -> bool {
        let is_in = |bytes: &[u8]| bytes.windows(16).any(|bytes| bytes == nonce.0.as_bytes());
        let rows = self.range(room_rows(room));
        rows.iter().any(|(key, value)| is_in(key) || is_in(value))
    }

    /// Documents that the server may not know of.
    pub(crate) fn creations(&self) -> Rows {
        self.range(creation_rows())
    }

    /// Documents of which tabs that are gone have left edits.
    pub(crate) fn left(&self, living: &[TabId]) -> Vec<DocumentId> {
        left_behind(&self.range(all_heads()), living)
    }

    /// Documents of which there are copies from before a backup was restored, but for those that living tabs write to.
    pub(crate) fn lost(&self, now: Epoch, living: &[TabId]) -> Vec<DocumentId> {
        lost_copies(&self.range(all_heads()), now, living).0
    }

    /// Copies kept aside.
    pub(crate) fn asides(&self) -> Vec<SetAside> {
        let asides = read_asides(&self.range(aside_rows()));
        asides.into_iter().map(|(_, _, copy)| copy).collect()
    }

    fn range(&self, (from, to): KeyRange) -> Rows {
        let rows = self.rows.range(from..to);
        rows.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}
