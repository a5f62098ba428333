//! Has documents worked out by child processes (`inkling materialize`), which may hang or die of what they are given.

use crate::materialize::pipe::{self, Failure, LENGTH_BYTES, Leading, Outcome, Request, Task};
use bytes::Bytes;
use shared::bundle;
use shared::id::ClientId;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// A document is not blamed for a hang or a death unless all before the update in question takes less than this part of the time allowed: it
/// may only be large, or the machine slow.
const BLAME_WITHIN: u32 = 4;

/// Told how children fare, for metrics.
pub trait Observer: Send + Sync + std::fmt::Debug + 'static {
    /// A child came to this end, this long after it was started.
    fn child_ended(&self, end: ChildEnd, seconds: f64);
}

/// What became of one child process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildEnd {
    /// It answered.
    Answered,
    /// It read the document and found it unsound.
    Refused,
    /// It died.
    Died,
    /// It was ended for taking too long.
    TimedOut,
    /// It could not be started.
    NotStarted,
}

/// How children are started and what they are allowed.
#[derive(Clone, Debug)]
pub struct MaterializerConfig {
    /// The `inkling` program.
    pub program: PathBuf,
    /// Children at the same time. Each takes a processor and the memory of the largest document.
    pub children_max: usize,
    /// Requests under way and waiting. More are refused.
    pub requests_max: usize,
    /// How long a child may take for one request.
    pub answer_within: Duration,
}

/// Why a document could not be worked out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaterializeError {
    /// Too many requests wait already.
    #[error("too many documents are being worked out")]
    Busy,
    /// The document is too large to be handed over.
    #[error("the document is too large")]
    TooLarge,
    /// No child could be started: says nothing about the document.
    #[error("no child process can be started: {0}")]
    Unavailable(String),
    /// A child read the document and found it unsound. See [`Materializer::find_bad`].
    #[error("the document is unsound: {0}")]
    Refused(String),
    /// Two children died of it or did not answer in time. See [`Materializer::find_bad`].
    #[error("the document cannot be worked out: {0}")]
    Broken(String),
}

/// A snapshot that was read back and compared, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// The whole document as one update.
    pub snapshot: Bytes,
    /// Its plain text.
    pub text: String,
}

/// Hands documents to children, each document to one of its own: bytes that corrupt a child's memory must not reach another document
/// through it. Clones share the limits. Whoever stops waiting for an answer ends the child that works on it.
#[derive(Clone, Debug)]
pub struct Materializer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: MaterializerConfig,
    observer: Arc<dyn Observer>,
    requests: Semaphore,
    children: Semaphore,
}

/// Why one attempt with one child gave no answer.
enum Attempt {
    Start(std::io::Error),
    Died(std::io::Error),
    TimedOut,
    Refused(Failure),
}

impl Default for MaterializerConfig {
    fn default() -> Self {
        Self {
            program: own_program(),
            children_max: 2,
            requests_max: 64,
            answer_within: Duration::from_secs(20),
        }
    }
}

/// The program that is running, also when its file has been replaced by a newer one meanwhile.
fn own_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        // Resolved by the child before it becomes the new program, and so the same one as ours.
        return PathBuf::from("/proc/self/exe");
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("inkling"))
}

impl Materializer {
    /// Starts no child before the first request.
    #[must_use]
    pub fn new(config: MaterializerConfig, observer: Arc<dyn Observer>) -> Self {
        Self(Arc::new(Inner {
            requests: Semaphore::new(config.requests_max),
            children: Semaphore::new(config.children_max),
            config,
            observer,
        }))
    }

    /// The plain text that these updates make.
    pub async fn text(&self, updates: &[Bytes]) -> Result<String, MaterializeError> {
        match self.ask(Task::Text, updates).await?.0 {
            Outcome::Text(text) => Ok(text),
            other => Err(unexpected(&other)),
        }
    }

    /// One update in place of all of these, verified; and the text.
    pub async fn compact(&self, updates: &[Bytes]) -> Result<Compacted, MaterializeError> {
        match self.ask(Task::Compact, updates).await?.0 {
            Outcome::Compacted { snapshot, text } => Ok(Compacted { snapshot, text }),
            other => Err(unexpected(&other)),
        }
    }

    /// The updates with which the replica `client_id` turns the text of these updates into `wanted`: the smallest edit, not a new text.
    /// None when that is the text.
    pub async fn edit(
        &self,
        updates: &[Bytes],
        client_id: ClientId,
        wanted: String,
    ) -> Result<Vec<Bytes>, MaterializeError> {
        match self.ask(Task::Edit { client_id, wanted }, updates).await?.0 {
            Outcome::Edited(edits) => Ok(edits),
            other => Err(unexpected(&other)),
        }
    }

    /// This Markdown as HTML. Whatever it costs is the child's to spend, and bounded.
    pub async fn page(&self, text: String, leading: Leading) -> Result<String, MaterializeError> {
        match self.ask(Task::Page { text, leading }, &[]).await?.0 {
            Outcome::Page(html) => Ok(html),
            other => Err(unexpected(&other)),
        }
    }

    /// Which update makes a sound document unsound: with all before it a snapshot can be made and verified, with it not. None when
    /// they all together make a sound one. Takes as many children as the number of updates has binary digits, and an error says that
    /// nothing was found out.
    pub async fn find_bad(&self, updates: &[Bytes]) -> Result<Option<usize>, MaterializeError> {
        let mut finding = match self.ask(Task::Check, updates).await {
            Ok(_) => return Ok(None),
            Err(error) => unsound(error)?,
        };
        // With the first `good` ones all is well, with the first `bad` ones not.
        let (mut good, mut bad) = (0, updates.len());
        let (_, mut took) = self
            .ask(Task::Check, &[])
            .await
            .map_err(|e| MaterializeError::Unavailable(e.to_string()))?;
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            match self.ask(Task::Check, &updates[..middle]).await {
                Ok((_, time)) => (good, took) = (middle, time),
                Err(error) => (bad, finding) = (middle, unsound(error)?),
            }
        }
        let is_sharp = took < self.0.config.answer_within / BLAME_WITHIN;
        if updates.is_empty() || (matches!(finding, MaterializeError::Broken(_)) && !is_sharp) {
            return Err(finding);
        }
        Ok(Some(good))
    }

    /// What a child makes of it, and how long that took.
    async fn ask(&self, task: Task, updates: &[Bytes]) -> Result<(Outcome, Duration), MaterializeError> {
        let inner = &*self.0;
        let _request = inner.requests.try_acquire().map_err(|_| MaterializeError::Busy)?;
        let _child = inner.children.acquire().await.expect("the semaphore is never closed");
        let request = encode(task, updates).await.ok_or(MaterializeError::TooLarge)?;
        let mut failures = Vec::new();
        // One death may be the doing of somebody who was short of memory.
        for _ in 0..2 {
            let began = Instant::now();
            let attempt = inner.attempt(&request).await;
            let took = began.elapsed();
            inner.observer.child_ended(end_of(&attempt), took.as_secs_f64());
            match attempt {
                Ok(outcome) => return Ok((outcome, took)),
                Err(Attempt::Start(error)) => return Err(MaterializeError::Unavailable(error.to_string())),
                Err(Attempt::Refused(failure)) => return Err(MaterializeError::Refused(failure.reason)),
                Err(Attempt::TimedOut) => failures.push("no answer in time".to_owned()),
                Err(Attempt::Died(error)) => failures.push(format!("the child process ended ({error})")),
            }
        }
        Err(MaterializeError::Broken(failures.join(", then ")))
    }
}

impl Inner {
    async fn attempt(&self, request: &[u8]) -> Result<Outcome, Attempt> {
        // Dropped on every way out of here, and with it the process ends.
        let mut child = self.start().map_err(Attempt::Start)?;
        let reply = timeout(self.config.answer_within, exchange(&mut child, request)).await;
        let reply = reply.map_err(|_| Attempt::TimedOut)?.map_err(Attempt::Died)?;
        reply.map_err(Attempt::Refused)
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.config.program)
            .arg("materialize")
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a panic says may hold document text.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

const fn end_of(attempt: &Result<Outcome, Attempt>) -> ChildEnd {
    match attempt {
        Ok(_) => ChildEnd::Answered,
        Err(Attempt::Refused(_)) => ChildEnd::Refused,
        Err(Attempt::Died(_)) => ChildEnd::Died,
        Err(Attempt::TimedOut) => ChildEnd::TimedOut,
        Err(Attempt::Start(_)) => ChildEnd::NotStarted,
    }
}

async fn exchange(child: &mut Child, request: &[u8]) -> std::io::Result<Result<Outcome, Failure>> {
    let pipes = child.stdin.take().zip(child.stdout.take());
    let (mut requests, mut replies) = pipes.expect("both were asked to be pipes");
    requests.write_all(request).await?;
    requests.flush().await?;
    let mut length = [0; LENGTH_BYTES];
    replies.read_exact(&mut length).await?;
    let mut reply = vec![0; pipe::frame_len(length)?];
    replies.read_exact(&mut reply).await?;
    pipe::decode(&reply)
}

/// The finding that a document is unsound; other errors say nothing about it.
fn unsound(error: MaterializeError) -> Result<MaterializeError, MaterializeError> {
    match error {
        MaterializeError::Refused(_) | MaterializeError::Broken(_) => Ok(error),
        other => Err(other),
    }
}

/// Large documents take a while to copy: not on a thread that serves sockets.
async fn encode(task: Task, updates: &[Bytes]) -> Option<Vec<u8>> {
    let updates = updates.to_vec();
    let encode = move || {
        let len: usize = updates.iter().map(Bytes::len).sum();
        (len <= pipe::FRAME_BYTES_MAX)
            .then(|| {
                pipe::encode(&Request {
                    task,
                    bundle: bundle::write(updates),
                })
            })
            .flatten()
    };
    tokio::task::spawn_blocking(encode).await.ok().flatten()
}

fn unexpected(outcome: &Outcome) -> MaterializeError {
    debug_assert!(false, "a child answers what it was asked");
    let what = match outcome {
        Outcome::Text(_) => "a text",
        Outcome::Compacted { .. } => "a snapshot",
        Outcome::Checked => "a check",
        Outcome::Edited(_) => "an edit",
        Outcome::Page(_) => "a page",
    };
    MaterializeError::Broken(format!("the child answered with {what}"))
}
