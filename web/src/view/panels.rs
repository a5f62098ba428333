//! Which of the three columns are seen: all on a desk, drawers on a tablet, one at a time on a phone.
//!
//! The style sheet decides what a state means at a given width; nothing here asks how wide the window is.

use crate::text::t;
use crate::view::icon::{Glyph, Icon, IconSize};
use crate::view::tray::TrayButton;
use leptos::prelude::*;

/// Kept in this browser: whether the conversation stands beside the page, and how wide.
const TALK_OPEN_KEY: &str = "inkling.talk";
const TALK_WIDTH_KEY: &str = "inkling.talk-width";

/// Narrowest and widest conversation, pixels.
const TALK_PX: std::ops::RangeInclusive<i32> = 260..=640;
const TALK_PX_DEFAULT: i32 = 340;

/// What covers the page on narrow screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawer {
    /// Nothing.
    #[default]
    None,
    /// The rooms and documents.
    Side,
    /// The conversation.
    Talk,
}

impl Drawer {
    /// As the style sheet knows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Side => "side",
            Self::Talk => "talk",
        }
    }
}

/// See the module. Provided as context by the frame.
#[derive(Clone, Copy)]
pub struct Panels {
    /// On narrow screens.
    pub drawer: RwSignal<Drawer>,
    /// On wide screens.
    pub talk_open: RwSignal<bool>,
    /// On wide screens, pixels.
    pub talk_px: RwSignal<i32>,
}

impl Panels {
    /// As this browser was left.
    pub fn provide() -> Self {
        let stored = |key| {
            window()
                .local_storage()
                .ok()
                .flatten()
                .and_then(|storage| storage.get_item(key).ok().flatten())
        };
        let width = stored(TALK_WIDTH_KEY)
            .and_then(|px| px.parse().ok())
            .unwrap_or(TALK_PX_DEFAULT);
        let panels = Self {
            drawer: RwSignal::new(Drawer::None),
            talk_open: RwSignal::new(stored(TALK_OPEN_KEY).as_deref() != Some("closed")),
            talk_px: RwSignal::new(width.clamp(*TALK_PX.start(), *TALK_PX.end())),
        };
        provide_context(panels);
        panels
    }

    /// Shows or hides the conversation, whichever way this width shows it.
    pub fn toggle_talk(self) {
        if is_narrow() {
            self.drawer.update(|drawer| {
                *drawer = if *drawer == Drawer::Talk {
                    Drawer::None
                } else {
                    Drawer::Talk
                }
            });
        } else {
            self.talk_open.update(|open| *open = !*open);
            keep(
                TALK_OPEN_KEY,
                if self.talk_open.get_untracked() {
                    "open"
                } else {
                    "closed"
                },
            );
        }
    }

    /// Shows or hides the left column where it is a drawer.
    pub fn toggle_side(self) {
        self.drawer.update(|drawer| {
            *drawer = if *drawer == Drawer::Side {
                Drawer::None
            } else {
                Drawer::Side
            }
        });
    }

    /// Back to the page.
    pub fn close_drawer(self) {
        if self.drawer.get_untracked() != Drawer::None {
            self.drawer.set(Drawer::None);
        }
    }

    /// Makes the conversation this wide, within bounds.
    pub fn resize_talk(self, px: i32) {
        self.talk_px.set(px.clamp(*TALK_PX.start(), *TALK_PX.end()));
        keep(TALK_WIDTH_KEY, &self.talk_px.get_untracked().to_string());
    }

    /// Whether the conversation can be seen now, tracked.
    pub fn talk_is_seen(self) -> bool {
        let (open, drawer) = (self.talk_open.get(), self.drawer.get());
        if is_narrow() { drawer == Drawer::Talk } else { open }
    }
}

fn keep(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A full or forbidden storage costs the choice at the next start, nothing else.
        drop(storage.set_item(key, value));
    }
}

/// Whether side columns are drawers. The same width as in `style/shell.css`.
fn is_narrow() -> bool {
    window()
        .match_media("(max-width: 1099px)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

/// The bar above a page: the way to the drawers on either side of what the page puts there.
#[component]
pub fn PageHeader(
    /// Title and controls.
    children: Children,
    /// Whether a conversation belongs to the page.
    #[prop(optional)]
    with_talk: bool,
) -> impl IntoView {
    let panels: Panels = expect_context();
    view! {
        <header class="shell-header">
            <button
                class="button-icon only-tablet"
                type="button"
                aria-label=t("open-side")
                title=t("open-side")
                data-testid="open-side"
                on:click=move |_| panels.toggle_side()
            >
                <Icon glyph=Glyph::Menu size=IconSize::Large />
            </button>
            {children()}
            <TrayButton />
            {with_talk.then(|| view! { <TalkToggle /> })}
        </header>
    }
}

/// Shows or hides the conversation; not on a phone, where the bar below does.
#[component]
pub fn TalkToggle() -> impl IntoView {
    let panels: Panels = expect_context();
    view! {
        <button
            class="button-icon not-phone"
            type="button"
            aria-label=t("toggle-talk")
            title=t("toggle-talk")
            aria-pressed=move || panels.talk_is_seen().to_string()
            data-testid="toggle-talk"
            on:click=move |_| panels.toggle_talk()
        >
            <Icon glyph=Glyph::PanelRight size=IconSize::Large />
        </button>
    }
}
