//! What is open on this server, and how the rest of the server reaches it.

mod connections;
mod damage;
mod expiry;
mod news;
mod observer;
mod opening;

pub(super) use connections::Kind;
pub use connections::Registration;
pub use observer::Observer;
pub use opening::OpenError;

use super::document::DocumentWork;
use super::outbox::OutboxLimits;
use super::pace::Rates;
use super::room::RoomWork;
use super::task::{Handle, Work};
use super::writer::Writer;
use crate::collab::effect::Credential;
use crate::collab::hub as slots;
use crate::db::Reader;
use connections::Connections;
use opening::OPENINGS_MAX;
use shared::id::{DocumentId, Seq, UnixMs, UserId};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Bundles read from storage at the same time. Each is in memory as a whole while it is read.
const BUNDLE_READS_MAX: usize = 8;

/// Times and sizes that an administrator may set.
#[derive(Clone, Copy, Debug)]
pub struct HubLimits {
    /// How long a document or room that nobody is in stays in memory.
    pub idle_unload_after: Duration,
    /// What may wait for one connection.
    pub outbox: OutboxLimits,
    /// Sockets that one account may have open.
    pub sockets_per_user: usize,
    /// How fast clients may send.
    pub rates: Rates,
}

impl Default for HubLimits {
    fn default() -> Self {
        Self {
            idle_unload_after: Duration::from_secs(60),
            outbox: OutboxLimits {
                packets_max: 1024,
                bytes_max: 4 << 20,
            },
            sockets_per_user: 200,
            rates: Rates::default(),
        }
    }
}

/// Worth working out a snapshot and the text again: enough was stored since the last time, or everybody left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactionDue {
    /// Of this document.
    pub document: DocumentId,
    /// Up to here.
    pub through: Seq,
}

/// Every open document, room and connection. Clones are the same hub.
///
/// Whoever changes somebody's rights or name says so here *after* the change is committed; the calls return when every task concerned
/// has it in its queue. Openings that read the role before the change are told to read it again, so none slips through between.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    reader: Reader,
    writer: Writer,
    limits: HubLimits,
    compaction: mpsc::Sender<CompactionDue>,
    observer: Arc<dyn Observer>,
    tasks: TaskTracker,
    stopping: CancellationToken,
    bundle_reads: Semaphore,
    openings: Semaphore,
    /// Counts changes of anybody's rights or name.
    rights: AtomicU64,
    // Each is locked for one lookup or change and never across an await; no two are held at once.
    documents: Slots<DocumentWork>,
    rooms: Slots<RoomWork>,
    connections: Mutex<Connections>,
    /// A socket was let in with what expires before all else.
    expiry_moved: Notify,
}

/// What is open of one kind.
pub(super) type Slots<W> = Mutex<slots::Hub<<W as Work>::Id, Arc<Handle<W>>, Waiter<W>>>;

type Waiter<W> = oneshot::Sender<Result<Arc<Handle<W>>, OpenError>>;

impl Hub {
    /// A hub with nothing open, within a runtime. `compaction` is told what is worth compacting; when it is full, the next occasion has to do.
    #[must_use]
    pub fn new(
        reader: Reader,
        writer: Writer,
        limits: HubLimits,
        compaction: mpsc::Sender<CompactionDue>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let hub = Self(Arc::new(Inner {
            reader,
            writer,
            limits,
            compaction,
            observer,
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            bundle_reads: Semaphore::new(BUNDLE_READS_MAX),
            openings: Semaphore::new(OPENINGS_MAX),
            rights: AtomicU64::new(0),
            documents: Mutex::default(),
            rooms: Mutex::default(),
            connections: Mutex::default(),
            expiry_moved: Notify::new(),
        }));
        hub.0.tasks.spawn(expiry::watch(hub.clone()));
        hub
    }

    /// For reading roles and read positions.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.0.reader
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> HubLimits {
        self.0.limits
    }

    /// A number that changes whenever anybody's rights or name do. Read it before reading those, and hand it in with the opening.
    #[must_use]
    pub fn rights(&self) -> u64 {
        self.0.rights.load(Ordering::SeqCst)
    }

    /// A login session or token was ended: its sockets are closed.
    pub fn end_credential(&self, ended: Credential) {
        lock(&self.0.connections).end(|_, credential| credential == ended);
    }

    /// Some of a person's login sessions and tokens were ended: their sockets are closed.
    pub fn end_credentials(&self, user: UserId, ended: impl Fn(Credential) -> bool) {
        lock(&self.0.connections).end(|owner, credential| owner == user && ended(credential));
    }

    /// Tells every socket to come back later, each at another time within `spread`, and asks it to leave. Takes no new ones.
    pub fn send_away(&self, spread: Duration) {
        lock(&self.0.connections).send_away(spread);
    }

    /// Ends every task, once what is under way is stored. Connections should be gone by now; those that are not find every channel dead.
    pub async fn stop(&self) {
        self.0.stopping.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Open sockets and clients inside the process.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        lock(&self.0.connections).len()
    }

    /// Documents open, opening or closing.
    #[must_use]
    pub fn document_count(&self) -> usize {
        lock(&self.0.documents).len()
    }

    /// Rooms open, opening or closing.
    #[must_use]
    pub fn room_count(&self) -> usize {
        lock(&self.0.rooms).len()
    }

    /// Bytes that wait in all outboxes.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        lock(&self.0.connections).queued_bytes()
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.0.writer
    }

    pub(super) fn observer(&self) -> &dyn Observer {
        &*self.0.observer
    }

    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    pub(super) fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    pub(super) fn connections(&self) -> MutexGuard<'_, Connections> {
        lock(&self.0.connections)
    }

    pub(super) fn expiry_moved(&self) {
        self.0.expiry_moved.notify_one();
    }

    pub(super) fn compaction_due(&self, document: DocumentId, through: Seq) {
        // When the queue is full there is enough to do; this document has its turn after its next edits.
        self.0.compaction.try_send(CompactionDue { document, through }).ok();
    }

    pub(super) fn documents(&self) -> &Slots<DocumentWork> {
        &self.0.documents
    }

    pub(super) fn rooms(&self) -> &Slots<RoomWork> {
        &self.0.rooms
    }
}

/// The wall clock.
#[must_use]
pub fn now() -> UnixMs {
    // A clock that stands before 1970 tells no time: it counts as the beginning.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held but on a bug of ours, and then going on beats taking everything down.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
