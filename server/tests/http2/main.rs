//! HTTP/2 with prior knowledge, as proxies speak it behind their TLS: requests, sockets in its streams, and clients that say little or nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "../common/mod.rs"]
mod common;
mod proxy;

use bytes::Bytes;
use common::process::Inkling;
use common::stock::Stock;
use common::tab::WholeTab;
use common::{PASSWORD, TestServer, register};
use futures_util::{SinkExt as _, StreamExt as _};
use h2::client::SendRequest;
use h2::ext::Protocol;
use reqwest::header;
use serde_json::json;
use shared::id::ClientId;
use shared::wire::{ClientFrame, Codec, ServerFrame};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{Method, Request, StatusCode};
use tokio_tungstenite::tungstenite::protocol::Role;

/// A test fails rather than hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an HTTP/2 client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

async fn connect(server: SocketAddr) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(server).await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    // It ends with the server.
    tokio::spawn(connection);
    sender.ready().await.unwrap()
}

async fn get(sender: &mut SendRequest<Bytes>, url: String) -> (StatusCode, Bytes) {
    let request = Request::get(url).body(()).unwrap();
    let (answer, _) = sender.send_request(request, true).unwrap();
    let mut answer = answer.await.unwrap();
    let mut body = Vec::new();
    while let Some(part) = answer.body_mut().data().await {
        body.extend_from_slice(&part.unwrap());
    }
    (answer.status(), body.into())
}

/// The cookie of a new account.
async fn cookie(server: &TestServer) -> String {
    server.register("ada").await;
    let credentials = json!({"username": "ada", "password": PASSWORD});
    let answer = server.browser().post("/api/v1/login", credentials).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// Extended CONNECT (RFC 8441) to `/ws`.
fn handshake(server: &TestServer, cookie: &str, origin: &str) -> Request<()> {
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(format!("{}/ws", server.url))
        .header(header::COOKIE, cookie)
        .header(header::ORIGIN, origin)
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_PROTOCOL, Codec::Binary.subprotocol())
        .body(())
        .unwrap();
    request.extensions_mut().insert(Protocol::from_static("websocket"));
    request
}

/// A stream of HTTP/2 as one that bytes are read from and written to.
fn duplex(mut sending: h2::SendStream<Bytes>, mut receiving: h2::RecvStream) -> DuplexStream {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let (mut read, mut write) = tokio::io::split(far);
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = read.read(&mut buffer).await {
            if sending
                .send_data(Bytes::copy_from_slice(&buffer[..count]), false)
                .is_err()
            {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(Ok(part)) = receiving.data().await {
            receiving.flow_control().release_capacity(part.len()).unwrap();
            if write.write_all(&part).await.is_err() {
                return;
            }
        }
    });
    near
}

#[tokio::test]
async fn a_socket_in_a_stream_of_http2_speaks_the_same_frames() {
    let server = TestServer::start().await;
    let cookie = cookie(&server).await;
    let mut sender = connect(server.server.address()).await;
    // The server's settings have come with the first answer.
    let (status, _) = get(&mut sender, format!("{}/healthz", server.url)).await;
    assert_eq!(status, 200);
    assert!(sender.is_extended_connect_protocol_enabled());

    let request = handshake(&server, &cookie, &server.url);
    let (answer, sending) = sender.send_request(request, false).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 200);
    let protocol = answer.headers()[header::SEC_WEBSOCKET_PROTOCOL]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(protocol, Codec::Binary.subprotocol());
    let stream = duplex(sending, answer.into_body());
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
    let welcome = next(&mut socket).await;
    assert!(matches!(welcome, ServerFrame::Welcome { .. }), "{welcome:?}");
    socket
        .send(Message::Binary(Codec::Binary.encode(&ClientFrame::Ping)))
        .await
        .unwrap();
    assert_eq!(next(&mut socket).await, ServerFrame::Pong { heads: vec![] });

    // Beside it, requests go on.
    let (status, _) = get(&mut sender, format!("{}/healthz", server.url)).await;
    assert_eq!(status, 200);
    // And a server that stops says so in it too.
    let stopping = tokio::spawn(server.stop());
    let going = next(&mut socket).await;
    assert!(matches!(going, ServerFrame::GoingAway { .. }), "{going:?}");
    let Some(Ok(Message::Close(Some(close)))) = socket.next().await else {
        panic!("no close frame")
    };
    assert_eq!(u16::from(close.code), 1001);
    drop((socket, sender));
    tokio::time::timeout(PATIENCE, stopping).await.unwrap().unwrap();
}

async fn next(socket: &mut WebSocketStream<DuplexStream>) -> ServerFrame {
    let message = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap();
    let Some(Ok(Message::Binary(bytes))) = message else {
        panic!("no frame: {message:?}")
    };
    Codec::Binary.decode(&bytes).unwrap()
}

#[tokio::test]
async fn a_socket_in_http2_is_only_for_this_servers_pages_and_for_who_is_signed_in() {
    let server = TestServer::start().await;
    let cookie = cookie(&server).await;
    let mut sender = connect(server.server.address()).await;
    get(&mut sender, format!("{}/healthz", server.url)).await;
    for (cookie, origin, status) in [
        (cookie.as_str(), "https://evil.example", 403),
        ("inkling=nobody", server.url.as_str(), 401),
    ] {
        let (answer, _) = sender.send_request(handshake(&server, cookie, origin), false).unwrap();
        assert_eq!(answer.await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn through_a_proxy_that_speaks_http2_to_the_program_tabs_and_stock_clients_write_in_one_document() {
    let directory = tempfile::TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
    let token = ada.token().await;
    let proxy = proxy::before(server.address()).await;
    let bearer = vec![(header::AUTHORIZATION, format!("Bearer {token}"))];
    for (client_id, codec) in [(5, Codec::Binary), (6, Codec::Json)] {
        let mut tab = WholeTab::at(proxy, bearer.clone(), codec, document, ClientId(client_id));
        tab.until(WholeTab::is_saved).await;
        let mut stock = Stock::joined(proxy, document, &token, client_id + 10).await;
        let before = tab.text();
        tab.types("of a tab, ");
        tab.until(|tab| tab.is_saved() && tab.text().len() > before.len()).await;
        stock.reads(&tab.text()).await;
        stock.types("of a stock client, ").await;
        let both = stock.replica.text();
        tab.until(|tab| tab.text() == both).await;
    }
    // As much as no frame of HTTP/2 holds, nor its window: whoever is behind it goes on when there is room again.
    let mut tab = WholeTab::at(proxy, bearer, Codec::Binary, document, ClientId(7));
    tab.until(WholeTab::is_saved).await;
    tab.types(&"leeks ".repeat(100_000));
    tab.until(WholeTab::is_saved).await;
    let mut late = Stock::joined(proxy, document, &token, 17).await;
    late.reads(&tab.text()).await;
}

#[tokio::test]
async fn a_client_that_says_nothing_or_too_little_is_let_go() {
    let server = TestServer::start_with(|config| config.limits.header_ms = 200).await;
    let half_head = b"POST /api/v1/login HTTP/1.1\r\nhost: x\r\n";
    // Nothing; as much as both could begin with; half of one; all of one and then no settings; half of a head.
    for words in [&b""[..], b"P", &PREFACE[..12], PREFACE, half_head] {
        let mut stream = TcpStream::connect(server.server.address()).await.unwrap();
        stream.write_all(words).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        // A reset is an end too.
        assert!(ended.is_ok(), "{:?} is still there", String::from_utf8_lossy(words));
    }
}

#[tokio::test]
async fn a_request_whose_first_bytes_come_one_by_one_is_served() {
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.server.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = format!(
        "PUT /healthz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        server.server.address()
    );
    for byte in request.as_bytes() {
        stream.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
}
