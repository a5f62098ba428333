//! One change in the writer's queue, whatever its answer's type.

use super::WriteError;
use crate::collab::effect::AppendError;
use crate::collab::turns::Weight;
use crate::db::{DbError, Severity};
use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;

/// A change that is run inside a transaction and answered after it.
pub(super) trait Job: Send {
    /// What it adds to a batch.
    fn weight(&self) -> Weight;

    /// Makes the change and remembers its answer. On an error, what was done is to be taken back.
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, Result<(), Severity>>;

    /// The error of storage that ended `run`.
    fn take_error(&mut self) -> DbError;

    /// Answers, now that the transaction was committed or not.
    fn finish(self: Box<Self>, committed: Result<(), AppendError>);
}

/// The one implementation.
pub(super) struct Task<T, F> {
    weight: Weight,
    change: Option<F>,
    outcome: Option<Result<T, DbError>>,
    answer: oneshot::Sender<Result<T, WriteError>>,
}

impl<T, F> Task<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, DbError>> + Send + 'static,
{
    pub(super) fn boxed(weight: Weight, change: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, WriteError>>) {
        let (answer, receiver) = oneshot::channel();
        (
            Box::new(Self {
                weight,
                change: Some(change),
                outcome: None,
                answer,
            }),
            receiver,
        )
    }
}

impl<T, F> Job for Task<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, DbError>> + Send + 'static,
{
    fn weight(&self) -> Weight {
        self.weight
    }

    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, Result<(), Severity>> {
        Box::pin(async move {
            let change = self.change.take().expect("a batch runs each of its jobs once");
            let outcome = change(connection).await;
            let result = outcome.as_ref().map(|_| ()).map_err(DbError::severity);
            self.outcome = Some(outcome);
            result
        })
    }

    fn take_error(&mut self) -> DbError {
        match self.outcome.take() {
            Some(Err(error)) => error,
            _ => unreachable!("asked for only after run has failed"),
        }
    }

    fn finish(self: Box<Self>, committed: Result<(), AppendError>) {
        let answer = match (committed, self.outcome) {
            (Err(error), _) => Err(WriteError::Storage(error)),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Ok(()), Some(Err(DbError::Refused { code, field }))) => Err(WriteError::Refused { code, field }),
            (Ok(()), Some(Err(error))) => Err(WriteError::Internal(error)),
            (Ok(()), None) => unreachable!("a committed batch has run all its jobs"),
        };
        // Whoever asked may have gone; what was asked is done all the same.
        self.answer.send(answer).ok();
    }
}

impl std::fmt::Debug for dyn Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Job({:?})", self.weight())
    }
}
