//! What changes elsewhere in the server, told to the documents and rooms that it concerns.

use super::{Hub, lock};
use crate::actor::document::{DocumentOrder, DocumentWork};
use crate::actor::room::RoomWork;
use crate::actor::task::{Order, Work};
use crate::collab::hub as slots;
use shared::id::{DocumentId, RoomId, UserId};
use shared::wire::{Change, Person, Role};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

impl Hub {
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

    pub(super) async fn tell<W: Work>(&self, id: W::Id, order: Order<W::Order>) {
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
            // As above: a task that has ended has nobody to tell.
            handle.order(order()).await.ok();
        }
    }
}
