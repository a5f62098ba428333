//! What the pages show, as signals. Pages read; `net` and the answers of the HTTP API write.
//!
//! Signals coalesce: whatever must not be lost (edits of others, messages) is put into its queue or list first, and the signal is set after.

use crate::api::ApiError;
use crate::device::Device;
use leptos::prelude::*;
use litemap::LiteMap;
use serde::Serialize;
use shared::api::{Me, Room, ServerState};
use shared::error::ErrorCode;
use shared::id::{DocumentId, Nonce, PeerId, RoomId, Seq, UnixMs, UserId};
use shared::session::{AsideId, Creation, KeptWhere, RoomLabel, Rung};
use shared::wire::{Message, Person, Role};

/// Something that is asked for over HTTP.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded<T> {
    /// Not answered yet.
    Waiting,
    /// The last answer.
    Ready(T),
    /// No answer, and why.
    Failed(ApiError),
}

/// Who uses this tab.
#[derive(Clone, Debug, PartialEq)]
pub enum Account {
    /// The server has not told yet.
    Unknown,
    /// Nobody.
    SignedOut,
    /// This person.
    SignedIn(Me),
}

/// How it stands with the server, in words for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// No socket has been asked for.
    Idle,
    /// For the first time, or again.
    Connecting,
    /// The server answers.
    Online,
    /// Lost; tried again by itself.
    Offline,
    /// Trying again is pointless until the person signs in or reloads.
    Stopped(ErrorCode),
}

/// What the person is told about their own edits of one document.
#[derive(Clone, Debug, PartialEq)]
pub enum SaveState {
    /// The document is not here yet.
    Opening,
    /// Edits are sent and not stored yet.
    Saving,
    /// Everything is on the server's disk.
    Saved {
        /// When the last edit of this tab was stored; none when it made none.
        at: Option<UnixMs>,
    },
    /// Not connected, with edits that the server does not have.
    Offline {
        /// How many.
        edits: usize,
        /// What has them.
        kept: KeptWhere,
    },
    /// Connected, yet the server cannot store edits at the moment.
    Waiting {
        /// How many the server does not have.
        edits: usize,
        /// What has them.
        kept: KeptWhere,
        /// Why.
        code: ErrorCode,
    },
    /// Not connected, with nothing that could be lost.
    Reconnecting,
    /// Nothing can be written, and why.
    ReadOnly(ErrorCode),
}

/// Somebody who has the same document or room open.
#[derive(Clone, Debug, PartialEq)]
pub struct Present {
    /// Which of their tabs.
    pub peer: PeerId,
    /// Who.
    pub person: Person,
    /// What they look at without a place in its text to go to.
    pub document: Option<DocumentId>,
}

/// An open document, beyond its text.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenDocument {
    /// Whether the person's edits are safe.
    pub save: SaveState,
    /// What the person may do; none until the document is open.
    pub role: Option<Role>,
    /// The others who have it open.
    pub present: Vec<Present>,
    /// Whose caret is kept in view.
    pub following: Option<PeerId>,
    /// As last told.
    pub title: Option<String>,
    /// Where it is.
    pub room: Option<RoomLabel>,
    /// Why it cannot be shown (any more).
    pub closed: Option<ErrorCode>,
}

impl OpenDocument {
    /// Nothing is known yet.
    const fn opening() -> Self {
        Self {
            save: SaveState::Opening,
            role: None,
            present: Vec::new(),
            following: None,
            title: None,
            room: None,
            closed: None,
        }
    }
}

/// Work that the server cannot take. Kept until the person lets it go, or has saved it elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rescued {
    /// Names it.
    pub id: RescuedId,
    /// Why.
    pub reason: ErrorCode,
    /// When.
    pub at: UnixMs,
    /// The document's title, as far as it was known.
    pub title: Option<String>,
    /// Its room, as far as that was known.
    pub room: Option<RoomLabel>,
    /// The text as the person saw it.
    pub text: String,
}

/// What was rescued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum RescuedId {
    /// A copy of a document.
    Copy(AsideId),
    /// A message to a room.
    Message(RoomId, Nonce),
}

impl RescuedId {
    /// The document, when it is a copy of one.
    pub const fn document(self) -> Option<DocumentId> {
        match self {
            Self::Copy(id) => Some(id.document),
            Self::Message(..) => None,
        }
    }
}

/// An own message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsent {
    /// Names the attempt.
    pub nonce: Nonce,
    /// Markdown.
    pub body: String,
    /// Why the server refused it; none while it is on its way.
    pub failed: Option<ErrorCode>,
}

/// The conversation of a room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// Stored messages in order of `seq`.
    pub messages: Vec<Message>,
    /// Own messages after them.
    pub unsent: Vec<Unsent>,
    /// The position of the last message.
    pub last_seq: Seq,
    /// The person has read up to here.
    pub read_seq: Seq,
    /// Messages just before this one are on the server only: ask for them over HTTP and hand them to `Net::add_messages`.
    pub missing_before: Option<Seq>,
    /// Who is in the room.
    pub present: Vec<Present>,
    /// What the person may do; none until the room is open.
    pub role: Option<Role>,
    /// Why the server cannot store messages for the time being.
    pub delayed: Option<ErrorCode>,
    /// Why nothing can be said here any more.
    pub closed: Option<ErrorCode>,
}

impl Conversation {
    /// How many messages wait to be read.
    pub const fn unread(&self) -> u64 {
        self.last_seq.0.saturating_sub(self.read_seq.0)
    }
}

/// All signals; a copy is a handle to the same ones. `expect_context::<Store>()` in any page or view.
#[derive(Clone, Copy)]
pub struct Store {
    /// What the server tells anybody.
    pub server: RwSignal<Loaded<ServerState>>,
    /// Who uses this tab.
    pub account: RwSignal<Account>,
    /// The person's rooms.
    pub rooms: RwSignal<Loaded<Vec<Room>>>,
    /// The room whose documents, members and conversation are shown.
    pub open_room: RwSignal<Option<RoomId>>,
    /// How it stands with the server.
    pub connection: RwSignal<Connection>,
    /// The way that frames last travelled.
    pub carrier: RwSignal<Rung>,
    /// Work that the server cannot take, the latest last.
    pub rescued: RwSignal<Vec<Rescued>>,
    /// Documents made on this device that the server does not know of yet.
    pub creations: RwSignal<Vec<Creation>>,
    /// What is kept on this device for the person; none before it is open, and where nothing can be kept.
    pub device: RwSignal<Option<Device>, LocalStorage>,
    /// Whether the server has not answered since it was tried. Also while it is tried again.
    pub away: Memo<bool>,
    /// The document that was just made here: whoever made it writes on in its text, once that is there.
    pub begun: RwSignal<Option<DocumentId>>,
    open_documents: RwSignal<LiteMap<DocumentId, RwSignal<OpenDocument>>>,
    conversations: RwSignal<LiteMap<RoomId, RwSignal<Conversation>>>,
    owner: StoredValue<Owner>,
}

impl Store {
    /// Who is signed in, as far as that is known.
    pub fn user(self) -> Option<UserId> {
        self.account.with_untracked(|account| match account {
            Account::SignedIn(me) => Some(me.id),
            Account::Unknown | Account::SignedOut => None,
        })
    }

    /// Makes the store, with nothing known yet, and gives it to everything below.
    pub fn provide() -> Self {
        let connection = RwSignal::new(Connection::Idle);
        let away = Memo::new(move |before: Option<&bool>| match connection.get() {
            Connection::Offline | Connection::Stopped(_) => true,
            Connection::Connecting => before == Some(&true),
            Connection::Idle | Connection::Online => false,
        });
        let store = Self {
            server: RwSignal::new(Loaded::Waiting),
            account: RwSignal::new(Account::Unknown),
            rooms: RwSignal::new(Loaded::Waiting),
            open_room: RwSignal::new(None),
            connection,
            away,
            begun: RwSignal::new(None),
            carrier: RwSignal::new(Rung::Socket),
            rescued: RwSignal::new(Vec::new()),
            creations: RwSignal::new(Vec::new()),
            device: RwSignal::new_local(None),
            open_documents: RwSignal::new(LiteMap::new()),
            conversations: RwSignal::new(LiteMap::new()),
            owner: StoredValue::new(Owner::current().expect("the store is made inside the app")),
        };
        provide_context(store);
        store
    }

    /// The signal of one document; the first to ask makes it.
    pub fn document(&self, id: DocumentId) -> RwSignal<OpenDocument> {
        self.entry(self.open_documents, id, OpenDocument::opening)
    }

    /// A closed document begins anew when it is opened again.
    pub fn forget_document(&self, id: DocumentId) {
        self.document(id).set(OpenDocument::opening());
    }

    /// Forgets all documents and conversations.
    pub fn forget_all(&self) {
        self.rescued.set(Vec::new());
        self.creations.set(Vec::new());
        self.device.set(None);
        self.open_documents
            .with_untracked(|all| all.values().for_each(|one| one.set(OpenDocument::opening())));
        self.conversations
            .with_untracked(|all| all.values().for_each(|one| one.set(Conversation::default())));
    }

    /// The signal of one room's conversation; the first to ask makes it.
    pub fn conversation(&self, id: RoomId) -> RwSignal<Conversation> {
        self.entry(self.conversations, id, Conversation::default)
    }

    /// Signals belong to the app, not to the page that happens to ask first: they must outlive it.
    fn entry<K: Ord + Copy + Send + Sync + 'static, V: Send + Sync + 'static>(
        &self,
        entries: RwSignal<LiteMap<K, RwSignal<V>>>,
        key: K,
        make: impl FnOnce() -> V,
    ) -> RwSignal<V> {
        if let Some(found) = entries.with_untracked(|entries| entries.get(&key).copied()) {
            return found;
        }
        let made = self.owner.with_value(|owner| owner.with(|| RwSignal::new(make())));
        entries.update_untracked(|entries| {
            entries.insert(key, made);
        });
        made
    }
}
