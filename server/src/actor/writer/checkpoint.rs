//! Keeps the write-ahead log short, beside the writer and not in its way.
//!
//! Another connection moves the log into the database file while the writer goes on. Under a flood there is always more by the time that it is done,
//! and the log, which can only be begun anew when all of it is moved, would grow for ever; so above [`PAGES_LONG`] the writer itself moves the little
//! that is left, between two batches. Only one of the two is ever at it.

use crate::collab::turns::Weight;
use crate::db::checkpoint::{self, Log};
use sqlx::{Connection as _, SqliteConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Pages in the log from which on moving them pays: four megabytes, as SQLite does by itself.
const PAGES_MIN: i64 = 1_000;

/// Pages above which the log is begun anew as soon as that can be.
const PAGES_LONG: i64 = 4_096;

/// Pages that the writer moves by itself at most: more are moved beside it first.
const PAGES_LEFT_MAX: i64 = 1_024;

/// Pages written while the other side is at it, above which the writer waits for it: a disk that cannot keep up must not be filled by the log.
const PAGES_BEHIND_MAX: usize = 4_096;

/// What an update is taken to add to the log: a page of the table, and those that lead there.
const PAGES_PER_UPDATE: usize = 2;

const PAGE_BYTES: usize = 4_096;

/// The writer's side.
#[derive(Debug)]
pub(super) struct Checkpoints {
    /// About how many pages were written since the other side was told to look.
    written: usize,
    shared: Arc<Shared>,
    finish: mpsc::Receiver<oneshot::Sender<()>>,
    failing: Arc<watch::Sender<bool>>,
    closing: CancellationToken,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    /// About how many pages were written since the other side last looked.
    behind: AtomicUsize,
    look: Notify,
    looked: Notify,
}

/// The other side.
struct Mover {
    connection: SqliteConnection,
    shared: Arc<Shared>,
    finish: mpsc::Sender<oneshot::Sender<()>>,
    failing: Arc<watch::Sender<bool>>,
}

/// Starts the task. It sets `failing` when a checkpoint fails for good.
pub(super) fn start(connection: SqliteConnection, failing: Arc<watch::Sender<bool>>) -> Checkpoints {
    let shared = Arc::new(Shared::default());
    let (ask, finish) = mpsc::channel(1);
    let closing = CancellationToken::new();
    let mover = Mover {
        connection,
        shared: Arc::clone(&shared),
        finish: ask,
        failing: Arc::clone(&failing),
    };
    let task = tokio::spawn(mover.run(closing.clone()));
    Checkpoints {
        written: 0,
        shared,
        finish,
        failing,
        closing,
        task,
    }
}

impl Checkpoints {
    /// A batch was committed.
    pub(super) fn grew(&mut self, by: Weight) {
        let pages = by.updates * PAGES_PER_UPDATE + by.bytes / PAGE_BYTES + 1;
        self.written += pages;
        self.shared.behind.fetch_add(pages, Ordering::AcqRel);
        // A quarter of what it takes, so that what was guessed wrong is noticed in time.
        if self.written >= usize::try_from(PAGES_MIN / 4).expect("a small constant") {
            self.written = 0;
            self.shared.look.notify_one();
        }
    }

    /// To be called between two batches: moves what is left of a long log when the other side asks for it, and waits when that is far behind.
    pub(super) async fn keep_up(&mut self, connection: &mut SqliteConnection) {
        loop {
            if let Ok(asked) = self.finish.try_recv() {
                self.move_rest(connection, asked).await;
            }
            if self.shared.behind.load(Ordering::Acquire) <= PAGES_BEHIND_MAX {
                return;
            }
            tokio::select! {
                Some(asked) = self.finish.recv() => self.move_rest(connection, asked).await,
                () = self.shared.looked.notified() => {}
            }
        }
    }

    async fn move_rest(&self, connection: &mut SqliteConnection, asked: oneshot::Sender<()>) {
        if let Err(error) = checkpoint::move_some(connection).await {
            failed(&error, &self.failing);
        }
        // The other side may be ending.
        asked.send(()).ok();
    }

    /// Ends the task and closes its connection.
    pub(super) async fn end(self) {
        self.closing.cancel();
        drop(self.finish);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "checkpoint.panicked");
        }
    }
}

impl Mover {
    async fn run(mut self, closing: CancellationToken) {
        loop {
            tokio::select! {
                () = closing.cancelled() => break,
                () = self.shared.look.notified() => {}
            }
            self.shared.behind.store(0, Ordering::Release);
            if *self.failing.borrow() {
                self.shared.looked.notify_one();
                continue;
            }
            match self.shorten().await {
                Ok(Some(asked)) => {
                    tokio::select! {
                        () = closing.cancelled() => break,
                        // An error means that the writer has ended.
                        _ = asked => {}
                    }
                }
                Ok(None) => {}
                Err(error) => failed(&error, &self.failing),
            }
            self.shared.looked.notify_one();
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "checkpoint.close_failed");
        }
    }

    /// Moves what can be moved; an answer to wait for when the writer is to do the rest.
    async fn shorten(&mut self) -> Result<Option<oneshot::Receiver<()>>, sqlx::Error> {
        let log = checkpoint::look(&mut self.connection).await?;
        if log.pages - log.moved < PAGES_MIN && log.pages < PAGES_LONG {
            return Ok(None);
        }
        let Log { pages, moved } = checkpoint::move_some(&mut self.connection).await?;
        if pages < PAGES_LONG || pages - moved > PAGES_LEFT_MAX {
            return Ok(None);
        }
        let (answer, asked) = oneshot::channel();
        // Never full: it is only asked again once it has answered.
        Ok(self.finish.try_send(answer).is_ok().then_some(asked))
    }
}

fn failed(error: &sqlx::Error, failing: &watch::Sender<bool>) {
    if checkpoint::is_final(error) {
        tracing::error!(%error, "checkpoint.failed");
        failing.send_replace(true);
    } else {
        tracing::warn!(%error, "checkpoint.not_done");
    }
}
