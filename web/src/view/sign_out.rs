//! Signing out, which removes from this device what is kept for the account: asks first when that is work that the server does not have.

use crate::api::{self, ApiError};
use crate::device::download;
use crate::directory::Directory;
use crate::net::{Net, Piece, PieceKind, sleep};
use crate::store::Store;
use crate::text::{t, t_with};
use crate::view::dialog::Dialog;
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::session::Unsaved;

/// While somebody waits for it, what is left is counted so often, milliseconds: other tabs send their part of it.
const COUNT_MS: i32 = 1_000;

/// What signing out would lose, while the person is asked about it.
#[derive(Clone, Copy)]
struct Asked {
    open: RwSignal<bool>,
    unsaved: RwSignal<Unsaved>,
    /// Whether the person signs out as soon as it is sent.
    waits: RwSignal<bool>,
}

/// Makes room for the question; once, around all pages.
pub fn provide_sign_out() {
    provide_context(Asked {
        open: RwSignal::new(false),
        unsaved: RwSignal::new(Unsaved::default()),
        waits: RwSignal::new(false),
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
                asked.waits.set(false);
                asked.open.set(true);
            }
        });
    })
}

fn use_leave() -> Callback<()> {
    let directory = Directory::here();
    let net: Net = expect_context();
    let store: Store = expect_context();
    let toasts: Toasts = expect_context();
    Callback::new(move |()| {
        spawn_local(async move {
            // Nobody waits for a server that is known not to answer: it is told later.
            let answer = if store.away.get_untracked() {
                Err(ApiError::Unreachable)
            } else {
                api::logout().await
            };
            let is_out = match &answer {
                // Not being signed in any more is what was wanted.
                Ok(()) => true,
                Err(error) if error.code() == Some(ErrorCode::NotSignedIn) => true,
                Err(ApiError::Unreachable) => directory.sign_out_alone(),
                Err(_) => false,
            };
            match answer {
                Err(error) if !is_out => toasts.fail(&error),
                _ => {
                    net.forget_device().await;
                    directory.signed_out();
                }
            }
        });
    })
}

/// The question: go when it is sent, take it along as a file, or give it up.
#[component]
pub fn SignOutQuestion() -> impl IntoView {
    let net: Net = expect_context();
    let store: Store = expect_context();
    let Asked { open, unsaved, waits } = expect_context();
    let leave = use_leave();
    let counting = StoredValue::new(false);
    let lead = move || {
        let lead = if waits.get() {
            "sign-out-waiting"
        } else {
            "sign-out-lead"
        };
        t_with(lead, [("what", listed(unsaved.get()))])
    };
    let wait = move |_| {
        waits.set(true);
        if counting.get_value() {
            return;
        }
        counting.set_value(true);
        spawn_local(async move {
            while waits.get_untracked() && open.get_untracked() {
                net.send_left().await;
                let left = net.unsaved().await;
                unsaved.set(left);
                if is_coming(left) {
                    sleep(COUNT_MS).await;
                    continue;
                }
                waits.set(false);
                // Rescued work is sent by nobody: the question stays.
                if left.asides == 0 && open.get_untracked() {
                    open.set(false);
                    leave.run(());
                }
            }
            counting.set_value(false);
        });
    };
    let save = move |_| {
        spawn_local(async move {
            let pieces = net.unsaved_pieces().await;
            match &pieces[..] {
                [one] => download(&file_name(&heading(one)), &one.text),
                pieces => download(&file_name(&t("sign-out-file")), &in_one(pieces)),
            }
        });
    };
    view! {
        <Dialog open title=Signal::derive(|| t("sign-out-title"))>
            <p role="status" data-testid="sign-out-lead">{lead}</p>
            <Show when=move || waits.get() && store.away.get()>
                <p class="small soft" data-testid="sign-out-away">{t("sign-out-away")}</p>
            </Show>
            <div class="form-actions">
                <Show
                    when=move || waits.get()
                    fallback=move || {
                        view! {
                            <Show when=move || unsaved.with(|left| is_coming(*left))>
                                <button class="button button-primary" type="button" data-testid="sign-out-wait" on:click=wait>
                                    {t("sign-out-wait")}
                                </button>
                            </Show>
                        }
                    }
                >
                    <button class="button" type="button" data-testid="sign-out-stay" on:click=move |_| waits.set(false)>
                        {t("sign-out-stay")}
                    </button>
                </Show>
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
            </div>
        </Dialog>
    }
}

/// Whether anything of it is sent without the person.
const fn is_coming(unsaved: Unsaved) -> bool {
    unsaved.edits + unsaved.messages + unsaved.files > 0
}

/// What the person knows a piece of work by.
pub fn heading(piece: &Piece) -> String {
    let what = match &piece.kind {
        PieceKind::Document(title) => title.clone().unwrap_or_else(|| t("rescued-untitled")),
        PieceKind::Message => t("rescued-message"),
    };
    match &piece.room {
        Some(room) => t_with("rescued-in", [("what", what), ("room", room.clone())]),
        None => what,
    }
}

/// One text of all, each below its heading.
fn in_one(pieces: &[Piece]) -> String {
    let texts: Vec<_> = pieces
        .iter()
        .map(|piece| format!("# {}\n\n{}\n", heading(piece), piece.text))
        .collect();
    texts.join("\n---\n\n")
}

/// What there is of each kind, as far as there is any.
fn listed(unsaved: Unsaved) -> String {
    let Unsaved {
        edits,
        messages,
        asides,
        files,
    } = unsaved;
    let kinds = [
        ("sign-out-edits", edits),
        ("sign-out-messages", messages),
        ("sign-out-files", files),
        ("tray-count", asides),
    ];
    let some = kinds.into_iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = some.map(|(kind, count)| t_with(kind, [("count", count)])).collect();
    parts.join(", ")
}

/// A title as the name of a file: what file systems forbid becomes a dash.
fn file_name(title: &str) -> String {
    const FORBIDDEN: &[char] = &['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\n'];
    format!("{}.md", title.replace(FORBIDDEN, "-"))
}
