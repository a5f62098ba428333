//! One piece of rescued work. What it holds and where it can go is shown by a part of the program that is loaded for it (`web/editor/src/tray`).

use super::why;
use crate::json;
use crate::net::{Net, unsent_of};
use crate::reactive::effect;
use crate::store::{Rescued, RescuedId};
use crate::text::t;
use crate::view::sign_out::heading;
use crate::view::toast::Toasts;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::UserId;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::HtmlElement;

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = loadTray, catch)]
    async fn load_tray() -> Result<JsValue, JsValue>;

    /// The module `tray.ts`.
    type Module;

    #[wasm_bindgen(method, js_name = showPiece)]
    fn show_piece(this: &Module, place: &HtmlElement, work: JsValue, why: &str, act: JsValue);

    #[wasm_bindgen(method, js_name = showUnsent)]
    fn show_unsent(this: &Module, place: &HtmlElement, pieces: Vec<String>);
}

/// Shows what this device has of somebody whom the server does not let in, if it is anything.
pub async fn show_unsent(user: UserId, place: &HtmlElement) {
    let pieces = unsent_of(user).await;
    if let Some(module) = load_tray().await.ok().filter(|_| !pieces.is_empty()) {
        let named = pieces.into_iter().flat_map(|piece| [heading(&piece), piece.text]);
        Module::from(module).show_unsent(place, named.collect());
    }
}

/// See the module.
#[component]
pub fn RescuedView(
    /// Which.
    one: Rescued,
) -> impl IntoView {
    let net: Net = expect_context();
    let toasts: Toasts = expect_context();
    let place = NodeRef::<html::Article>::new();
    effect(move || {
        let Some(place) = place.get() else { return };
        let one = one.clone();
        spawn_local(async move {
            let Ok(module) = load_tray().await else {
                return place.set_text_content(Some(&t("unreachable-title")));
            };
            let work = json::value(&one);
            // It goes with the element that it was given to.
            let act = Closure::<dyn Fn(String, String) -> bool>::new(move |deed: String, text: String| {
                match (deed.as_str(), one.id) {
                    ("resend", RescuedId::Message(room, nonce)) => net.resend(room, nonce),
                    ("say", _) => return one.room.as_ref().is_some_and(|room| net.say(room.id, text).is_ok()),
                    ("tell", _) => toasts.show(text),
                    _ => net.let_go(one.id),
                }
                true
            });
            Module::from(module).show_piece(&place, work, &why(one.reason), act.into_js_value());
        });
    });
    view! { <article class="rescued" data-testid="rescued" node_ref=place></article> }
}
