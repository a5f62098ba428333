//! The accept loop: one task a connection, a bound on how many, a time limit for the head of each request, and an orderly end.
//!
//! HTTP/1.1 only: browsers speak HTTP/2 over TLS alone, which is the business of a proxy in front; and telling the two apart by the first
//! bytes has no time limit in hyper-util. `axum::serve` has no header timeout and forgets upgraded sockets; sockets run as tasks of [`App::tasks`] themselves.

use crate::http::{App, router};
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// Bytes of a request's head, and the buffer that a connection keeps.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// Pause after `accept` failed, usually for want of file descriptors: others have to close first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The address a request came from, as a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

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
    let mut builder = Builder::new();
    let header = Duration::from_millis(app.config.limits.header_ms);
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(header)
        .max_buf_size(HEAD_BYTES_MAX);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    app.metrics.connections.inc();
    let serving = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = app.stopping.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        // Clients break off all the time; it is no fault of anybody here.
        tracing::debug!(%error, "connection.broken");
    }
    app.metrics.connections.dec();
    drop(permit);
}
