//! Keeping an editor and its replica the same.
//!
//! The replica takes in text of others only at the moment that the editor shows it, once a frame, and not while the person composes. Between
//! two such moments only the person changes either, so nothing ever has to be rebased.

use super::Net;
use super::shell::Shell;
use super::timer::now_ms;
use crate::appearance::Face;
use crate::bridge::{Caret, Editor, Hears, Listed, Loaded, Lock, Taken, Words};
use crate::device;
use crate::view::avatar::person_class;
use js_sys::Array;
use leptos::prelude::{Update as _, WithValue as _};
use shared::id::{DocumentId, PeerId};
use shared::limits::PRESENCE_INTERVAL_MS;
use shared::replica::{OffsetSelection, Splice, Undone};
use shared::session::{Document, EditError, Place, SaveState};
use shared::wire::PresenceState;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use web_sys::HtmlElement;
use web_sys::wasm_bindgen::JsValue;

/// After this long without news, editor and replica are compared.
const PAUSE_MS: u64 = 500;

/// Up to this many units, they are also compared each time before *Saved* is shown.
const COMPARED_AT_ONCE_UNITS: u32 = 64 * 1024;

/// An editor on the page and what is still to be done for it.
#[derive(Default)]
pub(super) struct Mirror {
    editor: RefCell<Option<Rc<Editor>>>,
    selection: Cell<Option<OffsetSelection>>,
    news: Cell<News>,
    caret: Cell<News>,
}

/// Whether something waits to be shown or told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum News {
    #[default]
    None,
    Waiting,
}

impl Net {
    /// Puts an editor for an open document into `parent`. It goes with [`Net::leave_document`].
    pub fn mount_editor(self, id: DocumentId, loaded: &Loaded, parent: &HtmlElement, words: &Words, face: Face) {
        self.shell
            .with_value(|shell| shell.mount_editor(id, loaded, parent, words, face));
    }

    /// Shows a document's text in this way.
    pub fn set_face(self, id: DocumentId, face: Face) {
        self.with_editor(id, |editor| editor.set_face(face));
    }

    /// Gives the menus of a document's editor what they list.
    pub fn set_known(self, id: DocumentId, tell: Box<dyn Fn(Listed) -> Array>) {
        self.with_editor(id, |editor| editor.set_known(tell));
    }

    /// Prints a document's text as a page.
    pub fn print(self, id: DocumentId, title: &str) {
        self.with_editor(id, |editor| editor.print(title));
    }

    /// Puts the caret into a document's text.
    pub fn focus_editor(self, id: DocumentId) {
        self.with_editor(id, Editor::focus);
    }

    /// Takes back the person's own last edit.
    pub fn undo(self, id: DocumentId) {
        self.shell.with_value(|shell| shell.undo(id));
    }

    /// Does it again.
    pub fn redo(self, id: DocumentId) {
        self.shell.with_value(|shell| shell.redo(id));
    }

    /// Scrolls to where somebody else is.
    pub fn go_to_peer(self, id: DocumentId, peer: PeerId) {
        self.with_editor(id, |editor| editor.go_to(peer.0));
    }

    /// Keeps somebody's caret in view until the person types, scrolls or ends it.
    pub fn follow(self, id: DocumentId, peer: Option<PeerId>) {
        self.with_editor(id, |editor| editor.follow(peer.map(|peer| peer.0)));
    }

    fn with_editor(self, id: DocumentId, act: impl FnOnce(&Editor)) {
        if let Some(editor) = self.shell.with_value(|shell| shell.editor(id)) {
            act(&editor);
        }
    }
}

impl Shell {
    fn mirror(&self, id: DocumentId) -> Option<Rc<Mirror>> {
        self.mirrors.borrow().get(&id).cloned()
    }

    /// A handle of its own, so that nothing is borrowed while the editor is called: its listeners come back here at once.
    fn editor(&self, id: DocumentId) -> Option<Rc<Editor>> {
        self.mirror(id)?.editor.borrow().clone()
    }

    fn mount_editor(&self, id: DocumentId, loaded: &Loaded, parent: &HtmlElement, words: &Words, face: Face) {
        let ears = Ears {
            shell: self.this().clone(),
            id,
        };
        let mirror = Rc::new(Mirror::default());
        self.mirrors.borrow_mut().insert(id, mirror.clone());
        let editor = Rc::new(Editor::mount(loaded, parent, Box::new(ears), words, face));
        let text = self.read_session(|session| {
            let document = session.document(id)?;
            document.is_loaded().then(|| document.replica().text())
        });
        if let Some(text) = text {
            editor.replace(&text);
        }
        mirror.editor.replace(Some(editor));
        self.lock_editor(id);
        self.want_frame(id);
    }

    /// Lets the person type when the document is here and may be changed.
    pub(super) fn lock_editor(&self, id: DocumentId) {
        let Some(editor) = self.editor(id) else { return };
        let open = self.read_session(|session| {
            session.document(id).is_some_and(|document| {
                document.is_loaded() && !matches!(document.save_state(), SaveState::ReadOnly(_))
            })
        });
        editor.set_lock(if open { Lock::Open } else { Lock::ReadOnly });
    }

    /// Something of others waits to be shown.
    pub(super) fn want_frame(&self, id: DocumentId) {
        if let Some(mirror) = self.mirror(id) {
            mirror.news.set(News::Waiting);
            self.frame.set_within(0);
        }
    }

    /// Shows text and carets of others, all that arrived since the last frame in one transaction.
    pub(super) fn show_others(&self) {
        let mirrors: Vec<_> = self
            .mirrors
            .borrow()
            .iter()
            .map(|(id, mirror)| (*id, mirror.clone()))
            .collect();
        for (id, mirror) in mirrors {
            let editor = mirror.editor.borrow().clone();
            let Some(editor) = editor.filter(|editor| mirror.news.get() == News::Waiting && !editor.is_composing())
            else {
                continue;
            };
            // A text that comes is taken in first and drawn later: both at once would be one long task.
            if self.with_session(|session, now_ms| session.take_in(now_ms, id)) {
                self.frame.set_within(0);
                continue;
            }
            mirror.news.set(News::None);
            self.with_session_shown(
                |session, now_ms| session.take_splices(now_ms, id),
                |splices| {
                    editor.show(splices, &self.carets(id));
                    if !splices.is_empty() {
                        self.pause.set(now_ms() + PAUSE_MS);
                    }
                },
            );
            self.lock_editor(id);
        }
    }

    fn carets(&self, id: DocumentId) -> Vec<Caret> {
        self.read_session(|session| {
            let Some(document) = session.document(id) else {
                return Vec::new();
            };
            let people = document.people().filter_map(|(peer, found)| {
                let selection = found.state.selection?;
                Some(Caret {
                    peer: peer.0,
                    selection: document.replica().selection(&selection),
                    class: person_class(found.person.id),
                    name: found.person.name.clone(),
                })
            });
            people.collect()
        })
    }

    /// Tells others where the person is: a sticky position costs a walk through the document, so not with every key.
    pub(super) fn tell_carets(&self) {
        let mirrors: Vec<_> = self
            .mirrors
            .borrow()
            .iter()
            .map(|(id, mirror)| (*id, mirror.clone()))
            .collect();
        for (id, mirror) in mirrors {
            if mirror.caret.replace(News::None) == News::None {
                continue;
            }
            let selection = mirror.selection.get();
            self.with_session(|session, now_ms| {
                let Some(document) = session.document(id).filter(|document| document.is_loaded()) else {
                    return;
                };
                let selection = selection.map(|selection| document.replica().sticky_selection(selection));
                let state = PresenceState {
                    selection,
                    document: None,
                };
                session.set_presence(now_ms, Place::Document(id), Some(state));
            });
        }
    }

    /// A channel that was opened again knows no carets.
    pub(super) fn tell_caret_again(&self, id: DocumentId) {
        if let Some(mirror) = self.mirror(id) {
            mirror.caret.set(News::Waiting);
            self.caret.set_within(0);
        }
    }

    /// There was news about saving: compare once typing pauses, and small texts at once before the person is told *Saved*.
    pub(super) fn compare_soon(&self, id: DocumentId, state: shared::session::SaveState) {
        self.pause.set(now_ms() + PAUSE_MS);
        let small = |document: &Document| document.replica().len() <= COMPARED_AT_ONCE_UNITS;
        if state == SaveState::Saved && self.read_session(|session| session.document(id).is_some_and(small)) {
            self.compare_text(id);
        }
    }

    /// Typing has paused.
    pub(super) fn compare_texts(&self) {
        let ids: Vec<_> = self.mirrors.borrow().keys().copied().collect();
        for id in ids {
            self.compare_text(id);
        }
    }

    /// The replica is right: it is what the server has. An editor that shows something else is made to show it, and never the other way.
    fn compare_text(&self, id: DocumentId) {
        let Some(editor) = self.editor(id).filter(|editor| !editor.is_composing()) else {
            return;
        };
        let shown = editor.hash();
        let wrong = self.read_session(|session| {
            let document = session.document(id).filter(|document| document.is_loaded())?;
            let replica = document.replica();
            (replica.text_hash() != shown).then(|| replica.text())
        });
        if let Some(text) = wrong {
            web_sys::console::error_1(&JsValue::from_str(
                "the editor showed another text than the document's; it was mended",
            ));
            editor.replace(&text);
        }
    }

    fn undo(&self, id: DocumentId) {
        self.with_session_shown(
            |session, now_ms| session.undo(now_ms, id),
            |undone| self.show_undone(id, undone),
        );
    }

    fn redo(&self, id: DocumentId) {
        self.with_session_shown(
            |session, now_ms| session.redo(now_ms, id),
            |undone| self.show_undone(id, undone),
        );
    }

    fn show_undone(&self, id: DocumentId, undone: &Result<Option<Undone>, EditError>) {
        // A document that may not be changed has nothing to take back; the page says so already.
        if let (Ok(Some(undone)), Some(editor)) = (undone, self.editor(id)) {
            editor.take_back(&undone.splices, undone.selection);
        }
    }
}

/// What the editor of one document tells.
struct Ears {
    shell: Weak<Shell>,
    id: DocumentId,
}

impl Hears for Ears {
    fn edited(&self, splices: Vec<Splice>, before: OffsetSelection) -> Taken {
        let Some(shell) = self.shell.upgrade() else {
            return Taken::No;
        };
        let edited = shell.with_session(|session, now_ms| session.edit(now_ms, self.id, &splices, Some(before)));
        if edited.is_ok() { Taken::Yes } else { Taken::No }
    }

    fn ended_step(&self) {
        if let Some(shell) = self.shell.upgrade() {
            shell.with_session(|session, _| session.end_step(self.id));
        }
    }

    fn selected(&self, selection: Option<OffsetSelection>) {
        let Some(shell) = self.shell.upgrade() else { return };
        let Some(mirror) = shell.mirror(self.id) else { return };
        mirror.selection.set(selection);
        mirror.caret.set(News::Waiting);
        shell.caret.set_within(PRESENCE_INTERVAL_MS);
    }

    fn shifted(&self, selection: OffsetSelection) {
        if let Some(mirror) = self.shell.upgrade().and_then(|shell| shell.mirror(self.id)) {
            mirror.selection.set(Some(selection));
        }
    }

    fn undo(&self) {
        if let Some(shell) = self.shell.upgrade() {
            shell.undo(self.id);
        }
    }

    fn redo(&self) {
        if let Some(shell) = self.shell.upgrade() {
            shell.redo(self.id);
        }
    }

    fn settled(&self) {
        if let Some(shell) = self.shell.upgrade() {
            shell.want_frame(self.id);
        }
    }

    fn followed(&self, peer: Option<u32>) {
        if let Some(shell) = self.shell.upgrade() {
            let document = shell.store.document(self.id);
            document.update(|document| document.following = peer.map(PeerId));
        }
    }

    fn text(&self) -> String {
        let text = self.shell.upgrade().and_then(|shell| {
            shell.read_session(|session| session.document(self.id).map(|document| document.replica().text()))
        });
        text.unwrap_or_default()
    }

    fn document(&self) -> DocumentId {
        self.id
    }

    fn device(&self) -> String {
        let user = self.shell.upgrade().and_then(|shell| shell.store.user());
        // Nobody writes without an account: a store without a name is nobody's.
        user.map(device::name).unwrap_or_default()
    }
}
