//! The looks of this browser.

use super::Part;
use crate::text::t;
use crate::view::loaded::Loaded;
use leptos::prelude::*;

/// Chooses theme, and how the text of documents is set.
#[component]
pub fn Looks() -> impl IntoView {
    view! {
        <Part id="settings-appearance" title=t("appearance") lead=t("appearance-lead")>
            <Loaded name="looks" class="looks" />
        </Part>
    }
}
