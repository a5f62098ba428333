//! The connections of one document or room, as its task reaches them: encodes once per form and channel number, and puts into outboxes.

use super::outbox::{Format, Outbox, Packet, SharedPacket};
use super::packing::Bundle;
use crate::collab::bundle::Parts;
use crate::collab::effect::{Delivered, MemberId};
use shared::id::{Channel, Seq};
use shared::wire::ServerFrame;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

/// What a connection hands over when it opens a channel.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Where frames for the channel go.
    pub(super) outbox: Outbox,
    /// Set before the channel's last frame is put in: the connection takes nothing for the channel after that.
    pub(super) closed: Arc<AtomicBool>,
    /// Whether and how it may be sent bundles that are packed.
    pub(super) unpacks: Unpacks,
}

/// What a client said about packed bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpacks {
    /// Nothing.
    Nothing,
    /// It unpacks what is deflated.
    Deflate,
}

/// Everybody who has a channel open here.
#[derive(Debug, Default)]
pub(super) struct Audience {
    lines: BTreeMap<MemberId, Seat>,
}

#[derive(Debug)]
struct Seat {
    line: Line,
    /// Ends the bundle being sent, if there is one.
    bundle: Option<CancellationToken>,
}

/// What all receivers of one form and channel number share.
struct Encoding {
    packets: Arc<[SharedPacket]>,
    bytes: usize,
}

impl Audience {
    pub(super) fn add(&mut self, member: MemberId, line: Line) {
        self.lines.insert(member, Seat { line, bundle: None });
    }

    /// The member is gone: nothing is put in for it any more.
    pub(super) fn remove(&mut self, member: MemberId) {
        self.lines.remove(&member);
    }

    pub(super) fn send(&mut self, to: MemberId, frame: ServerFrame) {
        let Some(seat) = self.lines.get_mut(&to) else { return };
        if matches!(frame, ServerFrame::Closed { .. }) {
            if let Some(bundle) = seat.bundle.take() {
                seat.line.outbox.stop_parts(&bundle);
            }
            seat.line.closed.store(true, Ordering::Release);
        }
        let outbox = &seat.line.outbox;
        outbox.push(Packet::new(outbox.format(), frame));
    }

    pub(super) fn deliver(&self, to: &[MemberId], frames: &[Delivered]) {
        // Tabs number their channels alike, so there are only a handful of encodings however many receivers.
        let mut encoded: BTreeMap<(Format, Channel), Encoding> = BTreeMap::new();
        for member in to {
            let Some(seat) = self.lines.get(member) else { continue };
            let outbox = &seat.line.outbox;
            let encoding = encoded
                .entry((outbox.format(), member.channel))
                .or_insert_with(|| encode(outbox.format(), member.channel, frames));
            outbox.push_shared(*member, &encoding.packets, encoding.bytes);
        }
    }

    /// The member's line for a bundle, and what ends it.
    pub(super) fn start_bundle(&mut self, to: MemberId) -> Option<(Line, CancellationToken)> {
        let seat = self.lines.get_mut(&to)?;
        let token = CancellationToken::new();
        seat.bundle = Some(token.clone());
        Some((seat.line.clone(), token))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(bundle) = self.bundle.take() {
            self.line.outbox.stop_parts(&bundle);
        }
    }
}

fn encode(format: Format, channel: Channel, frames: &[Delivered]) -> Encoding {
    let packets: Arc<[SharedPacket]> = frames
        .iter()
        .map(|delivered| {
            let frame = delivered.frame.clone().on_channel(channel);
            SharedPacket {
                packet: Packet::new(format, frame),
                except: delivered.except,
            }
        })
        .collect();
    let bytes = packets.iter().map(|shared| shared.packet.bytes()).sum();
    Encoding { packets, bytes }
}

/// Sends a bundle in parts. False when it was cut off.
pub(super) async fn send_bundle(
    outbox: &Outbox,
    cancel: &CancellationToken,
    channel: Channel,
    through_seq: Seq,
    bundle: Bundle,
) -> bool {
    let mut parts = match bundle {
        Bundle::Plain(updates) => Parts::new(updates),
        Bundle::Packed { size, bytes } => {
            let frame = ServerFrame::Packed { channel, size };
            if !outbox.push_part(Packet::new(outbox.format(), frame), cancel).await {
                return false;
            }
            Parts::of_bytes(bytes)
        }
    };
    loop {
        let (part, last) = parts.next_part();
        let frame = ServerFrame::Catchup {
            channel,
            through_seq,
            part: part.into(),
            last,
        };
        if !outbox.push_part(Packet::new(outbox.format(), frame), cancel).await {
            return false;
        }
        if last {
            return true;
        }
    }
}
