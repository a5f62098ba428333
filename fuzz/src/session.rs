//! The tab's session under any sequence of what a person, a clock, a network and a broken server can do to it.
//!
//! Documents hold honest text, since the server's gate lets nothing else through; everything else about a frame may be wrong.

mod frames;
mod promises;

use arbitrary::{Result, Unstructured};
use bytes::Bytes;
use promises::Promises;
use shared::id::{Channel, ClientId, ClientSeq, DocumentId, Epoch, Nonce, RoomId, Seq};
use shared::replica::{OffsetSelection, Replica, Splice, Undone, splice_text, units};
use shared::session::{Disconnect, Document, EditError, Place, Session, Wish};
use shared::wire::{Assoc, ClientFrame, Codec, OpenedTarget, PresenceState, Role, Selection, ServerFrame, VERSION};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Steps of one input.
const STEPS_MAX: usize = 200;

/// Texts that are typed: surrogate pairs among them.
const TEXTS: [&str; 6] = ["", "a", "bc", "\u{1f600}", "\u{e9}\n", "long enough to be cut"];

/// A tab, its editors, and what a server might know.
struct World {
    session: Session,
    codec: Codec,
    now_ms: u64,
    /// What each editor shows.
    editors: BTreeMap<DocumentId, String>,
    /// Somebody else's replica of whatever document, and all updates there are.
    other: Replica,
    updates: Vec<Bytes>,
    /// Channels that the tab has asked for on this socket, latest last.
    channels: Vec<Channel>,
    next_client: u32,
    promises: Promises,
}

pub(crate) fn run(input: &[u8]) {
    let mut plan = Unstructured::new(input);
    let codec = if plan.ratio(1, 4).unwrap_or(false) {
        Codec::Json
    } else {
        Codec::Binary
    };
    let mut world = World {
        session: Session::new(codec, 1),
        codec,
        now_ms: 0,
        editors: BTreeMap::new(),
        other: Replica::new(ClientId(1)),
        updates: Vec::new(),
        channels: Vec::new(),
        next_client: 100,
        promises: Promises::default(),
    };
    // Most begin where most of the code is: signed in, with a document and a room open.
    if plan.ratio(7, 8).unwrap_or(false) {
        world.begin();
    }
    for _ in 0..STEPS_MAX {
        // The plan may end within a step.
        if plan.is_empty() || world.step(&mut plan).is_err() {
            break;
        }
        world.settle();
    }
}

pub(crate) fn document(plan: &mut Unstructured<'_>) -> Result<DocumentId> {
    Ok(DocumentId(Uuid::from_u128(plan.int_in_range(1..=2)?)))
}

fn room(plan: &mut Unstructured<'_>) -> Result<RoomId> {
    Ok(RoomId(Uuid::from_u128(plan.int_in_range(11..=12)?)))
}

fn nonce(plan: &mut Unstructured<'_>) -> Result<Nonce> {
    Ok(Nonce(Uuid::from_u128(plan.int_in_range(1..=8)?)))
}

impl World {
    fn begin(&mut self) {
        self.session.start(self.now_ms);
        self.session.handle_connected(self.now_ms);
        self.settle();
        self.hear(&frames::welcome(VERSION));
        let (document, room) = (DocumentId(Uuid::from_u128(1)), RoomId(Uuid::from_u128(11)));
        self.session
            .open_document(self.now_ms, document, ClientId(100))
            .expect("nothing is open yet");
        self.editors.insert(document, String::new());
        self.session.open_room(self.now_ms, room).expect("it is not open yet");
        self.settle();
        for (channel, target) in [
            (
                1,
                OpenedTarget::Document {
                    saved_through: ClientSeq(0),
                    read_only: None,
                },
            ),
            (2, OpenedTarget::Room { read_seq: Seq(0) }),
        ] {
            self.hear(&ServerFrame::Opened {
                channel: Channel(channel),
                role: Role::Editor,
                epoch: Epoch(1),
                head_seq: Seq(0),
                target,
            });
        }
        let splices = self.session.take_splices(self.now_ms, document);
        self.show(document, &splices);
        assert!(
            self.session.document(document).is_some_and(Document::is_loaded),
            "it can be edited"
        );
        self.settle();
    }

    fn hear(&mut self, frame: &ServerFrame) {
        self.promises.heard(frame);
        self.session.handle_frame(self.now_ms, &self.codec.encode(frame));
    }

    fn step(&mut self, plan: &mut Unstructured<'_>) -> Result<()> {
        let now_ms = self.now_ms;
        match plan.int_in_range(0..=31)? {
            0 => self.session.start(now_ms),
            1 => self.session.stop(now_ms),
            2 => self.session.handle_connected(now_ms),
            3 => {
                let reason = *plan.choose(&[
                    Disconnect::Lost,
                    Disconnect::Code(4401),
                    Disconnect::Code(1001),
                    Disconnect::Code(4403),
                ])?;
                self.session.handle_disconnected(now_ms, reason);
            }
            4 => self.session.handle_wake(now_ms),
            5 => self.now_ms += u64::from(plan.arbitrary::<u16>()?),
            6 | 7 => self.timer(),
            8 => self.open(plan)?,
            9 => {
                let id = document(plan)?;
                self.session.close_document(now_ms, id);
                self.editors.remove(&id);
            }
            10 => {
                let id = room(plan)?;
                let opened = self.session.open_room(now_ms, id);
                assert!(
                    opened.is_err() || self.session.room(id).is_some(),
                    "what was opened is there"
                );
            }
            11 => drop(self.session.close_room(now_ms, room(plan)?)),
            12..=14 => self.edit(plan)?,
            15 => {
                let id = document(plan)?;
                let undone = self.session.undo(now_ms, id);
                self.show_undone(id, undone);
            }
            16 => {
                let id = document(plan)?;
                let undone = self.session.redo(now_ms, id);
                self.show_undone(id, undone);
            }
            17 | 18 => {
                let id = document(plan)?;
                let splices = self.session.take_splices(now_ms, id);
                self.show(id, &splices);
            }
            19 => self.point(plan)?,
            20 => {
                let (room, nonce) = (room(plan)?, nonce(plan)?);
                let body = (*plan.choose(&TEXTS)?).to_owned();
                let said = self.session.say(now_ms, room, nonce, body);
                assert!(
                    said.is_err() || self.session.room(room).is_some(),
                    "only an open room is spoken in"
                );
            }
            21 => self.session.resend(now_ms, room(plan)?, nonce(plan)?),
            22 => self.session.discard(now_ms, room(plan)?, nonce(plan)?),
            23 => self.session.mark_read(now_ms, room(plan)?, Seq(frames::number(plan)?)),
            24 => {
                let room = room(plan)?;
                let page = [frames::message(plan)?, frames::message(plan)?];
                self.session.add_messages(room, page.to_vec());
            }
            25 => {
                let junk = plan.bytes(plan.len().min(5))?;
                self.session.handle_frame(now_ms, junk);
            }
            _ => {
                let frame = self.frame(plan)?;
                self.hear(&frame);
            }
        }
        Ok(())
    }

    /// The timer fires when it was asked to, and that has an effect: it is not asked for again at once.
    fn timer(&mut self) {
        if let Some(deadline) = self.session.poll_deadline() {
            self.now_ms = self.now_ms.max(deadline);
            self.session.handle_timeout(self.now_ms);
            let next = self.session.poll_deadline();
            assert!(next.is_none_or(|next| next > self.now_ms), "the timer does not spin");
        }
    }

    fn open(&mut self, plan: &mut Unstructured<'_>) -> Result<()> {
        let id = document(plan)?;
        self.next_client += 1;
        let client_id = ClientId(self.next_client);
        if self.session.open_document(self.now_ms, id, client_id).is_ok() {
            self.editors.insert(id, String::new());
        }
        Ok(())
    }

    fn edit(&mut self, plan: &mut Unstructured<'_>) -> Result<()> {
        let id = document(plan)?;
        // What is not open is written into as well: that has to be refused.
        let shown = self.editors.get(&id).map_or("", String::as_str);
        let len = units(shown);
        let from = plan.int_in_range(0..=len + 1)?;
        let to = from + plan.int_in_range(0..=4)?;
        let insert = (*plan.choose(&TEXTS)?).to_owned();
        let splices = [Splice { from, to, insert }];
        let caret = OffsetSelection {
            anchor: from,
            head: from,
        };
        let snapped = self
            .session
            .document(id)
            .map(|document| document.replica().snapped(&splices));
        match self.session.edit(self.now_ms, id, &splices, Some(caret)) {
            Ok(last) => {
                self.promises.edited(&self.session, id, last);
                let snapped = snapped.expect("it is open").expect("it was carried out");
                self.show(id, &snapped);
            }
            Err(EditError::Replica(_)) => assert!(to > len, "what is within the text is carried out"),
            Err(_) => {}
        }
        Ok(())
    }

    fn show_undone(&mut self, id: DocumentId, undone: std::result::Result<Option<Undone>, EditError>) {
        if let Ok(Some(undone)) = undone {
            let last = self.session.document(id).map(|document| document.outbox().last());
            self.promises.edited(&self.session, id, last);
            self.show(id, &undone.splices);
        }
    }

    fn show(&mut self, id: DocumentId, splices: &[Splice]) {
        let Some(document) = self.session.document(id) else {
            return;
        };
        let shown = self.editors.get_mut(&id).expect("what is open is shown");
        *shown = splice_text(shown, splices);
        if document.is_loaded() {
            assert_eq!(*shown, document.replica().text(), "the editor shows the replica's text");
        }
    }

    fn point(&mut self, plan: &mut Unstructured<'_>) -> Result<()> {
        let place = if plan.arbitrary()? {
            Place::Document(document(plan)?)
        } else {
            Place::Room(room(plan)?)
        };
        let mut selection = None;
        if let Place::Document(id) = place
            && let Some(document) = self.session.document(id)
        {
            let end = document.replica().sticky(plan.arbitrary()?, Assoc::Before);
            assert!(
                document.replica().offset(&end).is_some(),
                "a position here is known here"
            );
            selection = Some(Selection { anchor: end, head: end });
        }
        let state = plan.arbitrary::<bool>()?.then_some(PresenceState {
            selection,
            document: None,
        });
        self.session.set_presence(self.now_ms, place, state);
        Ok(())
    }

    /// What a shell does after every call, and what holds then.
    fn settle(&mut self) {
        while let Some(wish) = self.session.poll_wish() {
            match wish {
                Wish::Connect | Wish::Drop => self.forget_socket(),
            }
        }
        while let Some(bytes) = self.session.poll_transmit() {
            let frame: ClientFrame = self.codec.decode(&bytes).expect("the session sends frames");
            match &frame {
                ClientFrame::Open { channel, .. } => self.channels.push(*channel),
                ClientFrame::Edit { update, .. } => self.updates.push(update.0.clone()),
                _ => {}
            }
            self.promises.sent(&self.session, &frame);
        }
        while let Some(event) = self.session.poll_event() {
            self.promises.told(&event);
        }
        self.promises.check(&self.session);
    }

    fn forget_socket(&mut self) {
        self.channels.clear();
        self.promises.socket_gone();
    }
}
