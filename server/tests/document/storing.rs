//! Edits on their way to storage: numbered, refused, stored, acknowledged.

use super::*;

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
fn whoever_holds_more_than_may_be_read_is_told_so_and_not_let_on() {
    let mut world = World::new(&DocumentState {
        head_seq: Seq(9),
        quarantined_after: Some(Seq(4)),
        ..empty()
    });
    let ada = world.open(1, "ada", Role::Editor, 7, resume(5));
    assert_eq!(world.frames(&ada), [closed(ErrorCode::Quarantined)]);
    let ada = world.open(1, "ada", Role::Editor, 7, resume(10));
    assert_eq!(world.frames(&ada), [closed(ErrorCode::Regression)]);
    let ada = world.open(1, "ada", Role::Editor, 7, resume(4));
    assert!(matches!(
        world.frames(&ada)[..],
        [ServerFrame::Opened { head_seq: Seq(4), .. }]
    ));
}

#[test]
fn of_two_verdicts_the_earlier_position_counts_whichever_comes_last() {
    for positions in [[4, 2], [2, 4]] {
        let mut world = World::new(&DocumentState {
            head_seq: Seq(9),
            ..empty()
        });
        for position in positions {
            world.document.quarantine(Seq(position));
        }
        assert_eq!(world.document.head(), Seq(2));
    }
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
