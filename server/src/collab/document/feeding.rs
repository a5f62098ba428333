//! What members are told of what is stored: by bundle until they have caught up, and then commit by commit.

use super::{Document, Feed, Writer};
use crate::collab::effect::{Delivered, DocumentAsk, Effect, MemberId};
use crate::collab::machine::Machine as _;
use crate::collab::members::any_channel;
use crate::collab::plant::Plant;
use bytes::Bytes;
use shared::id::{ClientSeq, PeerId, Seq};
use shared::limits::CATCHUP_PART_BYTES;
use shared::wire::ServerFrame;

impl Document {
    /// Tells every live member what was stored after `before`, except its own.
    pub(super) fn deliver_after(&mut self, before: Seq) {
        if self.quarantined_after.is_some() || self.head == before {
            return;
        }
        let to: Vec<_> = self
            .members
            .iter()
            .filter(|(_, m)| m.own.feed == Feed::Live)
            .map(|(id, _)| id)
            .skip(usize::from(
                Plant::RemoteSkipped.is_planted() && self.head.0.is_multiple_of(7),
            ))
            .collect();
        if !to.is_empty() {
            let frames = self.remotes_after(before);
            self.effects.push_back(Effect::Deliver { to, frames });
        }
    }

    pub(super) fn remotes_after(&self, after: Seq) -> Vec<Delivered> {
        self.recent
            .after(after)
            .map(|committed| Delivered {
                frame: ServerFrame::Remote {
                    channel: any_channel(),
                    seq: committed.seq,
                    update: committed.bytes.clone().into(),
                },
                except: match committed.writer {
                    Writer::Numbered(client_id) => self.holders.get(&client_id).copied(),
                    Writer::Stock => Some(committed.member),
                },
            })
            .collect()
    }

    pub(super) fn start_bundle(&mut self, member: MemberId, peer: PeerId, after: Option<Seq>) {
        let through = self.head();
        let after = if Plant::ResumeOffByOne.is_planted() {
            after.map(Seq::next)
        } else {
            after
        };
        let from = after.unwrap_or_default();
        // A short absence is made up for from memory: after a network failure everybody comes back at once.
        if let Some(part) = self.recent.bundle(from, through, CATCHUP_PART_BYTES) {
            let frame = ServerFrame::Catchup {
                channel: member.channel,
                through_seq: through,
                part: part.into(),
                last: true,
            };
            self.send(member, frame);
            self.go_live(member, through);
        } else {
            self.ask_for_bundle(member, peer, after);
        }
    }

    /// See [`Plant::RemoteBeforeStored`].
    pub(super) fn tell_too_early(&mut self, from: MemberId, update: &Bytes) {
        let frame = ServerFrame::Remote {
            channel: any_channel(),
            seq: self.head.next(),
            update: update.clone().into(),
        };
        let frames = vec![Delivered {
            frame,
            except: Some(from),
        }];
        let live = self.members.iter().filter(|(_, m)| m.own.feed == Feed::Live);
        let to = live.map(|(id, _)| id).collect();
        self.effects.push_back(Effect::Deliver { to, frames });
    }

    pub(super) fn ask_for_bundle(&mut self, to: MemberId, peer: PeerId, after: Option<Seq>) {
        let through = self.head();
        self.effects.push_back(Effect::Ask(DocumentAsk::ReadBundle {
            to,
            peer,
            after,
            through,
        }));
    }

    pub(super) fn awaits_bundle(&self, member: MemberId, peer: PeerId) -> bool {
        self.members
            .get(member)
            .is_some_and(|m| m.peer == peer && m.own.feed == Feed::Bundle)
    }

    pub(super) fn go_live(&mut self, id: MemberId, through: Seq) {
        if self.quarantined_after.is_none() && through < self.head && !Plant::BundleGap.is_planted() {
            let frames = self.remotes_after(through);
            self.effects.push_back(Effect::Deliver { to: vec![id], frames });
        }
        let head = self.head();
        let Some(member) = self.members.get_mut(id) else { return };
        member.own.feed = Feed::Live;
        let Writer::Numbered(client_id) = member.own.writer else {
            return;
        };
        let told = member.own.told;
        let saved = self.numbering.get(&client_id).copied().unwrap_or_default().saved;
        if saved > told {
            self.tell_saved(id, saved, head);
        }
    }

    /// Tells that edits are stored, unless a bundle is under way: everything of others up to `seq` comes first, so it waits.
    pub(super) fn tell_saved(&mut self, id: MemberId, client_seq: ClientSeq, seq: Seq) {
        let Some(member) = self.members.get_mut(id) else { return };
        if member.own.feed == Feed::Live {
            member.own.told = client_seq;
            self.send(
                id,
                ServerFrame::Saved {
                    channel: id.channel,
                    client_seq,
                    seq,
                },
            );
        }
    }
}
