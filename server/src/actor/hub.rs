//! What is open on this server, and how the rest of the server reaches it.

mod connections;
mod damage;
mod expiry;

use super::document::{DocumentOrder, DocumentWork};
use super::outbox::OutboxLimits;
use super::pace::{Rates, SlowedBy};
use super::room::RoomWork;
use super::task::{self, Handle, Order, Work};
use super::writer::Writer;
use crate::collab::effect::Credential;
use crate::collab::hub as slots;
use crate::db::Reader;
use connections::Connections;
pub(super) use connections::Kind;
pub use connections::Registration;
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, Seq, UnixMs, UserId};
use shared::wire::{Change, Person, Role};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, Semaphore, SemaphorePermit, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Bundles read from storage at the same time. Each is in memory as a whole while it is read.
const BUNDLE_READS_MAX: usize = 8;

/// Openings under way at the same time, over all connections: rights are read, and what nobody has open is loaded. After a restart everybody comes
/// at once, and those who wait for their turn wait with nothing in memory but their request.
const OPENINGS_MAX: usize = 32;

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

/// Worth working out a snapshot and the text again: enough was stored since the last time, or everybody left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactionDue {
    /// Of this document.
    pub document: DocumentId,
    /// Up to here.
    pub through: Seq,
}

/// Told what becomes of edits, for metrics.
pub trait Observer: Send + Sync + std::fmt::Debug + 'static {
    /// An edit was stored and is called saved now, this long after it was taken from its socket.
    fn edit_stored(&self, seconds: f64);
    /// An edit was refused.
    fn edit_refused(&self, code: ErrorCode);
    /// A client held more of a document than is stored: something was lost.
    fn regression(&self);
    /// A document was found damaged and is held at its last good state.
    fn quarantined(&self);
    /// A frame had to wait, since its sender, or all who send to the same place, are too fast.
    fn slowed(&self, by: SlowedBy);
    /// A snapshot's bytes are not the ones that were written; another way to the document was taken.
    fn snapshot_damaged(&self);
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

    /// Waits for the turn to open something, which lasts for as long as this is kept.
    pub(super) async fn turn_to_open(&self) -> SemaphorePermit<'_> {
        let turn = self.0.openings.acquire().await;
        turn.expect("the semaphore is never closed")
    }

    /// The task of a document or room, loaded if nobody has it open.
    pub(super) async fn open<W: Work>(&self, id: W::Id) -> Result<Arc<Handle<W>>, OpenError> {
        let (waiter, answer) = oneshot::channel();
        let lookup = lock(W::slots(self)).open(id, waiter);
        match lookup {
            slots::Lookup::Ready(handle, _) => return Ok(handle),
            slots::Lookup::Load => self.load::<W>(id),
            slots::Lookup::Wait => {}
        }
        answer.await.unwrap_or(Err(OpenError::Stopping))
    }

    /// Somebody's role in a room is another one now.
    pub async fn role_changed(&self, user: UserId, room: RoomId, role: Role) {
        self.0.rights.fetch_add(1, Ordering::SeqCst);
        self.tell::<RoomWork>(room, Order::RoleChanged { user, role }).await;
        self.tell_documents_of(room, || Order::RoleChanged { user, role }).await;
    }

    /// Somebody is no member of a room any more.
    pub async fn revoke(&self, user: UserId, room: RoomId) {
        self.0.rights.fetch_add(1, Ordering::SeqCst);
        self.tell::<RoomWork>(room, Order::Revoked { user }).await;
        self.tell_documents_of(room, || Order::Revoked { user }).await;
    }

    /// Somebody is called something else now. `rooms` are all those that they are a member of.
    pub async fn renamed(&self, person: Person, rooms: &BTreeSet<RoomId>) {
        self.0.rights.fetch_add(1, Ordering::SeqCst);
        for room in rooms {
            self.tell::<RoomWork>(*room, Order::Renamed(person.clone())).await;
        }
        self.tell_documents(|room| rooms.contains(&room), || Order::Renamed(person.clone()))
            .await;
    }

    /// A room's documents, members or settings changed.
    pub async fn changed(&self, room: RoomId, change: Change) {
        self.tell::<RoomWork>(room, Order::Changed(change)).await;
    }

    /// A document's title is another one now.
    pub async fn title_changed(&self, document: DocumentId, title: String) {
        self.tell::<DocumentWork>(document, Order::Changed(Change::Title(title)))
            .await;
    }

    /// A document does not exist any more.
    pub async fn document_deleted(&self, document: DocumentId) {
        self.0.rights.fetch_add(1, Ordering::SeqCst);
        self.tell::<DocumentWork>(document, Order::Deleted).await;
    }

    /// A room and all its documents do not exist any more.
    pub async fn room_deleted(&self, room: RoomId) {
        self.0.rights.fetch_add(1, Ordering::SeqCst);
        self.tell::<RoomWork>(room, Order::Deleted).await;
        self.tell_documents_of(room, || Order::Deleted).await;
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

    pub(super) fn closing<W: Work>(&self, id: W::Id) {
        lock(W::slots(self)).closing(id);
    }

    pub(super) fn closed<W: Work>(&self, id: W::Id) {
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

    async fn tell<W: Work>(&self, id: W::Id, order: Order<W::Order>) {
        let (waiter, answer) = oneshot::channel();
        let reached = lock(W::slots(self)).reach(id, waiter);
        let handle = match reached {
            slots::Reach::Ready(handle) => handle,
            slots::Reach::Wait => match answer.await {
                Ok(Ok(handle)) => handle,
                // It was not opened after all.
                Ok(Err(_)) | Err(_) => return,
            },
            slots::Reach::Nobody => return,
        };
        // A task that has ended has nobody to tell.
        handle.order(order).await.ok();
    }

    async fn tell_documents_of(&self, room: RoomId, order: impl Fn() -> Order<DocumentOrder>) {
        self.tell_documents(|other| other == room, order).await;
    }

    async fn tell_documents(&self, within: impl Fn(RoomId) -> bool, order: impl Fn() -> Order<DocumentOrder>) {
        let handles: Vec<_> = lock(&self.0.documents)
            .ready()
            .filter(|(_, handle)| within(handle.room))
            .map(|(_, handle)| handle.clone())
            .collect();
        for handle in handles {
            handle.order(order()).await.ok();
        }
    }
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
