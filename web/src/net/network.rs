//! What is remembered of the network that the device is in: which rung carried there last.

use super::timer::wall_ms;
use js_sys::Reflect;
use leptos::prelude::window;
use shared::session::Rung;
use web_sys::Storage;
use web_sys::wasm_bindgen::JsValue;

/// A network is believed to be as it was for this long, milliseconds. Better rungs are tried all the while.
const REMEMBERED_MS: u64 = 24 * 3_600_000;

/// The rung to begin with.
pub(super) fn remembered() -> Rung {
    read().unwrap_or(Rung::Socket)
}

/// This rung carries. The best one needs no remembering.
pub(super) fn remember(rung: Rung) {
    let Some(storage) = storage() else { return };
    // Storage that is full or forbidden costs a few seconds at the next start, no more.
    drop(match rung {
        Rung::Socket => storage.remove_item(&key()),
        Rung::Events | Rung::Poll => storage.set_item(&key(), &format!("{} {}", rung.name(), wall_ms())),
    });
}

fn read() -> Option<Rung> {
    let entry = storage()?.get_item(&key()).ok()??;
    let (name, at_ms) = entry.split_once(' ')?;
    let age_ms = wall_ms().checked_sub(at_ms.parse().ok()?)?;
    (age_ms < REMEMBERED_MS).then(|| Rung::from_name(name))?
}

fn storage() -> Option<Storage> {
    // Browsers may forbid it.
    window().local_storage().ok().flatten()
}

/// Storage is apart for each server already; where the browser tells wireless from mobile, so are these.
fn key() -> String {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let kind = get(&window().navigator(), "connection")
        .filter(JsValue::is_object)
        .and_then(|connection| get(&connection, "type"));
    let kind = kind.and_then(|kind| kind.as_string());
    format!("inkling.carrier.{}", kind.as_deref().unwrap_or("any"))
}
