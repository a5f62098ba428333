//! Which release this tab is of, and the way to a newer one (`web/editor/src/release.ts`).

use wasm_bindgen::prelude::{Closure, wasm_bindgen};

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = watchRelease)]
    fn watch_release(found: &Closure<dyn FnMut()>);

    /// Asks the server whether it has a newer release.
    #[wasm_bindgen(js_name = askRelease)]
    pub fn ask();

    /// Loads the page again as the newest release that the server has. What is unsent is on the device.
    #[wasm_bindgen(js_name = takeRelease)]
    pub fn take();
}

/// Has this browser hold the release, so that it starts without a network. `found` is called when the server has another one.
pub fn watch(found: impl FnMut() + 'static) {
    let found = Closure::new(found);
    watch_release(&found);
    // It may be called for as long as the tab lives.
    found.forget();
}
