//! Text that the server could not take: kept on this device until the person has it somewhere else.

use crate::device::download;
use crate::net::Net;
use crate::store::Store;
use crate::text::{error_text, t};
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::DocumentId;
use wasm_bindgen_futures::JsFuture;

/// One notice for each copy of a document that was set aside.
#[component]
pub fn SetAsideNotices(
    /// Of which document.
    id: DocumentId,
) -> impl IntoView {
    let store: Store = expect_context();
    let net: Net = expect_context();
    let toasts: Toasts = expect_context();
    let copies = move || {
        let all = store.set_aside.get();
        all.into_iter()
            .filter(move |copy| copy.document == id)
            .collect::<Vec<_>>()
    };
    let copy_text = move |text: String| {
        spawn_local(async move {
            let written = window().navigator().clipboard().write_text(&text);
            let told = if JsFuture::from(written).await.is_ok() {
                t("copied")
            } else {
                t("copy-failed")
            };
            toasts.show(told);
        });
    };
    view! {
        <Each each=copies key=|copy| copy.id let(copy)>
            <div class="notice notice-warn" role="alert" data-testid="set-aside">
                <Icon glyph=Glyph::Alert />
                <div>
                    <p>{error_text(copy.reason)} " " {t("set-aside-lead")}</p>
                    <p class="notice-actions">
                        <button
                            class="button"
                            type="button"
                            on:click={
                                let text = copy.text.clone();
                                move |_| copy_text(text.clone())
                            }
                        >
                            <Icon glyph=Glyph::Copy />
                            {t("set-aside-copy")}
                        </button>
                        <button
                            class="button"
                            type="button"
                            data-testid="set-aside-download"
                            on:click={
                                let text = copy.text.clone();
                                move |_| download(&t("set-aside-file"), &text)
                            }
                        >
                            {t("set-aside-download")}
                        </button>
                        <button
                            class="button button-quiet"
                            type="button"
                            on:click=move |_| net.let_aside_go(copy.id)
                        >
                            {t("set-aside-dismiss")}
                        </button>
                    </p>
                </div>
            </div>
        </Each>
    }
}
