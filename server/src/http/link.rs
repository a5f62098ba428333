//! `/link`: the frames of `/ws` over plain HTTP requests, for networks and proxies that let no WebSocket through.
//!
//! What the server says is read as server-sent events or by long polling, what the client says is posted. Frames are numbered in both directions, so a
//! request that broke is made again and nothing is lost or heard twice. Behind the requests a link is a transport as a socket is.

mod intake;
mod links;
mod mailbox;
mod stream;

pub use links::Links;

use super::auth::{Secret, identify};
use super::extract::{Path, Query, too_large};
use super::limiter::Subject;
use super::transport::{Counted, serve};
use super::{App, Peer, ws};
use crate::actor::outbox::{CloseReason, Format, Outbox};
use crate::collab::effect::Credential;
use crate::error::ApiError;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use intake::{Intake, IntakeError, intake};
use mailbox::{End, Listener, Mailbox, MailboxWriter};
use serde::{Deserialize, Serialize};
use shared::error::ErrorCode;
use shared::id::UserId;
use shared::limits::FRAME_BYTES_MAX;
use shared::wire::Codec;
use std::sync::Arc;
use std::time::Duration;

/// A poll that finds nothing is answered after this long, well before proxies give a request up (60 s and more).
const POLL_MAX: Duration = Duration::from_secs(25);

/// Bytes of frames in one answer to a poll. The next one follows at once.
const POLL_BYTES_MAX: usize = 256 * 1024;

/// Body of a post: the largest frame, and small ones beside it.
const BODY_BYTES_MAX: usize = FRAME_BYTES_MAX + 256 * 1024;

/// Whoever polls can learn for this long why a link ended.
const LINGER: Duration = Duration::from_secs(10);

/// One client without a socket.
#[derive(Debug)]
pub(super) struct Link {
    user: UserId,
    credential: Credential,
    codec: Codec,
    mailbox: Arc<Mailbox>,
    intake: Intake,
    outbox: Outbox,
}

/// The routes, to be put beside `/ws`.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/link", post(open))
        .route("/link/{secret}", axum::routing::delete(close))
        .route("/link/{secret}/close", post(close))
        .route("/link/{secret}/events", get(events))
        .route("/link/{secret}/poll", get(poll))
        .route(
            "/link/{secret}/frames",
            post(frames).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)),
        )
}

#[derive(Debug, Deserialize)]
struct Opening {
    codec: String,
}

#[derive(Debug, Serialize)]
struct Opened {
    link: String,
}

#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    after: u64,
    /// Seconds.
    wait: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Posted {
    first: u64,
    ack: Option<u64>,
}

/// Why a link is over: the body of a 410.
#[derive(Debug, Serialize)]
struct Over {
    close: u16,
    reason: &'static str,
}

/// `POST /link`: everything that is checked before a socket, and then a secret instead of it.
async fn open(
    State(app): State<Arc<App>>,
    Query(opening): Query<Opening>,
    request: Request,
) -> Result<Response, ApiError> {
    let turn = app.handshake().await;
    let (parts, _) = request.into_parts();
    let caller = identify(&app, &parts).await?;
    caller.whole_account()?;
    ws::check_origin(&app, caller.via, &parts.headers)?;
    let codec = Codec::from_subprotocol(&opening.codec).ok_or(ErrorCode::UnsupportedVersion)?;
    let openings = Subject::Links(caller.user.id);
    let limits = &app.config.limits;
    if !app
        .limiter
        .take(openings, limits.links_per_minute, std::time::Instant::now())
    {
        return Err(ErrorCode::TooFast.into());
    }
    let credential = caller.credential();
    let (mut connection, outlet) = ws::connect(&app, &caller, Format::Encoded(codec))?;
    ws::greet(&app, &mut connection, parts.uri.query());
    // From here on, ending the session or token closes the connection. It may have been ended just before.
    identify(&app, &parts).await?;
    drop(turn);
    let mailbox = Mailbox::new();
    let (intake, reader) = intake(codec, &mailbox);
    let link = Arc::new(Link {
        user: caller.user.id,
        credential,
        codec,
        mailbox: mailbox.clone(),
        intake,
        outbox: connection.outbox().clone(),
    });
    let secret = Secret::draw("");
    let listed = Links::add(&app, secret.hash, link, caller.user.id, address(&parts))?;
    let serving = app.clone();
    app.tasks.spawn(async move {
        let counted = Counted::new(&serving, "link");
        serve(
            reader,
            MailboxWriter(mailbox),
            connection,
            outlet,
            codec,
            serving.silence_max(),
            counted,
        )
        .await;
        tokio::select! {
            () = tokio::time::sleep(LINGER) => {}
            // Nobody else will be let in to ask.
            () = serving.stopping.cancelled() => {}
        }
        drop(listed);
    });
    let opened = Opened { link: secret.text };
    Ok((StatusCode::CREATED, Json(opened)).into_response())
}

fn address(parts: &Parts) -> Subject {
    let Peer(peer) = parts.extensions.get().expect("every request came from somewhere");
    Subject::address(*peer)
}

/// The link, for whoever opened it: the secret alone may be read in a proxy's log.
async fn find(app: &App, parts: &Parts, secret: &str) -> Result<Arc<Link>, ApiError> {
    let caller = identify(app, parts).await?;
    // Also asked of requests that only read: another site's page must not listen in the place of the tab.
    app.origins.check(&parts.headers)?;
    let link = app.links.find(secret);
    let own = link.filter(|link| link.user == caller.user.id && link.credential == caller.credential());
    own.ok_or(ErrorCode::NotFound.into())
}

/// The link, from now on heard by this request alone; what came before `after` has arrived.
async fn listen(app: &App, parts: &Parts, secret: &str, after: u64) -> Result<(Arc<Link>, Listener), ApiError> {
    let link = find(app, parts, secret).await?;
    link.acknowledge(after)?;
    let listener = link.mailbox.listen(after).map_err(|_| ErrorCode::OutOfOrder)?;
    Ok((link, listener))
}

/// `GET /link/{secret}/events`.
async fn events(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    Query(After { after }): Query<After>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    // What a browser that connects again says it has seen.
    let seen = parts.headers.get(HeaderName::from_static("last-event-id"));
    let seen = seen.and_then(|value| value.to_str().ok()?.parse().ok());
    let after = seen.unwrap_or(after);
    let (link, listener) = listen(&app, &parts, &secret, after).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        // Transforming proxies compress, and compressing they wait.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-transform"),
        ),
        // What nginx asks for.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    let body = Body::from_stream(stream::events(link, listener, after));
    Ok((headers, body).into_response())
}

/// `GET /link/{secret}/poll`.
async fn poll(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    Query(Asked { after, wait }): Query<Asked>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let (link, listener) = listen(&app, &parts, &secret, after).await?;
    // Before the time that requests have is over.
    let most = POLL_MAX.min(Duration::from_millis(app.config.limits.request_ms) * 3 / 4);
    let patience = wait.map_or(most, |wait| most.min(Duration::from_secs(wait)));
    let batch = tokio::time::timeout(patience, listener.next(after, POLL_BYTES_MAX)).await;
    // Nothing has come, or another request has taken this one's place.
    let batch = batch.ok().flatten().unwrap_or_default();
    match batch.end {
        Some(end) if batch.frames.is_empty() => {
            link.intake.leave();
            Ok(over(end))
        }
        _ => Ok((
            [(header::CONTENT_TYPE, content_type(link.codec))],
            intake::body(link.codec, &batch.frames),
        )
            .into_response()),
    }
}

/// `POST /link/{secret}/frames`.
async fn frames(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    Query(Posted { first, ack }): Query<Posted>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let link = find(&app, &parts, &secret).await?;
    if let Some(ack) = ack {
        link.acknowledge(ack)?;
    }
    let body = Bytes::from_request(Request::from_parts(parts, body), &app).await;
    let body = body.map_err(|rejection| {
        let error = too_large(&rejection);
        if error.code == ErrorCode::BodyTooLarge {
            link.outbox.close(CloseReason::TooBig);
        }
        error
    })?;
    let Some(frames) = intake::frames(link.codec, &body) else {
        link.outbox.close(CloseReason::Malformed);
        return Err(ErrorCode::Malformed.into());
    };
    match link.intake.take(first, frames).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(IntakeError::Gap) => Err(ErrorCode::OutOfOrder.into()),
        Err(IntakeError::Over) => {
            let reason = link.outbox.closed().await;
            Ok(over(End {
                code: reason.close_code(),
                reason: reason.code().as_str(),
            }))
        }
    }
}

/// `DELETE /link/{secret}`, and `POST /link/{secret}/close` for pages that are being left.
async fn close(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let (parts, _) = request.into_parts();
    // A page that is being left does not wait for the answer, and a request without a client is dropped half done.
    let closing = app.clone();
    let closed = app
        .tasks
        .spawn(async move { find(&closing, &parts, &secret).await.map(|link| link.intake.leave()) });
    closed.await.map_err(|_| ErrorCode::Internal)??;
    Ok(StatusCode::NO_CONTENT)
}

impl Link {
    fn acknowledge(&self, through: u64) -> Result<(), ErrorCode> {
        let acknowledged = self.mailbox.acknowledge(through);
        acknowledged.map_err(|_| ErrorCode::OutOfOrder)
    }
}

fn over(end: End) -> Response {
    let End { code: close, reason } = end;
    (StatusCode::GONE, Json(Over { close, reason })).into_response()
}

const fn content_type(codec: Codec) -> HeaderValue {
    match codec {
        Codec::Binary => HeaderValue::from_static("application/octet-stream"),
        Codec::Json => HeaderValue::from_static("application/x-ndjson"),
    }
}
