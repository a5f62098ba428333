//! The session in the browser: what carries its frames, its timers, and which editor shows which document.

use super::carriers::Carriers;
use super::keeping::Shelf;
use super::mirror::Mirror;
use super::timer::{Alarm, Beat, now_ms, wall_ms};
use crate::crash;
use crate::store::Store;
use leptos::prelude::window;
use litemap::LiteMap;
use shared::id::{DocumentId, RoomId, UnixMs, UserId};
use shared::session::{Ladder, Place, Session, Wish};
use shared::sorted::SortedSet;
use shared::wire::{Change, Codec};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use uuid::Uuid;
use web_sys::wasm_bindgen::JsCast as _;
use web_sys::wasm_bindgen::closure::Closure;

/// Who is told what changed outside documents and conversations.
pub(super) type Hears = Box<dyn Fn(Place, &Change)>;

/// See the module. Borrows of the cells are short and never held while anything is called that could come back here.
pub(super) struct Shell {
    pub(super) session: RefCell<Session>,
    pub(super) carriers: Carriers,
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
    pub(super) mirrors: RefCell<LiteMap<DocumentId, Rc<Mirror>>>,
    /// Documents on screen; others are open only until they are saved.
    pub(super) viewed: RefCell<SortedSet<DocumentId>>,
    /// Rooms whose conversations are wanted.
    pub(super) listed: RefCell<SortedSet<RoomId>>,
    /// Whose tab it is.
    pub(super) user: Cell<Option<UserId>>,
    pub(super) shelf: RefCell<Shelf>,
    this: Weak<Shell>,
}

impl Shell {
    pub(super) fn new(store: Store, hears: Hears) -> Rc<Self> {
        let shell = Rc::new_cyclic(|this| Self {
            session: RefCell::new(fresh_session()),
            carriers: Carriers::new(this),
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
            listed: RefCell::default(),
            user: Cell::new(None),
            shelf: RefCell::default(),
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
        let done = self.act(act);
        self.drive();
        done
    }

    fn act<T>(&self, act: impl FnOnce(&mut Session, u64) -> T) -> T {
        let mut session = self.session.borrow_mut();
        session.tell_time(UnixMs(wall_ms()));
        act(&mut session, now_ms())
    }

    /// Does something with the session that the editor has to show, and shows it before anything else follows from it: what follows may
    /// compare the two.
    pub(super) fn with_session_shown<T>(&self, act: impl FnOnce(&mut Session, u64) -> T, show: impl FnOnce(&T)) {
        let done = self.act(act);
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
                Some(Wish::Connect) => self.with_ladder(Ladder::connect),
                Some(Wish::Drop) => self.drop_carrier(),
                None => break,
            }
        }
        loop {
            let message = self.session.borrow_mut().poll_transmit();
            let Some(message) = message else { break };
            self.carriers.send(&message);
        }
        loop {
            let event = self.session.borrow_mut().poll_event();
            let Some(event) = event else { break };
            self.tell(event);
        }
        self.keep();
        self.create();
        let deadline = self.session.borrow().poll_deadline();
        match deadline {
            Some(at_ms) => self.deadline.set(at_ms),
            None => self.deadline.clear(),
        }
    }

    /// Somebody else has signed in: nothing of the one before may be sent or seen.
    pub(super) fn begin_anew(&self) {
        self.with_ladder(|ladder, _| ladder.stop());
        let mirrors = self.mirrors.take();
        drop(mirrors);
        self.viewed.borrow_mut().clear();
        self.listed.borrow_mut().clear();
        self.user.set(None);
        self.shelf.replace(Shelf::Waiting);
        self.session.replace(fresh_session());
        self.store.forget_all();
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
        let done = self.read_session(|session| session.document(id).is_some_and(|document| document.unsaved() == 0));
        if done {
            let unsaved = self.with_session(|session, now_ms| session.close_document(now_ms, id));
            debug_assert!(unsaved.is_empty(), "only a document without unsaved edits is closed");
            self.store.forget_document(id);
        }
    }

    /// What the browser tells about the device and the tab.
    fn listen(&self) {
        // Also when it went offline: the link is probed and found dead at once, not in half a minute.
        let wake = |shell: &Self| shell.with_session(Session::handle_wake);
        let window = window();
        self.hear(&window, "online", Self::handle_online);
        for name in ["online", "offline", "pageshow"] {
            self.hear(&window, name, wake);
        }
        self.hear(&window, "pagehide", |shell| shell.carriers.leave());
        if let Some(document) = window.document() {
            self.hear(&document, "visibilitychange", wake);
        }
        self.ask_before_leaving();
    }

    fn hear(&self, target: &web_sys::EventTarget, name: &str, handle: fn(&Self)) {
        let this = self.this.clone();
        let callback = Closure::<dyn FnMut()>::new(move || {
            if let Some(shell) = this.upgrade().filter(|_| !crash::has_crashed()) {
                handle(&shell);
            }
        });
        let added = target.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
        added.expect("a window takes listeners");
        // The session lives as long as the tab.
        callback.forget();
    }

    /// What only this tab has is lost with it, so the browser asks the person. What the device has is not lost, and nobody is asked.
    fn ask_before_leaving(&self) {
        let this = self.this.clone();
        let callback = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let unsaved = this.upgrade().is_some_and(|shell| shell.would_lose());
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
