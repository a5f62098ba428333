//! The tree of a room's documents: making, naming, moving and removing them.

use super::{DbError, from_sql, to_sql};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, UnixMs, UserId};
use sqlx::SqliteConnection;
use sqlx::types::Json;
use std::iter;
use uuid::Uuid;

/// Siblings closer together than this are numbered anew before one is put between them. An f64 near 10^4 still tells 10^-12 apart.
const GAP_MIN: f64 = 1e-6;

/// So many former titles are remembered.
const FORMER_TITLES_MAX: usize = 8;

/// Where a document goes among its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// After all others.
    Last,
    /// Before all others.
    First,
    /// Right after this one.
    After(DocumentId),
}

/// How many documents a room has.
pub async fn count(connection: &mut SqliteConnection, room: RoomId) -> Result<u64, DbError> {
    let count = sqlx::query_scalar!(
        "select count(*) from documents where room_id = ? and deleted_at is null",
        room.0
    )
    .fetch_one(connection)
    .await?;
    Ok(from_sql(count))
}

/// What there is under an id that somebody wants to make a document with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Nothing.
    No,
    /// The same document by the same person: the wish is told again.
    Already,
    /// Another one, or one that has been deleted since.
    Otherwise,
}

/// Looks whether `by` has made the document `id` in `room`.
pub async fn made(
    connection: &mut SqliteConnection,
    id: DocumentId,
    room: RoomId,
    by: UserId,
) -> Result<Made, DbError> {
    let same = sqlx::query_scalar!(
        r#"select coalesce(room_id = ?2 and created_by = ?3 and deleted_at is null, 0) as "same!: bool"
           from documents where id = ?1"#,
        id.0,
        room.0,
        by.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(match same {
        None => Made::No,
        Some(true) => Made::Already,
        Some(false) => Made::Otherwise,
    })
}

/// Makes an empty document below `parent`, or at the top of its room's tree when there is no such document, after all that are there.
pub async fn create(
    connection: &mut SqliteConnection,
    id: DocumentId,
    room: RoomId,
    parent: Option<DocumentId>,
    title: &str,
    by: UserId,
    at: UnixMs,
) -> Result<(), DbError> {
    let (parent, at) = (parent.map(|parent| parent.0), to_sql(at.0));
    sqlx::query!(
        "with above as (select (select id from documents where id = ?6 and room_id = ?2 and deleted_at is null) as id)
         insert into documents (id, room_id, parent_id, title, position, epoch, created_by, created_at, edited_at)
         select ?1, ?2, (select id from above), ?3, coalesce(max(position), 0.0) + 1.0, (select epoch from server_epoch), ?4, ?5, ?5
         from documents where room_id = ?2 and parent_id is (select id from above)",
        id.0,
        room.0,
        title,
        by.0,
        at,
        parent
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a document another title, and remembers the one that it had.
pub async fn rename(connection: &mut SqliteConnection, id: DocumentId, title: &str) -> Result<(), DbError> {
    let row = sqlx::query!(
        r#"select title, former_titles as "former_titles: Json<Vec<String>>" from documents where id = ?"#,
        id.0
    )
    .fetch_one(&mut *connection)
    .await?;
    let former = Json(former_titles(row.title, row.former_titles.0, title));
    sqlx::query!(
        "update documents set title = ?, former_titles = ? where id = ?",
        title,
        former,
        id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What a document was called before, the latest first, once it is called `title`.
fn former_titles(last: String, before: Vec<String>, title: &str) -> Vec<String> {
    let before = before.into_iter().filter(|one| *one != last).collect::<Vec<_>>();
    let all = iter::once(last).chain(before).filter(|one| one != title);
    all.take(FORMER_TITLES_MAX).collect()
}

/// Moves a document of `room` below `parent`, to a place among the documents there.
pub async fn move_to(
    connection: &mut SqliteConnection,
    room: RoomId,
    id: DocumentId,
    parent: Option<DocumentId>,
    place: Place,
) -> Result<(), DbError> {
    if let Some(parent) = parent {
        check_parent(connection, room, id, parent).await?;
    }
    let mut siblings = siblings(connection, room, id, parent).await?;
    let index = match place {
        Place::Last => siblings.len(),
        Place::First => 0,
        Place::After(after) => {
            let found = siblings.iter().position(|(sibling, _)| *sibling == after);
            found.ok_or(DbError::Refused {
                code: ErrorCode::FieldInvalid,
                field: Some("after_id"),
            })? + 1
        }
    };
    let position = match between(&siblings, index) {
        Some(position) => position,
        None => {
            let mut number = 0.0;
            for (sibling, position) in &mut siblings {
                number += 1.0;
                *position = number;
                sqlx::query!("update documents set position = ? where id = ?", number, sibling.0)
                    .execute(&mut *connection)
                    .await?;
            }
            between(&siblings, index).expect("neighbours are a whole number apart now")
        }
    };
    let parent = parent.map(|parent| parent.0);
    sqlx::query!(
        "update documents set parent_id = ?, position = ? where id = ?",
        parent,
        position,
        id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Where a document hangs at the moment.
pub async fn parent_of(connection: &mut SqliteConnection, id: DocumentId) -> Result<Option<DocumentId>, DbError> {
    let parent = sqlx::query_scalar!(
        r#"select parent_id as "parent_id: Uuid" from documents where id = ?"#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok(parent.map(DocumentId))
}

/// Takes a document out of sight; what hung below it moves up to where it was. Nothing is erased.
pub async fn delete(connection: &mut SqliteConnection, id: DocumentId, at: UnixMs) -> Result<(), DbError> {
    let at = to_sql(at.0);
    sqlx::query!(
        "update documents set parent_id = (select parent_id from documents where id = ?1) where parent_id = ?1",
        id.0
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update documents set deleted_at = max(?, 1) where id = ? and deleted_at is null",
        at,
        id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A parent is a document of the same room and not below the one that moves.
async fn check_parent(
    connection: &mut SqliteConnection,
    room: RoomId,
    id: DocumentId,
    parent: DocumentId,
) -> Result<(), DbError> {
    let fits = sqlx::query_scalar!(
        r#"with recursive above (id, parent_id) as (
               select id, parent_id from documents where id = ?1 and room_id = ?2 and deleted_at is null
               union
               select d.id, d.parent_id from documents d join above a on d.id = a.parent_id
           )
           select exists (select 1 from above) and not exists (select 1 from above where id = ?3) as "fits: bool""#,
        parent.0,
        room.0,
        id.0
    )
    .fetch_one(connection)
    .await?;
    if fits {
        Ok(())
    } else {
        Err(DbError::Refused {
            code: ErrorCode::FieldInvalid,
            field: Some("parent_id"),
        })
    }
}

/// The documents below `parent` but for `id`, in order.
async fn siblings(
    connection: &mut SqliteConnection,
    room: RoomId,
    id: DocumentId,
    parent: Option<DocumentId>,
) -> Result<Vec<(DocumentId, f64)>, DbError> {
    let parent = parent.map(|parent| parent.0);
    let rows = sqlx::query!(
        r#"select id as "id: Uuid", position from documents
           where room_id = ? and parent_id is ? and id <> ? and deleted_at is null order by position, id"#,
        room.0,
        parent,
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (DocumentId(row.id), row.position)).collect())
}

/// A position at `index`; none when the neighbours are too close for one.
fn between(siblings: &[(DocumentId, f64)], index: usize) -> Option<f64> {
    let before = index
        .checked_sub(1)
        .and_then(|index| siblings.get(index))
        .map(|(_, position)| *position);
    let after = siblings.get(index).map(|(_, position)| *position);
    match (before, after) {
        (None, None) => Some(1.0),
        (Some(before), None) => Some(before + 1.0),
        (None, Some(after)) => Some(after - 1.0),
        (Some(before), Some(after)) if after - before > GAP_MIN => Some(f64::midpoint(before, after)),
        (Some(_), Some(_)) => None,
    }
}
