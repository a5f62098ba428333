//! Who is there: presence, rights that change, stock clients, the last one to leave.

use super::*;

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
