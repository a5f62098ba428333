//! Who asks: a login session's cookie, `Authorization: Bearer`, or a token for one document in the URL of a stock Yjs client.

use super::{App, now};
use crate::collab::effect::Credential;
use crate::db::login_sessions::{self, NewLoginSession};
use crate::db::tokens;
use crate::db::users::User;
use crate::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest as _, Sha256};
use shared::error::ErrorCode;
use shared::id::{DocumentId, UnixMs, UserId};
use std::sync::Arc;
use uuid::Uuid;

/// A login session ends after this long without use.
const SESSION_MS: u64 = 60 * DAY_MS;
/// Use is noted at most this often, so that reading costs no writing.
const NOTE_USE_MS: u64 = 3_600_000;
/// Browsers keep a cookie no longer than this (RFC 6265bis, 5.6.2); the server's own rule is stricter.
const COOKIE_SECONDS: u64 = 400 * 24 * 3600;
const DAY_MS: u64 = 24 * 3_600_000;

/// Length of a browser's name for itself in the list of devices.
const USER_AGENT_CHARS_MAX: usize = 200;

/// Whoever asks, known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account.
    pub user: User,
    /// How it was proven.
    pub via: Via,
    /// When that expires, unless it is used again; never, when missing.
    pub expires_at: Option<UnixMs>,
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The cookie of a login session. Requests that change something are checked for their origin.
    Session(Uuid),
    /// A token.
    Token {
        /// Which.
        id: Uuid,
        /// The one document it opens; none opens everything.
        document: Option<DocumentId>,
    },
}

impl Caller {
    /// What was shown, as it is checked again when something is stored.
    #[must_use]
    pub const fn credential(&self) -> Credential {
        match self.via {
            Via::Session(id) => Credential::LoginSession(id),
            Via::Token { id, .. } => Credential::Token(id),
        }
    }

    /// Refuses a token that opens one document only: for routes about the account and its rooms.
    pub fn whole_account(&self) -> Result<(), ApiError> {
        match self.via {
            Via::Token { document: Some(_), .. } => Err(ErrorCode::NotAllowed.into()),
            Via::Session(_) | Via::Token { .. } => Ok(()),
        }
    }
}

/// A secret as it is shown once, and what is kept of it.
#[derive(Debug)]
pub struct Secret {
    /// For the one it belongs to.
    pub text: String,
    /// For the database. The secret has 256 random bits, so a fast hash is enough.
    pub hash: [u8; 32],
}

impl Secret {
    /// A new one.
    #[must_use]
    pub fn draw(prefix: &str) -> Self {
        let text = format!("{prefix}{}", BASE64.encode(rand::random::<[u8; 32]>()));
        let hash = hash(&text);
        Self { text, hash }
    }
}

/// What is kept of a secret.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        identify(app, parts).await
    }
}

/// Finds out who asks.
pub async fn identify(app: &App, parts: &Parts) -> Result<Caller, ApiError> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        return by_token(app, token.ok_or(ErrorCode::NotSignedIn)?).await;
    }
    if parts.uri.path().starts_with("/yjs/")
        && let Some(token) = query_token(parts.uri.query().unwrap_or(""))
    {
        let caller = by_token(app, &token).await?;
        // URLs end up in logs and histories: a token that opens everything is not accepted there.
        return match caller.via {
            Via::Token { document: Some(_), .. } => Ok(caller),
            _ => Err(ErrorCode::NotSignedIn.into()),
        };
    }
    let secret = session_cookie(app, &parts.headers).ok_or(ErrorCode::NotSignedIn)?;
    let caller = by_session(app, secret).await?;
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) || is_upgrade(parts) {
        app.origins.check(&parts.headers)?;
    }
    Ok(caller)
}

fn is_upgrade(parts: &Parts) -> bool {
    parts.headers.contains_key(header::UPGRADE)
        || parts.headers.contains_key("sec-websocket-key")
        || parts.method == Method::CONNECT
}

fn query_token(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, token)| token.into_owned())
}

async fn by_token(app: &App, token: &str) -> Result<Caller, ApiError> {
    let now = now();
    let found = app
        .reader
        .token(&hash(token), now)
        .await?
        .ok_or(ErrorCode::NotSignedIn)?;
    if found
        .last_used_at
        .is_none_or(|used| now.0.saturating_sub(used.0) > NOTE_USE_MS)
    {
        let id = found.id;
        note(
            app.writer
                .write(move |connection| Box::pin(tokens::note_use(connection, id, now)))
                .await,
        );
    }
    Ok(Caller {
        user: found.user,
        via: Via::Token {
            id: found.id,
            document: found.document,
        },
        expires_at: found.expires_at,
    })
}

async fn by_session(app: &App, secret: &str) -> Result<Caller, ApiError> {
    let now = now();
    let found = app
        .reader
        .login_session(&hash(secret), now)
        .await?
        .ok_or(ErrorCode::NotSignedIn)?;
    if now.0.saturating_sub(found.last_seen_at.0) > NOTE_USE_MS {
        let (id, until) = (found.id, UnixMs(now.0 + SESSION_MS));
        note(
            app.writer
                .write(move |connection| Box::pin(login_sessions::note_use(connection, id, now, until)))
                .await,
        );
    }
    Ok(Caller {
        user: found.user,
        via: Via::Session(found.id),
        expires_at: Some(found.expires_at),
    })
}

/// Reading goes on when the disk is full: that use could not be noted is no reason to refuse it.
fn note(outcome: Result<(), crate::actor::writer::WriteError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "auth.use_not_noted");
    }
}

/// A login session about to be stored, and the header that gives it to the browser.
pub(super) fn new_session(app: &App, user: UserId, headers: &HeaderMap, now: UnixMs) -> (NewLoginSession, HeaderValue) {
    let secret = Secret::draw("");
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let session = NewLoginSession {
        id: Uuid::now_v7(),
        secret_hash: secret.hash,
        user_id: user,
        user_agent: agent.chars().take(USER_AGENT_CHARS_MAX).collect(),
        at: now,
        expires_at: UnixMs(now.0 + SESSION_MS),
    };
    (session, set_cookie(app, &secret.text, COOKIE_SECONDS))
}

/// The header that takes the cookie back.
pub(super) fn clear_cookie(app: &App) -> HeaderValue {
    set_cookie(app, "", 0)
}

/// With TLS the prefix keeps other hosts of the domain from planting a cookie; without, browsers refuse the prefix.
const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-inkling" } else { "inkling" }
}

fn set_cookie(app: &App, value: &str, max_age: u64) -> HeaderValue {
    let secure = app.origins.secure();
    let name = cookie_name(secure);
    let suffix = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age}{suffix}");
    HeaderValue::from_str(&cookie).expect("base64 and the words around it are visible ASCII")
}

fn session_cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = cookie_name(app.origins.secure());
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
