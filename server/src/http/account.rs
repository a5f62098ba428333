//! Accounts: making one, signing in and out, and what belongs to the person alone.

use super::auth::{Caller, Via, clear_cookie, hash, new_session};
use super::extract::{Body, Path, Query, text};
use super::limiter::Subject;
use super::page::{self, Paging};
use super::{App, Peer, now};
use crate::collab::effect::Credential;
use crate::config::Registration;
use crate::db::users::{NewUser, User};
use crate::db::{DbError, document_tree, invites, login_sessions, rfc3339, rooms, suspension, tokens, users};
use crate::error::ApiError;
use axum::Extension;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Json;
use shared::api::{List, Login, LoginSession, Me, MePatch, PasswordChange, Register, ServerState};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, UserId};
use shared::limits::{DISPLAY_NAME_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, USERNAME_CHARS_MAX};
use shared::wire::Change;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// A body and the cookie beside it.
type SignedIn = ([(HeaderName, HeaderValue); 1], Json<Me>);

/// The room that the first account finds, and its one document.
const FIRST_ROOM: &str = "Home";
const WELCOME_TITLE: &str = "Welcome";
const WELCOME_TEXT: &str = include_str!("welcome.md");

/// What somebody who is not signed in may know.
#[utoipa::path(get, path = "/api/v1/server", responses((status = 200, body = ServerState)))]
pub async fn server(State(app): State<Arc<App>>) -> Result<Json<ServerState>, ApiError> {
    Ok(Json(ServerState {
        first_run: !app.reader.any_user().await?,
        registration: app.config.registration.as_str().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

/// Makes an account and signs it in. The first one administers the server.
#[utoipa::path(post, path = "/api/v1/register", request_body = Register, responses(
    (status = 201, body = Me), (status = 403, body = shared::api::Failure), (status = 409, body = shared::api::Failure)))]
pub async fn register(
    State(app): State<Arc<App>>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Body(body): Body<Register>,
) -> Result<(StatusCode, SignedIn), ApiError> {
    app.origins.check(&headers)?;
    limit(
        &app,
        Subject::address(peer),
        app.config.limits.login_attempts_per_address,
    )?;
    let username = username(&body.username)?;
    check_password("password", &body.password)?;
    let display_name = match &body.display_name {
        Some(name) => text("display_name", name, 1, DISPLAY_NAME_CHARS_MAX)?,
        None => username.clone(),
    };
    let invite = body.invite.as_deref().map(hash);
    // Asked again in the transaction; here so that nobody makes the server hash passwords for nothing.
    if app.reader.any_user().await? {
        may_register(app.config.registration, invite.is_some())?;
    }
    if let Some(invite) = &invite {
        app.reader
            .invite_preview(invite, now())
            .await?
            .ok_or(ErrorCode::InviteInvalid)?;
    }
    let password_hash = app.passwords.hash(body.password).await?;

    let at = now();
    let user = NewUser {
        id: UserId(Uuid::now_v7()),
        username,
        display_name,
        password_hash,
        at,
    };
    let (session, cookie) = new_session(&app, user.id, &headers, at);
    let credential = Credential::LoginSession(session.id);
    let (registration, limits) = (app.config.registration, app.config.limits.clone());
    let id = user.id;
    let stored = app.writer.write(move |connection| {
        Box::pin(async move {
            let first = !users::any(connection).await?;
            if !first {
                may_register(registration, invite.is_some()).map_err(DbError::refused)?;
            }
            users::create(connection, &user).await?;
            let joined = match invite {
                Some(invite) => {
                    let (members_max, rooms_max) = (limits.members_per_room, limits.rooms_per_user);
                    Some(invites::accept(connection, &invite, id, at, members_max, rooms_max).await?)
                }
                None => None,
            };
            // It ends no other: a new account has none.
            login_sessions::insert(connection, &session, limits.sessions_per_user).await?;
            if !first {
                return Ok((None, joined));
            }
            let (room, document) = (RoomId(Uuid::now_v7()), DocumentId(Uuid::now_v7()));
            rooms::create(connection, room, FIRST_ROOM, id, at).await?;
            document_tree::create(connection, document, room, None, WELCOME_TITLE, id, at).await?;
            Ok((Some(document), joined))
        })
    });
    let (welcome, joined) = stored.await?;
    if let Some(room) = joined {
        app.hub.changed(room, Change::Members).await;
    }
    let user = app.reader.user(id).await?.ok_or(ErrorCode::Internal)?;
    tracing::info!(user = %id, administrator = user.administrator, "account.created");
    if let Some(document) = welcome
        && let Err(code) = app
            .contents
            .replace(user.person(), credential, document, None, WELCOME_TEXT.to_owned())
            .await
    {
        // The account is there and the document only empty; nothing that anybody has written is at stake.
        tracing::warn!(%document, %code, "account.welcome_not_written");
    }
    Ok((StatusCode::CREATED, ([(SET_COOKIE, cookie)], Json(me_of(user)))))
}

/// Signs in. Unknown name and wrong password answer alike; whoever knows the password of a suspended account is told that it is.
#[utoipa::path(post, path = "/api/v1/login", request_body = Login, responses(
    (status = 200, body = Me), (status = 401, body = shared::api::Failure), (status = 403, body = shared::api::Failure), (status = 429, body = shared::api::Failure)))]
pub async fn login(
    State(app): State<Arc<App>>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Body(body): Body<Login>,
) -> Result<SignedIn, ApiError> {
    app.origins.check(&headers)?;
    limit(
        &app,
        Subject::address(peer),
        app.config.limits.login_attempts_per_address,
    )?;
    let account = Subject::Account(body.username.chars().take(USERNAME_CHARS_MAX).collect());
    limit(&app, account.clone(), app.config.limits.login_attempts)?;
    if body.password.chars().count() > PASSWORD_CHARS_MAX {
        return Err(ErrorCode::InvalidCredentials.into());
    }
    let stored = app.reader.password_hash(&body.username).await?;
    let hash = stored.as_ref().map(|(_, hash)| hash.clone());
    let matches = app.passwords.verify(body.password, hash).await?;
    let Some((id, verified)) = stored.filter(|_| matches) else {
        tracing::info!(address = %peer, "account.login_refused");
        return Err(ErrorCode::InvalidCredentials.into());
    };
    app.limiter.forgive(&account);
    // A new secret for every sign-in: one that was planted before it is worth nothing after it.
    let (session, cookie) = new_session(&app, id, &headers, now());
    let keep = app.config.limits.sessions_per_user;
    let ended = app
        .writer
        .write(move |connection| {
            Box::pin(async move { login_sessions::sign_in(connection, &session, &verified, keep).await })
        })
        .await?;
    for id in ended {
        app.hub.end_credential(Credential::LoginSession(id));
    }
    let user = app.reader.user(id).await?.ok_or(ErrorCode::Internal)?;
    Ok(([(SET_COOKIE, cookie)], Json(me_of(user))))
}

/// Signs this browser out.
#[utoipa::path(post, path = "/api/v1/logout", responses((status = 204), (status = 401, body = shared::api::Failure)))]
pub async fn logout(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), ApiError> {
    if let Via::Session(id) = caller.via {
        end(&app, caller.user.id, id).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, clear_cookie(&app))]))
}

/// The signed-in person.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = Me), (status = 401, body = shared::api::Failure)))]
pub async fn me(caller: Caller) -> Json<Me> {
    Json(me_of(caller.user))
}

/// Changes what others see.
#[utoipa::path(patch, path = "/api/v1/me", request_body = MePatch, responses((status = 200, body = Me)))]
pub async fn change_me(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<MePatch>,
) -> Result<Json<Me>, ApiError> {
    caller.whole_account()?;
    let mut user = caller.user;
    if let Some(name) = body.display_name {
        let name = text("display_name", &name, 1, DISPLAY_NAME_CHARS_MAX)?;
        let id = user.id;
        app.writer
            .write(move |connection| {
                Box::pin(async move {
                    suspension::check(connection, id).await?;
                    users::set_display_name(connection, id, &name).await
                })
            })
            .await?;
        // As it is stored by now: of two changes at once, both tell the later one.
        user = app.reader.user(id).await?.ok_or(ErrorCode::Internal)?;
        let rooms = app.reader.room_ids(id).await?;
        app.hub.renamed(user.person(), &rooms).await;
    }
    Ok(Json(me_of(user)))
}

/// Changes the password and signs every other browser out. Tokens stay, unless they are to be revoked.
#[utoipa::path(post, path = "/api/v1/me/password", request_body = PasswordChange, responses(
    (status = 204), (status = 401, body = shared::api::Failure)))]
pub async fn change_password(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    caller.whole_account()?;
    let user = caller.user;
    check_password("new_password", &body.new_password)?;
    limit(
        &app,
        Subject::Account(user.username.clone()),
        app.config.limits.login_attempts,
    )?;
    let verified = app
        .reader
        .password_hash_of(user.id)
        .await?
        .ok_or(ErrorCode::NotSignedIn)?;
    if !app
        .passwords
        .verify(body.current_password, Some(verified.clone()))
        .await?
    {
        return Err(ApiError {
            field: Some("current_password".into()),
            ..ErrorCode::InvalidCredentials.into()
        });
    }
    let password_hash = app.passwords.hash(body.new_password).await?;
    let (id, keep, revoke_tokens) = (user.id, session_of(caller.via), body.revoke_tokens);
    app.writer
        .write(move |connection| {
            Box::pin(async move {
                users::change_password(connection, id, &verified, &password_hash).await?;
                if revoke_tokens {
                    tokens::delete_all(connection, id).await?;
                }
                login_sessions::end_others(connection, id, keep).await
            })
        })
        .await?;
    app.hub.end_credentials(id, |credential| match credential {
        Credential::LoginSession(id) => Some(id) != keep,
        Credential::Token(_) => revoke_tokens,
    });
    tracing::info!(user = %id, "account.password_changed");
    Ok(StatusCode::NO_CONTENT)
}

/// Where the person is signed in.
#[utoipa::path(get, path = "/api/v1/me/sessions", params(Paging), responses(
    (status = 200, body = List<LoginSession>), (status = 422, body = shared::api::Failure)))]
pub async fn sessions(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<LoginSession>>, ApiError> {
    caller.whole_account()?;
    let current = session_of(caller.via);
    let devices = app.reader.devices(caller.user.id, now(), paging.page()?).await?;
    Ok(Json(page::list(devices, |device| LoginSession {
        id: device.id,
        user_agent: device.user_agent,
        created_at: rfc3339(device.created_at),
        last_seen_at: rfc3339(device.last_seen_at),
        current: Some(device.id) == current,
    })))
}

/// Signs one browser out.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", params(("id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = shared::api::Failure)))]
pub async fn end_session(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    caller.whole_account()?;
    if end(&app, caller.user.id, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ErrorCode::NotFound.into())
    }
}

async fn end(app: &App, user: UserId, id: Uuid) -> Result<bool, ApiError> {
    let ended = app
        .writer
        .write(move |connection| Box::pin(login_sessions::end(connection, user, id)))
        .await?;
    if ended {
        app.hub.end_credential(Credential::LoginSession(id));
    }
    Ok(ended)
}

const fn session_of(via: Via) -> Option<Uuid> {
    match via {
        Via::Session(id) => Some(id),
        Via::Token { .. } => None,
    }
}

fn me_of(user: User) -> Me {
    Me {
        id: user.id,
        username: user.username,
        display_name: user.display_name,
        administrator: user.administrator,
        created_at: rfc3339(user.created_at),
    }
}

fn limit(app: &App, subject: Subject, per_minute: u64) -> Result<(), ApiError> {
    if app.limiter.take(subject, per_minute, Instant::now()) {
        Ok(())
    } else {
        Err(ErrorCode::TooFast.into())
    }
}

fn may_register(registration: Registration, invited: bool) -> Result<(), ErrorCode> {
    match registration {
        Registration::Open => Ok(()),
        Registration::Invite if invited => Ok(()),
        Registration::Invite | Registration::Closed => Err(ErrorCode::RegistrationClosed),
    }
}

fn username(value: &str) -> Result<String, ApiError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if value.is_empty() || value.len() > USERNAME_CHARS_MAX || !value.chars().all(allowed) {
        let message = format!(
            "A username has 1 to {USERNAME_CHARS_MAX} lower-case letters, digits, dots, dashes and underscores."
        );
        return Err(ApiError::field("username", message));
    }
    Ok(value.to_owned())
}

fn check_password(field: &str, value: &str) -> Result<(), ApiError> {
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&value.chars().count()) {
        return Ok(());
    }
    let message = format!("A password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters.");
    Err(ApiError::field(field, message))
}
