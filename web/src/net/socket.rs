//! One WebSocket. Dropping it closes it, and nothing of it is heard any more.

use super::carriers::Carrier;
use super::shell::Shell;
use crate::crash;
use js_sys::{ArrayBuffer, Uint8Array};
use shared::session::{Disconnect, Rung};
use shared::wire::{Codec, UNDERSTOOD};
use std::rc::Weak;
use web_sys::wasm_bindgen::JsCast as _;
use web_sys::wasm_bindgen::closure::Closure;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// The close code of a browser for "no word of why".
const CLOSED_ABNORMALLY: u16 = 1006;

pub(super) struct Socket {
    socket: WebSocket,
    // Held for as long as the socket may call them.
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Connects to the server that the page came from. None when the browser refuses to try.
    pub(super) fn connect(shell: &Weak<Shell>) -> Option<Self> {
        let socket = WebSocket::new_with_str(&format!("/ws?{UNDERSTOOD}"), Codec::Binary.subprotocol()).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let message = hear(shell, |shell, event: MessageEvent| {
            // A text message is none of this codec's; the session takes nothing for a broken frame.
            let bytes = event
                .data()
                .dyn_into::<ArrayBuffer>()
                .map(|buffer| Uint8Array::new(&buffer).to_vec());
            let bytes = bytes.unwrap_or_default();
            shell.handle_carrier_frame(Rung::Socket, bytes);
        });
        let close = hear(shell, |shell, event: CloseEvent| {
            let reason = match event.code() {
                CLOSED_ABNORMALLY => Disconnect::Lost,
                code => Disconnect::Code(code),
            };
            shell.handle_carrier_gone(Rung::Socket, reason);
        });
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        Some(Self {
            socket,
            _message: message,
            _close: close,
        })
    }
}

impl Carrier for Socket {
    fn send(&self, frame: &[u8]) {
        // A socket that is closing refuses; its end is told by its close event, and what was not stored is sent again on the next.
        drop(self.socket.send_with_u8_array(frame));
    }

    fn leave(&self) {
        // The browser closes it, or keeps it with the page.
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing fails only for codes that are not allowed, and none is given.
        drop(self.socket.close());
    }
}

fn hear<E: web_sys::wasm_bindgen::convert::FromWasmAbi + 'static>(
    shell: &Weak<Shell>,
    handle: fn(&Shell, E),
) -> Closure<dyn FnMut(E)> {
    let shell = shell.clone();
    Closure::new(move |event: E| {
        if let Some(shell) = shell.upgrade().filter(|_| !crash::has_crashed()) {
            handle(&shell, event);
        }
    })
}
