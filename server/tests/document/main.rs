//! The document machine: what is told, to whom, in which order, and what happens when storage says no.

mod joining;
#[path = "../common/machines.rs"]
mod machines;
mod members;
mod storing;

use bytes::Bytes;
use machines::{EPOCH, NOW, credential, deliver, member, person, resume};
use server::collab::document::{Document, Opening, Writer};
use server::collab::effect::{
    AppendError, AppendUpdates, Appended, DocumentAsk, DocumentState, Effect, MemberId, Replica as Stored,
};
use server::collab::machine::Machine as _;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, Epoch, PeerId, Seq, UnixMs};
use shared::replica::{Replica, Splice};
use shared::wire::{Change, OpenedTarget, PresenceState, Resume, Role, ServerFrame, Subject};
use std::collections::BTreeMap;

/// A document machine and what it has asked for.
struct World {
    document: Document,
    append: Option<AppendUpdates>,
    bundles: Vec<(MemberId, PeerId, Option<Seq>, Seq)>,
    told: BTreeMap<MemberId, Vec<ServerFrame>>,
    idle: bool,
    stopped: bool,
    compactions: u32,
}

/// A tab: a member and the replica it writes with.
struct Tab {
    member: MemberId,
    replica: Replica,
    client_seq: u64,
}

fn empty() -> DocumentState {
    DocumentState {
        epoch: EPOCH,
        head_seq: Seq(0),
        replicas: vec![],
        quarantined_after: None,
    }
}

impl World {
    fn new(state: &DocumentState) -> Self {
        Self {
            document: Document::new(state),
            append: None,
            bundles: vec![],
            told: BTreeMap::new(),
            idle: false,
            stopped: false,
            compactions: 0,
        }
    }

    /// Carries out what the machine asks, but for storage, which waits for the test.
    fn run(&mut self) {
        while let Some(effect) = self.document.poll_effect() {
            match effect {
                Effect::Send { to, frame } => self.told.entry(to).or_default().push(frame),
                Effect::Deliver { to, frames } => deliver(&mut self.told, to, &frames),
                Effect::Left { .. } => {}
                Effect::Ask(DocumentAsk::Append(append)) => {
                    assert!(self.append.replace(append).is_none(), "two batches under way");
                }
                Effect::Ask(DocumentAsk::ReadBundle {
                    to,
                    peer,
                    after,
                    through,
                }) => {
                    self.bundles.push((to, peer, after, through));
                }
                Effect::Ask(DocumentAsk::CompactionDue { .. }) => self.compactions += 1,
                Effect::Idle => self.idle = true,
                Effect::Stop => self.stopped = true,
            }
        }
    }

    fn open(&mut self, connection: u64, name: &str, role: Role, client_id: u32, resume: Option<Resume>) -> Tab {
        let member = member(connection);
        let client_id = ClientId(client_id);
        let writer = Writer::Numbered(client_id);
        self.document.open(Opening {
            member,
            user: person(name),
            credential: credential(member),
            role,
            writer,
            resume,
        });
        self.run();
        Tab {
            member,
            replica: Replica::new(client_id),
            client_seq: 0,
        }
    }

    /// Somebody new to an empty document, who has been told all of it.
    fn join(&mut self, connection: u64, name: &str, role: Role, client_id: u32) -> Tab {
        let tab = self.open(connection, name, role, client_id, resume(self.document.head().0));
        self.told.clear();
        tab
    }

    fn send(&mut self, tab: &Tab, client_seq: u64, update: &Bytes) {
        self.document.edit(tab.member, ClientSeq(client_seq), update, NOW);
    }

    fn type_text(&mut self, tab: &mut Tab, text: &str) -> Bytes {
        let end = tab.replica.len();
        let splice = Splice {
            from: end,
            to: end,
            insert: text.into(),
        };
        let mut updates = tab.replica.edit(&[splice], NOW.0, None).expect("the splice fits");
        assert_eq!(updates.len(), 1);
        let update = updates.remove(0);
        tab.client_seq += 1;
        self.send(tab, tab.client_seq, &update);
        update
    }

    fn answer(&mut self, answer: Result<Appended, AppendError>) {
        self.append = None;
        self.document.appended(answer);
        self.run();
    }

    /// Stores the batch under way, all of it.
    fn commit(&mut self) {
        let append = self.append.take().expect("a batch is under way");
        let seqs = (append.after.0 + 1..).map(|seq| Ok(Seq(seq)));
        let outcomes = seqs.take(append.updates.len()).collect();
        self.answer(Ok(outcomes));
    }

    fn frames(&mut self, tab: &Tab) -> Vec<ServerFrame> {
        self.told.remove(&tab.member).unwrap_or_default()
    }
}

fn saved(client_seq: u64, seq: u64) -> ServerFrame {
    ServerFrame::Saved {
        channel: Channel(1),
        client_seq: ClientSeq(client_seq),
        seq: Seq(seq),
    }
}

fn remote(seq: u64, update: &Bytes) -> ServerFrame {
    ServerFrame::Remote {
        channel: Channel(1),
        seq: Seq(seq),
        update: update.clone().into(),
    }
}

fn refused(client_seq: u64, code: ErrorCode) -> ServerFrame {
    let subject = Some(Subject::Edit(ClientSeq(client_seq)));
    ServerFrame::Refused {
        channel: Channel(1),
        subject,
        code,
        retryable: code.is_retryable(),
    }
}

fn closed(code: ErrorCode) -> ServerFrame {
    ServerFrame::Closed {
        channel: Channel(1),
        code: Some(code),
        retryable: code.is_retryable(),
    }
}

fn saved_through(frames: &[ServerFrame]) -> ClientSeq {
    match frames {
        [
            ServerFrame::Opened {
                target: OpenedTarget::Document { saved_through, .. },
                ..
            },
            ..,
        ] => *saved_through,
        other => panic!("not opened: {other:?}"),
    }
}
