//! What of the directory is known without the server: who uses this browser, and the lists as they were answered last.

use super::{Directory, Listing};
use crate::api::{self, Answer, ApiError};
use crate::device::Device;
use crate::json;
use crate::net::wall_ms;
use crate::reactive::{effect, effect_after};
use crate::store::{Account, Loaded};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Document, Me};
use shared::id::{DocumentId, RoomId, Seq, UnixMs, UserId};
use shared::session::{Care, Creation, answer_row, keep_answer, read_answer};

/// Who is signed in at this browser, as the server told last. Goes when they sign out.
const ACCOUNT_KEY: &str = "inkling.account";

fn storage() -> Option<web_sys::Storage> {
    // Where storage is switched off nobody is known without the server.
    window().local_storage().ok().flatten()
}

/// Who is signed in at this browser, as far as it knows.
pub(super) fn known_account() -> Option<Me> {
    let kept = storage()?.get_item(ACCOUNT_KEY).ok().flatten()?;
    json::read(&kept)
}

pub(super) fn remember_account(me: &Me) {
    if let Some(storage) = storage() {
        // A full storage costs the next start without a network, nothing else.
        drop(storage.set_item(ACCOUNT_KEY, &json::write(me)));
        drop(storage.set_item(&name_key(&me.username), &me.id.to_string()));
    }
}

/// Whose work on this device somebody of that name would find. Known until they sign out by themselves, also when the server has signed them out.
pub(super) fn known_by_name(username: &str) -> Option<UserId> {
    storage()?.get_item(&name_key(username)).ok().flatten()?.parse().ok()
}

/// Nothing of them is on this device any more.
pub(super) fn forget_name() {
    if let (Some(storage), Some(me)) = (storage(), known_account()) {
        drop(storage.remove_item(&name_key(&me.username)));
    }
}

fn name_key(username: &str) -> String {
    format!("{ACCOUNT_KEY}.{username}")
}

pub(super) fn forget_account() {
    if let Some(storage) = storage() {
        // Removing fails for nothing that can be read.
        drop(storage.remove_item(ACCOUNT_KEY));
    }
}

async fn recall(device: &Device, path: &str) -> Option<Vec<String>> {
    // A store that cannot be read is one without the answer; the session says that nothing is kept.
    read_answer(&device.read(answer_row(path)).await.ok()?)
}

impl Directory {
    /// Keeps an answer for when there is no server; once the device's store is open, if it ever is.
    fn keep(self, path: &str, pages: Vec<String>) {
        let row = keep_answer(path, UnixMs(wall_ms()), pages);
        self.unkept.update_value(|rows| rows.push(row));
        if let Some(device) = self.store.device.get_untracked() {
            self.write_unkept(device);
        }
    }

    /// Keeps the answers that came before the device's store was open.
    pub(super) fn keep_when_open(self) {
        effect(move || {
            if let Some(device) = self.store.device.get() {
                self.write_unkept(device);
            }
        });
    }

    fn write_unkept(self, device: Device) {
        // It lives as long as the tab.
        let Some(rows) = self.unkept.try_update_value(std::mem::take) else {
            return;
        };
        spawn_local(async move {
            // What cannot be kept is missing without the server, and the page says so then.
            drop(device.write(&[], &rows, Care::Relaxed).await);
        });
    }

    /// Asks the server for a list, and keeps what it says.
    pub(super) async fn ask<T>(self, path: String, read: fn(&[String]) -> Answer<T>) -> Answer<T> {
        let pages = api::pages(&path).await?;
        let answer = read(&pages)?;
        self.keep(&path, pages);
        Ok(answer)
    }

    /// Shows the list as it was kept, for as long as the server has not answered.
    pub(super) fn recall_into<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        listing: Listing<T>,
        path: String,
        read: fn(&[String]) -> Answer<T>,
    ) {
        effect(move || {
            let Some(device) = self.store.device.get() else { return };
            let path = path.clone();
            spawn_local(async move {
                let Some(Ok(kept)) = recall(&device, &path).await.map(|pages| read(&pages)) else {
                    return;
                };
                let is_open = listing.state.try_with_untracked(|state| {
                    matches!(state, Loaded::Waiting | Loaded::Failed(ApiError::Unreachable))
                });
                if is_open == Some(true) {
                    listing.state.set(Loaded::Ready(kept));
                }
            });
        });
    }

    /// Finds a document: as this device knows it, and then as the server does. `found` is called for each that there is.
    pub fn find_document(self, id: DocumentId, found: Callback<Document>) {
        // The device may answer after the server, and knows what was so before.
        let is_told = StoredValue::new(false);
        let told = Callback::new(move |answer| {
            is_told.try_set_value(true);
            found.try_run(answer);
        });
        effect_after(move |last: Option<()>| {
            let device = self.store.device.get();
            if let Some(made) = self.made_here(id) {
                found.run(made);
            }
            spawn_local(async move {
                let path = api::document_path(id);
                if let Some(device) = device
                    && let Some(pages) = recall(&device, &path).await
                    && let Ok(kept) = api::parse(&pages.concat())
                    && is_told.try_get_value() == Some(false)
                {
                    // The page may be gone by now.
                    found.try_run(kept);
                }
            });
            if last.is_none() {
                self.ask_document(id, told);
            }
        });
    }

    /// Asks the server for a document. What it may not say to this person, the document's page says.
    pub fn ask_document(self, id: DocumentId, found: Callback<Document>) {
        spawn_local(async move {
            let read: fn(&[String]) -> Answer<Document> = |pages| api::parse(&pages.concat());
            if let Ok(answer) = self.ask(api::document_path(id), read).await {
                found.try_run(answer);
            }
        });
    }

    fn made_here(self, id: DocumentId) -> Option<Document> {
        self.store.creations.with(|all| {
            let creation = all.iter().find(|creation| creation.id == id)?;
            self.unborn(creation)
        })
    }

    /// A document that the server does not know of yet, as it is listed: at the end. None when the room is not known.
    fn unborn(self, creation: &Creation) -> Option<Document> {
        let role = untrack(|| self.room(creation.room))?.role;
        let now = String::from(js_sys::Date::new_0().to_iso_string());
        Some(Document {
            id: creation.id,
            room_id: creation.room,
            title: creation.title.clone(),
            former_titles: Vec::new(),
            parent_id: None,
            position: f64::MAX,
            head_seq: Seq(0),
            role,
            edited_at: now.clone(),
            created_at: now,
            deleted_at: None,
        })
    }

    /// Documents that were made here are in their lists before the server knows of them.
    pub(super) fn list_unborn(self, room: RoomId, listing: Listing<Vec<Document>>) {
        effect(move || {
            let listed = listing.state.with(|state| {
                let documents = state.ready()?;
                Some(documents.iter().map(|document| document.id).collect::<Vec<_>>())
            });
            let Some(listed) = listed else { return };
            let missing: Vec<_> = self.store.creations.with(|all| {
                let here = all.iter().filter(|creation| creation.room == room);
                let missing = here.filter(|creation| !listed.contains(&creation.id));
                missing.filter_map(|creation| self.unborn(creation)).collect()
            });
            if !missing.is_empty() {
                listing.update(|documents| documents.extend(missing));
            }
        });
    }

    /// Goes on as who was signed in here last, since the server does not answer.
    pub(super) fn go_on_without_server(self) {
        if self.store.account.get_untracked() == Account::Unknown
            && let Some(me) = known_account()
        {
            self.last.set_value(Some(me.id));
            self.store.account.set(Account::SignedIn(me));
        }
    }
}
