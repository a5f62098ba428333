//! How the tab looks: theme, text face and the face of documents, kept in this browser and told to the style sheets as attributes of the root element.

use crate::reactive::effect;
use leptos::prelude::*;

macro_rules! preference {
    ($(#[$doc:meta])* $name:ident, $key:literal, $attribute:literal, { $($(#[$variant_doc:meta])* $variant:ident = $value:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { #[default] $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// In the order of the switch.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As kept, and as the style sheets know it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $value,)* }
            }

            fn stored() -> Self {
                let value = storage().and_then(|storage| storage.get_item($key).ok().flatten());
                Self::ALL.iter().copied().find(|one| Some(one.as_str()) == value.as_deref()).unwrap_or_default()
            }

            fn apply(self) {
                let root = document().document_element().expect("a page has a root element");
                // Neither call fails for these constant names and values.
                if self == Self::default() {
                    root.remove_attribute($attribute).expect("a constant name");
                } else {
                    root.set_attribute($attribute, self.as_str()).expect("a constant name");
                }
            }

            fn store(self) {
                if let Some(storage) = storage() {
                    // A full or forbidden storage costs the choice at the next start, nothing else.
                    drop(storage.set_item($key, self.as_str()));
                }
            }
        }
    };
}

preference! {
    /// Light or dark.
    Theme, "inkling.theme", "data-theme", {
        /// As the system is set.
        System = "system",
        /// Always light.
        Light = "light",
        /// Always dark.
        Dark = "dark",
    }
}

preference! {
    /// The face of the document's text.
    TextFace, "inkling.text-face", "data-text-face", {
        /// As the interface.
        Sans = "sans",
        /// As a book.
        Serif = "serif",
        /// As a terminal.
        Mono = "mono",
    }
}

preference! {
    /// How the one text of a document is shown to whoever works on it.
    Face, "inkling.face", "data-face", {
        /// As it reads, with marks only where the caret is.
        Write = "write",
        /// As it is stored, marks and all.
        Source = "source",
        /// As a page.
        Read = "read",
        /// In a field as of a form, which every screen reader knows.
        Plain = "plain",
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The choices of this browser. Provided as context at the root.
#[derive(Clone, Copy)]
pub struct Appearance {
    /// See [`Theme`].
    pub theme: RwSignal<Theme>,
    /// See [`TextFace`].
    pub text_face: RwSignal<TextFace>,
    /// See [`Face`].
    pub face: RwSignal<Face>,
}

impl Appearance {
    /// Reads what was chosen before and keeps the root element up to date.
    pub fn provide() -> Self {
        let appearance = Self {
            theme: RwSignal::new(Theme::stored()),
            text_face: RwSignal::new(TextFace::stored()),
            face: RwSignal::new(Face::stored()),
        };
        effect(move || appearance.theme.get().apply());
        effect(move || appearance.text_face.get().apply());
        effect(move || appearance.face.get().apply());
        provide_context(appearance);
        appearance
    }

    /// Chooses a theme.
    pub fn choose_theme(self, theme: Theme) {
        theme.store();
        self.theme.set(theme);
    }

    /// Chooses a face.
    pub fn choose_text_face(self, face: TextFace) {
        face.store();
        self.text_face.set(face);
    }

    /// Chooses how documents are shown.
    pub fn choose_face(self, face: Face) {
        face.store();
        self.face.set(face);
    }

    /// To the source, and from everything else back to writing.
    pub fn turn_face(self) {
        let now = self.face.get_untracked();
        self.choose_face(if now == Face::Write { Face::Source } else { Face::Write });
    }
}
