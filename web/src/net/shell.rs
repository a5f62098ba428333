//! The session in the browser: its socket, its timers, and which editor shows which document.

use super::mirror::Mirror;
use super::socket::Socket;
use super::tell::UpdateClosed as _;
use super::timer::{Alarm, Beat, now_ms};
use crate::crash;
use crate::store::Store;
use leptos::prelude::window;
use shared::id::{ClientId, DocumentId, RoomId};
use shared::session::{Disconnect, OpenError, Place, Session, Wish};
use shared::wire::{Change, Codec};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};
use uuid::Uuid;
use web_sys::wasm_bindgen::JsCast as _;
use web_sys::wasm_bindgen::closure::Closure;

/// Who is told what changed outside documents and conversations.
pub(super) type Hears = Box<dyn Fn(Place, &Change)>;

/// See the module. Borrows of the cells are short and never held while anything is called that could come back here.
pub(super) struct Shell {
    session: RefCell<Session>,
    socket: RefCell<Option<Socket>>,
    /// When the session wants to be called.
    deadline: Alarm,
    /// The next paint: text and carets of others are shown once a frame.
    pub(super) frame: Alarm,
    /// When the person's own caret is told to others.
    pub(super) caret: Alarm,
    /// When typing has paused: the editor's text is compared with the replica's.
    pub(super) pause: Alarm,
    pub(super) store: Store,
    pub(super) hears: Hears,
    pub(super) mirrors: RefCell<BTreeMap<DocumentId, Rc<Mirror>>>,
    /// Documents on screen; others are open only until they are saved.
    viewed: RefCell<BTreeSet<DocumentId>>,
    this: Weak<Shell>,
}

impl Shell {
    pub(super) fn new(store: Store, hears: Hears) -> Rc<Self> {
        let shell = Rc::new_cyclic(|this| Self {
            session: RefCell::new(fresh_session()),
            socket: RefCell::new(None),
            deadline: Alarm::new(this, Beat::Timeout, |shell| {
                shell.deadline.rang();
                shell.with_session(Session::handle_timeout);
            }),
            frame: Alarm::new(this, Beat::Frame, |shell| {
                shell.frame.rang();
                shell.show_others();
            }),
            caret: Alarm::new(this, Beat::Timeout, |shell| {
                shell.caret.rang();
                shell.tell_carets();
            }),
            pause: Alarm::new(this, Beat::Timeout, |shell| {
                shell.pause.rang();
                shell.compare_texts();
            }),
            store,
            hears,
            mirrors: RefCell::default(),
            viewed: RefCell::default(),
            this: this.clone(),
        });
        shell.listen();
        shell
    }

    pub(super) fn this(&self) -> &Weak<Self> {
        &self.this
    }

    /// Does something with the session and carries out what follows from it.
    pub(super) fn with_session<T>(&self, act: impl FnOnce(&mut Session, u64) -> T) -> T {
        let done = act(&mut self.session.borrow_mut(), now_ms());
        self.drive();
        done
    }

    /// Does something with the session that the editor has to show, and shows it before anything else follows from it: what follows may
    /// compare the two.
    pub(super) fn with_session_shown<T>(&self, act: impl FnOnce(&mut Session, u64) -> T, show: impl FnOnce(&T)) {
        let done = act(&mut self.session.borrow_mut(), now_ms());
        show(&done);
        self.drive();
    }

    /// Looks into the session.
    pub(super) fn read_session<T>(&self, look: impl FnOnce(&Session) -> T) -> T {
        look(&self.session.borrow())
    }

    fn drive(&self) {
        loop {
            let wish = self.session.borrow_mut().poll_wish();
            match wish {
                Some(Wish::Connect) => self.connect(),
                Some(Wish::Drop) => drop(self.socket.take()),
                None => break,
            }
        }
        loop {
            let message = self.session.borrow_mut().poll_transmit();
            let Some(message) = message else { break };
            if let Some(socket) = &*self.socket.borrow() {
                socket.send(&message);
            }
        }
        loop {
            let event = self.session.borrow_mut().poll_event();
            let Some(event) = event else { break };
            self.tell(event);
        }
        let deadline = self.session.borrow().poll_deadline();
        match deadline {
            Some(at_ms) => self.deadline.set(at_ms),
            None => self.deadline.clear(),
        }
    }

    fn connect(&self) {
        let socket = Socket::connect(&self.this);
        let refused = socket.is_none();
        self.socket.replace(socket);
        if refused {
            self.session
                .borrow_mut()
                .handle_disconnected(now_ms(), Disconnect::Lost);
        }
    }

    pub(super) fn handle_socket_gone(&self, reason: Disconnect) {
        drop(self.socket.take());
        self.with_session(|session, now_ms| session.handle_disconnected(now_ms, reason));
    }

    /// Somebody else has signed in: nothing of the one before may be sent or seen.
    pub(super) fn begin_anew(&self) {
        drop(self.socket.take());
        let mirrors = self.mirrors.take();
        drop(mirrors);
        self.viewed.borrow_mut().clear();
        self.session.replace(fresh_session());
        self.store.forget_all();
    }

    pub(super) fn open_document(&self, id: DocumentId, client_id: ClientId) {
        self.viewed.borrow_mut().insert(id);
        let opened = self.with_session(|session, now_ms| session.open_document(now_ms, id, client_id));
        match opened {
            // Open already: it was left with edits that were not stored yet, and is looked at again.
            Ok(()) | Err(OpenError::AlreadyOpen) => {}
            Err(OpenError::TooMany) => self
                .store
                .document(id)
                .update_closed(shared::error::ErrorCode::TooManyChannels),
        }
    }

    pub(super) fn leave_document(&self, id: DocumentId) {
        self.viewed.borrow_mut().remove(&id);
        // Taken out first: the editor speaks once more while it goes.
        let mirror = self.mirrors.borrow_mut().remove(&id);
        drop(mirror);
        self.with_session(|session, now_ms| session.set_presence(now_ms, Place::Document(id), None));
        self.close_if_done(id);
    }

    /// Closes a document that nobody looks at and that has nothing left to store.
    pub(super) fn close_if_done(&self, id: DocumentId) {
        if self.viewed.borrow().contains(&id) {
            return;
        }
        let done = self.read_session(|session| {
            session
                .document(id)
                .is_some_and(|document| document.outbox().is_empty())
        });
        if done {
            let unsaved = self.with_session(|session, now_ms| session.close_document(now_ms, id));
            debug_assert!(unsaved.is_empty(), "only a document without unsaved edits is closed");
            self.store.forget_document(id);
        }
    }

    /// Opens the rooms of the list, and leaves those that are on it no more.
    pub(super) fn open_rooms(&self, listed: &BTreeSet<RoomId>) {
        let open: BTreeSet<RoomId> = self.read_session(|session| session.rooms().map(|(id, _)| id).collect());
        self.with_session(|session, now_ms| {
            for id in open.difference(listed) {
                // The person is no member any more: what they still wanted to say there cannot be said.
                drop(session.close_room(now_ms, *id));
            }
            for id in listed.difference(&open) {
                if session.open_room(now_ms, *id).is_err() {
                    // Over the limit of channels: the rooms further down the list have no live conversation.
                    break;
                }
            }
        });
    }

    /// What the browser tells about the device and the tab.
    fn listen(&self) {
        let wake = |name: &str, target: &web_sys::EventTarget| {
            let this = self.this.clone();
            let callback = Closure::<dyn FnMut()>::new(move || {
                if let Some(shell) = this.upgrade().filter(|_| !crash::has_crashed()) {
                    // Also when it went offline: the link is probed and found dead at once, not in half a minute.
                    shell.with_session(Session::handle_wake);
                }
            });
            let added = target.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
            added.expect("a window takes listeners");
            // The session lives as long as the tab.
            callback.forget();
        };
        let window = window();
        wake("online", &window);
        wake("offline", &window);
        wake("pageshow", &window);
        if let Some(document) = window.document() {
            wake("visibilitychange", &document);
        }
        self.ask_before_leaving();
    }

    /// Edits that only this tab has are lost with it, so the browser asks the person.
    fn ask_before_leaving(&self) {
        let this = self.this.clone();
        let callback = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let unsaved = this.upgrade().is_some_and(|shell| {
                shell
                    .session
                    .try_borrow()
                    .is_ok_and(|session| session.documents().any(|(_, document)| !document.outbox().is_empty()))
            });
            if unsaved {
                event.prevent_default();
            }
        });
        let added = window().add_event_listener_with_callback("beforeunload", callback.as_ref().unchecked_ref());
        added.expect("a window takes listeners");
        callback.forget();
    }
}

fn fresh_session() -> Session {
    Session::new(Codec::Binary, Uuid::new_v4().as_u64_pair().0)
}
