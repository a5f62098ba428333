//! Signing out: how much of the person's work the server does not have, that work as text, and a device without any of it.

use super::keeping::{Shelf, report};
use super::shell::Shell;
use crate::device::{Device, Failed};
use crate::store::RescuedId;
use leptos::prelude::{Set as _, WithUntracked as _};
use shared::id::{ClientId, UnixMs, UserId};
use shared::session::{
    Document, Event, KeptDocument, RoomLabel, Session, TabId, Unsaved, all_heads, all_room_rows, aside_rows,
    claim_document, count_unsaved, creation_rows, document_heads, document_rows, left_behind, messages_left,
    read_asides,
};
use shared::sorted::{SortedSet, gather};
use shared::wire::Codec;
use uuid::Uuid;

/// A piece of work that the server does not have.
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// The room that it is for, as far as that is known.
    pub room: Option<String>,
    /// Markdown.
    pub text: String,
}

/// What a piece of work is.
pub enum PieceKind {
    /// A document with all of its text; its title, as far as that is known.
    Document(Option<String>),
    /// A message.
    Message,
}

impl Shell {
    /// What the server does not have: of this tab, of other tabs, and of tabs that are gone. Messages that it has refused count as rescued work.
    pub(super) async fn unsaved(&self) -> Unsaved {
        let open = self.read_session(|session| Unsaved {
            edits: session.documents().map(|(_, document)| document.unsaved() as u64).sum(),
            messages: session.rooms().map(|(_, room)| room.unsent().count() as u64).sum(),
            ..Unsaved::default()
        });
        let kept = match self.device() {
            Some(device) => count_kept(&device).await.unwrap_or_else(|error| {
                report(&error);
                Unsaved::default()
            }),
            None => Unsaved::default(),
        };
        let (copies, refused) = self.store.rescued.with_untracked(|all| {
            let copies = all.iter().filter(|one| one.id.document().is_some()).count() as u64;
            (copies, all.len() as u64 - copies)
        });
        Unsaved {
            edits: open.edits.max(kept.edits),
            messages: open.messages.max(kept.messages).saturating_sub(refused),
            asides: copies.max(kept.asides) + refused,
            files: match self.store.user() {
                Some(user) => Device::files(user).await,
                None => 0,
            },
        }
    }

    /// All of that as text. From the device where there is one: it has what every tab has made.
    pub(super) async fn unsaved_pieces(&self) -> Vec<Piece> {
        let mut pieces = match self.device() {
            Some(device) => {
                while self.read_session(Session::is_writing) {
                    device.settled().await;
                }
                kept_pieces(&device).await.unwrap_or_else(|error| {
                    report(&error);
                    self.open_pieces()
                })
            }
            None => self.open_pieces(),
        };
        self.store.rescued.with_untracked(|all| {
            // Messages are among those above.
            let copies = all.iter().filter(|one| matches!(one.id, RescuedId::Copy(_)));
            pieces.extend(copies.map(|one| copy(one.title.clone(), one.room.clone(), one.text.clone())));
        });
        pieces
    }

    /// What this tab alone has.
    fn open_pieces(&self) -> Vec<Piece> {
        self.read_session(|session| {
            let unsaved = session.documents().filter(|(_, document)| document.unsaved() > 0);
            let messages = session.rooms().flat_map(|(_, room)| room.unsent());
            let messages = messages.map(|unsent| message(None, unsent.body.clone()));
            unsaved.map(|(_, document)| piece(document)).chain(messages).collect()
        })
    }

    /// Nothing of the account stays on this device.
    pub(super) async fn forget_device(&self) {
        self.with_session(Session::stop);
        self.store.device.set(None);
        self.shelf.replace(Shelf::None);
        // Also when this tab could not write there any more.
        if let Some(user) = self.user.get()
            && let Err(error) = Device::destroy(user).await
        {
            report(&error);
        }
    }
}

async fn count_kept(device: &Device) -> Result<Unsaved, Failed> {
    let mut rows = device.read(all_heads()).await?;
    rows.extend(device.read(all_room_rows()).await?);
    rows.extend(device.read(aside_rows()).await?);
    rows.extend(device.read(creation_rows()).await?);
    Ok(count_unsaved(&rows))
}

/// What the device has of it, whichever tab it is from. Nothing is taken over.
async fn kept_pieces(device: &Device) -> Result<Vec<Piece>, Failed> {
    let mut session = Session::new(Codec::Binary, 0);
    session.restore_creations(0, &device.read(creation_rows()).await?);
    // As if no tab lived.
    let mut ids = left_behind(&device.read(all_heads()).await?, &[]);
    let unwritten = session.creations().filter(|creation| !ids.contains(&creation.id));
    ids.extend(gather::<Vec<_>, _>(unwritten.map(|creation| creation.id)));
    let mut pieces = Vec::new();
    for id in ids {
        let heads = device.read(document_heads(id)).await?;
        let (all, _) = claim_document(&heads, TabId(0), &[]);
        let kept = KeptDocument::read(&all, &heads, device.read(document_rows(id)).await?, UnixMs(0));
        let opened = session.open_kept_document(0, id, ClientId(0), kept);
        opened.expect("one place is open at a time");
        pieces.extend(session.document(id).map(piece));
        // What cannot be read as one text.
        while let Some(event) = session.poll_event() {
            if let Event::SetAside { copy: aside, .. } = event {
                pieces.push(copy(aside.title, aside.room, aside.text));
            }
        }
        session.close_document(0, id);
    }
    let messages = messages_left(&device.read(all_room_rows()).await?, &SortedSet::default());
    pieces.extend(messages.into_iter().map(|left| message(left.room_name, left.body)));
    Ok(pieces)
}

/// What this device has, and the server has not, of somebody who cannot be signed in. Nothing of it changes.
pub async fn unsent_of(user: UserId) -> Vec<Piece> {
    let unsent = async {
        let device = Device::open(user, TabId(Uuid::new_v4().as_u128())).await?;
        let mut pieces = kept_pieces(&device).await?;
        let asides = read_asides(&device.read(aside_rows()).await?).into_iter();
        pieces.extend(asides.map(|(.., aside)| copy(aside.title, aside.room, aside.text)));
        Ok::<_, Failed>(pieces)
    };
    unsent.await.unwrap_or_else(|error| {
        report(&error);
        Vec::new()
    })
}

fn copy(title: Option<String>, room: Option<RoomLabel>, text: String) -> Piece {
    Piece {
        kind: PieceKind::Document(title),
        room: room.map(|room| room.name),
        text,
    }
}

fn piece(document: &Document) -> Piece {
    Piece {
        kind: PieceKind::Document(document.title().map(ToOwned::to_owned)),
        room: document.room().map(ToOwned::to_owned),
        text: document.replica().text(),
    }
}

const fn message(room: Option<String>, text: String) -> Piece {
    Piece {
        kind: PieceKind::Message,
        room,
        text,
    }
}
