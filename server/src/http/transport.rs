//! What carries the frames of one client, whatever it is: moved between it and its [`Connection`], under the same limits and to the same end.
//!
//! A transport is a half that reads and a half that writes. A WebSocket is one ([`super::ws`]), a link of HTTP requests is another
//! ([`super::link`]); neither knows frames, and nothing behind this file knows which of them it talks to.

use super::App;
use crate::actor::connection::Connection;
use crate::actor::outbox::{CloseReason, Outbox, Outlet, Packet};
use crate::actor::pace::TooFast;
use crate::metrics::{Endpoint, Outcome};
use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use shared::error::ErrorCode;
use shared::limits::FRAME_BYTES_MAX;
use shared::wire::{ClientFrame, Codec};
use std::time::Duration;
use tokio::time::timeout;

/// What waits for a client that is being closed gets this long to go out.
pub(in crate::http) const LAST_WORDS: Duration = Duration::from_millis(500);

/// Whoever is sent away gets this long to be told what became of the last they said; a disk that takes longer has other troubles.
pub(in crate::http) const SETTLE_MAX: Duration = Duration::from_secs(2);

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) enum Incoming {
    /// A binary message.
    Binary(Bytes),
    /// A text message; valid UTF-8.
    Text(Bytes),
    /// A ping or pong of the protocol itself, answered by the library.
    Heartbeat,
}

/// Why nothing more comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ReadEnd {
    /// The client closed, or is gone.
    Gone,
    /// A message over [`MESSAGE_BYTES_MAX`].
    TooBig,
    /// Against the WebSocket protocol, or text that is not UTF-8.
    Malformed,
}

/// The client can not be written to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the socket is gone")]
pub(in crate::http) struct Gone;

/// The half that reads.
pub(in crate::http) trait SocketReader: Send {
    /// The next message.
    fn next(&mut self) -> impl Future<Output = Result<Incoming, ReadEnd>> + Send;
}

/// The half that writes.
pub(in crate::http) trait SocketWriter: Send {
    /// Takes one message; it may stay in a buffer until [`Self::flush`].
    fn feed(&mut self, message: Outgoing) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Hands everything to the operating system.
    fn flush(&mut self) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Sends a close frame.
    fn close(&mut self, code: u16, reason: &'static str) -> impl Future<Output = Result<(), Gone>> + Send;
}

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) enum Outgoing {
    /// A binary message.
    Binary(Bytes),
    /// A text message. Has to be valid UTF-8.
    Text(Bytes),
}

/// One of the open sockets, for as long as this is kept.
#[derive(Debug)]
pub(in crate::http) struct Counted {
    open: Gauge,
    closes: Family<Outcome, Counter>,
}

impl Counted {
    pub(in crate::http) fn new(app: &App, endpoint: &'static str) -> Self {
        let open = app.metrics.sockets.get_or_create_owned(&Endpoint { endpoint });
        open.inc();
        let closes = app.metrics.socket_closes.clone();
        Self { open, closes }
    }

    /// It is about to be closed, for this reason.
    pub(in crate::http) fn closing(self, reason: ErrorCode) {
        let result = reason.as_str();
        self.closes.get_or_create(&Outcome { result }).inc();
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// Serves one client until it ends, for whatever reason.
pub(in crate::http) async fn serve(
    mut reader: impl SocketReader,
    mut writer: impl SocketWriter,
    mut connection: Connection,
    mut outlet: Outlet,
    codec: Codec,
    silence_max: Duration,
    counted: Counted,
) {
    let outbox = connection.outbox().clone();
    let conversation = async {
        let end = tokio::select! {
            end = read_frames(&mut reader, &mut connection, codec, silence_max) => end,
            () = outbox.left() => {
                timeout(SETTLE_MAX, connection.settle()).await.ok();
                CloseReason::GoingAway
            }
        };
        outbox.close(end);
    };
    tokio::select! {
        () = conversation => {}
        end = write_packets(&mut writer, &mut outlet, codec, silence_max) => {
            if let Err(reason) = end {
                outbox.close(reason);
            }
        }
        _ = overdue(&outbox) => {}
    }
    // What it had open is left now; no more is put in.
    drop(connection);
    let reason = outbox.closed().await;
    counted.closing(reason.code());
    let last_words = async {
        while outlet_is_not_empty(&mut writer, &mut outlet, codec).await {}
        if writer.close(reason.close_code(), reason.code().as_str()).await.is_ok() {
            // The client's own close frame; leaving before it comes could lose ours on the way.
            while reader.next().await.is_ok() {}
        }
    };
    // A client that does not listen is left without.
    timeout(LAST_WORDS, last_words).await.ok();
    tracing::debug!(reason = reason.code().as_str(), "socket.closed");
}

/// Answers when a closed outbox has not been emptied by its socket in time: the client does not read.
pub(in crate::http) async fn overdue(outbox: &Outbox) -> CloseReason {
    let reason = outbox.closed().await;
    tokio::time::sleep(LAST_WORDS).await;
    reason
}

async fn outlet_is_not_empty(writer: &mut impl SocketWriter, outlet: &mut Outlet, codec: Codec) -> bool {
    let mut packets = Vec::new();
    outlet.take(&mut packets).await.is_ok() && write_all(writer, &mut packets, codec).await.is_ok()
}

/// Reads until there is a reason to stop.
async fn read_frames(
    reader: &mut impl SocketReader,
    connection: &mut Connection,
    codec: Codec,
    silence_max: Duration,
) -> CloseReason {
    loop {
        let message = match timeout(silence_max, reader.next()).await {
            Ok(Ok(message)) => message,
            Ok(Err(ReadEnd::Gone)) | Err(_) => return CloseReason::Idle,
            Ok(Err(ReadEnd::TooBig)) => return CloseReason::TooBig,
            Ok(Err(ReadEnd::Malformed)) => return CloseReason::Malformed,
        };
        let message = match (message, codec) {
            (Incoming::Binary(message), Codec::Binary) | (Incoming::Text(message), Codec::Json) => Some(message),
            (Incoming::Heartbeat, _) => None,
            (Incoming::Binary(_) | Incoming::Text(_), _) => return CloseReason::Malformed,
        };
        let bytes = message.as_ref().map_or(0, Bytes::len);
        if bytes > FRAME_BYTES_MAX {
            return CloseReason::TooBig;
        }
        match connection.pace(bytes) {
            Ok(Duration::ZERO) => {}
            // Nothing is read meanwhile, and the client finds its connection full.
            Ok(wait) => tokio::time::sleep(wait).await,
            Err(TooFast) => return CloseReason::TooFast,
        }
        let Some(message) = message else { continue };
        match codec.decode::<ClientFrame>(&message) {
            Ok(frame) => connection.handle(frame).await,
            Err(error) => {
                tracing::debug!(%error, "socket.malformed");
                return CloseReason::Malformed;
            }
        }
    }
}

/// Writes whatever is there, all of it before one flush, until the outbox is closed. A client that does not take what waits for it within
/// `stall_max` is given up, though it may be talking: a bundle that is being sent to it is held in memory.
async fn write_packets(
    writer: &mut impl SocketWriter,
    outlet: &mut Outlet,
    codec: Codec,
    stall_max: Duration,
) -> Result<(), CloseReason> {
    let mut packets = Vec::new();
    while outlet.take(&mut packets).await.is_ok() {
        match timeout(stall_max, write_all(writer, &mut packets, codec)).await {
            Ok(Ok(())) => {}
            Ok(Err(Gone)) => return Err(CloseReason::Idle),
            Err(_) => return Err(CloseReason::TooSlow),
        }
        // A burst must not leave its memory with an idle socket.
        packets.shrink_to(16);
    }
    Ok(())
}

async fn write_all(writer: &mut impl SocketWriter, packets: &mut Vec<Packet>, codec: Codec) -> Result<(), Gone> {
    for packet in packets.drain(..) {
        let Packet::Bytes(bytes) = packet else {
            unreachable!("a socket's outbox is made for bytes")
        };
        writer.feed(outgoing(codec, bytes)).await?;
    }
    writer.flush().await
}

fn outgoing(codec: Codec, bytes: Bytes) -> Outgoing {
    match codec {
        Codec::Binary => Outgoing::Binary(bytes),
        Codec::Json => Outgoing::Text(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::outbox::{Format, OutboxLimits, outbox};
    use shared::wire::ServerFrame;

    /// A client whose receive buffer is full.
    struct Stuck;

    impl SocketWriter for Stuck {
        async fn feed(&mut self, _: Outgoing) -> Result<(), Gone> {
            std::future::pending().await
        }

        async fn flush(&mut self) -> Result<(), Gone> {
            std::future::pending().await
        }

        async fn close(&mut self, _: u16, _: &'static str) -> Result<(), Gone> {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let limits = OutboxLimits {
            packets_max: 4,
            bytes_max: 1000,
        };
        let (outbox, mut outlet) = outbox(Format::Encoded(Codec::Binary), limits);
        outbox.push(Packet::new(outbox.format(), ServerFrame::Pong { heads: vec![] }));
        let ended = write_packets(&mut Stuck, &mut outlet, Codec::Binary, Duration::from_millis(1)).await;
        assert_eq!(ended, Err(CloseReason::TooSlow));
    }
}
