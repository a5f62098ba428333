//! The room machine: one order of messages, resends, read positions and who is here.

#[path = "common/machines.rs"]
mod machines;

use machines::{EPOCH, NOW, credential, deliver, member, person, resume};
use server::collab::effect::{AppendError, Effect, MemberId, NewMessage, RoomAsk, RoomState};
use server::collab::machine::Machine as _;
use server::collab::room::{Opening, Room};
use shared::error::ErrorCode;
use shared::id::{Channel, DocumentId, MessageId, Nonce, Seq, UserId};
use shared::limits::MESSAGE_BYTES_MAX;
use shared::wire::{Change, Message, OpenedTarget, Person, PresenceState, Resume, Role, ServerFrame, Subject};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

/// A room machine, what it has asked for, and the messages stored for it.
struct World {
    room: Room,
    appends: VecDeque<NewMessage>,
    stored: Vec<Message>,
    marks: Vec<(UserId, Seq)>,
    told: BTreeMap<MemberId, Vec<ServerFrame>>,
    idle: bool,
    stopped: bool,
}

fn nonce(number: u128) -> Nonce {
    Nonce(Uuid::from_u128(number))
}

fn message(seq: u64, author: &str, body: &str) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(u128::from(seq))),
        seq: Seq(seq),
        author: person(author),
        nonce: nonce(u128::from(seq)),
        body: body.into(),
        at: NOW,
    }
}

impl World {
    fn new(messages: u64) -> Self {
        let stored: Vec<_> = (1..=messages).map(|seq| message(seq, "cleo", "before")).collect();
        let recent = stored.clone();
        Self {
            room: Room::new(RoomState {
                epoch: EPOCH,
                head_seq: Seq(messages),
                recent,
            }),
            appends: VecDeque::new(),
            stored,
            marks: vec![],
            told: BTreeMap::new(),
            idle: false,
            stopped: false,
        }
    }

    fn run(&mut self) {
        while let Some(effect) = self.room.poll_effect() {
            match effect {
                Effect::Send { to, frame } => self.told.entry(to).or_default().push(frame),
                Effect::Deliver { to, frames } => deliver(&mut self.told, to, &frames),
                Effect::Left { .. } => {}
                Effect::Ask(RoomAsk::Append(message)) => self.appends.push_back(message),
                Effect::Ask(RoomAsk::MarkRead { user, seq }) => self.marks.push((user, seq)),
                Effect::Idle => self.idle = true,
                Effect::Stop => self.stopped = true,
            }
        }
    }

    fn open(&mut self, connection: u64, name: &str, role: Role, read_seq: u64, resume: Option<Resume>) -> MemberId {
        let member = member(connection);
        self.room.open(Opening {
            member,
            user: person(name),
            credential: credential(member),
            role,
            read_seq: Seq(read_seq),
            resume,
        });
        self.run();
        member
    }

    /// Somebody who has read and holds everything.
    fn join(&mut self, connection: u64, name: &str) -> MemberId {
        let head = self.room.head().0;
        let member = self.open(connection, name, Role::Editor, head, resume(head));
        self.told.clear();
        member
    }

    fn say(&mut self, member: MemberId, number: u128, body: &str) {
        self.room.say(
            member,
            nonce(number),
            body.into(),
            MessageId(Uuid::from_u128(number)),
            NOW,
        );
        self.run();
    }

    /// Stores the oldest message asked for, as the writer does: a known nonce is answered with what was stored.
    fn commit(&mut self, name: &str) -> Message {
        let new = self.appends.pop_front().expect("a message is under way");
        let known = self
            .stored
            .iter()
            .find(|m| m.nonce == new.nonce && m.author.id == new.author)
            .cloned();
        let message = known.unwrap_or_else(|| {
            let seq = Seq(self.stored.len() as u64 + 1);
            let message = Message {
                id: new.id,
                seq,
                author: person(name),
                nonce: new.nonce,
                body: new.body,
                at: new.at,
            };
            self.stored.push(message.clone());
            message
        });
        self.room.appended(Ok(Ok(message.clone())));
        self.run();
        message
    }

    fn frames(&mut self, member: MemberId) -> Vec<ServerFrame> {
        self.told.remove(&member).unwrap_or_default()
    }
}

fn said(message: &Message) -> ServerFrame {
    ServerFrame::Said {
        channel: Channel(1),
        message: message.clone(),
    }
}

fn read_through(seq: u64) -> ServerFrame {
    ServerFrame::ReadThrough {
        channel: Channel(1),
        seq: Seq(seq),
    }
}

fn refused(number: u128, code: ErrorCode) -> ServerFrame {
    let subject = Some(Subject::Message(nonce(number)));
    ServerFrame::Refused {
        channel: Channel(1),
        subject,
        code,
        retryable: code.is_retryable(),
    }
}

fn said_seqs(frames: &[ServerFrame]) -> Vec<u64> {
    let seq = |frame: &ServerFrame| match frame {
        ServerFrame::Said { message, .. } => Some(message.seq.0),
        _ => None,
    };
    frames.iter().filter_map(seq).collect()
}

#[test]
fn a_message_is_told_to_all_once_it_is_stored() {
    let mut world = World::new(0);
    let (ada, ben) = (world.join(1, "ada"), world.join(2, "ben"));
    world.say(ada, 100, "hello");
    assert_eq!(world.told, BTreeMap::new());
    let message = world.commit("ada");
    assert_eq!(world.frames(ben), [said(&message)]);
    assert_eq!(
        world.frames(ada),
        [said(&message), read_through(1)],
        "one's own message is read"
    );
}

#[test]
fn a_resent_message_is_answered_to_its_sender_and_not_repeated() {
    let mut world = World::new(0);
    let (ada, ben) = (world.join(1, "ada"), world.join(2, "ben"));
    world.say(ada, 100, "hello");
    let message = world.commit("ada");
    world.told.clear();
    world.say(ada, 100, "hello");
    world.commit("ada");
    assert_eq!(world.frames(ada), [said(&message)]);
    assert_eq!(world.frames(ben), []);
}

#[test]
fn messages_of_two_people_have_one_order() {
    let mut world = World::new(0);
    let (ada, ben) = (world.join(1, "ada"), world.join(2, "ben"));
    world.say(ada, 100, "one");
    world.say(ben, 200, "two");
    world.commit("ada");
    world.commit("ben");
    assert_eq!(said_seqs(&world.frames(ada)), [1, 2]);
    assert_eq!(said_seqs(&world.frames(ben)), [1, 2]);
}

#[test]
fn what_cannot_be_said_is_refused() {
    let mut world = World::new(0);
    let ada = world.join(1, "ada");
    let cleo = world.open(2, "cleo", Role::Viewer, 0, resume(0));
    world.told.clear();
    world.say(ada, 1, " \n ");
    world.say(ada, 2, &"x".repeat(MESSAGE_BYTES_MAX + 1));
    world.say(cleo, 3, "hello");
    let expected = [
        refused(1, ErrorCode::MessageEmpty),
        refused(2, ErrorCode::MessageTooLong),
    ];
    assert_eq!(world.frames(ada), expected);
    assert_eq!(world.frames(cleo), [refused(3, ErrorCode::ReadOnly)]);
    assert_eq!(world.appends.len(), 0);
}

#[test]
fn whoever_opens_the_room_gets_the_latest_and_whoever_comes_back_what_they_missed() {
    let mut world = World::new(300);
    let new = world.open(1, "ada", Role::Editor, 0, None);
    assert_eq!(said_seqs(&world.frames(new)), (251..=300).collect::<Vec<_>>());
    let back = world.open(2, "ben", Role::Editor, 0, resume(290));
    assert_eq!(said_seqs(&world.frames(back)), (291..=300).collect::<Vec<_>>());
    let long_gone = world.open(3, "cleo", Role::Editor, 0, resume(5));
    assert_eq!(said_seqs(&world.frames(long_gone)), (101..=300).collect::<Vec<_>>());
}

#[test]
fn reading_in_one_tab_is_told_to_all_tabs_of_the_person_and_never_goes_back() {
    let mut world = World::new(5);
    let one = world.open(1, "ada", Role::Viewer, 2, resume(5));
    let two = world.open(2, "ada", Role::Viewer, 2, resume(5));
    let ben = world.join(3, "ben");
    world.room.read(one, Seq(4));
    world.room.read(two, Seq(3));
    world.run();
    assert_eq!(world.frames(one), [read_through(4)]);
    assert_eq!(world.frames(two), [read_through(4)]);
    assert_eq!(world.frames(ben), []);
    world.room.read(two, Seq(99));
    world.run();
    assert_eq!(
        world.frames(one),
        [read_through(5)],
        "nobody has read what was not said"
    );
    assert_eq!(world.marks, [(person("ada").id, Seq(4)), (person("ada").id, Seq(5))]);
    let third = world.open(4, "ada", Role::Viewer, 2, resume(5));
    let opened = &world.frames(third)[0];
    assert!(
        matches!(
            opened,
            ServerFrame::Opened {
                target: OpenedTarget::Room { read_seq: Seq(5) },
                ..
            }
        ),
        "a mark under way counts: {opened:?}"
    );
}

#[test]
fn ones_own_message_does_not_mark_what_is_unread_before_it() {
    let mut world = World::new(5);
    let ada = world.open(1, "ada", Role::Editor, 3, resume(5));
    world.told.clear();
    world.say(ada, 100, "hello");
    let message = world.commit("ada");
    assert_eq!(world.frames(ada), [said(&message)]);
    assert_eq!(world.marks, []);
}

#[test]
fn a_full_disk_refuses_a_message_and_later_ones_are_stored() {
    let mut world = World::new(0);
    let ada = world.join(1, "ada");
    world.say(ada, 100, "hello");
    world.appends.clear();
    world.room.appended(Err(AppendError::Full));
    world.run();
    assert_eq!(world.frames(ada), [refused(100, ErrorCode::StorageFull)]);
    world.say(ada, 100, "hello");
    let message = world.commit("ada");
    assert_eq!(world.frames(ada)[0], said(&message));
}

#[test]
fn after_failed_storage_nothing_is_said_again() {
    let mut world = World::new(0);
    let ada = world.join(1, "ada");
    world.say(ada, 100, "hello");
    world.appends.clear();
    world.room.appended(Err(AppendError::Failed));
    world.say(ada, 101, "hello?");
    assert_eq!(
        world.frames(ada),
        [
            refused(100, ErrorCode::StorageFailed),
            refused(101, ErrorCode::StorageFailed)
        ]
    );
    assert_eq!(world.appends.len(), 0);
}

#[test]
fn a_member_who_was_removed_hears_nothing_more() {
    let mut world = World::new(0);
    let (ada, ben) = (world.join(1, "ada"), world.join(2, "ben"));
    world.say(ada, 100, "about ben");
    world.room.revoked(person("ben").id);
    world.run();
    world.commit("ada");
    let code = Some(ErrorCode::NotAllowed);
    assert_eq!(
        world.frames(ben),
        [ServerFrame::Closed {
            channel: Channel(1),
            code,
            retryable: false
        }]
    );
}

#[test]
fn presence_tells_who_is_here_and_which_document_they_look_at() {
    let mut world = World::new(0);
    let (ada, ben) = (world.join(1, "ada"), world.join(2, "ben"));
    let state = PresenceState {
        document: Some(DocumentId(Uuid::from_u128(9))),
        selection: None,
    };
    world.room.presence(ada, Some(state), NOW);
    world.run();
    let frames = world.frames(ben);
    assert!(
        matches!(&frames[..], [ServerFrame::Presence { state: Some(told), .. }] if *told == state),
        "{frames:?}"
    );
}

#[test]
fn a_new_name_is_told_where_the_person_is_and_stands_beside_all_they_have_said() {
    let mut world = World::new(0);
    let (ada, ben) = (world.join(1, "ada"), world.join(2, "ben"));
    world.say(ada, 1, "before");
    world.commit("ada");
    let state = PresenceState {
        document: Some(DocumentId(Uuid::from_u128(9))),
        selection: None,
    };
    world.room.presence(ada, Some(state), NOW);
    world.say(ada, 2, "under way");
    world.run();
    world.told.clear();

    let countess = Person {
        name: "Countess".into(),
        ..person("ada")
    };
    world.room.renamed(countess.clone());
    let due = world.room.deadline().expect("presence waits to be told");
    world.room.handle_timeout(due);
    world.run();
    let change = Change::Members;
    let hint = ServerFrame::Changed {
        channel: Channel(1),
        change,
    };
    let frames = world.frames(ben);
    assert!(
        matches!(&frames[..], [first, ServerFrame::Presence { user, state: Some(told), .. }]
            if *first == hint && *user == countess && *told == state),
        "{frames:?}"
    );
    assert_eq!(world.frames(ada), [hint], "her other tabs learn it by the hint");

    // It was stored before she was renamed, and is told after.
    world.commit("ada");
    let told = world.frames(ben);
    assert!(
        matches!(&told[..], [ServerFrame::Said { message, .. }] if message.author == countess),
        "{told:?}"
    );
    let cleo = world.open(3, "cleo", Role::Viewer, 0, None);
    let authors = world.frames(cleo).into_iter().filter_map(|frame| match frame {
        ServerFrame::Said { message, .. } => Some(message.author),
        _ => None,
    });
    assert_eq!(authors.collect::<Vec<_>>(), [countess.clone(), countess]);
}

#[test]
fn a_deleted_room_closes_its_channels_and_stops() {
    let mut world = World::new(0);
    let ada = world.join(1, "ada");
    world.room.deleted();
    world.run();
    let code = Some(ErrorCode::NotFound);
    assert_eq!(
        world.frames(ada),
        [ServerFrame::Closed {
            channel: Channel(1),
            code,
            retryable: false
        }]
    );
    assert!(world.stopped);
}

#[test]
fn a_room_is_idle_once_nobody_is_here_and_nothing_is_under_way() {
    let mut world = World::new(0);
    let ada = world.join(1, "ada");
    world.say(ada, 100, "bye");
    world.room.disconnect(ada);
    world.run();
    assert!(!world.idle);
    world.commit("ada");
    assert!(world.idle);
}
