//! Coming in and coming back: bundles, what is made up for, who is turned away.

use super::*;

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
    let mut new = world.open(2, "ada", Role::Editor, 7, resume(0));
    assert_eq!(world.frames(&old), [closed(ErrorCode::ClientIdTaken)]);
    world.commit();
    assert_eq!(saved_through(&world.frames(&new)), ClientSeq(1));
    world.send(&new, 1, &update);
    world.run();
    assert_eq!(
        world.frames(&new),
        [saved(1, 1)],
        "what it sends again is stored already"
    );
    new.client_seq = 1;
    new.replica.apply([update]).unwrap();
    world.type_text(&mut new, "b");
    world.run();
    world.commit();
    assert_eq!(world.frames(&new), [saved(2, 2)]);
}

#[test]
fn a_replica_is_let_in_when_storage_has_answered_for_all_that_it_sent_before() {
    for answer in [None, Some(AppendError::Full)] {
        let mut world = World::new(&empty());
        let mut old = world.join(1, "ada", Role::Editor, 7);
        world.type_text(&mut old, "a");
        world.run();
        world.type_text(&mut old, "b");
        world.run();
        // Its device has lost the second edit, and would call another one by its number.
        let new = world.open(2, "ada", Role::Editor, 7, resume(0));
        world.commit();
        assert_eq!(world.frames(&new), [], "one is still under way");
        let stored = match answer {
            None => {
                world.commit();
                2
            }
            Some(error) => {
                world.answer(Err(error));
                1
            }
        };
        assert_eq!(saved_through(&world.frames(&new)), ClientSeq(stored));
    }
}

#[test]
fn whoever_waits_to_be_let_in_hears_at_once_that_they_will_not_be() {
    let ada = person("ada").id;
    type Event<'a> = &'a dyn Fn(&mut Document, MemberId);
    let events: [(Event<'_>, Option<ErrorCode>); 4] = [
        (
            &|document, _| document.role_changed(ada, Role::Viewer),
            Some(ErrorCode::RoleChanged),
        ),
        (&|document, _| document.revoked(ada), Some(ErrorCode::NotAllowed)),
        (&|document, _| document.deleted(), Some(ErrorCode::NotFound)),
        (&|document, member| document.close(member), None),
    ];
    for (event, code) in events {
        let mut world = World::new(&empty());
        let mut old = world.join(1, "ada", Role::Editor, 7);
        world.type_text(&mut old, "a");
        world.run();
        let new = world.open(2, "ada", Role::Editor, 7, resume(0));
        event(&mut world.document, new.member);
        world.run();
        let told = ServerFrame::Closed {
            channel: Channel(1),
            code,
            retryable: code.is_some_and(ErrorCode::is_retryable),
        };
        assert_eq!(world.frames(&new), [told]);
        world.commit();
        assert_eq!(world.frames(&new), []);
    }
}

#[test]
fn whoever_is_gone_while_they_wait_is_not_let_in() {
    let mut world = World::new(&empty());
    let mut old = world.join(1, "ada", Role::Editor, 7);
    world.type_text(&mut old, "a");
    world.run();
    let new = world.open(2, "ada", Role::Editor, 7, resume(0));
    world.document.disconnect(new.member);
    world.commit();
    assert_eq!(world.frames(&new), []);
    assert!(world.document.is_idle());
}
