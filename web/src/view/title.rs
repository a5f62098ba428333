//! What the browser's tab is called while a page is shown.

use crate::reactive::effect;
use leptos::prelude::*;

/// Names the tab after the page, and after the program alone once the page is gone. For the first lines of a page.
pub fn use_title(name: impl Fn() -> Option<String> + 'static) {
    effect(move || {
        let title = match name() {
            Some(name) if !name.is_empty() => format!("{name} · Inkling"),
            _ => "Inkling".to_owned(),
        };
        document().set_title(&title);
    });
    on_cleanup(|| document().set_title("Inkling"));
}
