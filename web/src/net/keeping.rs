//! The session and this device's store: what is opened comes from it, and what the session wants kept goes into it.

use super::random_client_id;
use super::shell::Shell;
use super::tell::UpdateClosed as _;
use super::timer::{sleep, wall_ms};
use crate::device::{Device, Failed};
use leptos::prelude::{Set as _, Update as _, WithUntracked as _};
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, UnixMs, UserId};
use shared::session::{
    ANSWERS_BYTES_MAX, COPIES_BYTES_MAX, Care, Keep, KeptDocument, KeptRoom, OpenError, Session, TabId, all_answers,
    all_heads, claim_document, creation_rows, document_heads, document_rows, evict, evict_answers, left_behind,
    room_rows,
};
use shared::sorted::{SortedSet, gather};
use uuid::Uuid;

/// Documents with work of tabs that are gone that are brought to the server at once when a tab comes; the others go when they are opened.
const LEFT_MAX: usize = 64;

/// A store that took nothing more is asked so often whether it takes this much again, milliseconds and bytes.
const KEEP_AGAIN_MS: i32 = 10_000;
const PROBE_BYTES: u32 = 256 * 1024;

/// The tab's way to its store.
#[derive(Default)]
pub(super) enum Shelf {
    /// Nobody is signed in, or the store has not opened yet: nothing is opened before it has, or cannot.
    #[default]
    Waiting,
    /// Kept on this device.
    Open(Device),
    /// It took nothing more, and may take something again.
    Full,
    /// Kept in memory only.
    None,
}

impl Shell {
    /// Somebody is signed in: their store is opened, and then whatever the pages want.
    pub(super) fn use_account(&self, user: UserId) {
        if self.user.replace(Some(user)) == Some(user) {
            self.with_session(Session::start);
            return;
        }
        self.with_session(|session, _| session.set_user(user));
        let Some(this) = self.this().upgrade() else { return };
        spawn_local(async move {
            let tab = TabId(Uuid::new_v4().as_u128());
            let opened = Device::open(user, tab).await;
            if this.user.get() != Some(user) {
                return;
            }
            let shelf = match opened {
                Ok(device) => {
                    this.with_session(|session, _| session.use_store(tab));
                    let that = this.this().clone();
                    device.hear(move |news| {
                        if let Some(shell) = that.upgrade().filter(|shell| shell.user.get() == Some(user)) {
                            shell.hear_other_tab(&news);
                        }
                    });
                    this.show_rescued(&device).await;
                    this.recall_creations(&device).await;
                    if this.user.get() != Some(user) {
                        return;
                    }
                    this.store.device.set(Some(device.clone()));
                    Shelf::Open(device)
                }
                Err(error) => {
                    report(&error);
                    Shelf::None
                }
            };
            this.shelf.replace(shelf);
            let listed = this.listed.borrow().clone();
            let viewed = this.viewed.borrow().clone();
            this.open_rooms(&listed);
            for &id in viewed.iter() {
                this.open_document(id);
            }
            this.with_session(Session::start);
            this.bring_left().await;
            this.make_room(COPIES_BYTES_MAX, ANSWERS_BYTES_MAX).await;
        });
    }

    /// Documents that were made here and that the server may not know of.
    async fn recall_creations(&self, device: &Device) {
        match device.read(creation_rows()).await {
            Ok(rows) => self.with_session(|session, now_ms| session.restore_creations(now_ms, &rows)),
            Err(error) => report(&error),
        }
    }

    /// What tabs that are gone have left is sent without anybody opening it.
    pub(super) async fn bring_left(&self) {
        let Some(device) = self.device() else { return };
        let left = async {
            let living = device.living().await?;
            Ok(left_behind(&device.read(all_heads()).await?, &living))
        };
        match left.await {
            Ok(left) => {
                for id in left.into_iter().take(LEFT_MAX) {
                    self.open_left(id).await;
                }
            }
            Err(error) => report(&error),
        }
    }

    /// Opens what is kept of a document, if anything is, without showing it. It is closed when the server has all of it.
    pub(super) async fn open_left(&self, id: DocumentId) {
        match self.take_over(id).await {
            Ok(kept) if !kept.is_empty() => self.open_kept(id, kept),
            Ok(_) => {}
            Err(error) => report(&error),
        }
    }

    pub(super) fn device(&self) -> Option<Device> {
        match &*self.shelf.borrow() {
            Shelf::Open(device) => Some(device.clone()),
            Shelf::Waiting | Shelf::Full | Shelf::None => None,
        }
    }

    /// Whether places can be opened.
    pub(super) fn is_ready(&self) -> bool {
        !matches!(*self.shelf.borrow(), Shelf::Waiting)
    }

    pub(super) fn open_document(&self, id: DocumentId) {
        self.viewed.borrow_mut().insert(id);
        // Open already: it was left with edits that were not stored yet, and is looked at again.
        if !self.is_ready() || self.read_session(|session| session.document(id).is_some()) {
            return;
        }
        let Some(this) = self.this().upgrade() else { return };
        spawn_local(async move {
            let kept = this.take_over(id).await.unwrap_or_else(|error| {
                report(&error);
                KeptDocument::default()
            });
            // Left again meanwhile: what was claimed is this tab's, and found when it comes back.
            if this.viewed.borrow().contains(&id) {
                this.open_kept(id, kept);
            }
        });
    }

    fn open_kept(&self, id: DocumentId, kept: KeptDocument) {
        let opened =
            self.with_session(|session, now_ms| session.open_kept_document(now_ms, id, random_client_id(), kept));
        match opened {
            Ok(()) | Err(OpenError::AlreadyOpen) => {}
            Err(OpenError::TooMany) => {
                if self.viewed.borrow().contains(&id) {
                    self.store.document(id).update_closed(ErrorCode::TooManyChannels);
                }
                return;
            }
        }
        self.name_document(id);
        let found = self.read_session(|session| {
            let document = session.document(id)?;
            Some((document.role()?, document.title().map(ToOwned::to_owned)))
        });
        if let Some((role, title)) = found {
            self.store.document(id).update(|document| {
                document.role = Some(role);
                if document.title.is_none() {
                    document.title = title;
                }
            });
        }
        self.lock_editor(id);
        self.want_frame(id);
    }

    /// What the store has of a document and no living tab writes to. Nobody else looks at it meanwhile.
    pub(super) async fn take_over(&self, id: DocumentId) -> Result<KeptDocument, Failed> {
        let Some(device) = self.device() else {
            return Ok(KeptDocument::default());
        };
        // What was written when the document was left has to be there before it is read.
        while self.read_session(Session::is_writing) {
            device.settled().await;
        }
        let alone = device.alone().await?;
        let living = device.living().await?;
        let heads = device.read(document_heads(id)).await?;
        let mine = self.read_session(Session::tab);
        let Some(mine) = mine.filter(|_| !heads.is_empty()) else {
            return Ok(KeptDocument::default());
        };
        let (claimed, puts) = claim_document(&heads, mine, &living);
        let rows = device.read(document_rows(id)).await?;
        device.write(&[], &puts, Care::Relaxed).await?;
        drop(alone);
        Ok(KeptDocument::read(&claimed, &heads, rows, UnixMs(wall_ms())))
    }

    /// Opens the rooms of the list, and leaves those that are on it no more.
    pub(super) fn open_rooms(&self, listed: &SortedSet<RoomId>) {
        self.listed.replace(listed.clone());
        if !self.is_ready() {
            return;
        }
        let open: SortedSet<RoomId> = self.read_session(|session| gather(session.rooms().map(|(id, _)| id)));
        for id in open.iter().filter(|id| !listed.contains(id)) {
            // The person is no member any more: what they still wanted to say there cannot be said.
            let left = self.with_session(|session, now_ms| session.close_room(now_ms, *id));
            self.tell_left(*id, left);
        }
        self.name_rooms();
        if open.is_empty()
            && let Some(this) = self.this().upgrade()
        {
            // Now it is known which messages wait for rooms that the person has left.
            spawn_local(async move { this.refresh_rescued().await });
        }
        let missing: Vec<_> = listed.iter().filter(|id| !open.contains(id)).copied().collect();
        let Some(this) = self.this().upgrade().filter(|_| !missing.is_empty()) else {
            return;
        };
        spawn_local(async move {
            for id in missing {
                this.open_room(id).await;
            }
        });
    }

    async fn open_room(&self, id: RoomId) {
        let kept = match self.device() {
            Some(device) => device.read(room_rows(id)).await.map(|rows| KeptRoom::read(&rows)),
            None => Ok(KeptRoom::default()),
        };
        let kept = kept.unwrap_or_else(|error| {
            report(&error);
            KeptRoom::default()
        });
        if self.listed.borrow().contains(&id) {
            // Over the limit of channels, or open already: rooms further down the list have no live conversation.
            let opened = self.with_session(|session, now_ms| session.open_kept_room(now_ms, id, kept));
            if opened.is_ok() {
                self.name_rooms();
                self.tell_conversation(id);
            }
        }
    }

    /// Gives the store what the session wants kept.
    pub(super) fn keep(&self) {
        let keep = self.session.borrow_mut().poll_keep();
        let (Some(keep), Some(this)) = (keep, self.this().upgrade()) else {
            return;
        };
        let Some(device) = self.device() else { return };
        let user = self.user.get();
        spawn_local(async move {
            let kept = this.write(&device, &keep).await;
            if this.user.get() != user {
                // It was another session that wanted this.
                return;
            }
            match kept {
                Ok(()) => this.with_session(|session, now_ms| session.handle_kept(now_ms, keep.token)),
                Err(error) => {
                    report(&error);
                    this.shelf.replace(Shelf::Full);
                    this.store.device.set(None);
                    let tab = this.read_session(Session::tab);
                    this.with_session(Session::handle_keep_failed);
                    if let Some(tab) = tab {
                        this.keep_again(&device, tab).await;
                    }
                }
            }
        });
    }

    /// Asks now and then whether the store takes something again, and then keeps everything there.
    async fn keep_again(&self, device: &Device, tab: TabId) {
        let user = self.user.get();
        loop {
            sleep(KEEP_AGAIN_MS).await;
            if self.user.get() != user || !matches!(*self.shelf.borrow(), Shelf::Full) {
                return;
            }
            if device.probe(PROBE_BYTES).await.is_err() {
                continue;
            }
            // Before the session speaks of it: what it wants kept goes there.
            self.shelf.replace(Shelf::Open(device.clone()));
            if self.with_session(|session, now_ms| session.use_store_again(now_ms, tab)) {
                self.store.device.set(Some(device.clone()));
                return;
            }
            self.shelf.replace(Shelf::Full);
        }
    }

    /// When there is no room for it, copies that the server has go first.
    async fn write(&self, device: &Device, keep: &Keep) -> Result<(), Failed> {
        if device.keep(keep).await.is_ok() {
            return Ok(());
        }
        self.make_room(0, 0).await;
        device.keep(keep).await
    }

    /// Removes copies that were not opened for long, and the oldest answers, until each take at most so many bytes together.
    async fn make_room(&self, copies_bytes_max: u64, answers_bytes_max: u64) {
        let Some(device) = self.device() else { return };
        let removed = async {
            let alone = device.alone().await?;
            let living = device.living().await?;
            let mut drops = evict(&device.read(all_heads()).await?, copies_bytes_max, &living);
            drops.extend(evict_answers(&device.read(all_answers()).await?, answers_bytes_max));
            if !drops.is_empty() {
                device.write(&drops, &Vec::new(), Care::Relaxed).await?;
            }
            drop(alone);
            Ok(())
        };
        if let Err(error) = removed.await {
            report(&error);
        }
    }

    /// Whether something is gone when the tab is closed now.
    pub(super) fn would_lose(&self) -> bool {
        let Ok(session) = self.session.try_borrow() else {
            return false;
        };
        let edits = session.documents().any(|(_, document)| document.undurable() > 0);
        let messages = session.rooms().any(|(_, room)| room.undurable() > 0);
        let rescued = !session.has_store() && self.store.rescued.with_untracked(|all| !all.is_empty());
        edits || messages || rescued
    }
}

/// For whoever looks into why a browser keeps nothing; the person is told by the save state.
pub(super) fn report(error: &Failed) {
    web_sys::console::warn_2(&"this device does not keep what is typed:".into(), &error.0);
}
