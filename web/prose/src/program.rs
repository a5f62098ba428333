//! What the tab calls.

use crate::pack::pack;
use crate::{Kind, events};
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads a text; what is answered is for `unpack.ts`.
#[wasm_bindgen]
#[must_use]
pub fn read(source: &str, is_document: bool) -> Vec<u8> {
    // The boundary to JavaScript has no enumerations without a table of names.
    let kind = if is_document { Kind::Document } else { Kind::Message };
    pack(source, &events(source, kind))
}
