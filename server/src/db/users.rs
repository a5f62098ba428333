//! Accounts.

use super::{DbError, Reader, from_sql, to_sql, unique_as};
use shared::error::ErrorCode;
use shared::id::{UnixMs, UserId};
use shared::wire::Person;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// An account, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub administrator: bool,
    pub created_at: UnixMs,
}

impl User {
    /// As others see them.
    #[must_use]
    pub fn person(&self) -> Person {
        Person {
            id: self.id,
            name: self.display_name.clone(),
        }
    }
}

/// What an account is made of.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub password_hash: String,
    pub at: UnixMs,
}

pub(super) struct UserRow {
    pub(super) id: Uuid,
    pub(super) username: String,
    pub(super) display_name: String,
    pub(super) administrator: bool,
    pub(super) created_at: i64,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            username: row.username,
            display_name: row.display_name,
            administrator: row.administrator,
            created_at: UnixMs(from_sql(row.created_at)),
        }
    }
}

impl Reader {
    /// Whether anybody has an account yet.
    pub async fn any_user(&self) -> Result<bool, DbError> {
        let mut connection = self.pool.acquire().await?;
        any(&mut connection).await
    }

    /// An account by id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, DbError> {
        let row = sqlx::query_as!(
            UserRow,
            r#"select id as "id: Uuid", username, display_name, administrator as "administrator: bool", created_at
               from users where id = ?"#,
            id.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(User::from))
    }

    /// The password hash of an account.
    pub async fn password_hash_of(&self, id: UserId) -> Result<Option<String>, DbError> {
        let hash = sqlx::query_scalar!("select password_hash from users where id = ?", id.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(hash)
    }

    /// An account's id and password hash, by username.
    pub async fn password_hash(&self, username: &str) -> Result<Option<(UserId, String)>, DbError> {
        let row = sqlx::query!(
            r#"select id as "id: Uuid", password_hash from users where username = ?"#,
            username
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| (UserId(row.id), row.password_hash)))
    }
}

/// See [`Reader::any_user`]; inside the transaction that depends on it.
pub async fn any(connection: &mut SqliteConnection) -> Result<bool, DbError> {
    let any = sqlx::query_scalar!(r#"select exists (select 1 from users) as "any: bool""#)
        .fetch_one(connection)
        .await?;
    Ok(any)
}

/// Makes an account; the first one administers.
pub async fn create(connection: &mut SqliteConnection, user: &NewUser) -> Result<(), DbError> {
    let at = to_sql(user.at.0);
    sqlx::query!(
        "insert into users (id, username, display_name, password_hash, administrator, created_at)
         values (?, ?, ?, ?, not exists (select 1 from users), ?)",
        user.id.0,
        user.username,
        user.display_name,
        user.password_hash,
        at
    )
    .execute(connection)
    .await
    .map_err(unique_as(ErrorCode::UsernameTaken, "username"))?;
    Ok(())
}

/// Gives an account another display name.
pub async fn set_display_name(connection: &mut SqliteConnection, id: UserId, name: &str) -> Result<(), DbError> {
    sqlx::query!("update users set display_name = ? where id = ?", name, id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Refuses unless the account's password still is the one with the hash `verified`. Verifying takes time, outside of any transaction, and whoever
/// knew the password before it was changed must get nothing by it afterwards.
pub async fn recheck_password(connection: &mut SqliteConnection, id: UserId, verified: &str) -> Result<(), DbError> {
    let same = sqlx::query_scalar!(
        r#"select exists (select 1 from users where id = ? and password_hash = ?) as "same: bool""#,
        id.0,
        verified
    )
    .fetch_one(connection)
    .await?;
    if same {
        Ok(())
    } else {
        Err(DbError::refused(ErrorCode::InvalidCredentials))
    }
}

/// Gives an account another password, unless it is not the one with the hash `verified` any more.
pub async fn change_password(
    connection: &mut SqliteConnection,
    id: UserId,
    verified: &str,
    hash: &str,
) -> Result<(), DbError> {
    let done = sqlx::query!(
        "update users set password_hash = ? where id = ? and password_hash = ?",
        hash,
        id.0,
        verified
    )
    .execute(connection)
    .await?;
    if done.rows_affected() > 0 {
        return Ok(());
    }
    Err(DbError::Refused {
        code: ErrorCode::InvalidCredentials,
        field: Some("current_password"),
    })
}
