//! Work that the server cannot take: found on this device and in this tab, shown on every screen, and gone when the person says so.

use super::keeping::report;
use super::shell::Shell;
use crate::api;
use crate::device::{Device, Failed};
use crate::store::{Loaded, Rescued, RescuedId, Unsent};
use leptos::prelude::{Set as _, Update as _, WithUntracked as _};
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::id::{DocumentId, Epoch, Nonce, RoomId, UnixMs};
use shared::session::{
    self, Care, LeftMessage, RoomLabel, Session, all_heads, all_room_rows, aside_rows, looked_row, looked_rows,
    lost_copies, messages_left, read_asides,
};
use shared::sorted::sort_by;

impl Shell {
    /// What other tabs rescued or let go is known here after this.
    pub(super) async fn refresh_rescued(&self) {
        let Some(device) = self.device() else { return };
        // What this tab has just rescued has to be there before it is looked for.
        while self.read_session(Session::is_writing) {
            device.settled().await;
        }
        self.show_rescued(&device).await;
    }

    /// Shows what this device has, in place of what was shown.
    pub(super) async fn show_rescued(&self, device: &Device) {
        let user = self.user.get();
        let before = self.rescued_ids();
        let read = async {
            let asides = device.read(aside_rows()).await?;
            let rooms = device.read(all_room_rows()).await?;
            Ok::<_, Failed>((asides, rooms))
        };
        let read = read.await;
        if self.user.get() != user {
            return;
        }
        let (asides, rooms) = match read {
            Ok(rows) => rows,
            Err(error) => return report(&error),
        };
        let asides = read_asides(&asides).into_iter();
        let mut found: Vec<_> = asides.map(|(_, reason, copy)| rescued(reason, copy)).collect();
        // Before the list of rooms is here, nothing is known to wait in vain.
        let listed = self.listed.borrow();
        if self
            .store
            .rooms
            .with_untracked(|rooms| matches!(rooms, Loaded::Ready(_)))
        {
            found.extend(messages_left(&rooms, &listed).into_iter().map(left));
        }
        // What was let go while the store was read stays gone, and what was rescued meanwhile stays.
        let now = self.rescued_ids();
        found.retain(|one| now.contains(&one.id) || !before.contains(&one.id));
        self.store.rescued.with_untracked(|shown| {
            let only_here = |one: &&Rescued| match one.id {
                RescuedId::Message(room, _) if listed.contains(&room) => true,
                id => !before.contains(&id) && found.iter().all(|found| found.id != id),
            };
            let only_here: Vec<_> = shown.iter().filter(only_here).cloned().collect();
            found.extend(only_here);
        });
        sort_by(&mut found, |a, b| a.at.cmp(&b.at));
        self.store.rescued.set(found);
    }

    /// What the server has no more since it was put back to an older state is not on any list: copies of it are looked for, once for each epoch, and kept
    /// aside.
    pub(super) fn look_for_lost(&self, now: Epoch) {
        let (Some(device), Some(this)) = (self.device(), self.this().upgrade()) else {
            return;
        };
        let user = self.user.get();
        spawn_local(async move {
            let looked = looked_row(now);
            let found = async {
                if device.read(looked_rows()).await?.contains(&looked) {
                    return Ok(None);
                }
                let living = device.living().await?;
                Ok(Some(lost_copies(&device.read(all_heads()).await?, now, &living)))
            };
            let (lost, mut all) = match found.await {
                Ok(Some(found)) => found,
                Ok(None) => return,
                Err(error) => return report(&error),
            };
            for id in lost {
                let answer = api::pages(&api::document_path(id)).await;
                if this.user.get() != user {
                    return;
                }
                match answer.map_err(|error| error.code()) {
                    Err(Some(ErrorCode::NotFound)) => match this.take_over(id).await {
                        Ok(kept) => this.with_session(|session, now_ms| session.rescue_document(now_ms, id, kept)),
                        Err(error) => return report(&error),
                    },
                    Ok(_) => {}
                    Err(_) => all = false,
                }
            }
            if all && let Err(error) = device.write(&[], &vec![looked], Care::Relaxed).await {
                report(&error);
            }
        });
    }

    /// The session has kept a copy aside.
    pub(super) fn tell_rescued(&self, reason: ErrorCode, copy: session::SetAside) {
        self.store.rescued.update(|all| all.push(rescued(reason, copy)));
    }

    /// Messages of an open room that the server refused. The conversation shows them too, as long as the person is in the room.
    pub(super) fn tell_refused(&self, room: RoomId, unsent: &[Unsent]) {
        let is_here = |one: &Rescued| matches!(one.id, RescuedId::Message(at, _) if at == room);
        let name = || self.store.rooms.with_untracked(|rooms| label(rooms.ready()?, room));
        let refused: Vec<_> = unsent
            .iter()
            .filter_map(|unsent| Some(message(room, name(), unsent.nonce, unsent.failed?, unsent.body.clone())))
            .collect();
        let shown = self.store.rescued.with_untracked(|all| {
            let shown: Vec<_> = all.iter().filter(|one| is_here(one)).cloned().collect();
            shown
        });
        if shown != refused {
            self.store.rescued.update(|all| {
                all.retain(|one| !is_here(one));
                all.extend(refused);
            });
        }
    }

    /// The person has dealt with a message here.
    pub(super) fn tell_other_tabs(&self, room: RoomId, nonce: Nonce) {
        if let Some(device) = self.device() {
            device.tell(&format!("{room} {nonce}"));
        }
    }

    /// The person has dealt with a message in another tab.
    pub(super) fn hear_other_tab(&self, news: &str) {
        // A tab of another release may say what this one does not know.
        let parsed = news
            .split_once(' ')
            .and_then(|(room, nonce)| Some((room.parse().ok()?, nonce.parse().ok()?)));
        if let Some((room, nonce)) = parsed {
            self.with_session(|session, now_ms| session.dealt_with(now_ms, room, nonce));
        }
    }

    /// Messages that waited for a room that the person is not in any more.
    pub(super) fn tell_left(&self, room: RoomId, unsent: Vec<session::Unsent>) {
        self.store.rescued.update(|all| {
            for unsent in unsent {
                let id = RescuedId::Message(room, unsent.nonce);
                let name = all.iter().find(|one| one.id == id).and_then(|one| one.room.clone());
                all.retain(|one| one.id != id);
                all.push(message(room, name, unsent.nonce, ErrorCode::NotAllowed, unsent.body));
            }
        });
    }

    pub(super) fn set_room(&self, id: DocumentId, room: RoomLabel) {
        self.with_session(|session, now_ms| session.set_document_room(now_ms, id, room.clone()));
        self.store.document(id).update(|document| document.room = Some(room));
    }

    /// What the page has found out about a document before the session had it.
    pub(super) fn name_document(&self, id: DocumentId) {
        let (title, room) = self
            .store
            .document(id)
            .with_untracked(|document| (document.title.clone(), document.room.clone()));
        self.with_session(|session, now_ms| {
            if let Some(title) = title {
                session.set_title(now_ms, id, title);
            }
            if let Some(room) = room {
                session.set_document_room(now_ms, id, room);
            }
        });
    }

    /// Rooms are kept with their names, so that these can be told when the server does not any more.
    pub(super) fn name_rooms(&self) {
        let names = self.store.rooms.with_untracked(|rooms| {
            let rooms = rooms.ready().into_iter().flatten();
            rooms.map(|room| (room.id, room.name.clone())).collect::<Vec<_>>()
        });
        self.with_session(|session, now_ms| {
            for (id, name) in names {
                session.set_room_name(now_ms, id, name);
            }
        });
    }

    /// The person has dealt with it.
    pub(super) fn let_go(&self, id: RescuedId) {
        self.store.rescued.update(|all| all.retain(|one| one.id != id));
        self.with_session(|session, now_ms| match id {
            RescuedId::Copy(id) => session.let_aside_go(now_ms, id),
            RescuedId::Message(room, nonce) if session.room(room).is_some() => session.discard(now_ms, room, nonce),
            RescuedId::Message(room, nonce) => session.forget_message(now_ms, room, nonce),
        });
    }

    fn rescued_ids(&self) -> Vec<RescuedId> {
        self.store
            .rescued
            .with_untracked(|all| all.iter().map(|one| one.id).collect())
    }
}

fn rescued(reason: ErrorCode, copy: session::SetAside) -> Rescued {
    Rescued {
        id: RescuedId::Copy(copy.id),
        reason,
        at: copy.at,
        title: copy.title,
        room: copy.room,
        text: copy.text,
    }
}

fn left(message_left: LeftMessage) -> Rescued {
    let LeftMessage {
        room,
        room_name,
        nonce,
        body,
    } = message_left;
    let room_label = room_name.map(|name| RoomLabel { id: room, name });
    message(room, room_label, nonce, ErrorCode::NotAllowed, body)
}

fn message(room: RoomId, label: Option<RoomLabel>, nonce: Nonce, reason: ErrorCode, text: String) -> Rescued {
    // The name of an attempt begins with the time at which it was made.
    let (seconds, nanos) = nonce.0.get_timestamp().map_or((0, 0), |at| at.to_unix());
    Rescued {
        id: RescuedId::Message(room, nonce),
        reason,
        at: UnixMs(seconds * 1_000 + u64::from(nanos) / 1_000_000),
        title: None,
        room: label,
        text,
    }
}

fn label(rooms: &[shared::api::Room], id: RoomId) -> Option<RoomLabel> {
    let room = rooms.iter().find(|room| room.id == id)?;
    let name = room.name.clone();
    Some(RoomLabel { id, name })
}
