//! Lean clients: typists that make real edits, and readers that time what arrives.

use crate::server_process::Account;
use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use shared::id::{Channel, ClientId, ClientSeq, Seq};
use shared::replica::{Replica, Splice};
use shared::wire::{ClientFrame, Codec, Resume, SUBPROTOCOL, ServerFrame, Target};
use std::time::Instant;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) const CHANNEL: Channel = Channel(1);

/// Opens a socket; with a token for the server, without for the relay.
pub(crate) async fn connect(url: &str, token: Option<&str>) -> Result<Socket> {
    let mut request = url.into_client_request()?;
    if let Some(token) = token {
        request
            .headers_mut()
            .insert("authorization", format!("Bearer {token}").parse()?);
        request
            .headers_mut()
            .insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
    }
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    let (socket, _) = tokio_tungstenite::connect_async_with_config(request, Some(config), true).await?;
    Ok(socket)
}

pub(crate) fn message(frame: &ClientFrame) -> Message {
    Message::Binary(Codec::Binary.encode(frame))
}

/// The next frame of the server.
pub(crate) async fn receive(socket: &mut Socket) -> Result<ServerFrame> {
    while let Some(message) = socket.next().await {
        match message? {
            Message::Binary(bytes) => return Ok(Codec::Binary.decode(&bytes)?),
            Message::Close(frame) => bail!("closed: {frame:?}"),
            _ => {}
        }
    }
    bail!("the socket ended")
}

/// Opens the account's document and waits until the channel is open; answers the head.
pub(crate) async fn open(
    socket: &mut Socket,
    account: &Account,
    client_id: ClientId,
    resume: Option<Resume>,
) -> Result<Seq> {
    let target = Target::Document {
        id: account.document,
        client_id,
    };
    socket
        .send(message(&ClientFrame::Open {
            channel: CHANNEL,
            target,
            resume,
        }))
        .await?;
    loop {
        match receive(socket).await? {
            ServerFrame::Opened { head_seq, .. } => return Ok(head_seq),
            ServerFrame::Closed { code, .. } => bail!("not opened: {code:?}"),
            _ => {}
        }
    }
}

/// Types one character after another at the end of its own text.
pub(crate) struct Typist {
    replica: Replica,
    started: Instant,
    length: u32,
    client_seq: ClientSeq,
}

impl Typist {
    pub(crate) fn new(client_id: ClientId) -> Self {
        Self {
            replica: Replica::new(client_id),
            started: Instant::now(),
            length: 0,
            client_seq: ClientSeq::default(),
        }
    }

    /// The next edit: its clock and its frame.
    pub(crate) fn edit(&mut self) -> Result<(u32, Bytes)> {
        let insert = char::from(b'a' + u8::try_from(self.length % 26)?).to_string();
        let splice = Splice {
            from: self.length,
            to: self.length,
            insert,
        };
        let now_ms = u64::try_from(self.started.elapsed().as_millis())?;
        let update = self
            .replica
            .edit(&[splice], now_ms, None)?
            .pop()
            .context("an insert is an update")?;
        let clock = self.length;
        self.length += 1;
        self.client_seq = self.client_seq.next();
        let frame = ClientFrame::Edit {
            channel: CHANNEL,
            client_seq: self.client_seq,
            update: update.into(),
        };
        Ok((clock, Codec::Binary.encode(&frame)))
    }
}

/// The client id and clock that a one-insert update begins with.
pub(crate) fn mark(update: &[u8]) -> Option<(u32, u32)> {
    let mut rest = update.get(2..)?.iter();
    let mut number = || {
        let (mut value, mut shift) = (0_u32, 0);
        for byte in rest.by_ref() {
            value |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
        }
        None
    };
    Some((number()?, number()?))
}
