//! Lists a page at a time.
//!
//! Pages are cut in the order of ids, which never changes: whatever is there from the first page to the last is on exactly one of them, however much is
//! added, moved or renamed meanwhile. Within a page things stand in the order that people expect; that of a whole list is the same when one page holds it.

use super::to_sql;
use std::cmp::Ordering;
use uuid::Uuid;

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    after: Uuid,
    limit: usize,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// What [`Page::new`] takes for the part that follows; none at the end.
    pub next: Option<Uuid>,
}

impl Page {
    /// At most `limit` of what has a greater id; from the start when there is none to be after.
    #[must_use]
    pub fn new(after: Option<Uuid>, limit: usize) -> Self {
        // Nothing has the nil id.
        let after = after.unwrap_or(Uuid::nil());
        Self { after, limit }
    }

    pub(super) const fn after(self) -> Uuid {
        self.after
    }

    /// How many rows to read: one more than is shown tells whether anything follows.
    pub(super) const fn rows(self) -> i64 {
        to_sql(self.limit as u64 + 1)
    }

    /// The page, of rows that were read in the order of ids. `shown` is the order within it.
    pub(super) fn cut<T>(
        self,
        mut rows: Vec<T>,
        id: impl Fn(&T) -> Uuid,
        shown: impl FnMut(&T, &T) -> Ordering,
    ) -> Paged<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(id);
        rows.sort_by(shown);
        Paged { items: rows, next }
    }
}
