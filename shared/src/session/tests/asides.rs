//! What the server does not take, or has no more, goes aside with its text.

use super::*;

#[test]
fn a_refused_edit_is_kept_aside_and_the_text_goes_back_to_the_servers() {
    let mut tab = Tab::writing();
    let update = &others(&["theirs"])[0];
    tab.remote(1, update);
    tab.session.take_splices(tab.now_ms, DOCUMENT);
    tab.write(6, " mine");
    tab.events();
    tab.refused(1, ErrorCode::DocumentFull);
    let aside = tab.events().into_iter().find_map(|event| match event {
        Event::SetAside { copy, reason, .. } => Some((copy, reason)),
        _ => None,
    });
    let (copy, reason) = aside.expect("kept aside");
    assert_eq!((copy.text.as_str(), reason), ("theirs mine", ErrorCode::DocumentFull));
    assert_eq!(copy.pending.len(), 1);
    let refused = tab.session.edit(tab.now_ms, DOCUMENT, &insert(0, "x"), None);
    assert_eq!(refused, Err(EditError::NotLoaded));
    assert_ne!(tab.document().replica().client_id(), MINE);
    assert_eq!(resumes(&tab.sent()), [None]);
    tab.opened(1, 0);
    let mut part = vec![u8::try_from(update.len()).unwrap()];
    part.extend_from_slice(update);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Catchup {
        channel,
        through_seq: Seq(1),
        part: Bytes::from(part).into(),
        last: true,
    });
    let splices = tab.session.take_splices(tab.now_ms, DOCUMENT);
    assert_eq!(
        splices,
        [Splice {
            from: 6,
            to: 11,
            insert: String::new()
        }]
    );
    assert_eq!(tab.document().save_state(), SaveState::Saved);
}

#[test]
fn a_server_that_lost_something_gets_a_new_replica_and_the_copy_is_kept_aside() {
    for (epoch, head, saved_through) in [(Epoch(2), 5, 1), (Epoch(1), 0, 1), (Epoch(1), 5, 0)] {
        let mut tab = Tab::writing();
        tab.write(0, "a");
        tab.saved(1, 1);
        tab.lose();
        tab.reconnect();
        tab.events();
        tab.opened_as(Role::Editor, epoch, head, saved_through);
        assert!(tab.events().iter().any(|event| matches!(event, Event::SetAside { .. })));
        assert_eq!(
            resumes(&tab.sent()),
            [
                Some(Resume {
                    epoch: Epoch(1),
                    after: Seq(1)
                }),
                None
            ]
        );
        assert_ne!(tab.document().replica().client_id(), MINE);
    }
}

#[test]
fn of_a_document_that_is_held_the_held_text_is_shown_and_what_is_past_it_is_kept_aside() {
    let mut tab = Tab::writing();
    tab.write(0, "good");
    let good = tab.document().outbox().pending().next().unwrap().1.clone();
    tab.saved(1, 1);
    tab.write(4, " and past it");
    tab.saved(2, 2);
    tab.closed(ErrorCode::Quarantined, true);
    tab.sent();
    let mut resumed = vec![];
    while resumed.is_empty() {
        tab.wait();
        resumed = resumes(&tab.sent());
    }
    let after = Seq(2);
    let epoch = Epoch(1);
    assert_eq!(resumed, [Some(Resume { epoch, after })]);
    tab.closed(ErrorCode::Quarantined, false);
    assert_eq!(
        tab.set_aside(),
        [(ErrorCode::Quarantined, "good and past it".to_owned())]
    );
    assert_eq!(resumes(&tab.sent()), [None]);
    tab.opened_held(1, 0);
    tab.bundle(1, vec![good]);
    let splices = tab.session.take_splices(tab.now_ms, DOCUMENT);
    assert_eq!(crate::replica::splice_text("good and past it", &splices), "good");
    assert_eq!(tab.document().save_state(), SaveState::ReadOnly(ErrorCode::Quarantined));
    assert_eq!(tab.set_aside(), []);
}

#[test]
fn of_a_document_that_is_held_before_everything_nothing_is_shown_and_all_is_kept_aside() {
    let mut tab = Tab::writing();
    tab.write(0, "past it");
    tab.saved(1, 1);
    tab.closed(ErrorCode::Quarantined, true);
    tab.wait();
    tab.closed(ErrorCode::Quarantined, false);
    assert_eq!(tab.set_aside(), [(ErrorCode::Quarantined, "past it".to_owned())]);
    tab.closed(ErrorCode::Quarantined, false);
    assert_eq!(tab.document().closed_reason(), Some(ErrorCode::Quarantined));
    assert_eq!(tab.set_aside(), []);
}

#[test]
fn an_edit_that_was_stored_past_a_hold_before_its_tab_had_the_text_up_to_it_is_kept_aside() {
    let mut tab = Tab::writing();
    tab.remote(1, &others(&["theirs "])[0]);
    tab.session.take_splices(tab.now_ms, DOCUMENT);
    tab.write(7, "mine");
    tab.lose();
    tab.sent();
    tab.reconnect();
    tab.opened(3, 1);
    assert_eq!(edits(&tab.sent()), [0_u64; 0], "it is stored");
    assert_eq!(
        tab.document().save_state(),
        SaveState::Saving,
        "and is among what comes"
    );
    tab.events();
    tab.closed(ErrorCode::Quarantined, true);
    tab.wait();
    tab.opened_held(1, 1);
    assert_eq!(tab.set_aside(), [(ErrorCode::Quarantined, "theirs mine".to_owned())]);
}

#[test]
fn a_copy_of_what_a_held_document_still_shows_goes_on_and_is_not_kept_aside() {
    let mut tab = Tab::writing();
    tab.remote(1, &others(&["theirs"])[0]);
    tab.session.take_splices(tab.now_ms, DOCUMENT);
    tab.lose();
    tab.reconnect();
    tab.opened_held(1, 0);
    assert_eq!(tab.set_aside(), []);
    assert_eq!(tab.document().replica().client_id(), MINE);
    assert_eq!(tab.document().save_state(), SaveState::ReadOnly(ErrorCode::Quarantined));
}

#[test]
fn an_empty_document_that_a_restored_server_has_too_leaves_nothing_aside() {
    let mut tab = Tab::writing();
    tab.lose();
    tab.reconnect();
    tab.sent();
    tab.opened_as(Role::Editor, Epoch(2), 0, 0);
    assert_eq!(tab.set_aside(), []);
    assert_eq!(resumes(&tab.sent()), [None], "it goes on in the new history");
}

#[test]
fn a_viewer_reads_only_and_what_was_pending_is_kept_aside() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    let channel = tab.channel();
    tab.events();
    tab.hear(&ServerFrame::Closed {
        channel,
        code: Some(ErrorCode::RoleChanged),
        retryable: true,
    });
    tab.opened_as(Role::Viewer, Epoch(1), 0, 0);
    assert!(tab.events().iter().any(|event| matches!(event, Event::SetAside { .. })));
    tab.opened_as(Role::Viewer, Epoch(1), 0, 0);
    assert_eq!(tab.document().save_state(), SaveState::ReadOnly(ErrorCode::ReadOnly));
    let edit = tab.session.edit(tab.now_ms, DOCUMENT, &insert(0, "x"), None);
    assert_eq!(edit, Err(EditError::ReadOnly(ErrorCode::ReadOnly)));
}
