//! What a session promises whatever happens to it.

use shared::id::{Channel, ClientId, ClientSeq, DocumentId};
use shared::session::{Document, Event, LinkState, Progress, SaveState, Session};
use shared::wire::{ClientFrame, OpenedTarget, ServerFrame, Target};
use std::collections::BTreeMap;

/// What was seen so far, as far as it matters.
#[derive(Default)]
pub(super) struct Promises {
    /// The last edit each replica made.
    made: BTreeMap<ClientId, ClientSeq>,
    /// What the server has said to hold of each replica, at most.
    acknowledged: BTreeMap<ClientId, ClientSeq>,
    /// Replicas that were set aside with edits.
    set_aside: BTreeMap<ClientId, ClientSeq>,
    /// Channels on this socket, by the replica they are open for; none for rooms.
    channels: BTreeMap<Channel, Option<ClientId>>,
    /// The last edit sent on each.
    sent: BTreeMap<Channel, ClientSeq>,
    /// As it was after the last step.
    current: BTreeMap<DocumentId, ClientId>,
}

impl Promises {
    /// An edit was carried out.
    pub(super) fn edited(&mut self, session: &Session, id: DocumentId, last: Option<ClientSeq>) {
        let document = session.document(id).expect("it was edited");
        if let Some(last) = last {
            let client_id = document.replica().client_id();
            let before = self.made.insert(client_id, last);
            assert!(before.is_none_or(|before| before <= last), "edits are counted upwards");
        }
    }

    /// The server says something.
    pub(super) fn heard(&mut self, frame: &ServerFrame) {
        let (channel, through) = match *frame {
            ServerFrame::Saved {
                channel, client_seq, ..
            } => (channel, client_seq),
            ServerFrame::Opened {
                channel,
                target: OpenedTarget::Document { saved_through, .. },
                ..
            } => (channel, saved_through),
            _ => return,
        };
        if let Some(Some(client_id)) = self.channels.get(&channel) {
            let known = self.acknowledged.entry(*client_id).or_default();
            *known = through.max(*known);
        }
    }

    /// The tab says something.
    pub(super) fn sent(&mut self, session: &Session, frame: &ClientFrame) {
        assert_eq!(
            session.link(),
            LinkState::Up,
            "nothing is said before the server has said hello"
        );
        match *frame {
            ClientFrame::Open { channel, target, .. } => {
                let client_id = match target {
                    Target::Document { client_id, .. } => Some(client_id),
                    Target::Room { .. } => None,
                };
                let before = self.channels.insert(channel, client_id);
                assert_eq!(before, None, "a number is used once on a socket");
            }
            ClientFrame::Edit {
                channel, client_seq, ..
            } => {
                assert!(self.channels.contains_key(&channel), "an edit goes to what was opened");
                let before = self.sent.insert(channel, client_seq);
                assert!(
                    before.is_none_or(|before| client_seq == before.next()),
                    "edits are sent once and in order: {client_seq} after {before:?}"
                );
            }
            ClientFrame::Close { channel }
            | ClientFrame::Presence { channel, .. }
            | ClientFrame::Say { channel, .. }
            | ClientFrame::Read { channel, .. } => {
                assert!(
                    self.channels.contains_key(&channel),
                    "only what was opened is spoken to"
                );
            }
            ClientFrame::Ping => {}
        }
    }

    /// The session says something to its shell.
    pub(super) fn told(&mut self, event: &Event) {
        let Event::SetAside { copy, .. } = event else { return };
        let mut last = BTreeMap::new();
        for (client_id, client_seq, _) in &copy.pending {
            last.insert(*client_id, *client_seq);
        }
        for (client_id, client_seq) in last {
            let made = self.made.get(&client_id);
            assert_eq!(made, Some(&client_seq), "all that is not stored is kept aside");
            self.set_aside.insert(client_id, client_seq);
        }
    }

    /// The socket is another one.
    pub(super) fn socket_gone(&mut self) {
        self.channels.clear();
        self.sent.clear();
    }

    /// After each step.
    pub(super) fn check(&mut self, session: &Session) {
        let mut current = BTreeMap::new();
        for (id, document) in session.documents() {
            self.check_document(document);
            let client_id = document.replica().client_id();
            if let Some(&before) = self.current.get(&id)
                && before != client_id
                && session.document(id).is_some()
            {
                self.check_replaced(before);
            }
            current.insert(id, client_id);
        }
        self.current = current;
        for (_, room) in session.rooms() {
            let under_way = room.unsent().filter(|unsent| unsent.progress == Progress::Sent);
            assert!(under_way.count() <= 1, "one message at a time is under way");
            assert!(room.unread() <= room.head_seq().0, "no more is unread than there is");
            assert!(room.missing_before().is_none_or(|before| before.0 > 0));
        }
    }

    fn check_document(&self, document: &Document) {
        let outbox = document.outbox();
        if document.save_state() == SaveState::Saved {
            assert!(outbox.is_empty(), "nothing is called saved that is not");
        }
        let client_id = document.replica().client_id();
        let made = reached(&self.made, client_id);
        if document.closed_reason().is_none() {
            assert_eq!(outbox.last(), made, "no edit is lost");
        }
        let acknowledged = reached(&self.acknowledged, client_id);
        assert!(
            outbox.saved_through() <= acknowledged,
            "saved is what the server has said"
        );
    }

    /// A replica was replaced: its edits are stored, as far as the server said, or set aside.
    fn check_replaced(&self, client_id: ClientId) {
        let made = reached(&self.made, client_id);
        let stored = reached(&self.acknowledged, client_id);
        let kept = reached(&self.set_aside, client_id);
        assert!(made <= stored.max(kept), "edits that are not stored are set aside");
    }
}

/// How far a replica has come; not at all when nothing is known of it.
fn reached(known: &BTreeMap<ClientId, ClientSeq>, client_id: ClientId) -> ClientSeq {
    known.get(&client_id).copied().unwrap_or(ClientSeq(0))
}
