//! What a rescued copy holds against what the document holds now, by words and lines. Compared by a part of the program that is loaded for it.

use crate::api::{self, ApiError};
use crate::text::{t, t_with};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::DocumentId;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = loadDifference, catch)]
    async fn load_difference() -> Result<JsValue, JsValue>;

    /// The module `difference.ts`.
    type Module;

    #[wasm_bindgen(method)]
    fn difference(this: &Module, before: &str, after: &str) -> Option<Vec<String>>;
}

/// What there is to see.
#[derive(Clone)]
enum Seen {
    /// Nobody has asked.
    Closed,
    /// The document's text is fetched.
    Waiting,
    /// The pieces, kinds and texts in turn.
    Pieces(Vec<String>),
    /// The copy by itself, and why.
    Alone(&'static str),
}

/// Opens to the difference, or to the text of the copy when the two cannot be compared.
#[component]
pub fn Difference(
    /// Of which document it is a copy.
    document: DocumentId,
    /// What the copy holds.
    text: String,
) -> impl IntoView {
    let seen = RwSignal::new(Seen::Closed);
    let text = StoredValue::new(text);
    let look = move |_| {
        if !matches!(seen.get_untracked(), Seen::Closed | Seen::Alone("rescued-offline")) {
            return;
        }
        seen.set(Seen::Waiting);
        spawn_local(async move {
            let compared = compare(document, text.get_value()).await;
            // The tray may be closed by now.
            seen.try_set(compared);
        });
    };
    view! {
        <details class="rescued-holds" on:toggle=look>
            <summary data-testid="rescued-compare">{t("rescued-compare")}</summary>
            {move || match seen.get() {
                Seen::Closed => ().into_any(),
                Seen::Waiting => view! { <div class="skeleton"><span></span><span></span></div> }.into_any(),
                Seen::Pieces(pieces) => view! { <Pieces pieces /> }.into_any(),
                Seen::Alone(why) => view! {
                    <p class="small soft">{t(why)}</p>
                    <pre class="rescued-text" tabindex="0" data-testid="rescued-text">{text.get_value()}</pre>
                }
                .into_any(),
            }}
        </details>
    }
}

async fn compare(document: DocumentId, text: String) -> Seen {
    let stored = match api::content(document).await {
        Ok(stored) => stored,
        Err(ApiError::Unreachable) => return Seen::Alone("rescued-offline"),
        Err(_) => return Seen::Alone("rescued-alone"),
    };
    match load_difference().await {
        Ok(module) => {
            let pieces = Module::from(module).difference(&stored, &text);
            pieces.map_or(Seen::Alone("rescued-incomparable"), Seen::Pieces)
        }
        // That part of the program did not load.
        Err(_) => Seen::Alone("rescued-offline"),
    }
}

#[component]
fn Pieces(pieces: Vec<String>) -> impl IntoView {
    let differs = pieces
        .chunks(2)
        .any(|piece| piece[0] == "added" || piece[0] == "removed");
    if !differs {
        return view! { <p class="small soft" data-testid="rescued-same">{t("rescued-same")}</p> }.into_any();
    }
    let shown = pieces.chunks(2).map(|piece| {
        let text = piece[1].clone();
        match piece[0].as_str() {
            "added" => view! { <ins>{text}</ins> }.into_any(),
            "removed" => view! { <del>{text}</del> }.into_any(),
            "skipped" => {
                let count: usize = text.parse().expect("it is a number of lines");
                view! { <span class="difference-skipped">{t_with("rescued-lines-same", [("count", count)])}</span> }
                    .into_any()
            }
            _ => view! { <span>{text}</span> }.into_any(),
        }
    });
    view! {
        <p class="difference-legend small">
            <ins>{t("rescued-legend-added")}</ins>
            " "
            <del>{t("rescued-legend-removed")}</del>
        </p>
        <div class="difference" tabindex="0" role="region" aria-label=t("rescued-compare") data-testid="difference">
            {shown.collect_view()}
        </div>
    }
    .into_any()
}
