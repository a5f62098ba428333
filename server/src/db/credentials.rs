//! Whether what somebody was let in with is still valid.

use super::{DbError, Reader, from_sql, to_sql};
use crate::collab::effect::Credential;
use shared::id::UnixMs;
use sqlx::SqliteConnection;

impl Reader {
    /// When a credential expires: none when it does not exist any more, and none within when it never does.
    pub async fn expiry(&self, credential: Credential) -> Result<Option<Option<UnixMs>>, DbError> {
        let expires_at = match credential {
            Credential::LoginSession(id) => {
                sqlx::query_scalar!("select expires_at from login_sessions where id = ?", id)
                    .fetch_optional(&self.pool)
                    .await?
                    .map(Some)
            }
            Credential::Token(id) => {
                sqlx::query_scalar!("select expires_at from tokens where id = ?", id)
                    .fetch_optional(&self.pool)
                    .await?
            }
        };
        Ok(expires_at.map(|at| at.map(|at| UnixMs(from_sql(at)))))
    }
}

/// Whether it exists and has not expired, for the transaction that depends on it.
pub async fn is_valid(connection: &mut SqliteConnection, credential: Credential, now: UnixMs) -> Result<bool, DbError> {
    let now = to_sql(now.0);
    Ok(match credential {
        Credential::LoginSession(id) => {
            sqlx::query_scalar!(
                r#"select exists (select 1 from login_sessions where id = ? and expires_at > ?) as "valid: bool""#,
                id,
                now
            )
            .fetch_one(connection)
            .await?
        }
        Credential::Token(id) => sqlx::query_scalar!(
            r#"select exists (select 1 from tokens where id = ? and coalesce(expires_at > ?, true)) as "valid: bool""#,
            id,
            now
        )
        .fetch_one(connection)
        .await?,
    })
}
