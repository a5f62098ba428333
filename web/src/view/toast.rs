//! Passing news that needs no decision. Anything that does is a dialog or stands beside what it is about.

use crate::api::ApiError;
use crate::text::t;
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon};
use leptos::prelude::*;
use std::time::Duration;

/// How long news stays.
const SHOWN: Duration = Duration::from_secs(6);

/// Older news gives way when more than this stand at once.
const SHOWN_MAX: usize = 3;

/// The tab's passing news. Provided as context at the root.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u64, String)>>,
    next: StoredValue<u64>,
}

impl Toasts {
    /// Makes the tab's one list of news.
    pub fn provide() -> Self {
        let toasts = Self {
            shown: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        };
        provide_context(toasts);
        toasts
    }

    /// Shows a sentence for a while.
    pub fn show(self, text: impl Into<String>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|shown| {
            shown.push((id, text.into()));
            if shown.len() > SHOWN_MAX {
                shown.remove(0);
            }
        });
        set_timeout(move || self.dismiss(id), SHOWN);
    }

    /// Tells that something was not done.
    pub fn fail(self, error: &ApiError) {
        self.show(error.text());
    }

    fn dismiss(self, id: u64) {
        self.shown.update(|shown| shown.retain(|(one, _)| *one != id));
    }
}

/// Where news appears.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts: Toasts = expect_context();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <Each each=move || toasts.shown.get() key=|(id, _)| *id let((id, text))>
                <div class="toast" data-testid="toast">
                    <span>{text}</span>
                    <button class="button-icon" type="button" aria-label=t("close") on:click=move |_| toasts.dismiss(id)>
                        <Icon glyph=Glyph::Close />
                    </button>
                </div>
            </Each>
        </div>
    }
}
