//! For how many hours servers have run on this data: a clock that nobody sets.

use super::{DbError, Reader, from_sql};
use sqlx::SqliteConnection;

/// For so long something has to be due before it is erased: a clock that is wrong for shorter than that erases nothing.
const DUE_HOURS: u64 = 24;

/// A position on that clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunHours(pub u64);

impl RunHours {
    /// What was found to be due at this time or earlier, and still is, may be erased now. None in the first hours, before which nothing was.
    #[must_use]
    pub fn over_at(self) -> Option<Self> {
        self.0.checked_sub(DUE_HOURS).map(Self)
    }
}

impl Reader {
    /// What that clock shows.
    pub async fn run_hours(&self) -> Result<RunHours, DbError> {
        let hours = sqlx::query_scalar!("select hours from run_hours")
            .fetch_one(&self.pool)
            .await?;
        Ok(RunHours(from_sql(hours)))
    }
}

/// One more hour is over. Answers what the clock shows then.
pub async fn pass(connection: &mut SqliteConnection) -> Result<RunHours, DbError> {
    let hours = sqlx::query_scalar!("update run_hours set hours = hours + 1 returning hours")
        .fetch_one(connection)
        .await?;
    Ok(RunHours(from_sql(hours)))
}
