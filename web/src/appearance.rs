//! The face of documents, kept in this browser. All else that is chosen about the looks is none of the tab's business: `choices.ts` keeps it, and
//! the style sheets do the rest.

use crate::reactive::effect;
use leptos::prelude::*;

/// Where this browser keeps the face.
const KEY: &str = "inkling.face";

/// How the one text of a document is shown to whoever works on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Face {
    /// As it reads, with marks only where the caret is.
    #[default]
    Write,
    /// As it is stored, marks and all.
    Source,
    /// As a page.
    Read,
    /// In a field as of a form, which every screen reader knows.
    Plain,
}

impl Face {
    /// In the order of the switch.
    pub const ALL: &'static [Self] = &[Self::Write, Self::Source, Self::Read, Self::Plain];

    /// As kept, and as the style sheets and the editor know it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Source => "source",
            Self::Read => "read",
            Self::Plain => "plain",
        }
    }

    fn stored() -> Self {
        let word = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        Self::ALL
            .iter()
            .copied()
            .find(|one| Some(one.as_str()) == word.as_deref())
            .unwrap_or_default()
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The choice of this browser. Provided as context at the root.
#[derive(Clone, Copy)]
pub struct Appearance {
    /// See [`Face`].
    pub face: RwSignal<Face>,
}

impl Appearance {
    /// Reads what was chosen before and keeps the root element up to date.
    pub fn provide() -> Self {
        let appearance = Self {
            face: RwSignal::new(Face::stored()),
        };
        effect(move || {
            let root = document().document_element().expect("a page has a root element");
            root.set_attribute("data-face", appearance.face.get().as_str())
                .expect("a constant name");
        });
        provide_context(appearance);
        appearance
    }

    /// Chooses how documents are shown.
    pub fn choose_face(self, face: Face) {
        if let Some(storage) = storage() {
            // A full or forbidden storage costs the choice at the next start, nothing else.
            drop(storage.set_item(KEY, face.as_str()));
        }
        self.face.set(face);
    }

    /// To the source, and from everything else back to writing.
    pub fn turn_face(self) {
        let now = self.face.get_untracked();
        self.choose_face(if now == Face::Write { Face::Source } else { Face::Write });
    }
}
