//! What happens after a panic: nothing in this tab can be trusted any more, so the page says so and offers to reload.

use std::sync::atomic::{AtomicBool, Ordering};
use web_sys::wasm_bindgen::JsValue;

static CRASHED: AtomicBool = AtomicBool::new(false);

/// Makes every panic show the notice that waits, hidden, in the page.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        CRASHED.store(true, Ordering::Relaxed);
        web_sys::console::error_1(&JsValue::from_str(&panic.to_string()));
        let document = web_sys::window().and_then(|window| window.document());
        if let Some(notice) = document.and_then(|document| document.get_element_by_id("crash")) {
            // The page without its notice is still a stopped page; there is nothing better to do about a failure here.
            drop(notice.remove_attribute("hidden"));
        }
    }));
}

/// Whether the program panicked. Callbacks of the browser still arrive afterwards and must do nothing.
pub fn has_crashed() -> bool {
    CRASHED.load(Ordering::Relaxed)
}
