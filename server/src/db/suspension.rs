//! Accounts that an administrator has suspended: nothing comes in with them until they are restored.

use super::page::{Page, Paged};
use super::users::{User, UserRow};
use super::{DbError, Reader, from_sql, login_sessions, to_sql, tokens};
use shared::error::ErrorCode;
use shared::id::{UnixMs, UserId};
use sqlx::SqliteConnection;
use uuid::Uuid;

/// An account in the administrators' list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub user: User,
    pub suspended_at: Option<UnixMs>,
}

impl Reader {
    /// All accounts, by username.
    pub async fn users(&self, page: Page) -> Result<Paged<Listed>, DbError> {
        let (after, rows) = (page.after(), page.rows());
        let rows = sqlx::query!(
            r#"select id as "id: Uuid", username, display_name, administrator as "administrator: bool", created_at, suspended_at
               from users where id > ? order by id limit ?"#,
            after,
            rows
        )
        .fetch_all(&self.pool)
        .await?;
        let listed = rows.into_iter().map(|row| Listed {
            suspended_at: row.suspended_at.map(|at| UnixMs(from_sql(at))),
            user: User::from(UserRow {
                id: row.id,
                username: row.username,
                display_name: row.display_name,
                administrator: row.administrator,
                created_at: row.created_at,
            }),
        });
        Ok(page.cut(
            listed.collect(),
            |listed: &Listed| listed.user.id.0,
            |a, b| a.user.username.cmp(&b.user.username),
        ))
    }
}

/// Refuses what a suspended account does, in the transaction that would store it: it may have been suspended since it was let in.
pub async fn check(connection: &mut SqliteConnection, user: UserId) -> Result<(), DbError> {
    let active = sqlx::query_scalar!(
        r#"select exists (select 1 from users where id = ? and suspended_at is null) as "active: bool""#,
        user.0
    )
    .fetch_one(connection)
    .await?;
    if active {
        Ok(())
    } else {
        Err(DbError::refused(ErrorCode::NotSignedIn))
    }
}

/// Suspends an account, and ends all its login sessions and tokens. Not one's own: so an administrator who can sign in is always left.
pub async fn suspend(connection: &mut SqliteConnection, user: UserId, by: UserId, at: UnixMs) -> Result<(), DbError> {
    check_administrator(connection, by).await?;
    if user == by {
        return Err(DbError::refused(ErrorCode::NotAllowed));
    }
    let at = to_sql(at.0);
    let found = sqlx::query!(
        "update users set suspended_at = coalesce(suspended_at, ?) where id = ?",
        at,
        user.0
    )
    .execute(&mut *connection)
    .await?;
    if found.rows_affected() == 0 {
        return Err(DbError::refused(ErrorCode::NotFound));
    }
    login_sessions::end_others(connection, user, None).await?;
    tokens::delete_all(connection, user).await
}

/// Restores an account. Its login sessions and tokens stay ended.
pub async fn restore(connection: &mut SqliteConnection, user: UserId, by: UserId) -> Result<(), DbError> {
    check_administrator(connection, by).await?;
    let found = sqlx::query!("update users set suspended_at = null where id = ?", user.0)
        .execute(connection)
        .await?;
    if found.rows_affected() == 0 {
        return Err(DbError::refused(ErrorCode::NotFound));
    }
    Ok(())
}

/// Of two administrators who suspend each other at the same time, one stays: whoever is suspended already does nothing any more.
async fn check_administrator(connection: &mut SqliteConnection, by: UserId) -> Result<(), DbError> {
    let administers = sqlx::query_scalar!(
        r#"select exists (select 1 from users where id = ? and administrator and suspended_at is null) as "administers: bool""#,
        by.0
    )
    .fetch_one(connection)
    .await?;
    if administers {
        Ok(())
    } else {
        Err(DbError::refused(ErrorCode::NotSignedIn))
    }
}
