//! Asks the HTTP API for the account, its rooms, and each room's documents and members, and keeps the signals that pages read.
//!
//! One fetch of a list is under way at a time; asked again meanwhile, it runs once more afterwards, so that the last answer is never
//! older than the last question.

mod kept;
mod leaving;

use crate::api::{self, Answer, ApiError};
use crate::store::{Account, Loaded, Store};
use crate::view::conversation::forget_drafts;
use kept::{forget_account, forget_name, known_account, known_by_name, remember_account};
use leaving::{begin_leaving, is_leaving};
use leptos::prelude::*;
use leptos::task::spawn_local;
use litemap::LiteMap;
use shared::api::{Document, Me, Member, Room};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, UserId};
use shared::session::{Place, Rows};
use shared::wire::Change;

/// Whoever was signed in here last waits for the server no longer than this, milliseconds; then their work is shown as this device has it.
const ACCOUNT_MS_MAX: u64 = 2_000;

impl<T> Loaded<T> {
    /// The answer, when there is one.
    pub const fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Waiting | Self::Failed(_) => None,
        }
    }

    /// Whether it is neither on this device nor to be had from the server now.
    pub const fn is_out_of_reach(&self) -> bool {
        matches!(self, Self::Failed(ApiError::Unreachable))
    }

    /// The failure, when there is one.
    pub const fn failure(&self) -> Option<&ApiError> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Waiting | Self::Ready(_) => None,
        }
    }
}

/// A list with its refresh: see the module.
pub struct Listing<T: Send + Sync + 'static> {
    /// What is shown.
    pub state: RwSignal<Loaded<T>>,
    fetch: StoredValue<FetchState>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FetchState {
    Idle,
    UnderWay,
    AskedAgain,
}

impl<T: Send + Sync + 'static> Clone for Listing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Listing<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Listing<T> {
    /// An empty listing that lives as long as its owner.
    pub fn waiting() -> Self {
        Self::around(RwSignal::new(Loaded::Waiting))
    }

    /// The listing that keeps this signal up to date.
    fn around(state: RwSignal<Loaded<T>>) -> Self {
        Self {
            state,
            fetch: StoredValue::new(FetchState::Idle),
        }
    }

    /// Asks the server. A failure replaces what is shown only when that was nothing, or when the thing is gone.
    pub fn refresh<F, Fut>(self, ask: F)
    where
        F: Fn() -> Fut + 'static,
        Fut: Future<Output = Answer<T>> + 'static,
    {
        if self.fetch.try_get_value() != Some(FetchState::Idle) {
            self.fetch.try_set_value(FetchState::AskedAgain);
            return;
        }
        self.fetch.set_value(FetchState::UnderWay);
        spawn_local(async move {
            loop {
                let answer = ask().await;
                if self.state.is_disposed() {
                    return;
                }
                match answer {
                    Ok(value) => {
                        if self.state.with_untracked(|now| now.ready() != Some(&value)) {
                            self.state.set(Loaded::Ready(value));
                        }
                    }
                    Err(error) => {
                        let gone = matches!(error.code(), Some(ErrorCode::NotFound | ErrorCode::NotSignedIn));
                        if gone || self.state.with_untracked(|now| now.ready().is_none()) {
                            self.state.set(Loaded::Failed(error));
                        }
                    }
                }
                if self.fetch.get_value() == FetchState::UnderWay {
                    self.fetch.set_value(FetchState::Idle);
                    return;
                }
                self.fetch.set_value(FetchState::UnderWay);
            }
        });
    }

    /// The latest answer, tracked.
    pub fn get(self) -> Option<T> {
        self.state.with(|state| state.ready().cloned())
    }

    /// Changes what is shown before the server confirms it.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.state.update(|state| {
            if let Loaded::Ready(value) = state {
                change(value);
            }
        });
    }
}

/// See the module. Provided as context at the root; copies are the same directory.
#[derive(Clone, Copy)]
pub struct Directory {
    /// The signals that the socket's side reads too.
    pub store: Store,
    /// The person's rooms, as the server orders them.
    pub rooms: Listing<Vec<Room>>,
    /// Whether this browser has signed out and the server does not know.
    pub leaving: RwSignal<bool>,
    documents: StoredValue<LiteMap<RoomId, Listing<Vec<Document>>>>,
    members: StoredValue<LiteMap<RoomId, Listing<Vec<Member>>>>,
    /// Who used this tab last.
    last: StoredValue<Option<UserId>>,
    /// Answers on their way to the device's store.
    unkept: StoredValue<Rows>,
    owner: StoredValue<Owner>,
}

/// Loads the page again, here or at another address: whatever the tab held is gone.
fn start_anew(path: Option<&str>) {
    let location = window().location();
    let started = match path {
        Some(path) => location.assign(path),
        None => location.reload(),
    };
    started.expect("a page may load itself");
}

impl Directory {
    /// Makes the tab's one directory; call it at the root, since its signals live as long as the caller.
    pub fn provide(store: Store) -> Self {
        let directory = Self {
            store,
            rooms: Listing::around(store.rooms),
            leaving: RwSignal::new(is_leaving()),
            documents: StoredValue::new(LiteMap::new()),
            members: StoredValue::new(LiteMap::new()),
            last: StoredValue::new(None),
            unkept: StoredValue::new(Rows::new()),
            owner: StoredValue::new(Owner::current().expect("components run under an owner")),
        };
        directory.keep_when_open();
        directory.leave_with_others();
        directory.recall_into(directory.rooms, api::ROOMS.to_owned(), api::read_rooms);
        provide_context(directory);
        directory
    }

    /// The directory of this tab.
    pub fn here() -> Self {
        expect_context()
    }

    /// Asks who is signed in, and what the server lets a stranger do when nobody is.
    pub fn refresh_account(self) {
        if self.store.account.get_untracked() == Account::Unknown && known_account().is_some() {
            let patience = std::time::Duration::from_millis(ACCOUNT_MS_MAX);
            set_timeout(move || self.go_on_without_server(), patience);
        }
        spawn_local(async move {
            if let Err(error) = self.finish_leaving().await {
                self.store.server.set(Loaded::Failed(error));
                self.leave_again();
                return;
            }
            match api::me().await {
                Ok(me) => self.signed_in(me),
                Err(ApiError::Refused {
                    code: ErrorCode::NotSignedIn | ErrorCode::SignedOut,
                    ..
                }) => {
                    forget_account();
                    match api::server_state().await {
                        Ok(server) => {
                            self.store.server.set(Loaded::Ready(server));
                            self.store.account.set(Account::SignedOut);
                        }
                        Err(error) => self.store.server.set(Loaded::Failed(error)),
                    }
                }
                Err(error) => {
                    self.go_on_without_server();
                    self.store.server.set(Loaded::Failed(error));
                }
            }
        });
    }

    /// Asks again what the person is called: another of their tabs may have changed it. Without an answer the old name stands until the next hint.
    fn refresh_me(self) {
        spawn_local(async move {
            if let Ok(me) = api::me().await
                && untrack(|| self.me()).is_some_and(|known| known.id == me.id && known != me)
            {
                self.store.account.set(Account::SignedIn(me));
            }
        });
    }

    /// Takes note of a sign-in. When it is somebody else than before, the page starts anew: nothing that this tab holds is theirs, least of all
    /// what waits to be sent.
    pub fn signed_in(self, me: Me) {
        let before = self.last.get_value();
        self.last.set_value(Some(me.id));
        remember_account(&me);
        if before.is_some_and(|before| before != me.id) {
            start_anew(None);
            return;
        }
        self.store.account.set(Account::SignedIn(me));
    }

    /// Signs out though the server does not answer, which hears of it later. False where that cannot be.
    pub fn sign_out_alone(self) -> bool {
        begin_leaving()
    }

    /// Leaves nothing of the account in this tab.
    pub fn signed_out(self) {
        forget_drafts();
        forget_name();
        forget_account();
        start_anew(Some("/sign-in"));
    }

    /// Who that is, when somebody of that name was signed in at this browser and has not signed out.
    pub fn left_here(self, username: &str) -> Option<UserId> {
        known_by_name(username)
    }

    /// The signed-in person, tracked.
    pub fn me(self) -> Option<Me> {
        self.store.account.with(|account| match account {
            Account::SignedIn(me) => Some(me.clone()),
            Account::Unknown | Account::SignedOut => None,
        })
    }

    /// Asks for the rooms again.
    pub fn refresh_rooms(self) {
        self.rooms
            .refresh(move || self.ask(api::ROOMS.to_owned(), api::read_rooms));
    }

    /// The documents of a room. The first caller makes them load.
    pub fn documents(self, room: RoomId) -> Listing<Vec<Document>> {
        self.listing(self.documents, room, |this, room, listing| {
            this.recall_into(listing, api::documents_path(room), api::read_documents);
            this.list_unborn(room, listing);
            this.refresh_documents(room);
        })
    }

    /// Asks for a room's documents again.
    pub fn refresh_documents(self, room: RoomId) {
        self.documents(room)
            .refresh(move || self.ask(api::documents_path(room), api::read_documents));
    }

    /// The members of a room. The first caller makes them load.
    pub fn members(self, room: RoomId) -> Listing<Vec<Member>> {
        self.listing(self.members, room, |this, room, listing| {
            this.recall_into(listing, api::members_path(room), api::read_members);
            this.refresh_members(room);
        })
    }

    /// Asks for a room's members again.
    pub fn refresh_members(self, room: RoomId) {
        self.members(room)
            .refresh(move || self.ask(api::members_path(room), api::read_members));
    }

    /// Asks again for all that is shown or was: the server was away.
    pub fn refresh_all(self) {
        self.refresh_rooms();
        for room in self.documents.with_value(|all| all.keys().copied().collect::<Vec<_>>()) {
            self.refresh_documents(room);
        }
        if let Some(room) = self.store.open_room.get_untracked() {
            self.refresh_members(room);
        }
    }

    fn listing<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        all: StoredValue<LiteMap<RoomId, Listing<T>>>,
        room: RoomId,
        begin: fn(Self, RoomId, Listing<T>),
    ) -> Listing<T> {
        if let Some(known) = all.with_value(|all| all.get(&room).copied()) {
            return known;
        }
        // Under the root's owner: the page that asks first may be gone before the others that read it.
        let new = self.owner.with_value(|owner| owner.with(Listing::waiting));
        all.update_value(|all| {
            all.insert(room, new);
        });
        self.owner.with_value(|owner| owner.with(|| begin(self, room, new)));
        new
    }

    /// The room, tracked, when the person is in it.
    pub fn room(self, id: RoomId) -> Option<Room> {
        self.rooms
            .state
            .with(|rooms| rooms.ready()?.iter().find(|room| room.id == id).cloned())
    }

    /// The document, tracked, when its room's list is loaded and holds it.
    pub fn document(self, room: RoomId, id: DocumentId) -> Option<Document> {
        self.documents(room)
            .state
            .with(|all| all.ready()?.iter().find(|document| document.id == id).cloned())
    }

    /// Follows a hint of the server that something is another one now.
    pub fn heard(self, place: Place, change: &Change) {
        // A document's hint does not say the room; the open one is where it is shown.
        let room = match place {
            Place::Room(room) => Some(room),
            Place::Document(_) => self.store.open_room.get_untracked(),
        };
        match (change, room) {
            (Change::Documents | Change::Title(_), Some(room)) => self.refresh_documents(room),
            (Change::Members, Some(room)) => {
                self.refresh_me();
                self.refresh_members(room);
                self.refresh_rooms();
            }
            (Change::Room, _) => self.refresh_rooms(),
            (Change::Documents | Change::Title(_) | Change::Members, None) => {}
        }
    }
}
