//! How a document or room comes to be open, once however many ask, and how its place is given up.

use super::{Hub, lock};
use crate::actor::task::{self, Handle, Work};
use crate::collab::hub as slots;
use shared::error::ErrorCode;
use std::sync::Arc;
use tokio::sync::{SemaphorePermit, oneshot};

/// Openings under way at the same time, over all connections: rights are read, and what nobody has open is loaded. After a restart everybody comes
/// at once, and those who wait for their turn wait with nothing in memory but their request.
pub(super) const OPENINGS_MAX: usize = 32;

/// Why a document or room could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It does not exist or is deleted.
    #[error("there is no such document or room")]
    NotFound,
    /// It could not be read. Never taken for an empty one.
    #[error("it could not be read")]
    Unreadable,
    /// The server stops.
    #[error("the server stops")]
    Stopping,
}

impl OpenError {
    /// The word for it on the wire.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Unreadable => ErrorCode::Internal,
            Self::Stopping => ErrorCode::GoingAway,
        }
    }
}

impl Hub {
    /// Waits for the turn to open something, which lasts for as long as this is kept.
    pub(in crate::actor) async fn turn_to_open(&self) -> SemaphorePermit<'_> {
        let turn = self.0.openings.acquire().await;
        turn.expect("the semaphore is never closed")
    }

    /// The task of a document or room, loaded if nobody has it open.
    pub(in crate::actor) async fn open<W: Work>(&self, id: W::Id) -> Result<Arc<Handle<W>>, OpenError> {
        let (waiter, answer) = oneshot::channel();
        let lookup = lock(W::slots(self)).open(id, waiter);
        match lookup {
            slots::Lookup::Ready(handle, _) => return Ok(handle),
            slots::Lookup::Load => self.load::<W>(id),
            slots::Lookup::Wait => {}
        }
        // Whoever loads answers all who wait, unless the runtime ends under it.
        answer.await.unwrap_or(Err(OpenError::Stopping))
    }

    pub(in crate::actor) fn closing<W: Work>(&self, id: W::Id) {
        lock(W::slots(self)).closing(id);
    }

    pub(in crate::actor) fn closed<W: Work>(&self, id: W::Id) {
        let wanted = lock(W::slots(self)).closed(id);
        if wanted {
            self.load::<W>(id);
        }
    }

    fn load<W: Work>(&self, id: W::Id) {
        let hub = self.clone();
        self.0.tasks.spawn(async move {
            let loaded = match W::load(&hub, id).await {
                _ if hub.0.stopping.is_cancelled() => Err(OpenError::Stopping),
                Ok(Some((room, machine))) => Ok(task::start::<W>(hub.clone(), id, room, machine)),
                Ok(None) => Err(OpenError::NotFound),
                Err(_) => Err(OpenError::Unreadable),
            };
            let (waiters, loaded) = match loaded {
                Ok((handle, task)) => {
                    let waiters = lock(W::slots(&hub)).loaded(id, Arc::clone(&handle));
                    // Not before the slot is ready: a task that ends finds it so.
                    hub.0.tasks.spawn(task);
                    (waiters, Ok(handle))
                }
                Err(error) => (lock(W::slots(&hub)).load_failed(id), Err(error)),
            };
            for waiter in waiters {
                // Whoever waited may be gone.
                waiter.send(loaded.clone()).ok();
            }
        });
    }
}
