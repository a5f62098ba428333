//! A place that a part of the program fills by itself. It is loaded when the place is shown.

use crate::reactive::effect;
use crate::text::t;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::HtmlElement;

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = loadPart, catch)]
    async fn load_part(name: &str) -> Result<JsValue, JsValue>;

    /// The module `doctor.ts`, `accounts.ts` or `looks.ts`.
    type Module;

    #[wasm_bindgen(method)]
    fn show(this: &Module, place: &HtmlElement);
}

/// The place.
#[component]
pub fn Loaded(
    /// Which part.
    name: &'static str,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    effect(move || {
        let Some(place) = place.get() else { return };
        spawn_local(async move {
            match load_part(name).await {
                Ok(module) => Module::from(module).show(&place),
                Err(_) => place.set_text_content(Some(&t("unreachable-title"))),
            }
        });
    });
    view! { <div class=class node_ref=place></div> }
}
