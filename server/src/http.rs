//! What is served over HTTP: the API, the sockets, the tab, and what watches over the server.

pub mod access;
pub mod account;
pub mod assets;
pub mod attachments;
pub mod auth;
pub mod content;
pub mod doctor;
pub mod documents;
pub mod export;
pub mod extract;
pub mod health;
pub mod import;
pub mod invites;
pub mod limiter;
pub mod link;
pub mod messages;
pub mod origin;
pub mod page;
pub mod people;
pub mod proxy;
pub mod rooms;
pub mod tokens;
mod transport;
pub mod ws;
pub mod yjs;

pub use crate::serve::Peer;

use crate::actor::contents::Contents;
pub use crate::actor::hub::now;
use crate::actor::hub::{CompactionDue, Hub, HubLimits};
use crate::actor::materializer::Materializer;
use crate::actor::outbox::OutboxLimits;
use crate::actor::pace::Rates;
use crate::actor::writer::Writer;
use crate::collab::rate::Rate;
use crate::config::{Config, Limits};
use crate::db::Reader;
use crate::error::ApiError;
use crate::files::Files;
use crate::metrics::Metrics;
use crate::password::{HashError, Passwords};
use attachments::{UPLOAD_ROUTE, Uploads};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use limiter::Limiter;
use link::Links;
use origin::Origins;
use shared::error::ErrorCode;
use shared::id::Epoch;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Tabs come back within this time after a restart, so that they do not all come at once.
const RETURN_SPREAD: Duration = Duration::from_secs(3);

/// Many come back within longer: letting one in and opening what it has open takes about half as much of one processor.
const RETURN_SPREAD_EACH: Duration = Duration::from_millis(2);

/// However many they are.
const RETURN_SPREAD_MAX: Duration = Duration::from_secs(60);

/// Sockets and links that are being let in at the same time. The others wait for their turn, within the time that a request may take.
const HANDSHAKES_MAX: usize = 64;

/// What every handler can reach.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    /// Where connections are accepted.
    pub address: SocketAddr,
    pub origins: Origins,
    pub reader: Reader,
    /// What is made now begins in it.
    pub epoch: Epoch,
    pub writer: Writer,
    /// What is open, and how changes reach those who have it open.
    pub hub: Hub,
    /// What documents say.
    pub contents: Contents,
    pub passwords: Passwords,
    pub limiter: Limiter,
    /// The bytes of attachments.
    pub files: Files,
    uploads: Uploads,
    /// See [`import::IMPORTS_MAX`].
    imports: Uploads,
    /// See [`HANDSHAKES_MAX`].
    handshakes: Semaphore,
    /// See [`export::ARCHIVES_MAX`].
    archives: Arc<Semaphore>,
    /// Tabs that are connected without a socket.
    pub links: Links,
    pub metrics: Arc<Metrics>,
    /// Cancelled when the server stops.
    pub stopping: CancellationToken,
    /// Connections and sockets; the server waits for them when it stops.
    pub tasks: TaskTracker,
}

impl App {
    pub(crate) fn new(
        config: Config,
        address: SocketAddr,
        (reader, epoch): (Reader, Epoch),
        writer: Writer,
        metrics: Arc<Metrics>,
        compaction: mpsc::Sender<CompactionDue>,
        files: Files,
    ) -> Result<Self, HashError> {
        let parallel = usize::try_from(config.limits.password_hashes).unwrap_or(usize::MAX >> 4);
        let hub = Hub::new(
            reader.clone(),
            writer.clone(),
            hub_limits(&config.limits),
            compaction,
            metrics.clone(),
        );
        let materializer = Materializer::new(config.materializer.clone(), metrics.clone());
        Ok(Self {
            contents: Contents::new(hub.clone(), writer.clone(), materializer),
            origins: Origins::new(&config.public_urls, address),
            hub,
            passwords: Passwords::new(parallel)?,
            limiter: Limiter::default(),
            files,
            uploads: Uploads::default(),
            imports: Uploads::new(import::IMPORTS_PER_USER_MAX, import::IMPORTS_MAX),
            handshakes: Semaphore::new(HANDSHAKES_MAX),
            archives: Arc::new(Semaphore::new(export::ARCHIVES_MAX)),
            links: Links::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            config,
            address,
            reader,
            epoch,
            writer,
            metrics,
        })
    }

    /// Where a browser reaches this server, for links.
    #[must_use]
    pub fn url(&self) -> &str {
        self.origins.first()
    }

    /// Takes no new connections and sends those that are there away, to come back at different times.
    pub(crate) fn stop(&self) {
        self.hub.send_away(return_spread(self.hub.connection_count()));
        self.stopping.cancel();
    }

    /// A client that says nothing, or takes nothing, for so long is gone.
    fn silence_max(&self) -> Duration {
        Duration::from_millis(self.config.limits.silence_ms)
    }

    /// Waits for the turn to be let in, which lasts for as long as this is kept.
    async fn handshake(&self) -> SemaphorePermit<'_> {
        let turn = self.handshakes.acquire().await;
        turn.expect("the semaphore is never closed")
    }
}

fn return_spread(sockets: usize) -> Duration {
    let each = RETURN_SPREAD_EACH.saturating_mul(u32::try_from(sockets).unwrap_or(u32::MAX));
    each.clamp(RETURN_SPREAD, RETURN_SPREAD_MAX)
}

fn rate(frames: u64, bytes: u64) -> Rate {
    // A limit past 2^32 is no limit.
    let number = |limit: u64| u32::try_from(limit).unwrap_or(u32::MAX);
    Rate {
        frames: number(frames),
        bytes: number(bytes),
    }
}

fn hub_limits(limits: &Limits) -> HubLimits {
    let size = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    HubLimits {
        idle_unload_after: Duration::from_millis(limits.idle_unload_ms),
        outbox: OutboxLimits {
            packets_max: size(limits.queue_packets),
            bytes_max: size(limits.queue_bytes),
        },
        sockets_per_user: size(limits.sockets_per_user),
        rates: Rates {
            connection: rate(limits.socket_frames, limits.socket_bytes),
            account: rate(limits.user_frames, limits.user_bytes),
            target: rate(limits.target_frames, limits.target_bytes),
            slowed_max: Duration::from_millis(limits.slowed_ms),
        },
    }
}

#[derive(OpenApi)]
#[openapi(info(title = "Inkling", description = "Write documents together and talk about them."))]
struct Description;

/// Routes and their description, from the same source.
fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(account::register))
        .routes(routes!(account::login))
        .routes(routes!(account::logout))
        .routes(routes!(account::me, account::change_me))
        .routes(routes!(account::change_password))
        .routes(routes!(account::sessions))
        .routes(routes!(account::end_session))
        .routes(routes!(account::server))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        .routes(routes!(rooms::list, rooms::create))
        .routes(routes!(rooms::get, rooms::change, rooms::delete))
        .routes(routes!(rooms::members))
        .routes(routes!(rooms::change_member, rooms::remove_member))
        .routes(routes!(invites::list, invites::create))
        .routes(routes!(invites::revoke))
        .routes(routes!(invites::preview))
        .routes(routes!(invites::accept))
        .routes(routes!(documents::list, documents::create))
        .routes(routes!(documents::get, documents::change, documents::delete))
        .routes(routes!(documents::restore))
        .routes(routes!(content::read, content::replace))
        .routes(routes!(export::document))
        .routes(routes!(export::room::room))
        .routes(routes!(import::import))
        .routes(routes!(attachments::list, attachments::create))
        .routes(routes!(attachments::delete))
        .routes(routes!(attachments::named))
        .routes(routes!(attachments::read))
        .routes(routes!(messages::list, messages::say))
        .routes(routes!(people::list))
        .routes(routes!(people::suspend, people::restore))
        .routes(routes!(doctor::examination))
        .routes(routes!(doctor::body))
        .routes(routes!(doctor::disk))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

/// Everything the server answers.
pub fn router(app: &Arc<App>) -> Router {
    let (router, description) = api().split_for_parts();
    let description = Json(description);
    let body_bytes = usize::try_from(app.config.limits.body_bytes).unwrap_or(usize::MAX);
    router
        .route(
            "/api/openapi.json",
            axum::routing::get(move || std::future::ready(description.clone())),
        )
        // Any method: the handshake's own check says what is wrong with it.
        .route("/ws", axum::routing::any(ws::ws))
        .merge(link::routes())
        .route("/yjs/{document_id}", axum::routing::any(yjs::yjs))
        .fallback(unmatched)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(middleware::from_fn_with_state(app.clone(), within_time))
        .with_state(app.clone())
}

/// The tab's files for paths of pages; for programs an answer that they can read.
async fn unmatched(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path() == "/api" || uri.path().starts_with("/api/") {
        return ApiError::from(ErrorCode::NotFound).into_response();
    }
    assets::serve(method, uri, headers).await
}

async fn method_not_allowed() -> ApiError {
    ErrorCode::MethodNotAllowed.into()
}

async fn within_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let span = tracing::debug_span!("request", method = %request.method(), path = request.uri().path());
    let limit = Duration::from_millis(app.config.limits.request_ms);
    let route = request.extensions().get::<MatchedPath>();
    // What is large takes as long as its bytes do, and has limits of its own.
    let large = [UPLOAD_ROUTE, import::IMPORT_ROUTE, doctor::BODY_ROUTE];
    let is_upload = request.method() == Method::POST && route.is_some_and(|route| large.contains(&route.as_str()));
    let answering = async {
        let answering = next.run(request);
        if is_upload {
            Ok(answering.await)
        } else {
            tokio::time::timeout(limit, answering).await
        }
    };
    let answer = tracing::Instrument::instrument(answering, span).await;
    let mut response = answer.unwrap_or_else(|_| ApiError::from(ErrorCode::TimedOut).into_response());
    // Answers of the API are about one person at one moment; the tab's files set their own rule.
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response
            .headers_mut()
            .entry(axum::http::header::CACHE_CONTROL)
            .or_insert(axum::http::HeaderValue::from_static("no-store"));
    }
    response
}
