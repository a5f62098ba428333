//! What a request says about pages of a list, and what its answer says.

use crate::db::page::{Page, Paged};
use crate::error::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use shared::api::List;
use uuid::Uuid;

/// Items of one page at most, and when nothing is asked for: few lists of a room or person are longer, and at some 300 bytes each an answer stays small.
const ITEMS_MAX: usize = 1000;

/// Which part of a list.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items at most: 1 to 1000, 1000 when missing.
    limit: Option<usize>,
    /// `next` of the page before; the first page when missing. Whatever is in the list all the while is on exactly one page.
    cursor: Option<String>,
}

impl Paging {
    /// The page that is asked for.
    pub fn page(&self) -> Result<Page, ApiError> {
        let limit = self.limit.unwrap_or(ITEMS_MAX);
        if limit == 0 || limit > ITEMS_MAX {
            return Err(ApiError::field("limit", format!("This needs 1 to {ITEMS_MAX}.")));
        }
        let after = self.cursor.as_deref().map(id).transpose()?;
        Ok(Page::new(after, limit))
    }
}

fn id(cursor: &str) -> Result<Uuid, ApiError> {
    let bytes = BASE64.decode(cursor).ok();
    let id = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    id.ok_or_else(|| ApiError::field("cursor", "This is no next of a list."))
}

/// The answer, with what `item` makes of each.
pub(super) fn list<T, Item>(page: Paged<T>, item: impl FnMut(T) -> Item) -> List<Item> {
    List {
        items: page.items.into_iter().map(item).collect(),
        next: page.next.map(|id| BASE64.encode(id.as_bytes())),
    }
}
