//! One quiet line when the server has a newer release than this tab, or one that this tab cannot talk to any more.

use crate::reactive::{effect, memo};
use crate::release;
use crate::store::{Connection, Store};
use crate::text::t;
use crate::view::icon::{Glyph, Icon};
use leptos::prelude::*;
use shared::error::ErrorCode;

/// How much the newer release matters to this tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    None,
    /// Everything works as it is.
    Found,
    /// The server cannot be talked to before.
    Needed,
}

/// The line.
#[component]
pub fn ReleaseLine() -> impl IntoView {
    let store: Store = expect_context();
    let found = RwSignal::new(false);
    let taken = RwSignal::new(false);
    release::watch(move || found.set(true));
    effect(move || {
        if store.connection.get() == Connection::Online {
            release::ask();
        }
    });
    let news = memo(move || match store.connection.get() {
        Connection::Stopped(ErrorCode::UnsupportedVersion) => News::Needed,
        _ if found.get() => News::Found,
        _ => News::None,
    });
    let line = move |text: &str| {
        view! {
            <div class="release" data-testid="new-release">
                <span>{t(text)}</span>
                <button
                    class="button button-primary"
                    type="button"
                    data-testid="take-release"
                    // The page can take a moment to go.
                    disabled=move || taken.get()
                    on:click=move |_| {
                        taken.set(true);
                        release::take();
                    }
                >
                    {t("reload")}
                </button>
                {(news.get() == News::Found)
                    .then(|| {
                        view! {
                            <button class="button-icon" type="button" aria-label=t("close") on:click=move |_| found.set(false)>
                                <Icon glyph=Glyph::Close />
                            </button>
                        }
                    })}
            </div>
        }
    };
    view! {
        <div class="toasts" role="status">
            {move || match news.get() {
                News::None => None,
                News::Found => Some(line("release-found")),
                News::Needed => Some(line("release-needed")),
            }}
        </div>
    }
}
