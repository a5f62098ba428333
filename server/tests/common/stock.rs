//! A stock Yjs client as y-websocket is one: a replica that speaks y-protocols on `/yjs`.
#![allow(dead_code, reason = "each test program uses a part of it")]

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use shared::id::{ClientId, DocumentId};
use shared::replica::{Replica, Splice};
use shared::ysync::{self, Awareness, Message};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message as Frame, http};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A test fails rather than hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// One client on one socket.
pub struct Stock {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub replica: Replica,
    /// Presences of others, as last told.
    pub presences: BTreeMap<ClientId, Awareness>,
    /// The server asked for what only this client has.
    pub was_asked: bool,
    /// The server has sent all there is.
    pub synced: bool,
    /// Why the server says it may not go on.
    pub denied: Option<String>,
    /// Messages of awareness that came.
    pub echoes: Vec<Bytes>,
}

/// How a socket ended: the code and the reason of the close frame.
pub type Ended = (u16, String);

impl Stock {
    /// Opens a socket; the status when the server answers with one instead. `query` begins with `?` when there is one.
    pub async fn connect(
        address: SocketAddr,
        document: impl std::fmt::Display,
        query: &str,
        headers: &[(&'static str, String)],
        client_id: u32,
    ) -> Result<Self, http::StatusCode> {
        let url = format!("ws://{address}/yjs/{document}{query}");
        let mut request = url.into_client_request().expect("a URL");
        for (name, value) in headers {
            request
                .headers_mut()
                .append(*name, value.parse().expect("a header value"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(Self {
                socket,
                replica: Replica::new(ClientId(client_id)),
                presences: BTreeMap::new(),
                was_asked: false,
                synced: false,
                denied: None,
                echoes: Vec::new(),
            }),
            Err(Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    /// The same with a bearer token, and everything that is stored.
    pub async fn joined(address: SocketAddr, document: DocumentId, token: &str, client_id: u32) -> Self {
        let headers = [("authorization", format!("Bearer {token}"))];
        let mut stock = Self::connect(address, document, "", &headers, client_id)
            .await
            .expect("let in");
        stock.sync().await;
        stock
    }

    /// Sends step 1, and takes what comes until everything has.
    pub async fn sync(&mut self) {
        self.synced = false;
        self.send(ysync::step1(self.state_vector())).await;
        self.until(|stock| stock.synced).await;
    }

    /// Types at the end of the text.
    pub async fn types(&mut self, insert: &str) {
        let end = self.replica.len();
        let splice = Splice {
            from: end,
            to: end,
            insert: insert.to_owned(),
        };
        for update in self.replica.edit(&[splice], 0, None).expect("the splice fits") {
            self.send(ysync::update(&update)).await;
        }
    }

    /// Sends anything. A server that has closed meanwhile is found out by reading.
    pub async fn send(&mut self, message: impl Into<Bytes>) {
        self.send_frame(Frame::Binary(message.into())).await;
    }

    /// Sends any frame.
    pub async fn send_frame(&mut self, frame: Frame) {
        self.socket.send(frame).await.ok();
    }

    /// Takes what comes until this holds.
    pub async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            if let Err(ended) = self.step().await {
                panic!("closed with {ended:?}");
            }
        }
    }

    /// Takes what comes until the text is this.
    pub async fn reads(&mut self, text: &str) {
        self.until(|stock| stock.replica.text() == text).await;
    }

    /// Takes what comes to the end.
    pub async fn ended(&mut self) -> Ended {
        loop {
            if let Err(ended) = self.step().await {
                return ended;
            }
        }
    }

    /// Takes one message, and answers it as y-websocket does.
    async fn step(&mut self) -> Result<(), Ended> {
        let frame = tokio::time::timeout(PATIENCE, self.socket.next())
            .await
            .expect("the server says something");
        let bytes = match frame {
            Some(Ok(Frame::Binary(bytes))) => bytes,
            Some(Ok(Frame::Close(Some(close)))) => return Err((close.code.into(), close.reason.to_string())),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => return Ok(()),
            other => return Err((0, format!("{other:?}"))),
        };
        for message in ysync::decode(&bytes).expect("the server writes messages") {
            match message {
                Message::Step1(_) => {
                    self.was_asked = true;
                    let state = self.replica.encode_state();
                    self.send(ysync::step2(&state)).await;
                }
                Message::Step2(update) | Message::Update(update) => {
                    self.synced |= matches!(message, Message::Step2(_));
                    self.replica
                        .apply([Bytes::copy_from_slice(update)])
                        .expect("the gate let it pass");
                }
                Message::Awareness { entries, bytes } => {
                    self.echoes.push(Bytes::copy_from_slice(bytes));
                    for entry in entries {
                        let known = self.presences.get(&entry.client_id).map_or(0, |known| known.clock);
                        assert!(entry.clock >= known, "a stock client ignores older clocks");
                        self.presences.insert(entry.client_id, entry);
                    }
                }
                Message::QueryAwareness => self.send(ysync::awareness(&[])).await,
                Message::PermissionDenied(reason) => self.denied = Some(reason.to_owned()),
            }
        }
        Ok(())
    }

    fn state_vector(&self) -> Vec<(ClientId, u32)> {
        self.replica.state_vector().into_iter().collect()
    }
}
