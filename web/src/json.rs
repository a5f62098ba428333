//! JSON by the browser's own reader and writer, which the tab need not carry.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::JsValue;

/// The value as the browser's. It must not hold integers beyond 2^53.
pub fn value(value: &impl Serialize) -> JsValue {
    let value = value.serialize(&Serializer::json_compatible());
    value.expect("what is sent is plain data")
}

/// The value as JSON. It must not hold integers beyond 2^53.
pub fn write(plain: &impl Serialize) -> String {
    let text = js_sys::JSON::stringify(&value(plain));
    text.expect("what is sent is plain data").into()
}

/// The value that the text tells; none when it is no JSON or tells something else.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    from_value(js_sys::JSON::parse(text).ok()?).ok()
}
