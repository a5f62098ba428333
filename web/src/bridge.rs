//! The only talk with the editor in JavaScript (`web/editor`).
//!
//! A transaction crosses in one call: triples of `from`, `to` and the length of what is inserted, all in UTF-16 units, and all inserts joined in
//! one string. The program owns the text and the editor mirrors it; what the person does is heard through [`Hears`].

use crate::appearance::Face;
use js_sys::Array;
use shared::id::DocumentId;
use shared::replica::{OffsetSelection, Splice, units};
use std::borrow::Cow;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::HtmlElement;

/// What an editor tells. Called while it is in the middle of its own work: nothing here may call the editor back, but for undo and redo.
pub trait Hears {
    /// The person changed the text, from this selection. When it is not taken, the editor goes back to [`Hears::text`].
    fn edited(&self, splices: Vec<Splice>, before: OffsetSelection) -> Taken;
    /// What comes next is something else than what was done so far: the two are taken back one by one.
    fn ended_step(&self);
    /// The person's selection is another one; none when the editor lost the focus.
    fn selected(&self, selection: Option<OffsetSelection>);
    /// The selection has other offsets now, since text of others came before it.
    fn shifted(&self, selection: OffsetSelection);
    /// The person wants to take back their last edit.
    fn undo(&self);
    /// The person wants to have it again.
    fn redo(&self);
    /// A composition ended: text of others may be shown again.
    fn settled(&self);
    /// Whose caret is kept in view from now on; none when the person has ended it.
    fn followed(&self, peer: Option<u32>);
    /// The whole text as it should be.
    fn text(&self) -> String;
    /// Which document it is of, for files that are put into it.
    fn document(&self) -> DocumentId;
    /// What the person's store on this device is called.
    fn device(&self) -> String;
}

/// Whether an edit became part of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It did.
    Yes,
    /// It did not.
    No,
}

/// Somebody else's caret.
#[derive(Clone, Debug, PartialEq)]
pub struct Caret {
    /// Which of their tabs.
    pub peer: u32,
    /// Where; none when that is not known at the moment, and the caret stays where it was.
    pub selection: Option<OffsetSelection>,
    /// A class of `style/tokens.css` that gives the colour.
    pub class: &'static str,
    /// On the flag.
    pub name: String,
}

/// What the editor is called with.
#[wasm_bindgen]
pub struct Host {
    hears: Box<dyn Hears>,
}

#[wasm_bindgen]
impl Host {
    /// See [`Hears::edited`].
    pub fn edited(&self, triples: &[u32], inserted: &str, anchor: u32, head: u32) -> bool {
        let splices = unpack(triples, inserted);
        self.hears.edited(splices, OffsetSelection { anchor, head }) == Taken::Yes
    }

    /// See [`Hears::ended_step`].
    #[wasm_bindgen(js_name = endedStep)]
    pub fn ended_step(&self) {
        self.hears.ended_step();
    }

    /// See [`Hears::selected`].
    pub fn selected(&self, anchor: u32, head: u32) {
        self.hears.selected(Some(OffsetSelection { anchor, head }));
    }

    /// See [`Hears::shifted`].
    pub fn shifted(&self, anchor: u32, head: u32) {
        self.hears.shifted(OffsetSelection { anchor, head });
    }

    /// See [`Hears::selected`].
    pub fn blurred(&self) {
        self.hears.selected(None);
    }

    /// See [`Hears::undo`].
    pub fn undo(&self) {
        self.hears.undo();
    }

    /// See [`Hears::redo`].
    pub fn redo(&self) {
        self.hears.redo();
    }

    /// See [`Hears::settled`].
    pub fn settled(&self) {
        self.hears.settled();
    }

    /// See [`Hears::followed`].
    pub fn followed(&self, peer: Option<u32>) {
        self.hears.followed(peer);
    }

    /// See [`Hears::text`].
    pub fn text(&self) -> String {
        self.hears.text()
    }

    /// See [`Hears::document`].
    pub fn document(&self) -> String {
        self.hears.document().to_string()
    }

    /// See [`Hears::device`].
    pub fn device(&self) -> String {
        self.hears.device()
    }
}

/// Something that a menu of the editor lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Usernames and names of those who belong to the room.
    People,
    /// Ids and titles of the room's documents.
    Documents,
}

/// What the tab knows of the document's room, told when a menu opens: pairs in turn, what stands in the text and what is read.
#[wasm_bindgen]
pub struct Known {
    tell: Box<dyn Fn(Listed) -> Array>,
}

#[wasm_bindgen]
impl Known {
    /// See [`Listed::People`].
    pub fn people(&self) -> Array {
        (self.tell)(Listed::People)
    }

    /// See [`Listed::Documents`].
    pub fn documents(&self) -> Array {
        (self.tell)(Listed::Documents)
    }
}

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = loadEditor, catch)]
    async fn load_editor() -> Result<JsValue, JsValue>;

    /// The module `editor.ts`.
    type Module;

    #[wasm_bindgen(method, js_name = createEditor)]
    fn create_editor(
        this: &Module,
        parent: &HtmlElement,
        host: Host,
        label: &str,
        placeholder: &str,
        face: &str,
    ) -> JsEditor;

    type JsEditor;

    #[wasm_bindgen(method)]
    fn show(this: &JsEditor, triples: &[u32], inserted: &str, positions: &[i32], classes: Array, names: Array);

    #[wasm_bindgen(method, js_name = takeBack)]
    fn take_back(this: &JsEditor, triples: &[u32], inserted: &str, anchor: u32, head: u32);

    #[wasm_bindgen(method)]
    fn replace(this: &JsEditor, text: &str);

    #[wasm_bindgen(method, js_name = setKnown)]
    fn set_known(this: &JsEditor, known: Known);

    #[wasm_bindgen(method, js_name = setReadOnly)]
    fn set_read_only(this: &JsEditor, read_only: bool);

    #[wasm_bindgen(method, js_name = setFace)]
    fn set_face(this: &JsEditor, face: &str);

    #[wasm_bindgen(method)]
    fn print(this: &JsEditor, title: &str);

    #[wasm_bindgen(method)]
    fn hash(this: &JsEditor) -> u32;

    #[wasm_bindgen(method, js_name = isComposing)]
    fn is_composing(this: &JsEditor) -> bool;

    #[wasm_bindgen(method, js_name = goTo)]
    fn go_to(this: &JsEditor, peer: u32);

    #[wasm_bindgen(method)]
    fn follow(this: &JsEditor, peer: Option<u32>);

    #[wasm_bindgen(method)]
    fn focus(this: &JsEditor);

    #[wasm_bindgen(method)]
    fn destroy(this: &JsEditor);
}

/// The editor's program, loaded when the first document is opened.
pub struct Loaded {
    module: Module,
}

/// Loads the editor; the browser keeps it for the next document.
pub async fn load() -> Result<Loaded, JsValue> {
    let module = load_editor().await?;
    Ok(Loaded { module: module.into() })
}

/// Whether the person may type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// They may.
    Open,
    /// They may read and select.
    ReadOnly,
}

/// What an editor says of itself.
pub struct Words {
    /// Its name, for those who do not see it.
    pub label: String,
    /// Where no text is yet.
    pub placeholder: String,
}

/// One editor on the page. Gone from the page when dropped.
pub struct Editor {
    editor: JsEditor,
}

impl Editor {
    /// Puts an empty, locked editor into `parent`.
    pub fn mount(loaded: &Loaded, parent: &HtmlElement, hears: Box<dyn Hears>, words: &Words, face: Face) -> Self {
        let host = Host { hears };
        let editor = loaded
            .module
            .create_editor(parent, host, &words.label, &words.placeholder, face.as_str());
        Self { editor }
    }

    /// Shows text of others, and these carets and no others.
    pub fn show(&self, splices: &[Splice], carets: &[Caret]) {
        let (triples, inserted) = pack(splices);
        let offset = |offset: u32| i32::try_from(offset).unwrap_or(i32::MAX);
        let mut positions = Vec::with_capacity(carets.len() * 3);
        for caret in carets {
            let (anchor, head) = caret
                .selection
                .map_or((-1, -1), |at| (offset(at.anchor), offset(at.head)));
            positions.extend([caret.peer.cast_signed(), anchor, head]);
        }
        let classes = carets.iter().map(|caret| JsValue::from_str(caret.class)).collect();
        let names = carets.iter().map(|caret| JsValue::from_str(&caret.name)).collect();
        self.editor.show(&triples, &inserted, &positions, classes, names);
    }

    /// Shows what the person has taken back, selects, and brings the caret into view.
    pub fn take_back(&self, splices: &[Splice], selection: OffsetSelection) {
        let (triples, inserted) = pack(splices);
        self.editor
            .take_back(&triples, &inserted, selection.anchor, selection.head);
    }

    /// Shows this text and no other, changing as little as possible.
    pub fn replace(&self, text: &str) {
        self.editor.replace(text);
    }

    /// Gives the menus what they list; `tell` is asked whenever one opens.
    pub fn set_known(&self, tell: Box<dyn Fn(Listed) -> Array>) {
        self.editor.set_known(Known { tell });
    }

    /// Lets the person type or not.
    pub fn set_lock(&self, lock: Lock) {
        self.editor.set_read_only(lock == Lock::ReadOnly);
    }

    /// Shows the text in this way; it stays the same, and so do selection and place.
    pub fn set_face(&self, face: Face) {
        self.editor.set_face(face.as_str());
    }

    /// Prints the text as a page.
    pub fn print(&self, title: &str) {
        self.editor.print(title);
    }

    /// [`shared::replica::text_hash`] of what is shown.
    pub fn hash(&self) -> u32 {
        self.editor.hash()
    }

    /// Whether a composition is under way, during which the text must not change under it.
    pub fn is_composing(&self) -> bool {
        self.editor.is_composing()
    }

    /// Scrolls to somebody's caret.
    pub fn go_to(&self, peer: u32) {
        self.editor.go_to(peer);
    }

    /// Keeps somebody's caret in view, or nobody's any more; [`Hears::followed`] tells what became of it.
    pub fn follow(&self, peer: Option<u32>) {
        self.editor.follow(peer);
    }

    /// Puts the caret into the text.
    pub fn focus(&self) {
        self.editor.focus();
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.editor.destroy();
    }
}

fn pack(splices: &[Splice]) -> (Vec<u32>, Cow<'_, str>) {
    let triples = splices
        .iter()
        .flat_map(|splice| [splice.from, splice.to, units(&splice.insert)])
        .collect();
    let inserted = match splices {
        [splice] => Cow::Borrowed(splice.insert.as_str()),
        _ => splices.iter().map(|splice| splice.insert.as_str()).collect(),
    };
    (triples, inserted)
}

fn unpack(triples: &[u32], inserted: &str) -> Vec<Splice> {
    let mut rest = inserted.chars();
    let splices = triples.chunks_exact(3).map(|triple| {
        let mut missing = triple[2] as usize;
        let mut insert = String::new();
        while missing > 0 {
            let Some(next) = rest.next() else { break };
            missing = missing.saturating_sub(next.len_utf16());
            insert.push(next);
        }
        Splice {
            from: triple[0],
            to: triple[1],
            insert,
        }
    });
    splices.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_the_same_on_both_sides() {
        let splice = |from, to, insert: &str| Splice {
            from,
            to,
            insert: insert.to_owned(),
        };
        let splices = vec![splice(0, 2, "a𝄞"), splice(5, 5, ""), splice(7, 9, "ü\n")];
        let (triples, inserted) = pack(&splices);
        assert_eq!(triples, [0, 2, 3, 5, 5, 0, 7, 9, 2]);
        assert_eq!(unpack(&triples, &inserted), splices);
    }
}
