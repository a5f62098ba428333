//! Who is at a machine, and what they are told: what tests of documents and of rooms share.

use server::collab::effect::{ConnectionId, Credential, Delivered, MemberId};
use shared::id::{Channel, Epoch, Seq, UnixMs, UserId};
use shared::wire::{Person, Resume, ServerFrame};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(crate) const EPOCH: Epoch = Epoch(1);

pub(crate) const NOW: UnixMs = UnixMs(1_000_000);

/// Each connection has a login session of its own.
pub(crate) fn credential(member: MemberId) -> Credential {
    Credential::LoginSession(Uuid::from_u128(member.connection.0.into()))
}

pub(crate) fn person(name: &str) -> Person {
    let mut id = [0; 16];
    id[..name.len()].copy_from_slice(name.as_bytes());
    Person {
        id: UserId(Uuid::from_bytes(id)),
        name: name.into(),
    }
}

pub(crate) fn member(connection: u64) -> MemberId {
    MemberId {
        connection: ConnectionId(connection),
        channel: Channel(1),
    }
}

pub(crate) fn resume(after: u64) -> Option<Resume> {
    Some(Resume {
        epoch: EPOCH,
        after: Seq(after),
    })
}

/// Each receiver gets the frames that are not its own.
pub(crate) fn deliver(told: &mut BTreeMap<MemberId, Vec<ServerFrame>>, to: Vec<MemberId>, frames: &[Delivered]) {
    for receiver in to {
        let frames = frames.iter().filter(|delivered| delivered.except != Some(receiver));
        let frames = frames.map(|delivered| delivered.frame.clone().on_channel(receiver.channel));
        told.entry(receiver).or_default().extend(frames);
    }
}
