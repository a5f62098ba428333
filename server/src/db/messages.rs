//! The conversation of a room.

use super::{DbError, Reader, from_sql, to_sql};
use crate::collab::effect::NewMessage;
use shared::id::{MessageId, Nonce, RoomId, Seq, UnixMs, UserId};
use shared::wire::{Message, Person};
use sqlx::SqliteConnection;
use uuid::Uuid;

/// Which part of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The first ones after a position.
    After(Seq),
    /// The last ones before a position.
    Before(Seq),
    /// The last ones.
    Latest,
}

impl Reader {
    /// At most `limit` messages, ascending.
    pub async fn messages(&self, room: RoomId, page: Page, limit: u64) -> Result<Vec<Message>, DbError> {
        let limit = to_sql(limit);
        if let Page::After(after) = page {
            let after = to_sql(after.0);
            let rows = sqlx::query_as!(
                MessageRow,
                r#"select m.id as "id: Uuid", m.seq as "seq!", m.author_id as "author_id: Uuid", u.display_name,
                          m.nonce as "nonce: Uuid", m.body, m.at
                   from messages m join users u on u.id = m.author_id
                   where m.room_id = ? and m.seq > ? order by m.seq limit ?"#,
                room.0,
                after,
                limit
            )
            .fetch_all(&self.pool)
            .await?;
            return Ok(rows.into_iter().map(Message::from).collect());
        }
        let before = match page {
            Page::Before(before) => to_sql(before.0),
            Page::After(_) | Page::Latest => i64::MAX,
        };
        let rows = sqlx::query_as!(
            MessageRow,
            r#"select m.id as "id: Uuid", m.seq as "seq!", m.author_id as "author_id: Uuid", u.display_name,
                      m.nonce as "nonce: Uuid", m.body, m.at
               from messages m join users u on u.id = m.author_id
               where m.room_id = ? and m.seq < ? order by m.seq desc limit ?"#,
            room.0,
            before,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().rev().map(Message::from).collect())
    }
}

struct MessageRow {
    id: Uuid,
    seq: i64,
    author_id: Uuid,
    display_name: String,
    nonce: Uuid,
    body: String,
    at: i64,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            id: MessageId(row.id),
            seq: Seq(from_sql(row.seq)),
            author: Person {
                id: UserId(row.author_id),
                name: row.display_name,
            },
            nonce: Nonce(row.nonce),
            body: row.body,
            at: UnixMs(from_sql(row.at)),
        }
    }
}

/// The message that was stored for this attempt before.
pub async fn with_nonce(
    connection: &mut SqliteConnection,
    room: RoomId,
    author: UserId,
    nonce: Nonce,
) -> Result<Option<Message>, DbError> {
    let row = sqlx::query_as!(
        MessageRow,
        r#"select m.id as "id: Uuid", m.seq as "seq!", m.author_id as "author_id: Uuid", u.display_name,
                  m.nonce as "nonce: Uuid", m.body, m.at
           from messages m join users u on u.id = m.author_id
           where m.room_id = ? and m.author_id = ? and m.nonce = ?"#,
        room.0,
        author.0,
        nonce.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Message::from))
}

/// Puts a message at the end of the conversation.
pub async fn insert(connection: &mut SqliteConnection, room: RoomId, message: &NewMessage) -> Result<Message, DbError> {
    let at = to_sql(message.at.0);
    let seq = sqlx::query_scalar!(
        "update rooms set head_seq = head_seq + 1, active_at = max(active_at, ?1) where id = ?2 returning head_seq",
        at,
        room.0
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into messages (room_id, seq, id, author_id, nonce, body, at) values (?, ?, ?, ?, ?, ?, ?)",
        room.0,
        seq,
        message.id.0,
        message.author.0,
        message.nonce.0,
        message.body,
        at
    )
    .execute(&mut *connection)
    .await?;
    // One's own message counts as read when nothing before it is unread.
    sqlx::query!(
        "update members set read_seq = ?1 where room_id = ?2 and user_id = ?3 and read_seq = ?1 - 1",
        seq,
        room.0,
        message.author.0
    )
    .execute(&mut *connection)
    .await?;
    let name = sqlx::query_scalar!("select display_name from users where id = ?", message.author.0)
        .fetch_one(connection)
        .await?;
    Ok(Message {
        id: message.id,
        seq: Seq(from_sql(seq)),
        author: Person {
            id: message.author,
            name,
        },
        nonce: message.nonce,
        body: message.body.clone(),
        at: message.at,
    })
}
