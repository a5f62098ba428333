//! What a stock client is told, and what becomes of what it says.

use super::*;
use shared::bundle;
use shared::id::{ClientSeq, Epoch, Seq, UserId};
use shared::wire::{OpenedTarget, Role};
use uuid::Uuid;

const CHANNEL: Channel = Channel(1);

fn translator() -> Translator {
    Translator::new(CHANNEL, 0x5000)
}

fn opened(role: Role) -> ServerFrame {
    let target = OpenedTarget::Document {
        saved_through: ClientSeq(0),
        read_only: None,
    };
    ServerFrame::Opened {
        channel: CHANNEL,
        role,
        epoch: Epoch(1),
        head_seq: Seq(2),
        target,
    }
}

fn part(bytes: &[u8], last: bool) -> ServerFrame {
    ServerFrame::Catchup {
        channel: CHANNEL,
        through_seq: Seq(2),
        part: bytes.to_vec().into(),
        last,
    }
}

fn presence(peer: u32, state: Option<PresenceState>) -> ServerFrame {
    let user = Person {
        id: UserId(Uuid::from_u128(1)),
        name: "Ben".to_owned(),
    };
    ServerFrame::Presence {
        channel: CHANNEL,
        peer: PeerId(peer),
        user,
        state,
    }
}

fn tell(translator: &mut Translator, frame: ServerFrame) -> (Told, Vec<Bytes>) {
    let mut out = Vec::new();
    (translator.handle_frame(frame, &mut out), out)
}

fn ask(translator: &mut Translator, frame: Vec<u8>) -> (Vec<Action>, Vec<Bytes>) {
    let (frame, mut out) = (Bytes::from(frame), Vec::new());
    let messages = ysync::decode(&frame).expect("a test sends messages");
    let actions = messages
        .iter()
        .filter_map(|m| translator.handle_message(m, &frame, &mut out))
        .collect();
    (actions, out)
}

fn entries(message: &Bytes) -> Vec<Awareness> {
    match ysync::decode(message).expect("whole messages are sent").remove(0) {
        Message::Awareness { entries, .. } => entries,
        other => panic!("presences, not {other:?}"),
    }
}

#[test]
fn a_bundle_cut_anywhere_comes_out_as_updates_and_then_a_step_2() {
    let whole = bundle::write([&b"one"[..], &[7; 300], b"three"]);
    for cut in 0..=whole.len() {
        let mut translator = translator();
        assert_eq!(ask(&mut translator, ysync::step1([])), (vec![], vec![]));
        let (_, mut out) = tell(&mut translator, part(&whole[..cut], false));
        out.extend(tell(&mut translator, part(&whole[cut..], true)).1);
        let updates = [ysync::update(b"one"), ysync::update(&[7; 300]), ysync::update(b"three")];
        assert_eq!(out[..3], updates, "cut at {cut}");
        assert_eq!(out[3..], [ysync::step2(EMPTY_UPDATE)]);
    }
}

#[test]
fn a_client_that_asks_late_is_answered_once_and_one_that_asks_again_is_told_everything_again() {
    let mut translator = translator();
    assert_eq!(tell(&mut translator, part(&[], true)), (Told::Nothing, vec![]));
    assert_eq!(
        ask(&mut translator, ysync::step1([])),
        (vec![], vec![ysync::step2(EMPTY_UPDATE).into()])
    );
    tell(&mut translator, presence(3, Some(PresenceState::default())));
    let (actions, out) = ask(&mut translator, ysync::step1([]));
    assert_eq!(actions, [Action::Reopen { former: CHANNEL }]);
    assert_eq!(entries(&out[0])[0].state, None, "who is there is told anew");
    assert_eq!(translator.channel(), Channel(2));
    assert_eq!(tell(&mut translator, part(b"leftover", true)), (Told::Nothing, vec![]));
}

#[test]
fn a_cut_off_bundle_ends_the_connection() {
    assert_eq!(
        tell(&mut translator(), part(&[9, 1], true)).0,
        Told::End(ErrorCode::Internal)
    );
}

#[test]
fn only_who_may_write_is_asked_for_what_only_they_have() {
    assert_eq!(tell(&mut translator(), opened(Role::Editor)).0, Told::AskForStep2);
    assert_eq!(tell(&mut translator(), opened(Role::Viewer)).0, Told::Nothing);
}

#[test]
fn updates_go_to_the_document_but_for_empty_ones() {
    let frame = [ysync::update(b"abc"), ysync::step2(EMPTY_UPDATE), ysync::step2(b"def")].concat();
    let (actions, _) = ask(&mut translator(), frame);
    assert_eq!(
        actions,
        [Action::Edit(Bytes::from("abc")), Action::Edit(Bytes::from("def"))]
    );
}

#[test]
fn the_clients_own_presence_is_echoed_and_told_and_no_others() {
    let mut translator = translator();
    let of = |client| Awareness {
        client_id: ClientId(client),
        clock: 1,
        state: Some(serde_json::json!({})),
    };
    let own = ysync::awareness(&[of(9)]);
    let told = Action::Presence(Some(PresenceState::default()));
    assert_eq!(
        ask(&mut translator, own.clone()),
        (vec![told.clone()], vec![own.into()])
    );
    assert_eq!(ask(&mut translator, ysync::awareness(&[of(8)])), (vec![], vec![]));
    assert_eq!(
        ask(&mut translator, ysync::awareness(&[of(8), of(9)])),
        (vec![told], vec![])
    );
    let gone = Awareness { state: None, ..of(9) };
    assert_eq!(
        ask(&mut translator, ysync::awareness(&[gone])).0,
        [Action::Presence(None)]
    );
}

#[test]
fn presences_are_told_again_at_every_beat_with_a_higher_clock() {
    let mut translator = translator();
    let (_, first) = tell(&mut translator, presence(3, Some(PresenceState::default())));
    let mut again = Vec::new();
    translator.beat(&mut again);
    let (first, second) = (&entries(&first[0])[0], &entries(&again[0])[0]);
    assert_eq!(first.client_id, second.client_id);
    assert!(first.clock < second.clock);
    assert_eq!(again[1], ysync::query_awareness());
    let (_, gone) = tell(&mut translator, presence(3, None));
    assert!(entries(&gone[0])[0].clock > second.clock);
    let mut empty = Vec::new();
    translator.beat(&mut empty);
    assert_eq!(empty, [Bytes::from(ysync::query_awareness())]);
}

#[test]
fn a_refused_edit_and_a_closed_channel_end_the_connection() {
    let code = ErrorCode::ClockGap;
    let subject = None;
    let refused = ServerFrame::Refused {
        channel: CHANNEL,
        subject,
        code,
        retryable: false,
    };
    assert_eq!(tell(&mut translator(), refused).0, Told::End(code));
    let closed = |code| ServerFrame::Closed {
        channel: CHANNEL,
        code,
        retryable: false,
    };
    assert_eq!(
        tell(&mut translator(), closed(Some(ErrorCode::NotAllowed))).0,
        Told::End(ErrorCode::NotAllowed)
    );
    assert_eq!(tell(&mut translator(), closed(None)).0, Told::Nothing);
}

#[test]
fn whatever_cannot_be_mended_by_coming_again_has_a_code_that_keeps_stock_clients_away() {
    for code in ErrorCode::ALL {
        let lasting = (4400..4500).contains(&close_code(*code));
        let worth_waiting = matches!(code, ErrorCode::SlowConsumer | ErrorCode::TooFast);
        assert!(!lasting || !code.is_retryable() || worth_waiting, "{code}");
    }
}
