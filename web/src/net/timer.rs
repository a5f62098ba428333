//! The browser's clock, timers and animation frames.

use super::shell::Shell;
use crate::crash;
use std::cell::Cell;
use std::rc::Weak;
use web_sys::wasm_bindgen::JsCast as _;
use web_sys::wasm_bindgen::closure::Closure;

/// Milliseconds since the page was opened; never goes back.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page is open for less than 2^53 milliseconds, and not before itself"
)]
pub(super) fn now_ms() -> u64 {
    let performance = leptos::prelude::window().performance();
    performance.expect("every browser with WebAssembly has it").now() as u64
}

/// Milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole positive number for the next 285 000 years"
)]
pub(crate) fn wall_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Lets time pass, in a task of its own.
pub(crate) async fn sleep(delay_ms: i32) {
    let waited = js_sys::Promise::new(&mut |resolve, _| {
        let window = leptos::prelude::window();
        let set = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, delay_ms);
        set.expect("a window takes callbacks");
    });
    let waited = wasm_bindgen_futures::JsFuture::from(waited).await;
    waited.expect("it is never rejected");
}

/// How an alarm is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// After a time.
    Timeout,
    /// Before the next paint.
    Frame,
}

/// One thing that is called later, again and again.
pub(super) struct Alarm {
    beat: Beat,
    callback: Closure<dyn FnMut()>,
    pending: Cell<Option<(i32, u64)>>,
}

impl Alarm {
    /// Calls `ring` each time that the alarm goes off.
    pub(super) fn new(shell: &Weak<Shell>, beat: Beat, ring: fn(&Shell)) -> Self {
        let shell = shell.clone();
        let callback = Closure::new(move || {
            if let Some(shell) = shell.upgrade().filter(|_| !crash::has_crashed()) {
                ring(&shell);
            }
        });
        Self {
            beat,
            callback,
            pending: Cell::new(None),
        }
    }

    /// Goes off at that time of [`now_ms`], and not at the one that was set before.
    pub(super) fn set(&self, at_ms: u64) {
        if self.pending.get().is_some_and(|(_, pending_ms)| pending_ms == at_ms) {
            return;
        }
        self.clear();
        let delay = i32::try_from(at_ms.saturating_sub(now_ms())).unwrap_or(i32::MAX);
        let window = leptos::prelude::window();
        let callback = self.callback.as_ref().unchecked_ref();
        let id = match self.beat {
            Beat::Timeout => window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, delay),
            Beat::Frame => window.request_animation_frame(callback),
        };
        self.pending.set(Some((id.expect("a window takes callbacks"), at_ms)));
    }

    /// Goes off after this long, unless it is set already.
    pub(super) fn set_within(&self, delay_ms: u64) {
        if self.pending.get().is_none() {
            self.set(now_ms() + delay_ms);
        }
    }

    /// Has gone off: it can be set again.
    pub(super) fn rang(&self) {
        self.pending.set(None);
    }

    /// Does not go off.
    pub(super) fn clear(&self) {
        if let Some((id, _)) = self.pending.take() {
            let window = leptos::prelude::window();
            match self.beat {
                Beat::Timeout => window.clear_timeout_with_handle(id),
                // Frames are never taken back: an early one does no harm.
                Beat::Frame => drop(window.cancel_animation_frame(id)),
            }
        }
    }
}
