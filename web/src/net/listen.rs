//! How a link hears what it is told. A request that stays open takes one of the few connections that a browser has for all tabs together
//! (`web/editor/src/places.ts`): whoever has no place for one asks now and then.

use super::events::EventStream;
use super::link::Inner;
use super::poll::{self, Patience};
use shared::session::{Disconnect, Rung};
use std::rc::Rc;
use web_sys::wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = takePlace, catch)]
    async fn take_place() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = nextAsk, catch)]
    async fn next_ask() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = Place)]
    type JsPlace;

    #[wasm_bindgen(method)]
    fn leave(this: &JsPlace);

    #[wasm_bindgen(method, getter)]
    fn ended(this: &JsPlace) -> js_sys::Promise;
}

/// Somebody else may have it when this is dropped.
pub(super) struct Place(JsPlace);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Place {
    /// None when all are taken, or nobody looks at the tab.
    async fn take() -> Option<Self> {
        let place = take_place().await.expect("it is never rejected");
        (!place.is_undefined()).then(|| Self(place.into()))
    }
}

/// Listens until the link ends.
pub(super) async fn run(inner: Rc<Inner>) {
    while !inner.has_ended() {
        let Some(place) = Place::take().await else {
            if inner.rung() == Rung::Events && inner.told() == 0 {
                // Whether streams get through here is not known: the rung below needs none.
                return inner.end(Disconnect::Lost);
            }
            poll::once(&inner, Patience::None).await;
            next_ask().await.expect("it is never rejected");
            continue;
        };
        if inner.rung() == Rung::Poll {
            poll::once(&inner, Patience::Long).await;
            continue;
        }
        let ended = place.0.ended();
        let Some(events) = EventStream::open(&inner, place) else {
            return inner.end(Disconnect::Lost);
        };
        inner.listen_to(Some(events));
        // Not looked at any more, or dropped with the link.
        wasm_bindgen_futures::JsFuture::from(ended)
            .await
            .expect("it is never rejected");
        inner.listen_to(None);
    }
}
