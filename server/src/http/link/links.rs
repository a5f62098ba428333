//! Every open link, found by its secret, and how many of them somebody may have.

use super::Link;
use crate::http::App;
use crate::http::auth;
use crate::http::limiter::Subject;
use shared::error::ErrorCode;
use shared::id::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is kept of a secret.
type Key = [u8; 32];

/// The list. It is locked for one look or change and never across an await.
#[derive(Debug, Default)]
pub struct Links(Mutex<HashMap<Key, Entry>>);

#[derive(Debug)]
struct Entry {
    link: Arc<Link>,
    user: UserId,
    address: Subject,
}

/// One entry, taken out when this is dropped.
pub(super) struct Listed {
    app: Arc<App>,
    key: Key,
}

impl Links {
    /// The link with this secret.
    pub(super) fn find(&self, secret: &str) -> Option<Arc<Link>> {
        self.lock().get(&auth::hash(secret)).map(|entry| entry.link.clone())
    }

    /// Adds a link, unless its person or their address has too many.
    pub(super) fn add(
        app: &Arc<App>,
        key: Key,
        link: Arc<Link>,
        user: UserId,
        address: Subject,
    ) -> Result<Listed, ErrorCode> {
        let limits = &app.config.limits;
        let mut open = app.links.lock();
        let count = |same: &dyn Fn(&Entry) -> bool| open.values().filter(|entry| same(entry)).count() as u64;
        if count(&|entry| entry.user == user) >= limits.links_per_user
            || count(&|entry| entry.address == address) >= limits.links_per_address
        {
            return Err(ErrorCode::TooFast);
        }
        open.insert(key, Entry { link, user, address });
        drop(open);
        Ok(Listed { app: app.clone(), key })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        // A map is whole after every statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.app.links.lock().remove(&self.key);
    }
}
