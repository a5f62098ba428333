//! Loads the program that reads Markdown with the first message that needs it. Until it is there a message is shown as it was written.

use leptos::prelude::*;
use leptos::task::spawn_local;
use prose::Event;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = loadProse, catch)]
    async fn load_prose() -> Result<JsValue, JsValue>;

    /// The module `prose.ts`, started.
    type Module;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Module, source: &str) -> Result<Vec<u8>, JsValue>;
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

    /// What stands where in a message. Runs the caller again when this changes.
    pub fn events(self, source: &str) -> Vec<Event> {
        if let Some(plain) = prose::plain(source) {
            return plain;
        }
        let answer = self
            .program
            .with(|program| program.as_ref().map(|program| program.read(source)));
        let Some(answer) = answer else {
            self.load();
            return prose::as_written(source);
        };
        let events = answer.and_then(|answer| prose::decode(&answer).map_err(|error| error.to_string().into()));
        events.unwrap_or_else(|error| {
            web_sys::console::error_1(&error);
            prose::as_written(source)
        })
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
