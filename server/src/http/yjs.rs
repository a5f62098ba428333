//! `/yjs/{document_id}`: lets a stock Yjs client in, and moves messages between its socket and the document.
//!
//! The client is one more member of the document, with edits that are not numbered. A browser does not tell its page the HTTP status of
//! a socket that was refused, and stock clients knock again for ever when they learn nothing. So a client that may not come in
//! gets its socket, and then the close code that says why.

mod translate;

use super::App;
use super::access::{self, Right};
use super::auth::{Caller, Via, identify};
use super::limiter::Subject;
use super::transport::{
    Counted, Gone, Incoming, LAST_WORDS, Outgoing, ReadEnd, SETTLE_MAX, SocketReader, SocketWriter, overdue,
};
use super::ws;
use super::ws::socket::split;
use crate::actor::connection::Connection;
use crate::actor::outbox::{CloseReason, Format, Outlet, Packet};
use crate::actor::pace::TooFast;
use crate::collab::document::Writer;
use crate::collab::rate::Bucket;
use crate::error::ApiError;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts as _, Path, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientSeq, DocumentId};
use shared::limits::FRAME_BYTES_MAX;
use shared::wire::ClientFrame;
use shared::ysync;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval_at, sleep_until, timeout, timeout_at};
use translate::{Action, Told, Translator, close_code};

/// Between two signs of life. Stock clients give a connection up after 30 seconds without a message, and forget a presence as fast.
const BEAT: Duration = Duration::from_secs(12);

/// Sockets that one account may open to one document in a minute. A stock client that cannot stay comes back every 2.5 seconds.
const OPENINGS_PER_MINUTE: u64 = 60;

/// What a socket that ended in a refusal counts for: its client is going to do the same again.
const REFUSED_OPENING_COST: u64 = 10;

/// Seconds of waiting that it costs to be told the whole document again on the same socket, and how many are there to begin with.
const REOPEN_COST: u32 = 10;
const REOPEN_BURST: u32 = 50;

/// Why a socket ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The document, or the door, does not let it go on.
    Refused(ErrorCode),
    /// Anything that ends sockets of `/ws` too.
    Closed(CloseReason),
}

/// `GET /yjs/{document_id}`.
pub async fn yjs(State(app): State<Arc<App>>, Path(document): Path<String>, request: Request) -> Response {
    admit(app, &document, request)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn admit(app: Arc<App>, document: &str, request: Request) -> Result<Response, ApiError> {
    let turn = app.handshake().await;
    let (mut parts, _) = request.into_parts();
    let verdict = match let_in(&app, document, &parts).await {
        // Another site's page learns nothing.
        Err(error) if error.code == ErrorCode::ForeignOrigin => return Err(error),
        verdict => verdict,
    };
    ws::check_key(&parts.headers)?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &app)
        .await
        .map_err(|rejection| ws::not_a_socket(&rejection))?;
    let upgrade = ws::prepared(upgrade);
    let admitted = verdict.and_then(|(caller, document)| {
        let connected = ws::connect(&app, &caller, Format::Frames)?;
        Ok((caller, document, connected))
    });
    let (caller, document, (connection, outlet)) = match admitted {
        Ok(admitted) => admitted,
        Err(error) => {
            drop(turn);
            let task = app.tasks.token();
            return Ok(upgrade.on_upgrade(async move |socket| {
                let (mut reader, mut writer) = split(socket);
                say_goodbye(&mut reader, &mut writer, End::Refused(error.code)).await;
                drop(task);
            }));
        }
    };
    // From here on, ending the session or token closes the connection. It may have been ended just before.
    identify(&app, &parts).await?;
    drop(turn);
    let task = app.tasks.token();
    Ok(upgrade.on_upgrade(async move |socket| {
        let counted = Counted::new(&app, "yjs");
        let (mut reader, mut writer) = split(socket);
        let client = Client::new(connection, outlet, document, app.silence_max());
        let end = client.serve(&mut reader, &mut writer).await;
        tracing::debug!(%document, ?end, "yjs.closed");
        if matches!(end, End::Refused(_)) {
            let subject = Subject::Document(caller.user.id, document);
            for _ in 1..REFUSED_OPENING_COST {
                app.limiter
                    .take(subject.clone(), OPENINGS_PER_MINUTE, std::time::Instant::now());
            }
        }
        counted.closing(end.code());
        say_goodbye(&mut reader, &mut writer, end).await;
        drop(task);
    }))
}

/// Who comes, and to which document.
async fn let_in(app: &App, document: &str, parts: &Parts) -> Result<(Caller, DocumentId), ApiError> {
    let caller = identify(app, parts).await?;
    if let Via::Session(_) = caller.via {
        // A token is shown by whoever has it; a cookie comes along with any page's socket.
        ws::check_origin(app, caller.via, &parts.headers)?;
    }
    let document = document.parse().map_err(|_| ErrorCode::NotFound)?;
    access::document(app, &caller, document, Right::Read).await?;
    let subject = Subject::Document(caller.user.id, document);
    if !app
        .limiter
        .take(subject, OPENINGS_PER_MINUTE, std::time::Instant::now())
    {
        return Err(ErrorCode::TooFast.into());
    }
    Ok((caller, document))
}

/// One client that was let in.
struct Client {
    connection: Connection,
    outlet: Outlet,
    document: DocumentId,
    translator: Translator,
    reopenings: Bucket,
    /// Nothing is read before.
    read_at: Instant,
    silence_max: Duration,
    /// Messages to be written.
    out: Vec<Bytes>,
}

impl Client {
    fn new(connection: Connection, outlet: Outlet, document: DocumentId, silence_max: Duration) -> Self {
        let now = Instant::now();
        Self {
            connection,
            outlet,
            document,
            translator: Translator::new(Channel(1), rand::random()),
            reopenings: Bucket::new(1, REOPEN_BURST, now.into_std()),
            read_at: now,
            silence_max,
            out: Vec::new(),
        }
    }

    /// Serves the client until there is a reason to stop. What it sent before is stored all the same.
    async fn serve(mut self, reader: &mut impl SocketReader, writer: &mut impl SocketWriter) -> End {
        let outbox = self.connection.outbox().clone();
        tokio::select! {
            Err(end) = self.converse(reader, writer) => end,
            reason = overdue(&outbox) => End::Closed(reason),
        }
    }

    async fn converse(
        &mut self,
        reader: &mut impl SocketReader,
        writer: &mut impl SocketWriter,
    ) -> Result<std::convert::Infallible, End> {
        self.open().await;
        let mut beat = interval_at(Instant::now() + BEAT, BEAT);
        let mut silent_at = Instant::now() + self.silence_max;
        let mut packets = Vec::new();
        let outbox = self.connection.outbox().clone();
        let mut leaving = false;
        loop {
            tokio::select! {
                () = outbox.left(), if !leaving => {
                    leaving = true;
                    timeout(SETTLE_MAX, self.connection.settle()).await.ok();
                    // What waits for it is still written.
                    outbox.close(CloseReason::GoingAway);
                }
                incoming = next_after(self.read_at, silent_at, reader), if !leaving => {
                    self.take(incoming?).await?;
                    silent_at = self.read_at.max(Instant::now()) + self.silence_max;
                }
                taken = self.outlet.take(&mut packets) => {
                    taken.map_err(End::Closed)?;
                    for packet in packets.drain(..) {
                        self.tell(packet).await?;
                    }
                    // A burst must not leave its memory with an idle socket.
                    packets.shrink_to(64);
                }
                _ = beat.tick() => self.translator.beat(&mut self.out),
            }
            for message in self.out.drain(..) {
                writer.feed(Outgoing::Binary(message)).await?;
            }
            self.out.shrink_to(64);
            writer.flush().await?;
        }
    }

    async fn open(&mut self) {
        let channel = self.translator.channel();
        self.connection
            .open_document(channel, self.document, Writer::Stock, None)
            .await;
    }

    /// Takes what came from the socket.
    async fn take(&mut self, incoming: Incoming) -> Result<(), End> {
        let now = Instant::now();
        let frame = match incoming {
            Incoming::Binary(frame) => Some(frame),
            Incoming::Heartbeat => None,
            Incoming::Text(_) => return Err(End::Closed(CloseReason::Malformed)),
        };
        let bytes = frame.as_ref().map_or(0, Bytes::len);
        if bytes > FRAME_BYTES_MAX {
            return Err(End::Closed(CloseReason::TooBig));
        }
        // What is told to the client goes on meanwhile.
        self.read_at = match self.connection.pace(bytes) {
            Ok(wait) => now + wait,
            Err(TooFast) => return Err(End::Closed(CloseReason::TooFast)),
        };
        let Some(frame) = frame else { return Ok(()) };
        let messages = ysync::decode(&frame).map_err(|error| {
            tracing::debug!(document = %self.document, %error, "yjs.malformed");
            End::Closed(CloseReason::Malformed)
        })?;
        for message in &messages {
            match self.translator.handle_message(message, &frame, &mut self.out) {
                Some(Action::Edit(update)) => {
                    self.connection
                        .edit(self.translator.channel(), ClientSeq(0), update)
                        .await;
                }
                Some(Action::Presence(state)) => self.connection.presence(self.translator.channel(), state).await,
                Some(Action::Reopen { former }) => {
                    if !self.reopenings.try_take(REOPEN_COST, now.into_std()) {
                        return Err(End::Closed(CloseReason::TooFast));
                    }
                    self.connection.handle(ClientFrame::Close { channel: former }).await;
                    self.open().await;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Takes what came from the document.
    async fn tell(&mut self, packet: Packet) -> Result<(), End> {
        let Packet::Frame(frame) = packet else {
            unreachable!("the connection was made to take frames")
        };
        match self.translator.handle_frame(frame, &mut self.out) {
            Told::Nothing => {}
            Told::AskForStep2 => {
                // None when it was closed in the meantime, which is told next.
                if let Some(clocks) = self.connection.state_vector(self.translator.channel()).await {
                    self.out.push(ysync::step1(clocks).into());
                }
            }
            Told::End(code) => return Err(End::Refused(code)),
        }
        Ok(())
    }
}

/// The next message, not read before `read_at`, and missed when it has not come at `silent_at`.
async fn next_after(read_at: Instant, silent_at: Instant, reader: &mut impl SocketReader) -> Result<Incoming, End> {
    sleep_until(read_at).await;
    let incoming = timeout_at(silent_at, reader.next()).await;
    incoming.map_err(|_| End::Closed(CloseReason::Idle))?.map_err(End::from)
}

/// Tells a client why it has to go.
async fn say_goodbye(reader: &mut impl SocketReader, writer: &mut impl SocketWriter, end: End) {
    let last_words = async {
        let code = end.code();
        if let End::Refused(_) = end {
            writer
                .feed(Outgoing::Binary(ysync::permission_denied(code.sentence()).into()))
                .await?;
        }
        writer.close(end.close_code(), code.as_str()).await?;
        // The client's own close frame; leaving before it comes could lose ours on the way.
        while reader.next().await.is_ok() {}
        Ok::<_, Gone>(())
    };
    // A client that does not listen is left without.
    timeout(LAST_WORDS, last_words).await.ok();
}

impl End {
    const fn code(self) -> ErrorCode {
        match self {
            Self::Refused(code) => code,
            Self::Closed(reason) => reason.code(),
        }
    }

    const fn close_code(self) -> u16 {
        match self {
            Self::Refused(code) => close_code(code),
            Self::Closed(reason) => reason.close_code(),
        }
    }
}

impl From<ReadEnd> for End {
    fn from(end: ReadEnd) -> Self {
        Self::Closed(match end {
            ReadEnd::Gone => CloseReason::Idle,
            ReadEnd::TooBig => CloseReason::TooBig,
            ReadEnd::Malformed => CloseReason::Malformed,
        })
    }
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Closed(CloseReason::Idle)
    }
}
