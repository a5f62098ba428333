//! The tray: work that the server could not take, on every screen for as long as there is some.

pub mod rescued;

use crate::net::Net;
use crate::reactive::{effect, memo};
use crate::store::{Rescued, Store};
use crate::text::{error_text, t, t_with};
use crate::view::dialog::Dialog;
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon, IconSize};
use leptos::prelude::*;
use rescued::RescuedView;
use shared::error::ErrorCode;
use shared::id::DocumentId;

/// Whether the tray is shown; any part of the frame may open it.
#[derive(Clone, Copy)]
pub struct TrayDoor {
    open: RwSignal<bool>,
}

impl TrayDoor {
    /// Opens it.
    pub fn show(self) {
        self.open.set(true);
    }
}

/// Makes the tray known to the frame.
pub fn provide_tray() {
    provide_context(TrayDoor {
        open: RwSignal::new(false),
    });
}

/// The way into the tray, with how much is in it; not there when it is empty.
#[component]
pub fn TrayButton() -> impl IntoView {
    let store: Store = expect_context();
    let door: TrayDoor = expect_context();
    let count = memo(move || store.rescued.with(Vec::len));
    let words = move || t_with("tray-count", [("count", count.get())]);
    view! {
        <Show when=move || { count.get() > 0 }>
            <button
                class="button-icon tray-button"
                type="button"
                aria-haspopup="dialog"
                aria-label=words
                title=words
                data-testid="tray"
                on:click=move |_| door.show()
            >
                <Icon glyph=Glyph::Tray size=IconSize::Large />
                <span class="badge" aria-hidden="true">{move || count.get()}</span>
            </button>
        </Show>
    }
}

/// The tray, closed until it is asked for.
#[component]
pub fn Tray() -> impl IntoView {
    let store: Store = expect_context();
    let net: Net = expect_context();
    let TrayDoor { open } = expect_context();
    effect(move || {
        if open.get() {
            net.refresh_rescued();
        }
    });
    let latest_first = move || store.rescued.get().into_iter().rev().collect::<Vec<Rescued>>();
    view! {
        <Dialog open title=Signal::derive(|| t("tray")) class="dialog-wide tray">
            <p class="soft">{move || t(if store.rescued.with(Vec::is_empty) { "tray-empty" } else { "tray-lead" })}</p>
            <div class="tray-list" data-testid="tray-list">
                <Each each=latest_first key=|one| one.id let:one>
                    <RescuedView one />
                </Each>
            </div>
        </Dialog>
    }
}

/// Above a document, or in its place: that what was typed into it is not lost.
#[component]
pub fn RescuedNotice(
    /// Which document.
    id: DocumentId,
) -> impl IntoView {
    let store: Store = expect_context();
    let door: TrayDoor = expect_context();
    let reason = memo(move || {
        store.rescued.with(|all| {
            let here = all.iter().rev().find(|one| one.id.document() == Some(id));
            here.map(|one| one.reason)
        })
    });
    move || {
        reason.get().map(|reason| {
            view! {
                <div class="notice notice-warn" role="alert" data-testid="rescued-notice">
                    <Icon glyph=Glyph::Tray />
                    <p>
                        {why(reason)}" "{t("rescued-here")}" "
                        <button class="button-link" type="button" on:click=move |_| door.show()>
                            {t("tray")}
                        </button>
                    </p>
                </div>
            }
        })
    }
}

/// Why the server did not take it, for somebody who has not seen how it came to be.
pub fn why(reason: ErrorCode) -> String {
    match reason {
        ErrorCode::NotAllowed
        | ErrorCode::NotFound
        | ErrorCode::ReadOnly
        | ErrorCode::EpochChanged
        | ErrorCode::Regression
        | ErrorCode::Quarantined => t(&format!("rescued-why-{}", reason.as_str().replace('_', "-"))),
        reason => error_text(reason),
    }
}
