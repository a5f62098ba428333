//! One piece of rescued work: what it is, what it holds, and where it can go.

use super::difference::Difference;
use super::sending::Sending;
use super::why;
use crate::device::download;
use crate::net::Net;
use crate::store::{Rescued, RescuedId};
use crate::text::{t, t_with};
use crate::view::dialog::{Confirm, Work};
use crate::view::icon::{Glyph, Icon};
use crate::view::time::Ago;
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

/// See the module.
#[component]
pub fn RescuedView(
    /// Which.
    one: Rescued,
) -> impl IntoView {
    let net: Net = expect_context();
    let asks = RwSignal::new(false);
    let title = title(&one);
    let place = one.room.as_ref().map(|room| room.name.clone());
    let heading = match place {
        Some(room) => t_with("rescued-in", [("what", title.clone()), ("room", room)]),
        None => title.clone(),
    };
    let question = match one.id {
        RescuedId::Copy(_) => t_with("rescued-discard-title", [("title", title)]),
        RescuedId::Message(..) => t("rescued-discard-message"),
    };
    let id = one.id;
    let discard = Callback::new(move |()| -> Work {
        net.let_go(id);
        Box::pin(async { Ok(()) })
    });
    let at_ms = crate::view::time::of(one.at);
    let contents = match one.id {
        RescuedId::Copy(id) => view! { <Difference document=id.document text=one.text.clone() /> }.into_any(),
        RescuedId::Message(..) => view! { <p class="rescued-text">{one.text.clone()}</p> }.into_any(),
    };
    view! {
        <article class="rescued" data-testid="rescued">
            <h3 class="rescued-title">{heading}</h3>
            <p class="small soft">{why(one.reason)}" · "<Ago at_ms /></p>
            {contents}
            <Sending one=one.clone() />
            <p class="notice-actions">
                <CopyButton text=one.text.clone() />
                <DownloadButton one />
                <button class="button button-danger" type="button" data-testid="rescued-discard" on:click=move |_| asks.set(true)>
                    <Icon glyph=Glyph::Trash />
                    {t("discard")}
                </button>
            </p>
            <Confirm
                open=asks
                title=Signal::stored(question)
                body=Signal::derive(|| t("rescued-discard-body"))
                action=t("discard")
                work=discard
            />
        </article>
    }
}

/// What the person knows it by.
pub(super) fn title(one: &Rescued) -> String {
    match (&one.title, one.id) {
        (Some(title), _) => title.clone(),
        (None, RescuedId::Copy(_)) => t("rescued-untitled"),
        (None, RescuedId::Message(..)) => t("rescued-message"),
    }
}

#[component]
fn CopyButton(text: String) -> impl IntoView {
    let toasts: Toasts = expect_context();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            // Without a secure context there is no clipboard.
            let works = !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            toasts.show(t(if works { "copied" } else { "copy-failed" }));
        });
    };
    view! {
        <button class="button" type="button" data-testid="rescued-copy" on:click=copy>
            <Icon glyph=Glyph::Copy />
            {t("copy")}
        </button>
    }
}

#[component]
fn DownloadButton(one: Rescued) -> impl IntoView {
    view! {
        <button
            class="button"
            type="button"
            data-testid="rescued-download"
            on:click=move |_| download(&file_name(&title(&one)), &one.text)
        >
            <Icon glyph=Glyph::ArrowDown />
            {t("rescued-download")}
        </button>
    }
}

/// A title as the name of a file: what file systems forbid becomes a dash.
pub fn file_name(title: &str) -> String {
    const FORBIDDEN: &[char] = &['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\n'];
    format!("{}.md", title.replace(FORBIDDEN, "-"))
}
