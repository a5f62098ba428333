//! `/ws`: lets a client in, whose frames then travel in the messages of a WebSocket.

pub(in crate::http) mod socket;

use super::App;
use super::auth::{Caller, Via, identify};
use super::transport::{Counted, serve};
use crate::actor::connection::{Connection, Unpacks};
use crate::actor::outbox::{Format, Outlet, Packet};
use crate::error::ApiError;
use crate::metrics::Outcome;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use shared::error::ErrorCode;
use shared::limits::{CHANNELS_MAX, FRAME_BYTES_MAX, MESSAGE_BYTES_MAX, UPDATE_BYTES_MAX};
use shared::wire::{Codec, PACK, ServerFrame, TELL, VERSION, WireLimits};
use socket::{READ_BYTES, WRITE_BYTES, split};
use std::sync::Arc;

/// `GET /ws`.
pub async fn ws(State(app): State<Arc<App>>, request: Request) -> Response {
    admit(app, request).await.unwrap_or_else(IntoResponse::into_response)
}

/// Everything that is checked before there is a socket.
async fn admit(app: Arc<App>, request: Request) -> Result<Response, ApiError> {
    let turn = app.handshake().await;
    let (mut parts, _) = request.into_parts();
    let caller = identify(&app, &parts).await?;
    caller.whole_account()?;
    check_handshake(&app, &caller, &parts.headers)?;
    let mut upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &app)
        .await
        .map_err(|rejection| not_a_socket(&rejection))?;
    let codec = [Codec::Binary, Codec::Json]
        .into_iter()
        .find(|codec| upgrade.requested_protocols().any(|asked| asked == codec.subprotocol()))
        .ok_or(ErrorCode::UnsupportedVersion)?;
    upgrade.set_selected_protocol(header::HeaderValue::from_static(codec.subprotocol()));
    let (mut connection, outlet) = connect(&app, &caller, Format::Encoded(codec))?;
    greet(&app, &mut connection, parts.uri.query());
    // From here on, ending the session or token closes the connection. It may have been ended just before.
    identify(&app, &parts).await?;
    drop(turn);
    let task = app.tasks.token();
    Ok(prepared(upgrade).on_upgrade(async move |socket| {
        let counted = Counted::new(&app, "ws");
        let (reader, writer) = split(socket);
        serve(reader, writer, connection, outlet, codec, app.silence_max(), counted).await;
        drop(task);
    }))
}

/// What is said before anything is heard. The query of its address tells what the client understands beyond the rest.
pub(in crate::http) fn greet(app: &App, connection: &mut Connection, query: Option<&str>) {
    let query = query.unwrap_or_default().as_bytes();
    let says = |what| url::form_urlencoded::parse(query).any(|(name, value)| (&*name, &*value) == what);
    if says(PACK) {
        connection.can_unpack(Unpacks::Deflate);
    }
    let outbox = connection.outbox();
    outbox.push(Packet::new(outbox.format(), welcome(connection)));
    if says(TELL) {
        let frame = ServerFrame::ServerEpoch { epoch: app.epoch };
        outbox.push(Packet::new(outbox.format(), frame));
    }
}

fn welcome(connection: &Connection) -> ServerFrame {
    let bound = |value: usize| u32::try_from(value).expect("limits of the wire fit 32 bits");
    ServerFrame::Welcome {
        version: VERSION,
        user: connection.user().clone(),
        limits: WireLimits {
            frame_bytes_max: bound(FRAME_BYTES_MAX),
            update_bytes_max: bound(UPDATE_BYTES_MAX),
            message_bytes_max: bound(MESSAGE_BYTES_MAX),
            channels_max: bound(CHANNELS_MAX),
        },
    }
}

/// A place among the connections, or why there is none.
pub(in crate::http) fn connect(app: &App, caller: &Caller, format: Format) -> Result<(Connection, Outlet), ErrorCode> {
    let (user, credential) = (caller.user.person(), caller.credential());
    let connected = app.hub.connect(user, credential, caller.expires_at, format);
    if let Err(ErrorCode::TooManySockets) = connected {
        tracing::info!(user = %caller.user.id, "connection.too_many_sockets");
        let result = ErrorCode::TooManySockets.as_str();
        app.metrics.socket_closes.get_or_create(&Outcome { result }).inc();
    }
    connected
}

/// What is asked of a handshake beyond what the library asks: a browser's origin, and a key of 16 bytes (RFC 6455, 4.2.1).
fn check_handshake(app: &App, caller: &Caller, headers: &HeaderMap) -> Result<(), ApiError> {
    check_origin(app, caller.via, headers)?;
    check_key(headers)
}

/// Refuses a socket that another site's page opened.
pub(in crate::http) fn check_origin(app: &App, via: Via, headers: &HeaderMap) -> Result<(), ApiError> {
    app.origins.check(headers)?;
    // Browsers always send it with a socket. A cookie without it is not from a browser, or has lost its way.
    if matches!(via, Via::Session(_)) && !headers.contains_key(header::ORIGIN) {
        return Err(ErrorCode::ForeignOrigin.into());
    }
    Ok(())
}

pub(in crate::http) fn check_key(headers: &HeaderMap) -> Result<(), ApiError> {
    match headers.get(header::SEC_WEBSOCKET_KEY) {
        Some(key) if BASE64.decode(key.as_bytes()).is_ok_and(|key| key.len() == 16) => Ok(()),
        Some(_) => Err(ErrorCode::Malformed.into()),
        // The library asks for it.
        None => Ok(()),
    }
}

/// The bounds of every socket.
pub(in crate::http) fn prepared(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_message_size(socket::MESSAGE_BYTES_MAX)
        .max_frame_size(socket::MESSAGE_BYTES_MAX)
}

pub(in crate::http) fn not_a_socket(rejection: &WebSocketUpgradeRejection) -> ApiError {
    ApiError {
        code: ErrorCode::Malformed,
        field: None,
        message: Some(rejection.body_text()),
    }
}
