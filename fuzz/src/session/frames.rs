//! Frames of a server that may be wrong about everything but the text of documents.

use super::{TEXTS, World, document, nonce};
use arbitrary::{Result, Unstructured};
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, Epoch, MessageId, PeerId, Seq, UnixMs, UserId};
use shared::limits::FRAME_BYTES_MAX;
use shared::replica::Splice;
use shared::wire::{
    Assoc, Blob, Change, Message, OpenedTarget, Person, PresenceState, Role, Selection, ServerFrame, Sticky, Subject,
    VERSION, WireLimits,
};
use uuid::Uuid;

/// Small as a rule, now and then as large as it gets.
pub(super) fn number(plan: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match plan.int_in_range(0..=15)? {
        15 => u64::MAX - plan.int_in_range(0..=1)?,
        14 => plan.arbitrary()?,
        n => n,
    })
}

pub(super) fn message(plan: &mut Unstructured<'_>) -> Result<Message> {
    Ok(Message {
        id: MessageId(Uuid::from_u128(1)),
        seq: Seq(number(plan)?),
        author: person(),
        nonce: nonce(plan)?,
        body: "hi".to_owned(),
        at: UnixMs(number(plan)?),
    })
}

fn person() -> Person {
    Person {
        id: UserId(Uuid::from_u128(1)),
        name: "Ada".to_owned(),
    }
}

pub(super) fn welcome(version: u16) -> ServerFrame {
    ServerFrame::Welcome {
        version,
        user: person(),
        limits: WireLimits {
            frame_bytes_max: u32::try_from(FRAME_BYTES_MAX).expect("small"),
            update_bytes_max: 0,
            message_bytes_max: 0,
            channels_max: 0,
        },
    }
}

fn code(plan: &mut Unstructured<'_>) -> Result<ErrorCode> {
    plan.choose(ErrorCode::ALL).copied()
}

impl World {
    pub(super) fn frame(&mut self, plan: &mut Unstructured<'_>) -> Result<ServerFrame> {
        let channel = self.channel(plan)?;
        Ok(match plan.int_in_range(0..=20)? {
            0 => welcome(if plan.ratio(1, 20)? { 0 } else { VERSION }),
            1..=3 => self.opened(channel, plan)?,
            4..=6 => self.catchup(channel, plan)?,
            7..=9 => ServerFrame::Remote {
                channel,
                seq: Seq(number(plan)?),
                update: Blob(self.update(plan)?),
            },
            10..=12 => ServerFrame::Saved {
                channel,
                client_seq: ClientSeq(number(plan)?),
                seq: Seq(number(plan)?),
            },
            13 => ServerFrame::Refused {
                channel,
                subject: match plan.int_in_range(0..=3)? {
                    0 => None,
                    1 => Some(Subject::Edit(ClientSeq(number(plan)?))),
                    2 => Some(Subject::Message(nonce(plan)?)),
                    _ => Some(Subject::Presence),
                },
                code: code(plan)?,
                retryable: plan.arbitrary()?,
            },
            14 => ServerFrame::Presence {
                channel,
                peer: PeerId(plan.int_in_range(0..=3)?),
                user: person(),
                state: presence(plan)?,
            },
            15 | 16 => ServerFrame::Said {
                channel,
                message: message(plan)?,
            },
            17 => ServerFrame::Closed {
                channel,
                code: if plan.arbitrary()? { Some(code(plan)?) } else { None },
                retryable: plan.arbitrary()?,
            },
            18 => ServerFrame::Pong {
                heads: vec![(channel, Seq(number(plan)?)), (self.channel(plan)?, Seq(number(plan)?))],
            },
            19 => ServerFrame::ReadThrough {
                channel,
                seq: Seq(number(plan)?),
            },
            _ if plan.arbitrary()? => ServerFrame::GoingAway {
                after_ms: plan.arbitrary()?,
            },
            _ => ServerFrame::Changed {
                channel,
                change: Change::Documents,
            },
        })
    }

    /// One of those that the tab has asked for, as a rule the latest.
    fn channel(&self, plan: &mut Unstructured<'_>) -> Result<Channel> {
        if plan.ratio(1, 10)? {
            return Ok(Channel(plan.int_in_range(0..=10)?));
        }
        let back: usize = plan.int_in_range(0..=3)?;
        Ok(self.channels.iter().rev().nth(back).copied().unwrap_or(Channel(1)))
    }

    fn opened(&self, channel: Channel, plan: &mut Unstructured<'_>) -> Result<ServerFrame> {
        let target = if plan.ratio(1, 3)? {
            OpenedTarget::Room {
                read_seq: Seq(number(plan)?),
            }
        } else {
            OpenedTarget::Document {
                saved_through: ClientSeq(number(plan)?),
                read_only: if plan.ratio(1, 10)? { Some(code(plan)?) } else { None },
            }
        };
        Ok(ServerFrame::Opened {
            channel,
            role: *plan.choose(&[Role::Editor, Role::Owner, Role::Editor, Role::Viewer])?,
            epoch: Epoch(plan.int_in_range(1..=2)?),
            head_seq: Seq(number(plan)?),
            target,
        })
    }

    fn catchup(&mut self, channel: Channel, plan: &mut Unstructured<'_>) -> Result<ServerFrame> {
        let mut updates = Vec::new();
        for _ in 0..plan.int_in_range(0..=3)? {
            updates.push(self.update(plan)?);
        }
        let mut part = shared::bundle::write(updates);
        if plan.ratio(1, 8)? {
            part = part.slice(..part.len() / 2);
        }
        Ok(ServerFrame::Catchup {
            channel,
            through_seq: Seq(number(plan)?),
            part: Blob(part),
            last: plan.ratio(3, 4)?,
        })
    }

    /// One that there is, or somebody's next.
    fn update(&mut self, plan: &mut Unstructured<'_>) -> Result<Bytes> {
        if !self.updates.is_empty() && plan.arbitrary()? {
            return plan.choose(&self.updates).cloned();
        }
        let len = self.other.len();
        let from = plan.int_in_range(0..=len)?;
        let to = (from + plan.int_in_range(0..=3)?).min(len);
        let insert = (*plan.choose(&TEXTS)?).to_owned();
        let made = self.other.edit(&[Splice { from, to, insert }], self.now_ms, None);
        self.updates.extend(made.expect("it is within the text"));
        Ok(self
            .updates
            .last()
            .cloned()
            .unwrap_or_else(|| Bytes::from_static(&[0, 0])))
    }
}

fn presence(plan: &mut Unstructured<'_>) -> Result<Option<PresenceState>> {
    if plan.arbitrary()? {
        return Ok(None);
    }
    let end = Sticky {
        item: Some((ClientId(plan.int_in_range(0..=1)?), plan.int_in_range(0..=9)?)),
        assoc: Assoc::After,
    };
    Ok(Some(PresenceState {
        selection: Some(Selection { anchor: end, head: end }),
        document: Some(document(plan)?),
    }))
}
