//! The accept loop: one task a connection, a bound on how many, a time limit for the head of each request, and an orderly end.
//!
//! HTTP/1.1, and HTTP/2 for proxies that speak it behind their TLS (prior knowledge), with WebSockets as streams of it (RFC 8441). Which of the two it is
//! is found out here and not by hyper-util, which waits for ever for a client's first bytes; `axum::serve` has no header timeout and forgets upgraded
//! sockets. Sockets run as tasks of [`App::tasks`] themselves.

mod stream;

use crate::http::proxy::client_address;
use crate::http::{App, router};
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use stream::{Spoken, Stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// Bytes of a request's head, and the buffer that a connection keeps.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// Requests and sockets at the same time in one connection of HTTP/2. A proxy that has more opens another one.
const STREAMS_MAX: u32 = 256;

/// Bytes that may be on their way to one stream before they are read, and to all of a connection: what a client makes the server hold.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1 << 20;

/// Bytes of an answer that wait in one stream for a client that does not read.
const STREAM_SEND_BYTES_MAX: usize = 64 * 1024;

/// Pause after `accept` failed, usually for want of file descriptors: others have to close first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The address a request came from, behind trusted proxies that of their client, as a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Who opened the connection that a request came by: a proxy, or the client itself. As a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Hop(pub IpAddr);

pub(crate) async fn accept(listener: TcpListener, app: Arc<App>) {
    let router = router(&app);
    let permits = Arc::new(Semaphore::new(
        usize::try_from(app.config.limits.connections)
            .unwrap_or(Semaphore::MAX_PERMITS)
            .min(Semaphore::MAX_PERMITS),
    ));
    loop {
        let accepted = tokio::select! {
            () = app.stopping.cancelled() => return,
            accepted = next(&listener, &permits) => accepted,
        };
        match accepted {
            Ok((stream, peer, permit)) => {
                app.tasks
                    .spawn(connection(stream, peer, router.clone(), app.clone(), permit));
            }
            Err(error) => {
                tracing::warn!(%error, "connection.accept_failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Waits for room before it accepts, so that the excess waits in the kernel's queue and costs nothing here.
async fn next(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = permits
        .clone()
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, app: Arc<App>, permit: OwnedSemaphorePermit) {
    app.metrics.connections.inc();
    if let Err(error) = serve(Stream::new(stream), peer, router, &app).await {
        // Clients break off all the time; it is no fault of anybody here.
        tracing::debug!(%error, "connection.broken");
    }
    app.metrics.connections.dec();
    drop(permit);
}

/// Why a connection ended before its client was done.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the first bytes: {0}")]
    First(#[from] std::io::Error),
    #[error("no first bytes in time")]
    Silent,
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

async fn serve(mut stream: Stream, peer: SocketAddr, router: Router, app: &App) -> Result<(), Broken> {
    let patience = Duration::from_millis(app.config.limits.header_ms);
    let spoken = tokio::select! {
        spoken = tokio::time::timeout(patience, stream.spoken()) => spoken.map_err(|_| Broken::Silent)??,
        () = app.stopping.cancelled() => return Ok(()),
    };
    let trusted_proxies = app.config.trusted_proxies.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let client = client_address(peer.ip(), request.headers(), &trusted_proxies);
        request.extensions_mut().insert(Peer(client));
        request.extensions_mut().insert(Hop(peer.ip().to_canonical()));
        router.clone().oneshot(request)
    });
    let stream = TokioIo::new(stream);
    match spoken {
        Spoken::Http1 => {
            let mut builder = http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                .header_read_timeout(patience)
                .max_buf_size(HEAD_BYTES_MAX);
            let serving = builder.serve_connection(stream, service).with_upgrades();
            until_stopped(serving, http1::UpgradeableConnection::graceful_shutdown, app).await?;
        }
        Spoken::Http2 => {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                // Who does not answer is gone; who says nothing else is asked for as long as it answers.
                .keep_alive_interval(patience)
                .keep_alive_timeout(patience)
                .enable_connect_protocol()
                .max_concurrent_streams(STREAMS_MAX)
                .initial_stream_window_size(STREAM_WINDOW_BYTES)
                .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
                .max_send_buf_size(STREAM_SEND_BYTES_MAX)
                .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).expect("it is a small constant"));
            let serving = builder.serve_connection(stream, service);
            until_stopped(serving, http2::Connection::graceful_shutdown, app).await?;
        }
    }
    Ok(())
}

/// Serves until the client is done, or the server stops and what is under way is done.
async fn until_stopped<C: Future>(serving: C, finish: impl FnOnce(Pin<&mut C>), app: &App) -> C::Output {
    let mut serving = pin!(serving);
    tokio::select! {
        ended = &mut serving => ended,
        () = app.stopping.cancelled() => {
            finish(serving.as_mut());
            serving.await
        }
    }
}
