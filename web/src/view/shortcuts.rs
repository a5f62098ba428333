//! The list of keys, opened by `?`.

use crate::text::t;
use crate::view::dialog::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;

/// Asks the list to open; any part of the tab may.
const OPEN_EVENT: &str = "inkling:shortcuts";

/// Keys held together, and the message that says what they do.
type Shortcut = (&'static [&'static str], &'static str);

/// Keys and what they do, by where they work.
const SHORTCUTS: &[(&str, &[Shortcut])] = &[
    (
        "keys-everywhere",
        &[
            (&["Ctrl", "K"], "key-palette"),
            (&["?"], "key-shortcuts"),
            (&["Ctrl", "."], "key-talk"),
            (&["Esc"], "key-escape"),
        ],
    ),
    (
        "keys-documents",
        &[
            (&["Alt", "↑"], "move-up"),
            (&["Alt", "↓"], "move-down"),
            (&["Alt", "→"], "move-in"),
            (&["Alt", "←"], "move-out"),
            (&["←", "→"], "key-fold"),
        ],
    ),
    (
        "keys-editor",
        &[
            (&["Ctrl", "B"], "key-bold"),
            (&["Ctrl", "I"], "key-italic"),
            (&["Ctrl", "Shift", "X"], "key-strike"),
            (&["Ctrl", "E"], "key-code"),
            (&["Ctrl", "K"], "key-link"),
            (&["Ctrl", "Alt", "1–3"], "key-headings"),
            (&["Ctrl", "Shift", "7–9"], "key-lists"),
            (&["Ctrl", "Shift", "."], "key-quote"),
            (&["/"], "key-blocks"),
            (&["Alt", "↑↓"], "key-move"),
            (&["Alt", "F10"], "key-bar"),
            (&["Ctrl", "Shift", "O"], "key-outline"),
            (&["Ctrl", "Alt", "P"], "key-people"),
            (&["Ctrl", "Shift", "[ ]"], "key-fold-section"),
            (&["Ctrl", "Z"], "key-undo"),
            (&["Ctrl", "Shift", "Z"], "key-redo"),
            (&["Ctrl", "F"], "key-find"),
            (&["Ctrl", "Shift", "E"], "key-face"),
            (&["Esc", "Tab"], "key-leave-text"),
        ],
    ),
    (
        "keys-talk",
        &[(&["Enter"], "key-send"), (&["Shift", "Enter"], "key-newline")],
    ),
];

/// Opens the list.
pub fn open_shortcuts() {
    crate::view::palette::tell(OPEN_EVENT);
}

/// Whether keys go into a field, where letters and marks are text.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return false;
    };
    target.is_content_editable() || matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// On Apple keyboards the command key does what Ctrl does elsewhere.
fn key_name(key: &'static str) -> &'static str {
    let apple = window()
        .navigator()
        .user_agent()
        .is_ok_and(|agent| agent.contains("Mac OS"));
    match key {
        "Ctrl" if apple => "⌘",
        "Alt" if apple => "⌥",
        key => key,
    }
}

/// The list, closed until it is asked for.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let open = RwSignal::new(false);
    let asked = window_event_listener_untyped(OPEN_EVENT, move |_| open.set(true));
    let key = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "?" && !is_typing(&event) && !event.ctrl_key() && !event.meta_key() {
            event.prevent_default();
            open.set(true);
        }
    });
    on_cleanup(move || {
        asked.remove();
        key.remove();
    });
    view! {
        <Dialog open title=Signal::derive(|| t("shortcuts")) class="dialog-wide">
            <div class="shortcuts" data-testid="shortcuts">
                {SHORTCUTS
                    .iter()
                    .map(|(part, keys)| {
                        view! {
                            <section>
                                <h3 class="section-title">{t(part)}</h3>
                                <dl>
                                    {keys
                                        .iter()
                                        .map(|(keys, what)| {
                                            view! {
                                                <div class="shortcut">
                                                    <dt>{t(what)}</dt>
                                                    <dd>{keys.iter().map(|key| view! { <kbd>{key_name(key)}</kbd> }).collect_view()}</dd>
                                                </div>
                                            }
                                        })
                                        .collect_view()}
                                </dl>
                            </section>
                        }
                    })
                    .collect_view()}
            </div>
        </Dialog>
    }
}
