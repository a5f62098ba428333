//! A proxy as one before the server: WebSockets of HTTP/1.1 on its front, streams of one connection of HTTP/2 on its back. It does what RFC 8441 asks of
//! one, and no more.

use super::*;
use tokio::io::{AsyncBufReadExt as _, BufReader, copy_bidirectional};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// What is of one connection and not of a request: the stream stands for it.
const HOP_BY_HOP: [&str; 5] = [
    "host",
    "connection",
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-extensions",
];

/// Starts one before the server there, and answers where it listens. It ends with the test.
pub(crate) async fn before(server: SocketAddr) -> SocketAddr {
    let mut sender = connect(server).await;
    // The server's settings have come with the first answer: before that, nobody may ask for a stream with a protocol.
    get(&mut sender, format!("http://{server}/healthz")).await;
    assert!(sender.is_extended_connect_protocol_enabled());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass(stream, sender.clone(), server));
        }
    });
    address
}

/// One socket, from its handshake to its end.
async fn pass(stream: TcpStream, mut sender: SendRequest<Bytes>, server: SocketAddr) {
    let mut front = BufReader::new(stream);
    let (target, headers) = head(&mut front).await;
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(format!("http://{server}{target}"));
    for (name, value) in headers.iter().filter(|(name, _)| !HOP_BY_HOP.contains(&name.as_str())) {
        request = request.header(name, value);
    }
    let mut request = request.body(()).unwrap();
    request.extensions_mut().insert(Protocol::from_static("websocket"));
    let (answer, sending) = sender.send_request(request, false).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{target}");

    let key = headers.iter().find(|(name, _)| name == "sec-websocket-key");
    let accept = derive_accept_key(key.expect("a handshake").1.as_bytes());
    let mut switching = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n"
    );
    if let Some(protocol) = answer.headers().get(header::SEC_WEBSOCKET_PROTOCOL) {
        switching += &format!("sec-websocket-protocol: {}\r\n", protocol.to_str().unwrap());
    }
    front.write_all((switching + "\r\n").as_bytes()).await.unwrap();
    // Either side may go first.
    copy_bidirectional(&mut front, &mut duplex(sending, answer.into_body()))
        .await
        .ok();
}

/// Where a request goes, and its headers with small names.
async fn head(front: &mut BufReader<TcpStream>) -> (String, Vec<(String, String)>) {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        front.read_line(&mut line).await.unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let target = lines[0].split(' ').nth(1).unwrap().to_owned();
    let headers = lines[1..].iter().map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    (target, headers.collect())
}
