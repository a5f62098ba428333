//! Documents in and out of a room: what is loaded when it is first used. Files can be dropped on whatever names its room as `data-import`.

use shared::id::RoomId;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    /// Opens what takes documents in (`import`) or out (`export`).
    #[wasm_bindgen(js_name = openTransfer)]
    fn open_transfer(way: &str, room: &str, name: &str);
}

/// Opens what takes documents in.
pub fn open_import(room: RoomId, name: &str) {
    open_transfer("import", &room.to_string(), name);
}

/// Opens what takes documents out.
pub fn open_export(room: RoomId, name: &str) {
    open_transfer("export", &room.to_string(), name);
}
