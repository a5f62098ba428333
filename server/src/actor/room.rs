//! What the task of a room does that no document's does: messages and marks of what has been read.

use super::audience::Audience;
use super::hub::{Hub, Slots, now};
use super::task::{Joining, Work};
use crate::collab::effect::{AppendError, MemberId, RoomAsk, RoomState};
use crate::collab::room::{Opening, Room};
use crate::db::DbError;
use crate::db::messages::Page;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use shared::error::ErrorCode;
use shared::id::{MessageId, Nonce, RoomId, Seq};
use shared::limits::MESSAGES_CATCHUP_MAX;
use shared::wire::Message;
use std::convert::Infallible;

/// What only members of rooms send.
pub(super) enum RoomInput {
    Say {
        member: MemberId,
        nonce: Nonce,
        body: String,
    },
    Read {
        member: MemberId,
        seq: Seq,
    },
}

type Said = Result<Result<Message, ErrorCode>, AppendError>;

pub(super) struct RoomWork {
    id: RoomId,
    hub: Hub,
    /// What the writer was asked, in that order. Marks of what has been read answer nothing.
    asked: FuturesOrdered<BoxFuture<'static, Option<Said>>>,
}

impl Work for RoomWork {
    type Id = RoomId;
    type Machine = Room;
    type Wish = ();
    type Input = RoomInput;
    type Order = Infallible;
    type Done = Option<Said>;

    fn new(hub: &Hub, id: RoomId) -> Self {
        Self {
            id,
            hub: hub.clone(),
            asked: FuturesOrdered::new(),
        }
    }

    fn slots(hub: &Hub) -> &Slots<Self> {
        hub.rooms()
    }

    async fn load(hub: &Hub, id: RoomId) -> Result<Option<(RoomId, Room)>, DbError> {
        let state = read(hub, id).await.inspect_err(|error| {
            tracing::error!(room = %id, %error, "room.load_failed");
        })?;
        Ok(state.map(|state| (id, Room::new(state))))
    }

    async fn opening(hub: &Hub, id: RoomId, joining: Joining<()>) -> Result<Opening, ErrorCode> {
        let Joining {
            member,
            user,
            credential,
            resume,
            ..
        } = joining;
        let unreadable = |error: DbError| {
            tracing::error!(room = %id, %error, "connection.role_unreadable");
            ErrorCode::Internal
        };
        let role = hub.reader().role(user.id, id).await.map_err(unreadable)?;
        let read_seq = hub.reader().read_seq(id, user.id).await.map_err(unreadable)?;
        Ok(Opening {
            member,
            user,
            credential,
            role: role.ok_or(ErrorCode::NotFound)?,
            read_seq: read_seq.ok_or(ErrorCode::NotFound)?,
            resume,
        })
    }

    fn take(&mut self, machine: &mut Room, input: RoomInput) {
        match input {
            RoomInput::Say { member, nonce, body } => {
                machine.say(member, nonce, body, MessageId(uuid::Uuid::now_v7()), now());
            }
            RoomInput::Read { member, seq } => machine.read(member, seq),
        }
    }

    fn obey(&mut self, _machine: &mut Room, order: Infallible) {
        match order {}
    }

    fn ask(&mut self, ask: RoomAsk, _audience: &mut Audience) {
        let writer = self.hub.writer().clone();
        let id = self.id;
        self.asked.push_back(match ask {
            RoomAsk::Append(message) => Box::pin(async move { Some(writer.append_message(id, message).await) }),
            RoomAsk::MarkRead { user, seq } => Box::pin(async move {
                if let Err(error) = writer.mark_read(id, user, seq).await {
                    // The mark stays unread, which is the lesser harm.
                    tracing::warn!(room = %id, %error, "room.read_mark_lost");
                }
                None
            }),
        });
    }

    fn is_storing(&self) -> bool {
        !self.asked.is_empty()
    }

    async fn next(&mut self) -> Option<Option<Said>> {
        self.asked.next().await
    }

    fn done(&mut self, machine: &mut Room, done: Option<Said>) {
        if let Some(said) = done {
            machine.appended(said);
        }
    }
}

async fn read(hub: &Hub, id: RoomId) -> Result<Option<RoomState>, DbError> {
    let Some(state) = hub.reader().room_state(id).await? else {
        return Ok(None);
    };
    // Nobody appends between the two reads: only the room's task does, and it is not there yet.
    let recent = hub.reader().messages(id, Page::Latest, MESSAGES_CATCHUP_MAX).await?;
    Ok(Some(RoomState {
        epoch: state.epoch,
        head_seq: state.head_seq,
        recent,
    }))
}
