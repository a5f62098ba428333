//! A client of `/ws`, frame by frame.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use shared::id::{Channel, ClientId, ClientSeq, DocumentId, Epoch, Nonce, RoomId, Seq};
use shared::wire::{ClientFrame, Codec, Message as Said, Resume, ServerFrame, Target};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message, http};

/// A test fails rather than hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// The channel that a client opens first.
pub const FIRST: Channel = Channel(1);

/// What a client shows with its handshake.
#[derive(Clone, Debug, Default)]
pub struct Handshake {
    /// As `name: value`, beside those of the WebSocket itself.
    pub headers: Vec<(http::HeaderName, String)>,
    /// Offered; none is offered when empty.
    pub subprotocols: Vec<&'static str>,
    /// Of the address: `?` and what follows, or nothing.
    pub query: &'static str,
    /// Bytes of the kernel's receive buffer, for a client that is slow.
    pub receive_buffer: Option<u32>,
}

/// One socket.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    codec: Codec,
}

impl Handshake {
    /// With these headers, and the subprotocol of this codec.
    pub fn new(codec: Codec, headers: Vec<(http::HeaderName, String)>) -> Self {
        Self {
            headers,
            subprotocols: vec![codec.subprotocol()],
            query: "",
            receive_buffer: None,
        }
    }

    /// Of the first subprotocol that is offered.
    pub fn codec(&self) -> Codec {
        let offered = self.subprotocols.first().expect("one is offered");
        Codec::from_subprotocol(offered).expect("it is one of ours")
    }
}

impl Client {
    /// Opens a socket, if the server is there and lets it in.
    pub async fn try_connect(address: SocketAddr, handshake: &Handshake) -> Option<Self> {
        Self::dial(address, handshake).await.ok()
    }

    /// Opens a socket; the status when the server answers with one instead.
    pub async fn connect(address: SocketAddr, handshake: &Handshake) -> Result<Self, http::StatusCode> {
        match Self::dial(address, handshake).await {
            Ok(client) => Ok(client),
            Err(Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    async fn dial(address: SocketAddr, handshake: &Handshake) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/ws{}", handshake.query)
            .into_client_request()
            .expect("the address is a URL");
        for (name, value) in &handshake.headers {
            request
                .headers_mut()
                .insert(name, value.parse().expect("a header value"));
        }
        if !handshake.subprotocols.is_empty() {
            let offered = handshake.subprotocols.join(", ").parse().expect("a header value");
            request
                .headers_mut()
                .insert(http::header::SEC_WEBSOCKET_PROTOCOL, offered);
        }
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(bytes) = handshake.receive_buffer {
            socket.set_recv_buffer_size(bytes).expect("the buffer can be set");
        }
        let stream = socket.connect(address).await?;
        let (socket, response) = tokio_tungstenite::client_async(request, stream).await?;
        let chosen = response.headers().get(http::header::SEC_WEBSOCKET_PROTOCOL);
        let chosen = chosen
            .and_then(|name| name.to_str().ok())
            .and_then(Codec::from_subprotocol);
        Ok(Self {
            socket,
            codec: chosen.expect("the server chose a subprotocol"),
        })
    }

    /// Sends one frame.
    pub async fn send(&mut self, frame: &ClientFrame) {
        self.send_bytes(self.codec.encode(frame)).await;
    }

    /// Sends anything. A server that has closed meanwhile is found out by reading.
    pub async fn send_message(&mut self, message: Message) {
        self.socket.send(message).await.ok();
    }

    /// The next frame.
    pub async fn next(&mut self) -> ServerFrame {
        match self.read().await {
            Ok(frame) => frame,
            Err(code) => panic!("closed with {code:?}"),
        }
    }

    /// The next frame that `wanted` makes something of; others are dropped.
    pub async fn until<T>(&mut self, wanted: impl Fn(&ServerFrame) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(&self.next().await) {
                return found;
            }
        }
    }

    /// The next frame, or the end: the code of the close frame, if one came.
    pub async fn next_or_closed(&mut self) -> Result<ServerFrame, Option<u16>> {
        self.read().await
    }

    /// Reads to the end: the code of the close frame, if one came.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Err(code) = self.read().await {
                return code;
            }
        }
    }

    async fn read(&mut self) -> Result<ServerFrame, Option<u16>> {
        let bytes = tokio::time::timeout(PATIENCE, self.receive()).await;
        bytes
            .expect("the server says something")
            .map(|bytes| self.decode(&bytes))
    }

    /// Sends the bytes of one frame.
    pub async fn send_bytes(&mut self, bytes: Bytes) {
        self.send_message(match self.codec {
            Codec::Binary => Message::Binary(bytes),
            Codec::Json => Message::Text(bytes.try_into().expect("JSON is UTF-8")),
        })
        .await;
    }

    /// The bytes of the next frame, or the end. Nothing is lost when this is not awaited to its end.
    pub async fn receive(&mut self) -> Result<Bytes, Option<u16>> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes),
                Some(Ok(Message::Text(text))) => return Ok(text.into()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    fn decode(&self, bytes: &[u8]) -> ServerFrame {
        self.codec.decode(bytes).expect("the server writes frames")
    }

    /// Opens a document as [`FIRST`]; the frame that answers.
    pub async fn open_document(&mut self, id: DocumentId, client_id: ClientId, resume: Option<Resume>) -> ServerFrame {
        self.open(FIRST, Target::Document { id, client_id }, resume).await
    }

    /// Opens a room as [`FIRST`]; the frame that answers.
    pub async fn open_room(&mut self, id: RoomId, resume: Option<Resume>) -> ServerFrame {
        self.open(FIRST, Target::Room { id }, resume).await
    }

    /// Opens anything; the frame that answers.
    pub async fn open(&mut self, channel: Channel, target: Target, resume: Option<Resume>) -> ServerFrame {
        self.send(&ClientFrame::Open {
            channel,
            target,
            resume,
        })
        .await;
        self.until(|frame| match frame {
            ServerFrame::Opened { channel: opened, .. } | ServerFrame::Closed { channel: opened, .. }
                if *opened == channel =>
            {
                Some(frame.clone())
            }
            _ => None,
        })
        .await
    }

    /// Sends one edit of the document on [`FIRST`].
    pub async fn edit(&mut self, client_seq: u64, update: &Bytes) {
        let (channel, client_seq) = (FIRST, ClientSeq(client_seq));
        self.send(&ClientFrame::Edit {
            channel,
            client_seq,
            update: update.clone().into(),
        })
        .await;
    }

    /// Waits until edits up to this one are stored; the position told.
    pub async fn saved(&mut self, through: u64) -> Seq {
        self.until(|frame| match frame {
            ServerFrame::Saved { client_seq, seq, .. } if client_seq.0 >= through => Some(*seq),
            ServerFrame::Refused { code, .. } => panic!("refused: {code}"),
            _ => None,
        })
        .await
    }

    /// Says something in the room on [`FIRST`].
    pub async fn say(&mut self, nonce: Nonce, body: &str) {
        self.send(&ClientFrame::Say {
            channel: FIRST,
            nonce,
            body: body.to_owned(),
        })
        .await;
    }

    /// Waits for a message.
    pub async fn said(&mut self) -> Said {
        self.until(|frame| match frame {
            ServerFrame::Said { message, .. } => Some(message.clone()),
            _ => None,
        })
        .await
    }
}

/// Where an `Opened` stands, to resume from.
pub fn resume_from(opened: &ServerFrame) -> Resume {
    match opened {
        ServerFrame::Opened { epoch, head_seq, .. } => Resume {
            epoch: *epoch,
            after: *head_seq,
        },
        other => panic!("not opened: {other:?}"),
    }
}

/// Of a client that holds everything up to here, in the first epoch.
pub const fn resume(after: u64) -> Option<Resume> {
    Some(Resume {
        epoch: Epoch(1),
        after: Seq(after),
    })
}

/// The updates in a bundle: each behind its length as an unsigned LEB128 varint.
pub fn unbundle(mut bundle: &[u8]) -> Vec<Bytes> {
    let mut updates = Vec::new();
    while !bundle.is_empty() {
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let byte = bundle[0];
            bundle = &bundle[1..];
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        let (update, rest) = bundle.split_at(length);
        updates.push(Bytes::copy_from_slice(update));
        bundle = rest;
    }
    updates
}
