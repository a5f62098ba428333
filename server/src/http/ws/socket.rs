//! A WebSocket as a transport: the one place that knows the library beneath.

use crate::http::transport::{Gone, Incoming, Outgoing, ReadEnd, SocketReader, SocketWriter};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use shared::limits::FRAME_BYTES_MAX;
use tokio_tungstenite::tungstenite::Error as TungsteniteError;

/// Bytes that are read at a time. An idle socket keeps a buffer of this size; keystrokes are far smaller, and a large paste costs some more reads.
pub(in crate::http) const READ_BYTES: usize = 2048;

/// Bytes that gather before they are written without being flushed. A larger buffer would be kept for as long as the socket is open.
pub(in crate::http) const WRITE_BYTES: usize = 4096;

/// Messages over [`FRAME_BYTES_MAX`] are read up to here, so that their sender can be told; beyond, the rest of the message is in the way of the
/// close frame.
pub(in crate::http) const MESSAGE_BYTES_MAX: usize = 4 * FRAME_BYTES_MAX;

/// The halves of a socket of axum's.
pub(in crate::http) fn split(socket: WebSocket) -> (impl SocketReader, impl SocketWriter) {
    let (writer, reader) = socket.split();
    (Reader(reader), Writer(writer))
}

struct Reader(SplitStream<WebSocket>);

struct Writer(SplitSink<WebSocket, Message>);

impl SocketReader for Reader {
    async fn next(&mut self) -> Result<Incoming, ReadEnd> {
        match self.0.next().await {
            Some(Ok(Message::Binary(bytes))) => Ok(Incoming::Binary(bytes)),
            Some(Ok(Message::Text(text))) => Ok(Incoming::Text(text.into())),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(Incoming::Heartbeat),
            Some(Ok(Message::Close(_))) | None => Err(ReadEnd::Gone),
            Some(Err(error)) => Err(read_end(error)),
        }
    }
}

impl SocketWriter for Writer {
    async fn feed(&mut self, message: Outgoing) -> Result<(), Gone> {
        let message = match message {
            Outgoing::Binary(bytes) => Message::Binary(bytes),
            Outgoing::Text(bytes) => Message::Text(bytes.try_into().expect("text frames are written as UTF-8")),
        };
        self.0.feed(message).await.map_err(|_| Gone)
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        self.0.flush().await.map_err(|_| Gone)
    }

    async fn close(&mut self, code: u16, reason: &'static str) -> Result<(), Gone> {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        self.0.send(Message::Close(Some(frame))).await.map_err(|_| Gone)
    }
}

fn read_end(error: axum::Error) -> ReadEnd {
    match error.into_inner().downcast::<TungsteniteError>().map(|error| *error) {
        Ok(TungsteniteError::Capacity(_)) => ReadEnd::TooBig,
        // A client that is gone without a close frame is a protocol error too, and none that anybody could be told of.
        Ok(TungsteniteError::Protocol(_) | TungsteniteError::Utf8(_)) => ReadEnd::Malformed,
        _ => ReadEnd::Gone,
    }
}
