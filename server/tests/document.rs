//! The document machine: what is told, to whom, in which order, and what happens when storage says no.

use bytes::Bytes;
use server::collab::document::{Document, Opening, Writer};
use server::collab::effect::{
    AppendError, AppendUpdates, Appended, ConnectionId, Credential, DocumentAsk, DocumentState, Effect, MemberId,
    Replica as Stored,
};
use server::collab::machine::Machine as _;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, Epoch, PeerId, Seq, UnixMs, UserId};
use shared::replica::{Replica, Splice};
use shared::wire::{Change, OpenedTarget, Person, PresenceState, Resume, Role, ServerFrame, Subject};
use std::collections::BTreeMap;
use uuid::Uuid;

const EPOCH: Epoch = Epoch(1);
const NOW: UnixMs = UnixMs(1_000_000);

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

/// Each connection has a login session of its own.
fn credential(member: MemberId) -> Credential {
    Credential::LoginSession(Uuid::from_u128(member.connection.0.into()))
}

fn person(name: &str) -> Person {
    let mut id = [0; 16];
    id[..name.len()].copy_from_slice(name.as_bytes());
    Person {
        id: UserId(Uuid::from_bytes(id)),
        name: name.into(),
    }
}

fn member(connection: u64) -> MemberId {
    MemberId {
        connection: ConnectionId(connection),
        channel: Channel(1),
    }
}

fn empty() -> DocumentState {
    DocumentState {
        epoch: EPOCH,
        head_seq: Seq(0),
        replicas: vec![],
        quarantined_after: None,
    }
}

fn resume(after: u64) -> Option<Resume> {
    Some(Resume {
        epoch: EPOCH,
        after: Seq(after),
    })
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
                Effect::Deliver { to, frames } => {
                    for receiver in to {
                        let frames = frames.iter().filter(|f| f.except != Some(receiver));
                        let frames = frames.map(|f| f.frame.clone().on_channel(receiver.channel));
                        self.told.entry(receiver).or_default().extend(frames);
                    }
                }
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

#[test]
fn nobody_is_told_of_an_edit_before_it_is_stored() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.join(2, "ben", Role::Editor, 8);
    let update = world.type_text(&mut ada, "hello");
    world.run();
    assert_eq!(world.told, BTreeMap::new());
    world.commit();
    assert_eq!(world.frames(&ada), [saved(1, 1)]);
    assert_eq!(world.frames(&ben), [remote(1, &update)]);
}

#[test]
fn edits_that_arrive_while_one_batch_is_stored_make_the_next() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let mut ben = world.join(2, "ben", Role::Editor, 8);
    world.type_text(&mut ada, "a");
    world.run();
    let second = world.type_text(&mut ada, "b");
    let third = world.type_text(&mut ben, "c");
    let fourth = world.type_text(&mut ada, "d");
    world.run();
    assert_eq!(world.append.as_ref().unwrap().updates.len(), 1);
    world.commit();
    world.told.clear();
    assert_eq!(world.append.as_ref().unwrap().after, Seq(1));
    world.commit();
    // Others' edits ascending, then one cumulative `Saved`.
    assert_eq!(world.frames(&ada), [remote(3, &third), saved(3, 4)]);
    assert_eq!(
        world.frames(&ben),
        [remote(2, &second), remote(4, &fourth), saved(1, 3)]
    );
}

#[test]
fn a_resent_edit_is_stored_once_and_answered() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let update = world.type_text(&mut ada, "hello");
    world.run();
    world.send(&ada, 1, &update);
    world.run();
    world.commit();
    assert_eq!(world.frames(&ada), [saved(1, 1)]);
    world.send(&ada, 1, &update);
    world.run();
    assert_eq!(world.append, None);
    assert_eq!(world.frames(&ada), [saved(1, 1)]);
}

#[test]
fn a_gap_in_the_numbers_is_refused_and_takes_later_edits_with_it() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let first = world.type_text(&mut ada, "a");
    world.send(&ada, 3, &first);
    world.type_text(&mut ada, "b");
    world.run();
    assert_eq!(world.frames(&ada), [refused(3, ErrorCode::OutOfOrder)]);
    world.commit();
    assert_eq!(world.frames(&ada), [saved(1, 1)]);
    assert_eq!(world.append, None, "what followed the refusal is dropped");
}

#[test]
fn a_reader_cannot_write() {
    let mut world = World::new(&empty());
    let mut cleo = world.join(1, "cleo", Role::Viewer, 7);
    world.type_text(&mut cleo, "a");
    world.run();
    assert_eq!(world.frames(&cleo), [refused(1, ErrorCode::ReadOnly)]);
    assert_eq!(world.append, None);
}

#[test]
fn what_the_gate_refuses_is_not_stored_and_the_sender_is_told_why() {
    let mut world = World::new(&empty());
    let ada = world.join(1, "ada", Role::Editor, 7);
    world.send(&ada, 1, &Bytes::from_static(b"\xff\xff\xff"));
    world.run();
    assert_eq!(world.frames(&ada), [refused(1, ErrorCode::UpdateMalformed)]);
    assert_eq!(world.append, None);
}

#[test]
fn after_a_full_disk_everything_pending_can_be_sent_again() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.join(2, "ben", Role::Editor, 8);
    let first = world.type_text(&mut ada, "a");
    world.run();
    let second = world.type_text(&mut ada, "b");
    world.answer(Err(AppendError::Full));
    assert_eq!(world.frames(&ada), [refused(1, ErrorCode::StorageFull)]);
    assert_eq!(world.append, None);

    world.document.close(ada.member);
    world.run();
    world.told.clear();
    world.open(1, "ada", Role::Editor, 7, resume(0));
    assert_eq!(saved_through(&world.frames(&ada)), ClientSeq(0));
    world.send(&ada, 1, &first);
    world.send(&ada, 2, &second);
    world.run();
    world.commit();
    assert_eq!(world.frames(&ada), [saved(2, 2)]);
    assert_eq!(world.frames(&ben), [remote(1, &first), remote(2, &second)]);
}

#[test]
fn after_failed_storage_nothing_is_acknowledged_again() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let mut ben = world.join(2, "ben", Role::Editor, 8);
    world.type_text(&mut ada, "a");
    world.run();
    world.answer(Err(AppendError::Failed));
    assert_eq!(world.frames(&ada), [refused(1, ErrorCode::StorageFailed)]);
    world.type_text(&mut ben, "b");
    world.run();
    assert_eq!(world.frames(&ben), [refused(1, ErrorCode::StorageFailed)]);
    assert_eq!(world.append, None);
    let cleo = world.open(3, "cleo", Role::Viewer, 9, None);
    assert_eq!(world.frames(&cleo), [closed(ErrorCode::StorageFailed)]);
}

#[test]
fn a_person_the_writer_refuses_loses_what_is_pending_and_nobody_else_does() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let mut ben = world.join(2, "ben", Role::Editor, 8);
    world.type_text(&mut ada, "a");
    let stays = world.type_text(&mut ben, "b");
    world.run();
    world.type_text(&mut ada, "c");
    let later = world.type_text(&mut ben, "d");
    world.answer(Ok(vec![Err(ErrorCode::NotAllowed), Ok(Seq(1))]));
    assert_eq!(
        world.frames(&ada),
        [remote(1, &stays), refused(1, ErrorCode::NotAllowed)]
    );
    assert_eq!(world.frames(&ben), [saved(1, 1)]);
    let next = world.append.as_ref().unwrap();
    assert_eq!(
        next.updates.iter().map(|update| &update.bytes).collect::<Vec<_>>(),
        [&later]
    );
    world.commit();
    assert_eq!(world.frames(&ben), [saved(2, 2)]);
}

#[test]
fn another_head_in_storage_sends_everybody_away_to_start_over() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    world.type_text(&mut ada, "a");
    world.run();
    world.answer(Err(AppendError::Conflict));
    assert_eq!(world.frames(&ada), [closed(ErrorCode::Internal)]);
    assert!(world.stopped);
}

#[test]
fn what_an_ended_login_session_sent_last_is_to_be_sent_again_and_so_is_what_may_build_on_it() {
    let mut world = World::new(&empty());
    let mut ended = world.join(1, "ada", Role::Editor, 7);
    let mut valid = world.join(2, "ada", Role::Editor, 8);
    world.told.clear();
    world.type_text(&mut ended, "a");
    world.run();
    world.type_text(&mut valid, "b");
    world.answer(Ok(vec![Err(ErrorCode::NotSignedIn)]));
    let refused = |code| ServerFrame::Refused {
        channel: Channel(1),
        subject: Some(Subject::Edit(ClientSeq(1))),
        code,
        retryable: true,
    };
    assert_eq!(world.frames(&ended), [refused(ErrorCode::NotSignedIn)]);
    assert_eq!(world.frames(&valid), [refused(ErrorCode::OutOfOrder)]);
    assert!(world.append.is_none(), "nothing of it waits");
}

#[test]
fn a_newcomer_gets_a_bundle_and_then_what_was_stored_meanwhile() {
    let state = DocumentState {
        head_seq: Seq(4),
        replicas: vec![Stored {
            client_id: ClientId(3),
            owner: person("cleo").id,
            clock: 4,
            last_client_seq: ClientSeq(4),
        }],
        ..empty()
    };
    let mut world = World::new(&state);
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.open(2, "ben", Role::Editor, 8, None);
    let (to, peer, after, through) = world.bundles.pop().expect("a bundle is asked for");
    assert_eq!((to, after, through), (ben.member, None, Seq(4)));
    assert_eq!(saved_through(&world.frames(&ben)), ClientSeq(0));
    let update = world.type_text(&mut ada, "a");
    world.run();
    world.commit();
    assert_eq!(world.frames(&ben), [], "live frames wait for the bundle");
    world.document.bundle_sent(to, peer, through);
    world.run();
    assert_eq!(world.frames(&ben), [remote(5, &update)]);
    let update = world.type_text(&mut ada, "b");
    world.run();
    world.commit();
    assert_eq!(world.frames(&ben), [remote(6, &update)]);
}

#[test]
fn an_edit_stored_during_the_bundle_is_called_saved_only_after_it() {
    let mut world = World::new(&DocumentState {
        head_seq: Seq(4),
        ..empty()
    });
    let mut ben = world.open(2, "ben", Role::Editor, 8, None);
    let (to, peer, _, through) = world.bundles.pop().expect("a bundle is asked for");
    world.told.clear();
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    world.type_text(&mut ben, "b");
    let others = world.type_text(&mut ada, "a");
    world.run();
    world.commit();
    assert_eq!(world.frames(&ben), []);
    world.document.bundle_sent(to, peer, through);
    world.run();
    assert_eq!(world.frames(&ben), [remote(6, &others), saved(1, 6)]);
}

#[test]
fn a_bundle_that_took_too_long_is_followed_by_a_second_one() {
    let mut world = World::new(&DocumentState {
        head_seq: Seq(4),
        ..empty()
    });
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.open(2, "ben", Role::Editor, 8, None);
    let (to, peer, _, through) = world.bundles.pop().expect("a bundle is asked for");
    for _ in 0..3000 {
        world.type_text(&mut ada, "x");
        if world.document.is_full() || world.append.is_none() {
            world.run();
            world.commit();
        }
    }
    while world.append.is_some() {
        world.commit();
    }
    world.told.clear();
    world.document.bundle_sent(to, peer, through);
    world.run();
    assert_eq!(world.bundles.pop(), Some((ben.member, peer, Some(Seq(4)), Seq(3004))));
    world.document.bundle_sent(to, peer, Seq(3004));
    let update = world.type_text(&mut ada, "y");
    world.run();
    world.commit();
    assert_eq!(world.frames(&ben), [remote(3005, &update)]);
}

#[test]
fn a_bundle_for_a_channel_that_was_closed_and_opened_again_is_not_taken_for_the_new_one() {
    let mut world = World::new(&DocumentState {
        head_seq: Seq(4),
        ..empty()
    });
    let ben = world.open(2, "ben", Role::Editor, 8, None);
    let (_, old, _, through) = world.bundles.pop().expect("a bundle is asked for");
    world.document.close(ben.member);
    world.run();
    world.open(2, "ben", Role::Editor, 8, None);
    world.told.clear();
    world.document.bundle_sent(ben.member, old, through);
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    world.type_text(&mut ada, "a");
    world.run();
    world.commit();
    assert_eq!(world.frames(&ben), [], "the new bundle is still under way");
}

#[test]
fn a_short_absence_is_made_up_for_from_memory() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let updates = [world.type_text(&mut ada, "a"), world.type_text(&mut ada, "b")];
    world.run();
    world.commit();
    let ben = world.open(2, "ben", Role::Editor, 8, resume(1));
    assert_eq!(world.bundles, []);
    let mut part = vec![u8::try_from(updates[1].len()).unwrap()];
    part.extend_from_slice(&updates[1]);
    let frames = world.frames(&ben);
    assert_eq!(
        frames[1..],
        [ServerFrame::Catchup {
            channel: Channel(1),
            through_seq: Seq(2),
            part: part.into(),
            last: true
        }]
    );
}

#[test]
fn a_client_of_another_epoch_or_ahead_of_the_server_is_turned_away() {
    let mut world = World::new(&DocumentState {
        head_seq: Seq(4),
        ..empty()
    });
    let ada = world.open(
        1,
        "ada",
        Role::Editor,
        7,
        Some(Resume {
            epoch: Epoch(2),
            after: Seq(1),
        }),
    );
    assert_eq!(world.frames(&ada), [closed(ErrorCode::EpochChanged)]);
    let ada = world.open(1, "ada", Role::Editor, 7, resume(5));
    assert_eq!(world.frames(&ada), [closed(ErrorCode::Regression)]);
}

#[test]
fn a_client_id_of_another_account_is_turned_away() {
    let owner = person("ada").id;
    let replicas = vec![Stored {
        client_id: ClientId(7),
        owner,
        clock: 1,
        last_client_seq: ClientSeq(1),
    }];
    let mut world = World::new(&DocumentState {
        head_seq: Seq(1),
        replicas,
        ..empty()
    });
    let ben = world.open(2, "ben", Role::Editor, 7, None);
    assert_eq!(world.frames(&ben), [closed(ErrorCode::ClientIdTaken)]);
    let ada = world.open(1, "ada", Role::Editor, 7, resume(1));
    assert_eq!(saved_through(&world.frames(&ada)), ClientSeq(1));
}

#[test]
fn a_tab_that_comes_back_takes_over_from_its_dead_socket() {
    let mut world = World::new(&empty());
    let mut old = world.join(1, "ada", Role::Editor, 7);
    let update = world.type_text(&mut old, "a");
    world.run();
    let new = world.open(2, "ada", Role::Editor, 7, resume(0));
    assert_eq!(world.frames(&old), [closed(ErrorCode::ClientIdTaken)]);
    assert_eq!(saved_through(&world.frames(&new)), ClientSeq(0));
    world.send(&new, 1, &update);
    world.run();
    world.commit();
    assert_eq!(
        world.frames(&new),
        [saved(1, 1)],
        "its own edit, sent on the old socket, is not remote to it"
    );
}

#[test]
fn what_passed_the_gate_is_stored_though_its_sender_is_gone() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    world.type_text(&mut ada, "a");
    world.document.disconnect(ada.member);
    world.run();
    assert!(!world.idle);
    world.commit();
    assert!(world.idle);
    assert_eq!(world.document.head(), Seq(1));
}

#[test]
fn nothing_is_delivered_to_somebody_whose_right_was_taken() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.join(2, "ben", Role::Editor, 8);
    world.type_text(&mut ada, "a");
    world.run();
    world.document.revoked(person("ben").id);
    world.run();
    world.commit();
    assert_eq!(world.frames(&ben), [closed(ErrorCode::NotAllowed)]);
}

#[test]
fn another_role_closes_the_channel_so_that_it_is_opened_again() {
    let mut world = World::new(&empty());
    let ben = world.join(2, "ben", Role::Editor, 8);
    world.document.role_changed(person("ben").id, Role::Editor);
    world.run();
    assert_eq!(world.frames(&ben), [], "the same role is no change");
    world.document.role_changed(person("ben").id, Role::Viewer);
    world.run();
    assert_eq!(world.frames(&ben), [closed(ErrorCode::RoleChanged)]);
}

#[test]
fn a_quarantined_document_is_read_up_to_its_last_good_state_and_not_written() {
    let mut world = World::new(&DocumentState {
        head_seq: Seq(9),
        ..empty()
    });
    let ada = world.join(1, "ada", Role::Editor, 7);
    world.document.quarantine(Seq(4));
    world.run();
    assert!(matches!(
        world.frames(&ada)[..],
        [ServerFrame::Closed {
            code: Some(ErrorCode::Quarantined),
            retryable: true,
            ..
        }]
    ));
    let mut ada = world.open(1, "ada", Role::Editor, 7, None);
    assert_eq!(world.bundles.pop().map(|(_, _, _, through)| through), Some(Seq(4)));
    let opened = world.frames(&ada);
    let [
        ServerFrame::Opened {
            head_seq: Seq(4),
            target: OpenedTarget::Document { read_only, .. },
            ..
        },
    ] = &opened[..]
    else {
        panic!("{opened:?}")
    };
    assert_eq!(*read_only, Some(ErrorCode::Quarantined));
    world.type_text(&mut ada, "a");
    world.run();
    assert_eq!(world.frames(&ada), [refused(1, ErrorCode::Quarantined)]);
}

#[test]
fn presence_is_told_at_once_and_then_together() {
    let mut world = World::new(&empty());
    let ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.join(2, "ben", Role::Editor, 8);
    let here = Some(PresenceState::default());
    world.document.presence(ada.member, here, NOW);
    world.run();
    assert_eq!(world.frames(&ben).len(), 1);
    assert_eq!(world.frames(&ada), [], "nobody is told of themselves");

    world.document.presence(ada.member, None, UnixMs(NOW.0 + 10));
    world.document.presence(ada.member, here, UnixMs(NOW.0 + 20));
    world.run();
    assert_eq!(world.frames(&ben), []);
    let due = world.document.deadline().expect("presence waits");
    world.document.handle_timeout(due);
    world.run();
    assert_eq!(world.frames(&ben).len(), 1, "only the latest state is told");
    assert_eq!(world.document.deadline(), None);

    let cleo = world.open(3, "cleo", Role::Viewer, 9, resume(0));
    let frames = world.frames(&cleo);
    assert!(
        matches!(&frames[1..], [ServerFrame::Presence { user, .. }] if user.name == "ada"),
        "{frames:?}"
    );

    world.document.disconnect(ada.member);
    world.document.handle_timeout(UnixMs(due.0 + 1000));
    world.run();
    assert!(matches!(
        world.frames(&ben)[..],
        [ServerFrame::Presence { state: None, .. }]
    ));
}

#[test]
fn presence_taken_back_just_before_leaving_is_told() {
    let mut world = World::new(&empty());
    let ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.join(2, "ben", Role::Editor, 8);
    world.document.presence(ada.member, Some(PresenceState::default()), NOW);
    world.run();
    assert_eq!(world.frames(&ben).len(), 1);

    world.document.presence(ada.member, None, UnixMs(NOW.0 + 10));
    world.document.disconnect(ada.member);
    let due = world.document.deadline().expect("presence waits");
    world.document.handle_timeout(due);
    world.run();
    assert!(matches!(
        world.frames(&ben)[..],
        [ServerFrame::Presence { state: None, .. }]
    ));
}

#[test]
fn a_stock_client_writes_as_any_replica_of_its_account_and_hears_of_others_only() {
    let mut world = World::new(&empty());
    let ada = world.join(1, "ada", Role::Editor, 7);
    let opening = Opening {
        member: member(2),
        user: person("ben"),
        credential: credential(member(2)),
        role: Role::Editor,
        writer: Writer::Stock,
        resume: resume(0),
    };
    world.document.open(opening);
    world.run();
    world.told.clear();
    let mut stock = Tab {
        member: member(2),
        replica: Replica::new(ClientId(20)),
        client_seq: 0,
    };
    let splice = Splice {
        from: 0,
        to: 0,
        insert: "hi".into(),
    };
    let update = stock.replica.edit(&[splice], NOW.0, None).unwrap().remove(0);
    world.send(&stock, 0, &update);
    world.run();
    world.commit();
    assert_eq!(world.frames(&stock), []);
    assert_eq!(world.frames(&ada), [remote(1, &update)]);
    assert_eq!(world.document.state_vector().collect::<Vec<_>>(), [(ClientId(20), 2)]);
    // What is known already is neither stored again nor an error: stock clients repeat themselves.
    world.send(&stock, 0, &update);
    world.run();
    assert_eq!(world.append, None);
}

#[test]
fn a_document_that_is_deleted_closes_its_channels_and_stops() {
    let mut world = World::new(&empty());
    let ada = world.join(1, "ada", Role::Editor, 7);
    world.document.deleted();
    world.run();
    assert_eq!(world.frames(&ada), [closed(ErrorCode::NotFound)]);
    assert!(world.stopped);
}

#[test]
fn hints_reach_everybody() {
    let mut world = World::new(&empty());
    let ada = world.join(1, "ada", Role::Editor, 7);
    let ben = world.join(2, "ben", Role::Viewer, 8);
    world.document.changed(Change::Title("Plan".into()));
    world.run();
    let hint = ServerFrame::Changed {
        channel: Channel(1),
        change: Change::Title("Plan".into()),
    };
    assert_eq!(world.frames(&ada), std::slice::from_ref(&hint));
    assert_eq!(world.frames(&ben), [hint]);
}

#[test]
fn a_document_that_nobody_is_in_says_once_that_it_is_idle_and_what_to_compact() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    world.type_text(&mut ada, "a");
    world.run();
    world.commit();
    assert!(!world.idle);
    world.document.close(ada.member);
    world.run();
    assert!(world.idle);
    assert_eq!(world.compactions, 1);
    world.idle = false;
    world.run();
    assert!(!world.idle);
}

#[test]
fn a_full_machine_asks_for_no_more_until_storage_has_answered() {
    let mut world = World::new(&empty());
    let mut ada = world.join(1, "ada", Role::Editor, 7);
    world.type_text(&mut ada, "a");
    world.run();
    let mut taken = 0;
    while !world.document.is_full() {
        world.type_text(&mut ada, "b");
        taken += 1;
        assert!(taken < 10_000, "never full");
    }
    world.commit();
    assert!(!world.document.is_full());
    while world.append.is_some() {
        world.commit();
    }
    assert_eq!(world.document.head(), Seq(1 + taken));
}
