//! The one task that changes the database: it commits whatever has queued, in one transaction, and answers after the commit.
//!
//! There is no timer: while one batch syncs, the next gathers; whose turn it is then, [`Turns`] says. An answer means that the data is on disk; a failure means that nothing of it
//! is. A full disk refuses one batch and later ones may succeed. Any other failure to write or sync is final: what SQLite has in memory and
//! what is on disk may differ from then on (a failed sync drops dirty pages), so every later call answers `Failed` until the program is started again.
//!
//! **Invariant:** nobody is told of a change before its transaction has committed with `synchronous=FULL`.

mod append;
mod checkpoint;
mod job;

use super::hub::now;
use crate::collab::effect::{AppendError, AppendUpdates, Appended, NewMessage};
use crate::collab::turns::{Turns, Weight};
use crate::db::{self, DbError, Severity, Storage};
use futures_util::future::BoxFuture;
use job::{Job, Task};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, Seq, UserId};
use shared::wire::Message;
use sqlx::{Executor as _, SqliteConnection};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Jobs waiting for their turn, and as many on their way there. Each open document and room has at most one under way, so this is only reached
/// under load; senders then wait.
const QUEUE_JOBS_MAX: usize = 1024;

/// Handle of the writer task. The task ends when it is closed or the last handle is dropped, after everything queued was committed.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<(Source, Box<dyn Job>)>,
    failed: watch::Receiver<bool>,
    closing: CancellationToken,
}

/// What takes turns with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Document(DocumentId),
    Room(RoomId),
    /// What is worked out of documents, or cleared away.
    Upkeep,
    /// All other changes.
    Requests,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is against a rule.
    #[error("refused: {code}")]
    Refused {
        /// Which rule.
        code: ErrorCode,
        /// The field of the request that it is about.
        field: Option<&'static str>,
    },
    /// It could not be stored.
    #[error(transparent)]
    Storage(#[from] AppendError),
    /// A statement of ours was wrong, or found what cannot be.
    #[error(transparent)]
    Internal(DbError),
}

/// Told about each committed batch, for metrics.
pub trait Observer: Send + Sync + 'static {
    /// A transaction of `updates` updates and `jobs` jobs was committed, `seconds` after it began.
    fn committed(&self, jobs: usize, updates: usize, seconds: f64);
}

/// Starts the task. It answers once the database file is closed and the lock let go.
pub fn start(storage: Storage, observer: Arc<dyn Observer>) -> (Writer, JoinHandle<()>) {
    let (sender, jobs) = mpsc::channel(QUEUE_JOBS_MAX);
    let (failing, failed) = watch::channel(false);
    let closing = CancellationToken::new();
    let task = tokio::spawn(run(storage, jobs, closing.clone(), failing, observer));
    let writer = Writer {
        jobs: sender,
        failed,
        closing,
    };
    (writer, task)
}

impl Writer {
    /// Stores a batch of one document's updates. The outer answer is about the batch, the inner ones about each update.
    pub async fn append_updates(&self, id: DocumentId, batch: AppendUpdates) -> Result<Appended, AppendError> {
        let weight = Weight {
            updates: batch.updates.len(),
            bytes: batch.updates.iter().map(|update| update.bytes.len()).sum(),
        };
        let outcome = self
            .submit(Source::Document(id), weight, move |connection| {
                Box::pin(append::updates(connection, id, batch, now()))
            })
            .await;
        outcome.unwrap_or_else(|error| Err(append_error(error)))
    }

    /// Stores a message, or answers the one stored before for the same nonce.
    pub async fn append_message(
        &self,
        room: RoomId,
        message: NewMessage,
    ) -> Result<Result<Message, ErrorCode>, AppendError> {
        let weight = Weight {
            updates: 1,
            bytes: message.body.len(),
        };
        let outcome = self
            .submit(Source::Room(room), weight, move |connection| {
                Box::pin(append::message(connection, room, message, now()))
            })
            .await;
        outcome.unwrap_or_else(|error| Err(append_error(error)))
    }

    /// Moves a read position forward, at most to the last message, and answers where it is then; `Gone` for somebody who is no member.
    pub async fn mark_read(&self, room: RoomId, user: UserId, seq: Seq) -> Result<Seq, AppendError> {
        let outcome = self
            .submit(Source::Room(room), Weight::SMALL, move |connection| {
                Box::pin(async move { db::members::mark_read(connection, room, user, seq).await })
            })
            .await;
        outcome.map_err(append_error)?.ok_or(AppendError::Gone)
    }

    /// Makes any other change. An error of `change` takes back what it did and nothing else.
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, DbError>> + Send + 'static,
    ) -> Result<T, WriteError> {
        self.submit(Source::Requests, Weight::SMALL, change).await
    }

    /// Makes a change that nobody waits for and that writes so many bytes.
    pub async fn write_aside<T: Send + 'static>(
        &self,
        bytes: usize,
        change: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, DbError>> + Send + 'static,
    ) -> Result<T, WriteError> {
        let weight = Weight { bytes, ..Weight::SMALL };
        self.submit(Source::Upkeep, weight, change).await
    }

    /// Ends the task once everything that is queued was committed. Later calls answer `Failed`.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Answers when storage has failed for good.
    pub async fn failed(&self) {
        let mut failed = self.failed.clone();
        // An error means that the task has ended in peace, after which nothing can fail.
        if failed.wait_for(|failed| *failed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether storage has failed for good.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        *self.failed.borrow()
    }

    async fn submit<T: Send + 'static>(
        &self,
        source: Source,
        weight: Weight,
        change: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, DbError>> + Send + 'static,
    ) -> Result<T, WriteError> {
        let (task, answer) = Task::boxed(weight, change);
        self.jobs.send((source, task)).await.map_err(|_| AppendError::Failed)?;
        answer.await.map_err(|_| AppendError::Failed)?
    }
}

fn append_error(error: WriteError) -> AppendError {
    match error {
        WriteError::Storage(error) => error,
        WriteError::Refused { code, .. } => {
            tracing::error!(%code, "writer.unexpected_refusal");
            AppendError::Conflict
        }
        // The machine loads its state again and finds either that all is well or that the document is damaged.
        WriteError::Internal(error) => {
            tracing::error!(%error, "writer.statement_failed");
            AppendError::Conflict
        }
    }
}

async fn run(
    storage: Storage,
    mut jobs: mpsc::Receiver<(Source, Box<dyn Job>)>,
    closing: CancellationToken,
    failing: watch::Sender<bool>,
    observer: Arc<dyn Observer>,
) {
    let Storage {
        mut connection,
        checkpointer,
        lock,
    } = storage;
    let failing = Arc::new(failing);
    let mut log = checkpoint::start(checkpointer, Arc::clone(&failing));
    let mut turns = Turns::new();
    let mut batch = Vec::new();
    while gather(&mut jobs, &closing, &mut turns).await {
        let weight = turns.take(&mut batch);
        let began = std::time::Instant::now();
        let outcome = if *failing.borrow() {
            Err(AppendError::Failed)
        } else {
            log.keep_up(&mut connection).await;
            commit(&mut connection, &mut batch).await
        };
        match outcome {
            Ok(()) => observer.committed(batch.len(), weight.updates, began.elapsed().as_secs_f64()),
            Err(AppendError::Failed) => {
                failing.send_replace(true);
            }
            Err(_) => {}
        }
        for job in batch.drain(..) {
            job.finish(outcome);
        }
        log.grew(weight);
    }
    log.end().await;
    if let Err(error) = db::close(connection, lock).await {
        tracing::error!(%error, "writer.close_failed");
    }
}

/// Lines up what has queued, and waits for it when nothing has; false when there will be no more.
async fn gather(
    jobs: &mut mpsc::Receiver<(Source, Box<dyn Job>)>,
    closing: &CancellationToken,
    turns: &mut Turns<Source, Box<dyn Job>>,
) -> bool {
    if turns.is_empty() {
        let first = tokio::select! {
            biased;
            first = jobs.recv() => first,
            () = closing.cancelled() => {
                jobs.close();
                jobs.recv().await
            }
        };
        let Some((source, job)) = first else { return false };
        turns.push(source, job.weight(), job);
    }
    while turns.len() < QUEUE_JOBS_MAX
        && let Ok((source, job)) = jobs.try_recv()
    {
        turns.push(source, job.weight(), job);
    }
    true
}

async fn commit(connection: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> Result<(), AppendError> {
    match attempt(connection, batch).await {
        Ok(()) => Ok(()),
        Err(error) if error.severity() == Severity::Full => {
            tracing::warn!(%error, "writer.disk_full");
            // SQLite may have rolled back by itself, and then says so.
            match connection.execute("rollback").await {
                Ok(_) => Err(AppendError::Full),
                Err(error) if db::severity(&error) == Severity::Statement => Err(AppendError::Full),
                Err(error) => Err(broken(&error.into())),
            }
        }
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &DbError) -> AppendError {
    tracing::error!(%error, "writer.failed");
    AppendError::Failed
}

/// One transaction. An error is one of storage; what a job itself did wrong is between it and its savepoint.
async fn attempt(connection: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> Result<(), DbError> {
    let last = batch.len() - 1;
    connection.execute("begin immediate; savepoint job").await?;
    for (at, job) in batch.iter_mut().enumerate() {
        match job.run(connection).await {
            Ok(()) => {}
            Err(Severity::Statement) => {
                connection.execute("rollback to job").await?;
            }
            Err(_) => return Err(job.take_error()),
        }
        // Together, since each call costs the way to the connection's thread and back.
        let next = if at == last {
            "commit"
        } else {
            "release job; savepoint job"
        };
        connection.execute(next).await?;
    }
    Ok(())
}
