//! Between the frames of `/ws` and the messages of y-websocket: what one stock client knows and is told. Computes and does nothing else.

#[cfg(test)]
mod tests;

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
