//! What a link is told, as server-sent events. A stream that breaks is opened again by the browser, where it was.

use super::link::Inner;
use super::listen::Place;
use js_sys::Function;
use leptos::prelude::window;
use shared::session::Disconnect;
use std::rc::{Rc, Weak};
use web_sys::wasm_bindgen::JsCast as _;
use web_sys::wasm_bindgen::closure::Closure;
use web_sys::wasm_bindgen::convert::FromWasmAbi;
use web_sys::{Event, EventSource, MessageEvent};

/// One stream. Dropping it closes it.
pub(super) struct EventStream {
    source: EventSource,
    // Held for as long as the stream may call them.
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
    _place: Place,
}

impl EventStream {
    /// Begins to listen. None when the browser refuses to.
    pub(super) fn open(inner: &Rc<Inner>, place: Place) -> Option<Self> {
        let source = EventSource::new(&inner.path(&format!("events?after={}", inner.told()))).ok()?;
        let message = hear(inner, |inner, event: MessageEvent| {
            match (event.last_event_id().parse(), frame(&event)) {
                (Ok(number), Some(frame)) => inner.handle_told(number, frame),
                _ => inner.end(Disconnect::Lost),
            }
        });
        let close = hear(inner, |inner, event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            let code = data.split(' ').next().and_then(|code| code.parse().ok());
            inner.end(code.map_or(Disconnect::Lost, Disconnect::Code));
        });
        let failing = source.clone();
        let error = hear(inner, move |inner, _: Event| {
            // While it is only connecting again, that is the browser's business.
            if failing.ready_state() == EventSource::CLOSED {
                inner.end(Disconnect::Lost);
            }
        });
        source.set_onmessage(Some(function(&message)));
        source
            .add_event_listener_with_callback("close", function(&close))
            .ok()?;
        source.set_onerror(Some(function(&error)));
        Some(Self {
            source,
            _message: message,
            _close: close,
            _error: error,
            _place: place,
        })
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

/// The frame in an event: base64.
fn frame(event: &MessageEvent) -> Option<Vec<u8>> {
    // One character a byte, none above 255.
    let binary = window().atob(&event.data().as_string()?).ok()?;
    binary.chars().map(|character| u8::try_from(character).ok()).collect()
}

fn hear<E: FromWasmAbi + 'static>(
    inner: &Rc<Inner>,
    handle: impl Fn(&Rc<Inner>, E) + 'static,
) -> Closure<dyn FnMut(E)> {
    let inner: Weak<Inner> = Rc::downgrade(inner);
    Closure::new(move |event: E| {
        if let Some(inner) = inner.upgrade().filter(|inner| !inner.has_ended()) {
            handle(&inner, event);
        }
    })
}

fn function<E: ?Sized>(closure: &Closure<E>) -> &Function {
    closure.as_ref().unchecked_ref()
}
