//! The tab: Leptos pages around the shared session.
//!
//! `net` drives the session and is the only code with a socket; `store` holds what pages show, and `directory` asks the HTTP API for its part of
//! it through `api`; `bridge` is the only talk with the editor in JavaScript; `page` has one module a screen and `view` what screens are made of.

pub mod api;
pub mod app;
pub mod appearance;
pub mod bridge;
pub mod crash;
pub mod device;
pub mod directory;
pub mod json;
pub mod location;
pub mod net;
pub mod page;
pub mod reactive;
pub mod release;
pub mod store;
pub mod text;
pub mod view;

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page, as soon as the program is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    crash::install();
    app::mount();
}
