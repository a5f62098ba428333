//! What comes from the server: text of others, bundles, and gaps in either.

use super::*;

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
