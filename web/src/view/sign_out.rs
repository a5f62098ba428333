//! Signing out, which removes from this device what is kept for the account: asks first when that is work that the server does not have.

use crate::api;
use crate::device::download;
use crate::directory::Directory;
use crate::net::Net;
use crate::text::{t, t_with};
use crate::view::dialog::Dialog;
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::session::Unsaved;

/// What signing out would lose, while the person is asked about it.
#[derive(Clone, Copy)]
struct Asked {
    open: RwSignal<bool>,
    unsaved: RwSignal<Unsaved>,
}

/// Makes room for the question; once, around all pages.
pub fn provide_sign_out() {
    provide_context(Asked {
        open: RwSignal::new(false),
        unsaved: RwSignal::new(Unsaved::default()),
    });
}

/// Signs this browser out and goes to the sign-in page, or asks first.
pub fn use_sign_out() -> Callback<()> {
    let net: Net = expect_context();
    let asked: Asked = expect_context();
    let leave = use_leave();
    Callback::new(move |()| {
        spawn_local(async move {
            let unsaved = net.unsaved().await;
            if unsaved == Unsaved::default() {
                leave.run(());
            } else {
                asked.unsaved.set(unsaved);
                asked.open.set(true);
            }
        });
    })
}

fn use_leave() -> Callback<()> {
    let directory = Directory::here();
    let net: Net = expect_context();
    let toasts: Toasts = expect_context();
    Callback::new(move |()| {
        spawn_local(async move {
            match api::logout().await {
                // Not being signed in any more is what was wanted.
                Err(error) if error.code() != Some(ErrorCode::NotSignedIn) => toasts.fail(&error),
                _ => {
                    net.forget_device().await;
                    directory.signed_out();
                }
            }
        });
    })
}

/// The question: wait until it is sent, take it along as files, or give it up.
#[component]
pub fn SignOutQuestion() -> impl IntoView {
    let net: Net = expect_context();
    let Asked { open, unsaved } = expect_context();
    let leave = use_leave();
    let lead = move || t_with("sign-out-lead", [("what", listed(unsaved.get()))]);
    let save = move |_| {
        for (title, text) in net.unsaved_texts() {
            download(&format!("{title}.md"), &text);
        }
    };
    view! {
        <Dialog open title=Signal::derive(|| t("sign-out-title"))>
            <p data-testid="sign-out-lead">{lead}</p>
            <p class="notice-actions">
                <button class="button button-primary" type="button" data-testid="sign-out-wait" on:click=move |_| open.set(false)>
                    {t("sign-out-wait")}
                </button>
                <button class="button" type="button" data-testid="sign-out-download" on:click=save>
                    {t("sign-out-download")}
                </button>
                <button
                    class="button button-danger"
                    type="button"
                    data-testid="sign-out-discard"
                    on:click=move |_| {
                        open.set(false);
                        leave.run(());
                    }
                >
                    {t("sign-out-discard")}
                </button>
            </p>
        </Dialog>
    }
}

/// What there is of each kind, as far as there is any.
fn listed(unsaved: Unsaved) -> String {
    let Unsaved {
        edits,
        messages,
        asides,
    } = unsaved;
    let kinds = [
        ("sign-out-edits", edits),
        ("sign-out-messages", messages),
        ("tray-count", asides),
    ];
    let some = kinds.into_iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = some.map(|(kind, count)| t_with(kind, [("count", count)])).collect();
    parts.join(", ")
}
