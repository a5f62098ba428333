//! Between the frames of `/ws` and the messages of y-websocket: what one stock client knows and is told. Computes and does nothing else.

use bytes::{Bytes, BytesMut};
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, PeerId};
use shared::lib0::Cursor;
use shared::wire::{Person, PresenceState, ServerFrame};
use shared::ysync::{self, AWARENESS_ENTRIES_MAX, Awareness, EMPTY_UPDATE, Message};
use std::collections::BTreeMap;

/// What a message of the client asks the shell to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    /// Hand this update to the document.
    Edit(Bytes),
    /// Tell the document where the person is.
    Presence(Option<PresenceState>),
    /// The client wants to be told everything once more: leave the former channel and open [`Translator::channel`].
    Reopen { former: Channel },
}

/// What a frame of the document asks the shell to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing more.
    Nothing,
    /// The person may write: ask the client for what only it has.
    AskForStep2,
    /// Close the socket for this reason.
    End(ErrorCode),
}

/// The state of one stock client.
///
/// The document is opened once the socket is; its bundle goes out as updates, and an empty step 2 after it when the client
/// has sent its step 1. Stock clients forget a presence that they have not heard of for 30 seconds, so all are told again at
/// every [`Translator::beat`].
#[derive(Debug)]
pub(super) struct Translator {
    channel: Channel,
    /// Makes the client ids of presences other ones on each connection: a client remembers the clocks of those it has seen.
    salt: u32,
    clock: u32,
    /// The end of the bundle that has not come as a whole update yet.
    partial: BytesMut,
    bundle: Answer,
    /// The presence that the client calls its own.
    own: Option<ClientId>,
    peers: BTreeMap<PeerId, (Person, PresenceState)>,
}

/// How far the answer to the client's step 1 has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Neither asked for nor all there.
    Nothing,
    /// Asked for; the bundle is under way.
    Asked,
    /// The bundle is sent, the client has not asked.
    Sent,
    /// Answered.
    Given,
}

impl Translator {
    /// For a connection that is about to open `channel`.
    pub(super) fn new(channel: Channel, salt: u32) -> Self {
        Self {
            channel,
            salt,
            clock: 0,
            partial: BytesMut::new(),
            bundle: Answer::Nothing,
            own: None,
            peers: BTreeMap::new(),
        }
    }

    /// The channel that the document is open as. Frames of others are leftovers.
    pub(super) const fn channel(&self) -> Channel {
        self.channel
    }

    /// Takes one frame of the server and appends what it is for the client.
    pub(super) fn handle_frame(&mut self, frame: ServerFrame, out: &mut Vec<Bytes>) -> Told {
        match frame {
            ServerFrame::Opened { channel, role, .. } if channel == self.channel && role.may_write() => {
                return Told::AskForStep2;
            }
            ServerFrame::Catchup {
                channel, part, last, ..
            } if channel == self.channel => {
                self.partial.extend_from_slice(&part.0);
                return self.pass_on_bundle(last, out);
            }
            ServerFrame::Remote { channel, update, .. } if channel == self.channel => {
                out.push(ysync::update(&update.0).into());
            }
            ServerFrame::Presence {
                channel,
                peer,
                user,
                state,
            } if channel == self.channel => {
                let told = state.map(|state| (user, state));
                self.clock += 1;
                out.push(ysync::awareness(&[self.awareness(peer, told.as_ref())]).into());
                match told {
                    Some(told) => self.peers.insert(peer, told),
                    None => self.peers.remove(&peer),
                };
            }
            // Without numbers, a refused edit has no name.
            ServerFrame::Refused {
                channel,
                subject: None,
                code,
                ..
            } if channel == self.channel => return Told::End(code),
            ServerFrame::Closed {
                channel,
                code: Some(code),
                ..
            } if channel == self.channel => return Told::End(code),
            _ => {}
        }
        Told::Nothing
    }

    /// Takes one message of the client, appends what is answered at once, and tells what else to do.
    pub(super) fn handle_message(
        &mut self,
        message: &Message<'_>,
        frame: &Bytes,
        out: &mut Vec<Bytes>,
    ) -> Option<Action> {
        match message {
            Message::Step1(_) => self.answer_step1(out),
            Message::Step2(EMPTY_UPDATE) | Message::Update(EMPTY_UPDATE) => None,
            Message::Step2(update) | Message::Update(update) => Some(Action::Edit(frame.slice_ref(update))),
            Message::Awareness { entries, bytes } => self.take_presence(entries, frame.slice_ref(bytes), out),
            Message::QueryAwareness => {
                self.tell_presences(out);
                None
            }
            // Only servers say that.
            Message::PermissionDenied(_) => None,
        }
    }

    /// Time for a sign of life: tells all presences again, and asks for the client's, which every stock client answers.
    pub(super) fn beat(&mut self, out: &mut Vec<Bytes>) {
        self.tell_presences(out);
        out.push(ysync::query_awareness().into());
    }

    fn pass_on_bundle(&mut self, last: bool, out: &mut Vec<Bytes>) -> Told {
        loop {
            let mut cursor = Cursor::new(&self.partial, 0);
            // What is not whole yet looks cut off; a bundle that is not one is left over at its end.
            let Ok(update) = cursor.bytes() else { break };
            out.push(ysync::update(update).into());
            let len = cursor.at();
            drop(self.partial.split_to(len));
        }
        if !last {
            return Told::Nothing;
        }
        if !self.partial.is_empty() {
            return Told::End(ErrorCode::Internal);
        }
        self.partial = BytesMut::new();
        self.bundle = match self.bundle {
            Answer::Nothing => Answer::Sent,
            Answer::Asked | Answer::Sent | Answer::Given => {
                out.push(ysync::step2(EMPTY_UPDATE).into());
                Answer::Given
            }
        };
        Told::Nothing
    }

    fn answer_step1(&mut self, out: &mut Vec<Bytes>) -> Option<Action> {
        match self.bundle {
            Answer::Nothing => self.bundle = Answer::Asked,
            Answer::Asked => {}
            Answer::Sent => {
                out.push(ysync::step2(EMPTY_UPDATE).into());
                self.bundle = Answer::Given;
            }
            Answer::Given => {
                let former = self.channel;
                self.channel = Channel(former.0.wrapping_add(1));
                self.bundle = Answer::Asked;
                self.partial.clear();
                self.take_back_peers(out);
                return Some(Action::Reopen { former });
            }
        }
        None
    }

    /// Only the client's own presence counts: others it knows from here, or from somewhere this server knows nothing of.
    fn take_presence(&mut self, entries: &[Awareness], message: Bytes, out: &mut Vec<Bytes>) -> Option<Action> {
        let [entry] = entries else {
            let own = self
                .own
                .and_then(|own| entries.iter().find(|entry| entry.client_id == own));
            return own.map(|entry| Action::Presence(entry.state.as_ref().map(ysync::state_of)));
        };
        if *self.own.get_or_insert(entry.client_id) != entry.client_id {
            return None;
        }
        // Stock clients take the echo as the sign that the connection lives.
        out.push(message);
        Some(Action::Presence(entry.state.as_ref().map(ysync::state_of)))
    }

    fn tell_presences(&mut self, out: &mut Vec<Bytes>) {
        self.clock += 1;
        let entries: Vec<_> = self
            .peers
            .iter()
            .map(|(peer, told)| self.awareness(*peer, Some(told)))
            .collect();
        out.extend(
            entries
                .chunks(AWARENESS_ENTRIES_MAX)
                .map(|entries| Bytes::from(ysync::awareness(entries))),
        );
    }

    /// The document tells who is there anew, under other names.
    fn take_back_peers(&mut self, out: &mut Vec<Bytes>) {
        self.clock += 1;
        let peers = std::mem::take(&mut self.peers);
        let entries: Vec<_> = peers.keys().map(|peer| self.awareness(*peer, None)).collect();
        out.extend(
            entries
                .chunks(AWARENESS_ENTRIES_MAX)
                .map(|entries| Bytes::from(ysync::awareness(entries))),
        );
    }

    fn awareness(&self, peer: PeerId, told: Option<&(Person, PresenceState)>) -> Awareness {
        let client_id = ClientId(peer.0 ^ self.salt);
        match told {
            Some((user, state)) => Awareness::of(client_id, self.clock, user, state),
            None => Awareness {
                client_id,
                clock: self.clock,
                state: None,
            },
        }
    }
}

/// The close code of a socket that ends for this reason. Stock clients come again unless it is between 4400 and 4499.
pub(super) const fn close_code(code: ErrorCode) -> u16 {
    use ErrorCode as E;
    match code {
        E::NotSignedIn | E::SignedOut => 4401,
        E::NotAllowed | E::ReadOnly | E::Quarantined => 4403,
        E::NotFound => 4404,
        E::SlowConsumer => 4408,
        E::TooFast | E::TooManySockets => 4429,
        E::Malformed
        | E::UpdateMalformed
        | E::UpdateForbiddenContent
        | E::UpdateTooLarge
        | E::ClientIdTaken
        | E::ClockGap
        | E::UnknownReference
        | E::TooManyReplicas
        | E::DocumentFull => 4400,
        E::FrameTooLarge => 1009,
        E::GoingAway => 1001,
        _ if code.is_retryable() => 1013,
        _ => 1011,
    }
}

#[cfg(test)]
mod tests {
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
}
