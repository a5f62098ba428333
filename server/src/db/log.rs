//! The log of a document as the writer goes on with it.

use super::documents::checksum;
use super::members::role_named;
use super::{DbError, from_sql, to_sql};
use crate::collab::effect::{Credential, NewUpdate, Replica};
use shared::id::{ClientId, DocumentId, Epoch, RoomId, Seq, UnixMs, UserId};
use shared::wire::Role;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// What the writer compares before it appends.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub room_id: RoomId,
    pub epoch: Epoch,
    pub seq: Seq,
    pub quarantined: bool,
}

impl Head {
    fn stored(room: Uuid, epoch: i64, seq: i64, quarantined_after: Option<i64>) -> Self {
        Self {
            room_id: RoomId(room),
            epoch: Epoch(from_sql(epoch)),
            seq: Seq(from_sql(seq)),
            quarantined: quarantined_after.is_some(),
        }
    }
}

/// Where a document's log ends; none when it or its room is gone.
pub async fn head(connection: &mut SqliteConnection, id: DocumentId) -> Result<Option<Head>, DbError> {
    let row = sqlx::query!(
        r#"select d.room_id as "room_id: Uuid", d.epoch, d.head_seq, d.quarantined_after
           from documents d join rooms r on r.id = d.room_id
           where d.id = ? and d.deleted_at is null and r.deleted_at is null"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Head::stored(row.room_id, row.epoch, row.head_seq, row.quarantined_after)))
}

/// What has to hold before anything of somebody is appended, as one query: each costs the way to the connection's thread and back.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub head: Head,
    /// None for somebody who is no member.
    pub role: Option<Role>,
    /// Whether the credential exists and has not expired.
    pub is_valid: bool,
    /// Whose the client id is in the document, once it has written anything.
    pub owner: Option<UserId>,
}

/// How somebody who appends stands; none when the document or its room is gone.
pub async fn standing(
    connection: &mut SqliteConnection,
    id: DocumentId,
    by: &NewUpdate,
    now: UnixMs,
) -> Result<Option<Standing>, DbError> {
    let now = to_sql(now.0);
    let (login_session, token) = match by.credential {
        Credential::LoginSession(id) => (Some(id), None),
        Credential::Token(id) => (None, Some(id)),
    };
    let row = sqlx::query!(
        r#"select d.room_id as "room_id: Uuid", d.epoch, d.head_seq, d.quarantined_after, m.role as "role?",
               p.user_id as "owner?: Uuid",
               exists (select 1 from login_sessions where id = ? and expires_at > ?)
                   or exists (select 1 from tokens where id = ? and coalesce(expires_at > ?, true)) as "is_valid!: bool"
           from documents d
           join rooms r on r.id = d.room_id
           left join members m on m.room_id = d.room_id and m.user_id = ?
           left join document_replicas p on p.document_id = d.id and p.client_id = ?
           where d.id = ? and d.deleted_at is null and r.deleted_at is null"#,
        login_session,
        now,
        token,
        now,
        by.user.0,
        by.client_id.0,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Standing {
        head: Head::stored(row.room_id, row.epoch, row.head_seq, row.quarantined_after),
        role: row.role.as_deref().map(role_named),
        is_valid: row.is_valid,
        owner: row.owner.map(UserId),
    }))
}

/// Whose client id it is in this document.
pub async fn replica_owner(
    connection: &mut SqliteConnection,
    id: DocumentId,
    client: ClientId,
) -> Result<Option<UserId>, DbError> {
    let owner = sqlx::query_scalar!(
        r#"select user_id as "user_id: Uuid" from document_replicas where document_id = ? and client_id = ?"#,
        id.0,
        client.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(owner.map(UserId))
}

/// Puts one update at `seq`, which has to be the position after the head.
pub async fn insert_update(
    connection: &mut SqliteConnection,
    id: DocumentId,
    seq: Seq,
    update: &NewUpdate,
) -> Result<(), DbError> {
    let (seq, client_seq, at) = (to_sql(seq.0), to_sql(update.client_seq.0), to_sql(update.at.0));
    let bytes = update.bytes.as_ref();
    let checksum = checksum(bytes);
    sqlx::query!(
        "insert into document_updates (document_id, seq, client_id, client_seq, user_id, at, bytes, checksum)
         values (?, ?, ?, ?, ?, ?, ?, ?)",
        id.0,
        seq,
        update.client_id.0,
        client_seq,
        update.user.0,
        at,
        bytes,
        checksum
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves a replica on, or makes it `replica.owner`'s.
pub async fn put_replica(connection: &mut SqliteConnection, id: DocumentId, replica: &Replica) -> Result<(), DbError> {
    let last_client_seq = to_sql(replica.last_client_seq.0);
    sqlx::query!(
        "insert into document_replicas (document_id, client_id, user_id, clock, last_client_seq) values (?, ?, ?, ?, ?)
         on conflict (document_id, client_id) do update set
             clock = max(clock, excluded.clock), last_client_seq = max(last_client_seq, excluded.last_client_seq)",
        id.0,
        replica.client_id.0,
        replica.owner.0,
        replica.clock,
        last_client_seq
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves the head after its updates were inserted.
pub async fn set_head(
    connection: &mut SqliteConnection,
    id: DocumentId,
    room: RoomId,
    head: Seq,
    at: UnixMs,
) -> Result<(), DbError> {
    let (head, at) = (to_sql(head.0), to_sql(at.0));
    sqlx::query!(
        "update documents set head_seq = ?, edited_at = max(edited_at, ?) where id = ?;
         update rooms set active_at = max(active_at, ?) where id = ?",
        head,
        at,
        id.0,
        at,
        room.0
    )
    .execute(connection)
    .await?;
    Ok(())
}
