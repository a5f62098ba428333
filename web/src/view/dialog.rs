//! Modal dialogs on the platform's `<dialog>`: focus goes in, Esc closes, focus returns where it came from.

use crate::api::Answer;
use crate::reactive::effect;
use crate::text::t;
use crate::view::form::{Field, FormError, Submission, SubmitButton, Typed};
use crate::view::icon::{Glyph, Icon};
use leptos::html;
use leptos::prelude::*;
use std::pin::Pin;
use wasm_bindgen::JsCast as _;
use web_sys::MouseEvent;

/// The work a dialog does when it is confirmed.
pub type Work = Pin<Box<dyn Future<Output = Answer<()>>>>;

/// Where the next thing to do is looked for when the button that opened a dialog is gone.
const AROUND: &str = "section, nav, dialog, main";

/// What takes the focus there.
const FOCUSABLE: &str = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled)";

/// A modal dialog, in the page while `open` says so.
#[component]
pub fn Dialog(
    /// Whether it is shown; closing sets it back.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
    /// What it holds, made anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    view! {
        <Show when=move || open.get()>
            <DialogBody open title class children=children.get_value() />
        </Show>
    }
}

#[component]
fn DialogBody(open: RwSignal<bool>, title: Signal<String>, class: &'static str, children: ChildrenFn) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let opener = document().active_element();
    effect(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            dialog.show_modal().expect("it is in the page and not open");
        }
    });
    // Removing an open dialog from the page leaves the focus on nothing; give it back by hand. Where the button that opened it is gone with what
    // it was about, what stands around it has the next one.
    let around = opener.as_ref().and_then(|opener| opener.closest(AROUND).ok().flatten());
    let opener = StoredValue::new_local((opener, around));
    on_cleanup(move || {
        let Some((opener, around)) = opener.try_get_value() else {
            return;
        };
        request_animation_frame(move || {
            // Whatever was asked for may have taken it already.
            if document()
                .active_element()
                .is_some_and(|active| active.tag_name() != "BODY")
            {
                return;
            }
            let back = opener
                .filter(|opener| opener.is_connected())
                .or_else(|| around?.query_selector(FOCUSABLE).ok().flatten());
            if let Some(back) = back.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
                // Focus fails on nothing that is in the page.
                drop(back.focus());
            }
        });
    });
    // A press on the backdrop arrives at the dialog itself.
    let press = move |event: MouseEvent| {
        let on_backdrop = event.target().is_some_and(|target| {
            dialog
                .get_untracked()
                .is_some_and(|dialog| dialog.is_same_node(target.dyn_ref::<web_sys::Node>()))
        });
        if on_backdrop {
            open.set(false);
        }
    };
    view! {
        <dialog
            class=format!("dialog {class}")
            node_ref=dialog
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
            on:mousedown=press
        >
            <div class="dialog-head">
                <h2 class="dialog-title">{move || title.get()}</h2>
                <button class="button-icon" type="button" aria-label=t("close") on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Close />
                </button>
            </div>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
}

/// Asks before something that cannot be undone, naming the thing.
#[component]
pub fn Confirm(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// The question, with the name.
    #[prop(into)]
    title: Signal<String>,
    /// What follows from it.
    #[prop(into)]
    body: Signal<String>,
    /// The word on the button: the deed, not "OK".
    #[prop(into)]
    action: String,
    /// Does it.
    #[prop(into)]
    work: Callback<(), Work>,
) -> impl IntoView {
    view! {
        <Dialog open title>
            {
                let action = action.clone();
                let submission = Submission::idle();
                let submit = move |event| {
                    Typed::of(&event);
                    submission.run(work.run(()), move |()| open.set(false));
                };
                view! {
                    <form class="form" on:submit=submit>
                        <p>{move || body.get()}</p>
                        <FormError submission />
                        <div class="form-actions">
                            <button class="button" type="button" autofocus on:click=move |_| open.set(false)>
                                {t("cancel")}
                            </button>
                            <SubmitButton label=action submission class="button button-solid-danger" />
                        </div>
                    </form>
                }
            }
        </Dialog>
    }
}

/// Asks for one name.
#[component]
pub fn Prompt(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// What for.
    #[prop(into)]
    title: Signal<String>,
    /// Labels the field.
    #[prop(into)]
    label: String,
    /// The word on the button.
    #[prop(into)]
    action: String,
    /// The field's name in the API.
    field: &'static str,
    /// What the field holds at first.
    #[prop(optional, into)]
    value: Signal<String>,
    /// Most characters.
    max: usize,
    /// Does it with the name.
    #[prop(into)]
    work: Callback<String, Work>,
) -> impl IntoView {
    view! {
        <Dialog open title>
            {
                let (label, action) = (label.clone(), action.clone());
                let submission = Submission::idle();
                let submit = move |event| {
                    if let Some(name) = Typed::of(&event).trimmed(field) {
                        submission.run(work.run(name), move |()| open.set(false));
                    }
                };
                view! {
                    <form class="form" on:submit=submit>
                        <Field label name=field submission maxlength=max value=value.get_untracked() focused=true />
                        <FormError submission />
                        <div class="form-actions">
                            <button class="button" type="button" on:click=move |_| open.set(false)>
                                {t("cancel")}
                            </button>
                            <SubmitButton label=action submission />
                        </div>
                    </form>
                }
            }
        </Dialog>
    }
}
