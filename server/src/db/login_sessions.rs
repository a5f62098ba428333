//! Signed-in browsers. What the cookie holds is hashed.

use super::page::{Page, Paged};
use super::users::{User, UserRow};
use super::{DbError, Reader, from_sql, to_sql};
use shared::error::ErrorCode;
use shared::id::{UnixMs, UserId};
use sqlx::SqliteConnection;
use uuid::Uuid;

/// A login session to be stored.
#[derive(Clone, Debug)]
pub struct NewLoginSession {
    pub id: Uuid,
    pub secret_hash: [u8; 32],
    pub user_id: UserId,
    pub user_agent: String,
    pub at: UnixMs,
    pub expires_at: UnixMs,
}

/// A valid login session and whose it is.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: Uuid,
    pub user: User,
    pub last_seen_at: UnixMs,
    pub expires_at: UnixMs,
}

/// A signed-in browser in the list.
#[derive(Clone, Debug)]
pub struct Device {
    pub id: Uuid,
    pub user_agent: String,
    pub created_at: UnixMs,
    pub last_seen_at: UnixMs,
}

impl Reader {
    /// The login session of a cookie, unless it has expired.
    pub async fn login_session(&self, secret_hash: &[u8; 32], now: UnixMs) -> Result<Option<Found>, DbError> {
        let (hash, now) = (secret_hash.as_slice(), to_sql(now.0));
        let row = sqlx::query!(
            r#"select s.id as "session_id: Uuid", s.last_seen_at, s.expires_at,
                      u.id as "id: Uuid", u.username, u.display_name, u.administrator as "administrator: bool", u.created_at
               from login_sessions s join users u on u.id = s.user_id
               where s.secret_hash = ? and s.expires_at > ?"#,
            hash,
            now
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| Found {
            id: row.session_id,
            last_seen_at: UnixMs(from_sql(row.last_seen_at)),
            expires_at: UnixMs(from_sql(row.expires_at)),
            user: User::from(UserRow {
                id: row.id,
                username: row.username,
                display_name: row.display_name,
                administrator: row.administrator,
                created_at: row.created_at,
            }),
        }))
    }

    /// Where somebody is signed in, last used first.
    pub async fn devices(&self, user: UserId, now: UnixMs, page: Page) -> Result<Paged<Device>, DbError> {
        let (now, after, rows) = (to_sql(now.0), page.after(), page.rows());
        let rows = sqlx::query!(
            r#"select id as "id: Uuid", user_agent, created_at, last_seen_at from login_sessions
               where user_id = ? and id > ? and expires_at > ? order by id limit ?"#,
            user.0,
            after,
            now,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let device = |id, user_agent, created_at, last_seen_at| Device {
            id,
            user_agent,
            created_at: UnixMs(from_sql(created_at)),
            last_seen_at: UnixMs(from_sql(last_seen_at)),
        };
        let devices = rows
            .into_iter()
            .map(|row| device(row.id, row.user_agent, row.created_at, row.last_seen_at));
        Ok(page.cut(
            devices.collect(),
            |device: &Device| device.id,
            |a, b| (b.last_seen_at, b.id).cmp(&(a.last_seen_at, a.id)),
        ))
    }
}

/// Stores a login session. Expired ones go, and those of the same person past the newest `keep`: the ids
/// of those are answered, since their sockets have to be closed.
pub async fn insert(
    connection: &mut SqliteConnection,
    session: &NewLoginSession,
    keep: u64,
) -> Result<Vec<Uuid>, DbError> {
    let (at, expires_at, keep) = (to_sql(session.at.0), to_sql(session.expires_at.0), to_sql(keep));
    let hash = session.secret_hash.as_slice();
    sqlx::query!("delete from login_sessions where expires_at <= ?", at)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into login_sessions (secret_hash, id, user_id, user_agent, created_at, last_seen_at, expires_at)
         values (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        hash,
        session.id,
        session.user_id.0,
        session.user_agent,
        at,
        expires_at
    )
    .execute(&mut *connection)
    .await?;
    let ended = sqlx::query_scalar!(
        r#"delete from login_sessions where user_id = ?1 and id not in
             (select id from login_sessions where user_id = ?1 order by last_seen_at desc, id desc limit ?2)
           returning id as "id: Uuid""#,
        session.user_id.0,
        keep
    )
    .fetch_all(connection)
    .await?;
    Ok(ended)
}

/// Stores a login session as [`insert`] does, for somebody whose password was verified against this hash; refused when it has been changed since.
pub async fn sign_in(
    connection: &mut SqliteConnection,
    session: &NewLoginSession,
    verified: &str,
    keep: u64,
) -> Result<Vec<Uuid>, DbError> {
    super::users::recheck_password(connection, session.user_id, verified).await?;
    super::suspension::check(connection, session.user_id)
        .await
        .map_err(|error| match error {
            DbError::Refused { .. } => DbError::refused(ErrorCode::AccountSuspended),
            error => error,
        })?;
    insert(connection, session, keep).await
}

/// Notes that it was used, which also moves its end.
pub async fn note_use(
    connection: &mut SqliteConnection,
    id: Uuid,
    at: UnixMs,
    expires_at: UnixMs,
) -> Result<(), DbError> {
    let (at, expires_at) = (to_sql(at.0), to_sql(expires_at.0));
    sqlx::query!(
        "update login_sessions set last_seen_at = ?, expires_at = ? where id = ?",
        at,
        expires_at,
        id
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends one login session of a person; false when they have no such.
pub async fn end(connection: &mut SqliteConnection, user: UserId, id: Uuid) -> Result<bool, DbError> {
    let done = sqlx::query!("delete from login_sessions where user_id = ? and id = ?", user.0, id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all login sessions of a person but one.
pub async fn end_others(connection: &mut SqliteConnection, user: UserId, except: Option<Uuid>) -> Result<(), DbError> {
    // No session has the nil id.
    let except = except.unwrap_or(Uuid::nil());
    sqlx::query!(
        "delete from login_sessions where user_id = ? and id <> ?",
        user.0,
        except
    )
    .execute(connection)
    .await?;
    Ok(())
}
