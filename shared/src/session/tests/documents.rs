//! Documents: saved, caught up, refused, kept aside.

use super::*;

#[test]
fn a_document_is_saved_only_when_every_edit_is_on_disk() {
    let mut tab = Tab::writing();
    assert_eq!(tab.document().save_state(), SaveState::Saved);
    tab.write(0, "a");
    tab.write(1, "b");
    assert_eq!(edits(&tab.sent()), [1, 2]);
    assert_eq!(tab.document().save_state(), SaveState::Saving);
    tab.saved(1, 1);
    assert_eq!(tab.document().save_state(), SaveState::Saving);
    tab.saved(2, 2);
    assert_eq!(tab.document().save_state(), SaveState::Saved);
    assert_eq!(tab.document().held(), Seq(2));
}

#[test]
fn edits_made_offline_are_counted_and_sent_once_in_order_after_what_was_stored() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    tab.write(1, "b");
    tab.lose();
    tab.write(2, "c");
    assert_eq!(
        tab.document().save_state(),
        SaveState::Offline {
            edits: 3,
            kept: KeptWhere::Tab
        }
    );
    tab.sent();
    tab.reconnect();
    let frames = tab.sent();
    assert_eq!(
        resumes(&frames),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(0)
        })]
    );
    assert_eq!(edits(&frames), [0_u64; 0]);
    tab.opened(1, 1);
    assert_eq!(edits(&tab.sent()), [2, 3], "the first was stored before the cut");
    assert_eq!(tab.document().save_state(), SaveState::Saving);
}

#[test]
fn text_of_others_waits_until_the_editor_takes_it() {
    let mut tab = Tab::writing();
    tab.events();
    let updates = others(&["world", "hello "]);
    tab.remote(1, &updates[0]);
    tab.remote(2, &updates[1]);
    assert_eq!(tab.events(), [Event::Text { document: DOCUMENT }], "told once");
    tab.write(0, "!");
    assert_eq!(tab.document().replica().text(), "!");
    let splices = tab.session.take_splices(tab.now_ms, DOCUMENT);
    let text = tab.document().replica().text();
    assert_eq!(crate::replica::splice_text("!", &splices), text);
    assert!(text.contains("hello world"));
}

#[test]
fn a_bundle_in_parts_becomes_one_transaction_and_ends_with_its_last_part() {
    let mut tab = Tab::connected();
    tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
    tab.opened(2, 0);
    let channel = tab.channel();
    let mut bundle = Vec::new();
    for update in others(&["b", "a"]) {
        bundle.push(u8::try_from(update.len()).unwrap());
        bundle.extend_from_slice(&update);
    }
    let (first, second) = bundle.split_at(5);
    for (part, last) in [(first, false), (second, true)] {
        assert_eq!(tab.session.take_splices(tab.now_ms, DOCUMENT), []);
        assert!(!tab.document().is_loaded());
        let part = Bytes::copy_from_slice(part).into();
        tab.hear(&ServerFrame::Catchup {
            channel,
            through_seq: Seq(2),
            part,
            last,
        });
    }
    assert_eq!(tab.session.take_splices(tab.now_ms, DOCUMENT), insert(0, "ab"));
    assert_eq!(tab.document().held(), Seq(2));
}

#[test]
fn a_text_that_comes_is_taken_in_step_by_step_and_nobody_sees_or_writes_it_before_it_is_whole() {
    let mut tab = Tab::connected();
    tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
    tab.opened(2, 0);
    let long = "long ".repeat(40_000);
    let updates = others(&[&long, &long, "a "]);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Catchup {
        channel,
        through_seq: Seq(2),
        part: crate::bundle::write(updates[..2].iter()).into(),
        last: true,
    });
    for _ in 0..2 {
        assert!(tab.session.take_in(tab.now_ms, DOCUMENT));
        assert!(!tab.document().is_loaded());
        let refused = tab.session.edit(tab.now_ms, DOCUMENT, &insert(0, "x"), None);
        assert_eq!(refused, Err(EditError::NotLoaded));
    }
    assert!(!tab.session.take_in(tab.now_ms, DOCUMENT));
    tab.remote(3, &updates[2]);
    assert_eq!(
        tab.session.take_splices(tab.now_ms, DOCUMENT),
        insert(0, &["a ", &long, &long].concat())
    );
    assert!(tab.document().is_loaded());
    tab.remote(4, &others(&["b"])[0]);
    assert!(
        !tab.session.take_in(tab.now_ms, DOCUMENT),
        "from now on each edit is shown"
    );
}

#[test]
fn a_packed_bundle_is_unpacked_and_what_follows_a_lost_one_is_read_as_it_is() {
    let mut tab = Tab::connected();
    tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
    tab.opened(2, 0);
    let bundle = crate::bundle::write(others(&["b", "a"]));
    let size = u32::try_from(bundle.len()).unwrap();
    // A deflated stream of one block that is stored: its head, and the bytes.
    let len = u16::try_from(size).unwrap();
    let packed = [&[1][..], &len.to_le_bytes(), &(!len).to_le_bytes(), &bundle].concat();
    let channel = tab.channel();
    tab.hear(&ServerFrame::Packed { channel, size });
    let (first, second) = packed.split_at(7);
    for (part, last) in [(first, false), (second, true)] {
        let part = Bytes::copy_from_slice(part).into();
        tab.hear(&ServerFrame::Catchup {
            channel,
            through_seq: Seq(2),
            part,
            last,
        });
    }
    assert_eq!(tab.session.take_splices(tab.now_ms, DOCUMENT), insert(0, "ab"));

    tab.lose();
    tab.reconnect();
    tab.opened(3, 0);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Packed { channel, size });
    tab.lose();
    tab.reconnect();
    tab.opened(3, 0);
    let channel = tab.channel();
    tab.hear(&ServerFrame::Catchup {
        channel,
        through_seq: Seq(3),
        part: bundle.into(),
        last: true,
    });
    assert_eq!(tab.document().held(), Seq(3));
}

#[test]
fn a_bundle_that_does_not_unpack_to_what_was_told_is_not_taken() {
    let stored = Bytes::from_static(&[1, 1, 0, 0xfe, 0xff, 0]);
    for (size, part) in [(2, stored.clone()), (1, stored.slice(..4)), (u32::MAX, stored)] {
        let mut tab = Tab::connected();
        tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
        tab.opened(2, 0);
        let channel = tab.channel();
        tab.hear(&ServerFrame::Packed { channel, size });
        tab.hear(&ServerFrame::Catchup {
            channel,
            through_seq: Seq(2),
            part: part.into(),
            last: true,
        });
        assert!(!tab.document().is_loaded(), "{size}");
    }
}

#[test]
fn a_bundle_that_was_cut_is_asked_for_again() {
    let mut tab = Tab::writing();
    tab.remote(1, &others(&["a"])[0]);
    tab.lose();
    tab.reconnect();
    tab.opened(9, 0);
    let channel = tab.channel();
    let part = Bytes::from_static(&[3, 1]).into();
    tab.hear(&ServerFrame::Catchup {
        channel,
        through_seq: Seq(9),
        part,
        last: false,
    });
    tab.lose();
    tab.sent();
    tab.reconnect();
    assert_eq!(
        resumes(&tab.sent()),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(1)
        })]
    );
}

#[test]
fn a_missing_position_that_is_no_own_edit_is_asked_for_at_once() {
    let mut tab = Tab::writing();
    let updates = others(&["c", "b", "a"]);
    tab.remote(1, &updates[0]);
    let channel = tab.channel();
    tab.remote(3, &updates[2]);
    let frames = tab.sent();
    assert_eq!(frames[0], ClientFrame::Close { channel });
    assert_eq!(
        resumes(&frames),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(1)
        })]
    );
    assert_eq!(tab.document().gaps(), 1);
}

#[test]
fn positions_of_own_edits_are_no_gap() {
    let mut tab = Tab::writing();
    tab.write(0, "x");
    tab.write(1, "y");
    let updates = others(&["b", "a"]);
    tab.remote(2, &updates[0]);
    tab.remote(4, &updates[1]);
    assert_eq!(tab.document().held(), Seq(0));
    tab.saved(2, 3);
    assert_eq!(tab.document().held(), Seq(4));
    assert_eq!(tab.document().gaps(), 0);
}

#[test]
fn two_pongs_ahead_of_the_tab_with_nothing_between_make_it_ask_again() {
    let mut tab = Tab::writing();
    let heads = vec![(tab.channel(), Seq(1))];
    tab.hear(&ServerFrame::Pong { heads: heads.clone() });
    assert_eq!(tab.sent(), []);
    tab.hear(&ServerFrame::Pong { heads });
    assert_eq!(
        resumes(&tab.sent()),
        [Some(Resume {
            epoch: Epoch(1),
            after: Seq(0)
        })]
    );
}

#[test]
fn pongs_that_overtake_the_answer_to_an_opening_show_no_gap() {
    let mut tab = Tab::connected();
    tab.session.open_document(tab.now_ms, DOCUMENT, MINE).unwrap();
    tab.sent();
    for _ in 0..3 {
        let heads = vec![(tab.channel(), Seq(1))];
        tab.hear(&ServerFrame::Pong { heads });
    }
    assert_eq!(tab.sent(), []);
    assert_eq!(tab.document().gaps(), 0);
    tab.opened(1, 0);
    tab.bundle(1, others(&["a"]));
    assert_eq!(tab.document().held(), Seq(1));
}

#[test]
fn on_a_full_disk_edits_wait_while_the_channel_is_open() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    tab.sent();
    let code = ErrorCode::StorageFull;
    for _ in 0..3 {
        tab.refused(1, code);
        assert_eq!(
            resumes(&tab.sent()).len(),
            1,
            "it is opened again at once, to read and to be seen"
        );
        tab.opened(0, 0);
        let mut sent = edits(&tab.sent());
        assert_eq!(sent, [0_u64; 0]);
        assert_eq!(
            tab.document().save_state(),
            SaveState::Waiting {
                edits: 1,
                kept: KeptWhere::Tab,
                code
            }
        );
        while sent.is_empty() {
            tab.wait();
            sent = edits(&tab.sent());
        }
        assert_eq!(sent, [1]);
        assert_eq!(
            tab.document().save_state(),
            SaveState::Waiting {
                edits: 1,
                kept: KeptWhere::Tab,
                code
            },
            "sent is not stored"
        );
    }
    tab.write(1, "b");
    tab.saved(2, 2);
    assert_eq!(tab.document().save_state(), SaveState::Saved);
    tab.write(2, "c");
    assert_eq!(edits(&tab.sent()).last(), Some(&3), "nothing is held back any more");
}

#[test]
fn a_lost_link_takes_the_place_of_a_full_disk() {
    let mut tab = Tab::writing();
    tab.write(0, "a");
    tab.refused(1, ErrorCode::StorageFull);
    tab.session.handle_disconnected(tab.now_ms, Disconnect::Lost);
    assert_eq!(
        tab.document().save_state(),
        SaveState::Offline {
            edits: 1,
            kept: KeptWhere::Tab
        }
    );
}

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

#[test]
fn a_revoked_document_stays_closed() {
    let mut tab = Tab::writing();
    let channel = tab.channel();
    tab.hear(&ServerFrame::Closed {
        channel,
        code: Some(ErrorCode::NotAllowed),
        retryable: false,
    });
    assert_eq!(tab.document().save_state(), SaveState::ReadOnly(ErrorCode::NotAllowed));
    tab.lose();
    tab.sent();
    tab.reconnect();
    assert_eq!(tab.sent(), []);
}

#[test]
fn frames_of_a_channel_that_was_left_mean_nothing() {
    let mut tab = Tab::writing();
    let channel = tab.channel();
    assert_eq!(tab.session.close_document(tab.now_ms, DOCUMENT), []);
    assert_eq!(tab.sent(), [ClientFrame::Close { channel }]);
    tab.hear(&ServerFrame::Remote {
        channel,
        seq: Seq(1),
        update: others(&["a"])[0].clone().into(),
    });
    tab.hear(&ServerFrame::Closed {
        channel,
        code: None,
        retryable: false,
    });
    assert_eq!(tab.sent(), []);
}

#[test]
fn a_tab_that_wakes_up_after_many_failures_tries_again_soon_when_its_first_attempt_fails_too() {
    let mut tab = Tab::new();
    for _ in 0..20 {
        tab.lose();
        tab.wait();
    }
    tab.lose();
    tab.session.handle_wake(tab.now_ms);
    tab.lose();
    let next_ms = tab.session.poll_deadline().expect("it waits for the next attempt");
    assert!(next_ms - tab.now_ms <= BACKOFF_FIRST_MS);
}
