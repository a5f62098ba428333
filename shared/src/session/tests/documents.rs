//! Documents: saved, waiting for room or the link, and closed.

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
