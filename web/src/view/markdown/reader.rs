//! Loads the program that reads Markdown with the first message that needs it. Until it is there a message is shown as it was written.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::HtmlElement;

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = loadProse, catch)]
    async fn load_prose() -> Result<JsValue, JsValue>;

    /// The module `prose.ts`, started.
    type Module;

    #[wasm_bindgen(method, js_name = showMessage, catch)]
    fn show_message(this: &Module, place: &HtmlElement, source: &str) -> Result<(), JsValue>;
}

/// The tab's one reader of Markdown.
#[derive(Clone, Copy)]
pub struct Reader {
    program: RwSignal<Option<Module>, LocalStorage>,
    is_loading: StoredValue<bool>,
}

impl Reader {
    /// Makes it known to all views.
    pub fn provide() {
        provide_context(Self {
            program: RwSignal::new_local(None),
            is_loading: StoredValue::new(false),
        });
    }

    /// Runs the caller again once messages look different, since the program has come.
    pub fn track(self) {
        self.program.track();
    }

    /// Whether messages can be read; tracked. What asks is why it is loaded.
    pub fn is_here(self) -> bool {
        let is_here = self.program.with(Option::is_some);
        if !is_here {
            self.load();
        }
        is_here
    }

    /// Shows a message in this place, once the program is here.
    pub fn show(self, place: &HtmlElement, source: &str) {
        let shown = self
            .program
            .with_untracked(|program| program.as_ref().map(|program| program.show_message(place, source)));
        if let Some(Err(error)) = shown {
            web_sys::console::error_1(&error);
            place.set_text_content(Some(source));
        }
    }

    fn load(self) {
        if self.is_loading.get_value() {
            return;
        }
        self.is_loading.set_value(true);
        spawn_local(async move {
            match load_prose().await {
                Ok(module) => self.program.set(Some(module.unchecked_into())),
                Err(error) => {
                    web_sys::console::error_1(&error);
                    // The next message tries again.
                    self.is_loading.set_value(false);
                }
            }
        });
    }
}
