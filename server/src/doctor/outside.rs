//! The same checks as the page's, from a terminal: the transports that a tab uses, the largest body, and what the server says of itself.

use super::finding::{Finding, Mend, Outcome};
use super::line::{Line, LineError};
use super::remedy::Fault;
use super::{Arrived, Examination};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::BodyExt as _;
use hyper::Method;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, SEC_WEBSOCKET_PROTOCOL};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// Whoever is not answered for so long is not answered: a tab would have tried something else by then.
const PATIENCE: Duration = Duration::from_secs(5);

const CODEC: &str = "inkling.v1.json";
const PING: &str = "\"ping\"";

/// All findings in the order of the page, and what the server says of itself.
pub(super) async fn examine(line: &Line) -> Result<(Examination, Vec<Finding>), LineError> {
    // A clock before 1970 is wrong by more than any other.
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_millis());
    let path = format!("/api/v1/admin/doctor?address={}&now_ms={now}", line.origin());
    let examination: Examination = serde_json::from_slice(&line.get(Method::GET, &path, Bytes::new()).await?)?;
    let mut findings = examination.findings.clone();
    findings.push(body(line, examination.body_bytes_max).await);
    // Every other request would be refused for the same reason.
    if findings.last().is_none_or(|last| last.sentence != "body-foreign") {
        findings.push(socket(line).await);
        findings.push(events(line).await);
        findings.push(poll(line).await);
    }
    let disk = line
        .get(Method::POST, "/api/v1/admin/doctor/disk", Bytes::new())
        .await?;
    findings.push(serde_json::from_slice(&disk)?);
    Ok((examination, findings))
}

fn failed(sentence: &str, fault: Fault) -> Finding {
    Finding::new(Outcome::Failed, sentence).mended_by(Mend::Proxy(fault))
}

fn answered(sentence: &str, asked: Instant) -> Finding {
    Finding::new(Outcome::Passed, sentence).with("ms", asked.elapsed().as_millis().to_string())
}

async fn body(line: &Line, bytes: u64) -> Finding {
    #[expect(clippy::cast_precision_loss, reason = "a size, shown with one digit")]
    let size = format!("{:.1} MB", bytes as f64 / f64::from(1 << 20));
    let path = "/api/v1/admin/doctor/body";
    // A server that takes nothing from this address closes the connection in the middle of a large body, and then nobody learns why.
    if let Err(LineError::Refused(403)) = line.get(Method::POST, path, Bytes::from_static(b".")).await {
        let option = format!("--public-url {}", line.origin());
        return Finding::new(Outcome::Failed, "body-foreign").mended_by(Mend::Option(option));
    }
    let largest = Bytes::from(vec![b'.'; usize::try_from(bytes).unwrap_or(usize::MAX >> 8)]);
    let finding = match line.post_large(path, largest).await {
        Ok(answer) => match serde_json::from_slice(&answer) {
            Ok(Arrived { bytes: arrived }) if arrived == bytes => Finding::new(Outcome::Passed, "body-works"),
            _ => failed("body-broken", Fault::Body),
        },
        Err(LineError::Refused(status)) => failed("body-refused", Fault::Body).with("status", status.to_string()),
        Err(_) => failed("body-broken", Fault::Body),
    };
    finding.with("size", size)
}

async fn socket(line: &Line) -> Finding {
    let found = tokio::time::timeout(PATIENCE, ping_socket(line)).await;
    match found {
        Ok(Some(finding)) => finding,
        Ok(None) | Err(_) => failed("socket-refused", Fault::Socket),
    }
}

/// None when there is no socket.
async fn ping_socket(line: &Line) -> Option<Finding> {
    let mut request = format!("{}/ws", line.origin().replacen("http", "ws", 1))
        .into_client_request()
        .ok()?;
    let headers = request.headers_mut();
    headers.extend(line.headers());
    headers.insert(SEC_WEBSOCKET_PROTOCOL, hyper::header::HeaderValue::from_static(CODEC));
    let stream = line.connect().await.ok()?;
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.ok()?;
    let asked = Instant::now();
    let heard = async {
        socket.send(Message::text(PING)).await.ok()?;
        while let Some(Ok(message)) = socket.next().await {
            if message.to_text().is_ok_and(|text| text.starts_with("{\"pong\"")) {
                return Some(answered("socket-works", asked));
            }
        }
        None
    };
    let heard = tokio::time::timeout(PATIENCE / 2, heard).await;
    Some(
        heard
            .ok()
            .flatten()
            .unwrap_or_else(|| failed("socket-mute", Fault::Socket)),
    )
}

/// A tab without a socket. One that nobody closes is over by itself after a while.
struct Link<'a> {
    line: &'a Line,
    path: String,
}

impl<'a> Link<'a> {
    async fn open(line: &'a Line) -> Result<Self, LineError> {
        #[derive(serde::Deserialize)]
        struct Opened {
            link: String,
        }
        let opened = line
            .get(Method::POST, &format!("/link?codec={CODEC}"), Bytes::new())
            .await?;
        let Opened { link } = serde_json::from_slice(&opened)?;
        let path = format!("/link/{link}");
        Ok(Self { line, path })
    }

    async fn ping(&self) -> Result<(), LineError> {
        let path = format!("{}/frames?first=1", self.path);
        self.line
            .get(Method::POST, &path, Bytes::from(format!("{PING}\n")))
            .await?;
        Ok(())
    }

    async fn poll(&self, after: u64) -> Result<Bytes, LineError> {
        let path = format!("{}/poll?after={after}", self.path);
        self.line.get(Method::GET, &path, Bytes::new()).await
    }
}

async fn events(line: &Line) -> Finding {
    let mut encoding = None;
    let found = tokio::time::timeout(PATIENCE, ping_events(line, &mut encoding)).await;
    match (found, encoding) {
        (Ok(Ok(finding)), _) => finding,
        (Ok(Err(LineError::Refused(status))), _) => {
            failed("events-refused", Fault::Buffering).with("status", status.to_string())
        }
        (_, Some(encoding)) => failed("events-compressed", Fault::Compression).with("encoding", encoding),
        (_, None) => failed("events-held", Fault::Buffering),
    }
}

async fn ping_events(line: &Line, encoding: &mut Option<String>) -> Result<Finding, LineError> {
    let link = Link::open(line).await?;
    let path = format!("{}/events?after=0", link.path);
    let answer = line.ask(Method::GET, &path, Bytes::new()).await?;
    if !answer.status().is_success() {
        return Err(LineError::Refused(answer.status().as_u16()));
    }
    let named = answer.headers().get(CONTENT_ENCODING);
    *encoding = named.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let mut events = answer.into_body();
    until(&mut events, "welcome").await?;
    // The server sends the answer only now: whoever collects events holds it back.
    let asked = Instant::now();
    link.ping().await?;
    until(&mut events, "pong").await?;
    Ok(answered("events-works", asked))
}

/// Reads on until a frame of that kind has come; for ever, when the stream ends before.
async fn until(events: &mut Incoming, kind: &str) -> Result<(), LineError> {
    let wanted = format!("data: {{\"{kind}\"");
    let mut text = String::new();
    while !text.contains(&wanted) {
        match events.frame().await {
            Some(frame) => {
                let data = frame?.into_data().unwrap_or_default();
                text.push_str(&String::from_utf8_lossy(&data));
            }
            None => std::future::pending().await,
        }
    }
    Ok(())
}

async fn poll(line: &Line) -> Finding {
    match tokio::time::timeout(PATIENCE, ping_poll(line)).await {
        Ok(Ok(finding)) => finding,
        Ok(Err(LineError::Refused(status))) => {
            failed("poll-refused", Fault::Buffering).with("status", status.to_string())
        }
        Ok(Err(_)) | Err(_) => failed("poll-silent", Fault::Buffering),
    }
}

async fn ping_poll(line: &Line) -> Result<Finding, LineError> {
    let link = Link::open(line).await?;
    link.poll(0).await?;
    // The next one waits, until the answer to the ping wakes it.
    let asked = Instant::now();
    let (answer, pinged) = tokio::join!(link.poll(1), link.ping());
    pinged?;
    if answer?.windows(7).any(|part| part == b"{\"pong\"") {
        Ok(answered("poll-works", asked))
    } else {
        Err(LineError::Refused(200))
    }
}
