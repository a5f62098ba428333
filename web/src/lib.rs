//! The tab: Leptos pages around the shared session.
//!
//! `net` drives the session and is the only code with a socket or a timer; `store` holds what pages show; `bridge` is the only talk with the
//! editor in JavaScript; `page` has one module a screen and `view` what screens are made of.

pub mod app;
pub mod bridge;
pub mod crash;
pub mod net;
pub mod page;
pub mod store;
pub mod view;

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page, as soon as the program is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    crash::install();
    app::mount();
}
