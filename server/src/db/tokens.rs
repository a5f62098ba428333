//! API tokens. The token itself is hashed.

use super::page::{Page, Paged};
use super::users::{User, UserRow};
use super::{DbError, Reader, from_sql, to_sql};
use shared::error::ErrorCode;
use shared::id::{DocumentId, UnixMs, UserId};
use sqlx::SqliteConnection;
use uuid::Uuid;

/// A token to be stored.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub id: Uuid,
    pub user_id: UserId,
    pub secret_hash: [u8; 32],
    pub name: String,
    pub document: Option<DocumentId>,
    pub at: UnixMs,
    pub expires_at: Option<UnixMs>,
}

/// A valid token and whose it is.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: Uuid,
    pub user: User,
    pub document: Option<DocumentId>,
    pub last_used_at: Option<UnixMs>,
    pub expires_at: Option<UnixMs>,
}

/// A token in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: Uuid,
    pub name: String,
    pub document: Option<DocumentId>,
    pub created_at: UnixMs,
    pub expires_at: Option<UnixMs>,
    pub last_used_at: Option<UnixMs>,
}

fn time(at: Option<i64>) -> Option<UnixMs> {
    at.map(|at| UnixMs(from_sql(at)))
}

impl Reader {
    /// The token with this hash, unless it has expired.
    pub async fn token(&self, secret_hash: &[u8; 32], now: UnixMs) -> Result<Option<Found>, DbError> {
        let (hash, now) = (secret_hash.as_slice(), to_sql(now.0));
        let row = sqlx::query!(
            r#"select t.id as "token_id: Uuid", t.document_id as "document_id: Uuid", t.last_used_at, t.expires_at,
                      u.id as "id: Uuid", u.username, u.display_name, u.administrator as "administrator: bool", u.created_at
               from tokens t join users u on u.id = t.user_id
               where t.secret_hash = ? and coalesce(t.expires_at > ?, true)"#,
            hash,
            now
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| Found {
            id: row.token_id,
            document: row.document_id.map(DocumentId),
            last_used_at: time(row.last_used_at),
            expires_at: time(row.expires_at),
            user: User::from(UserRow {
                id: row.id,
                username: row.username,
                display_name: row.display_name,
                administrator: row.administrator,
                created_at: row.created_at,
            }),
        }))
    }

    /// Somebody's tokens, oldest first.
    pub async fn tokens(&self, user: UserId, page: Page) -> Result<Paged<Listed>, DbError> {
        let (after, rows) = (page.after(), page.rows());
        let rows = sqlx::query!(
            r#"select id as "id: Uuid", name, document_id as "document_id: Uuid", created_at, expires_at, last_used_at
               from tokens where user_id = ? and id > ? order by id limit ?"#,
            user.0,
            after,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let listed = rows.into_iter().map(|row| Listed {
            id: row.id,
            name: row.name,
            document: row.document_id.map(DocumentId),
            created_at: UnixMs(from_sql(row.created_at)),
            expires_at: time(row.expires_at),
            last_used_at: time(row.last_used_at),
        });
        Ok(page.cut(listed.collect(), |token: &Listed| token.id, |a, b| a.id.cmp(&b.id)))
    }
}

/// Stores a token, while its owner has fewer than `max`. Expired ones go first.
pub async fn insert(connection: &mut SqliteConnection, token: &NewToken, max: u64) -> Result<(), DbError> {
    let (at, expires_at) = (to_sql(token.at.0), token.expires_at.map(|at| to_sql(at.0)));
    sqlx::query!(
        "delete from tokens where user_id = ? and expires_at <= ?",
        token.user_id.0,
        at
    )
    .execute(&mut *connection)
    .await?;
    let count = sqlx::query_scalar!("select count(*) from tokens where user_id = ?", token.user_id.0)
        .fetch_one(&mut *connection)
        .await?;
    if from_sql(count) >= max {
        return Err(DbError::Refused {
            code: ErrorCode::FieldInvalid,
            field: Some("tokens"),
        });
    }
    let (hash, document) = (token.secret_hash.as_slice(), token.document.map(|document| document.0));
    sqlx::query!(
        "insert into tokens (id, user_id, secret_hash, name, document_id, created_at, expires_at)
         values (?, ?, ?, ?, ?, ?, ?)",
        token.id,
        token.user_id.0,
        hash,
        token.name,
        document,
        at,
        expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that it was used.
pub async fn note_use(connection: &mut SqliteConnection, id: Uuid, at: UnixMs) -> Result<(), DbError> {
    let at = to_sql(at.0);
    sqlx::query!("update tokens set last_used_at = ? where id = ?", at, id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a token of a person back; false when they have no such.
pub async fn delete(connection: &mut SqliteConnection, user: UserId, id: Uuid) -> Result<bool, DbError> {
    let done = sqlx::query!("delete from tokens where user_id = ? and id = ?", user.0, id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes all tokens of a person back.
pub async fn delete_all(connection: &mut SqliteConnection, user: UserId) -> Result<(), DbError> {
    sqlx::query!("delete from tokens where user_id = ?", user.0)
        .execute(connection)
        .await?;
    Ok(())
}
