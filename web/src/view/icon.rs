//! Icons as inline SVG: they take the colour of the text around them and are hidden from screen readers, since a label always stands beside.

mod lucide;

use leptos::prelude::*;
pub use lucide::Glyph;

/// How large an icon is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSize {
    /// 16 px, within text and buttons.
    #[default]
    Small,
    /// 20 px, where the icon stands alone.
    Large,
}

/// One icon. Whoever places it gives the control around it a label.
#[component]
pub fn Icon(
    /// Which outline.
    glyph: Glyph,
    /// How large.
    #[prop(optional)]
    size: IconSize,
) -> impl IntoView {
    let (class, side) = match size {
        IconSize::Small => ("icon", "16"),
        IconSize::Large => ("icon icon-large", "20"),
    };
    view! {
        <svg class=class width=side height=side viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">
            <path d=glyph.path() />
        </svg>
    }
}
