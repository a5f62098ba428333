//! The session against a server that is played by hand.

mod arriving;
mod asides;
mod creation;
mod documents;
mod keeping;
mod ladder;
mod link;
mod rooms;

use super::*;
use crate::error::ErrorCode;
use crate::id::{Channel, ClientId, ClientSeq, Epoch, MessageId, Nonce, PeerId, Seq, UnixMs};
use crate::limits::{LINK_DEAD_MS, PING_INTERVAL_MS, PRESENCE_INTERVAL_MS};
use crate::replica::{Replica, Splice};
use crate::wire::{
    Message, OpenedTarget, Person, PresenceState, Resume, Role, ServerFrame, Subject, Target, VERSION, WireLimits,
};
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

    /// Starts, and is let in.
    fn go_online(&mut self) {
        self.session.start(self.now_ms);
        self.welcome();
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
        self.opens(role, epoch, head, target);
    }

    /// The document is held at an earlier state.
    fn opened_held(&mut self, head: u64, saved_through: u64) {
        let target = OpenedTarget::Document {
            saved_through: ClientSeq(saved_through),
            read_only: Some(ErrorCode::Quarantined),
        };
        self.opens(Role::Editor, Epoch(1), head, target);
    }

    fn opens(&mut self, role: Role, epoch: Epoch, head: u64, target: OpenedTarget) {
        let channel = self.channel();
        self.hear(&ServerFrame::Opened {
            channel,
            role,
            epoch,
            head_seq: Seq(head),
            target,
        });
    }

    fn closed(&mut self, code: ErrorCode, retryable: bool) {
        let channel = self.channel();
        self.hear(&ServerFrame::Closed {
            channel,
            code: Some(code),
            retryable,
        });
    }

    fn bundle(&mut self, through: u64, updates: Vec<Bytes>) {
        let channel = self.channel();
        self.hear(&ServerFrame::Catchup {
            channel,
            through_seq: Seq(through),
            part: crate::bundle::write(updates).into(),
            last: true,
        });
    }

    /// What was kept aside since the events were looked at last.
    fn set_aside(&mut self) -> Vec<(ErrorCode, String)> {
        let events = self.events().into_iter();
        let copies = events.filter_map(|event| match event {
            Event::SetAside { reason, copy, .. } => Some((reason, copy.text)),
            _ => None,
        });
        copies.collect()
    }

    fn room_opened(&mut self, head: u64, read: u64) {
        let target = OpenedTarget::Room { read_seq: Seq(read) };
        self.opens(Role::Editor, Epoch(1), head, target);
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
