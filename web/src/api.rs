//! The HTTP API as typed functions: bodies from `shared::api` in, bodies or an [`ApiError`] out.

use crate::json;
use crate::text::{error_text, t};
use gloo_net::http::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::api::{
    Document, DocumentCreate, DocumentPatch, Failure, Invite, InviteCreate, InviteCreated, InvitePreview, List, Login,
    LoginSession, Me, MePatch, Member, MemberPatch, Messages, PasswordChange, Register, Room, RoomCreate, RoomPatch,
    ServerState, Token, TokenCreate, TokenCreated,
};
use shared::error::ErrorCode;
use shared::id::{DocumentId, RoomId, Seq, UserId};
use shared::sorted::sort_by;
use shared::wire::Role;
use std::pin::Pin;
use uuid::Uuid;

/// A request that takes longer is given up, milliseconds: nobody waits for a button longer than this.
const REQUEST_MS_MAX: u32 = 20_000;

/// Why a request did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// No answer: offline, the server is down, or it took too long.
    #[error("no answer")]
    Unreachable,
    /// The server said no.
    #[error("{code}")]
    Refused {
        /// Why.
        code: ErrorCode,
        /// Which field of the request, when it is about one.
        field: Option<String>,
    },
    /// An answer that this tab cannot read: another release, or something between that answers in the server's place.
    #[error("unreadable answer")]
    Unreadable,
}

impl ApiError {
    /// The code, when the server gave one.
    pub const fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Unreachable | Self::Unreadable => None,
        }
    }

    /// The field it is about.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Refused { field, .. } => field.as_deref(),
            Self::Unreachable | Self::Unreadable => None,
        }
    }

    /// What a person is told.
    pub fn text(&self) -> String {
        match self {
            Self::Refused { code, .. } => error_text(*code),
            Self::Unreachable => t("error-unreachable"),
            Self::Unreadable => t("error-unreadable"),
        }
    }
}

/// What a call answers.
pub type Answer<T> = Result<T, ApiError>;

/// An answer on its way. In a box, so that asking is compiled once and not for every type of answer.
type Pending<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;

fn send(method: Method, path: &str, body: Option<String>) -> Pending<String> {
    let path = format!("/api/v1{path}");
    Box::pin(async move {
        let signal = web_sys::AbortSignal::timeout_with_u32(REQUEST_MS_MAX);
        let builder = RequestBuilder::new(&path).method(method).abort_signal(Some(&signal));
        let request = match body {
            Some(body) => builder.header("content-type", "application/json").body(body),
            None => builder.build(),
        };
        let response = request
            .map_err(|_| ApiError::Unreadable)?
            .send()
            .await
            .map_err(|_| ApiError::Unreachable)?;
        let answer = response.text().await.map_err(|_| ApiError::Unreachable)?;
        if response.ok() {
            return Ok(answer);
        }
        let failure: Failure = parse(&answer).map_err(|unreadable| match response.status() {
            502..=504 => ApiError::Unreachable,
            _ => unreadable,
        })?;
        Err(ApiError::Refused {
            code: failure.error.code,
            field: failure.error.field,
        })
    })
}

fn written(body: &impl Serialize) -> Option<String> {
    Some(json::write(body))
}

async fn read<T: DeserializeOwned>(answer: Pending<String>) -> Answer<T> {
    parse(&answer.await?)
}

fn get<T: DeserializeOwned>(path: &str) -> impl Future<Output = Answer<T>> + use<T> {
    read(send(Method::GET, path, None))
}

fn post<T: DeserializeOwned, B: Serialize>(path: &str, body: &B) -> impl Future<Output = Answer<T>> + use<T, B> {
    read(send(Method::POST, path, written(body)))
}

fn patch<T: DeserializeOwned, B: Serialize>(path: &str, body: &B) -> impl Future<Output = Answer<T>> + use<T, B> {
    read(send(Method::PATCH, path, written(body)))
}

async fn delete(path: &str) -> Answer<()> {
    send(Method::DELETE, path, None).await.map(drop)
}

/// Of a page, what is needed to ask for the one after it.
#[derive(serde::Deserialize)]
struct Next {
    next: Option<String>,
}

/// Every page of a list as the server wrote it, or the one answer to a path that is no list. The server bounds how long its lists get; one that
/// leads back to the page just read would never end.
pub async fn pages(path: &str) -> Answer<Vec<String>> {
    let (mut pages, mut before, mut address) = (Vec::new(), None, path.to_owned());
    loop {
        let page = send(Method::GET, &address, None).await?;
        let Next { next } = parse(&page)?;
        pages.push(page);
        match next {
            None => return Ok(pages),
            next if next == before => return Err(ApiError::Unreadable),
            Some(cursor) => {
                let encoded = String::from(js_sys::encode_uri_component(&cursor));
                let sign = if path.contains('?') { '&' } else { '?' };
                address = format!("{path}{sign}cursor={encoded}");
                before = Some(cursor);
            }
        }
    }
}

/// A body as the server wrote it.
pub fn parse<T: DeserializeOwned>(body: &str) -> Answer<T> {
    json::read(body).ok_or(ApiError::Unreadable)
}

fn items<T: DeserializeOwned>(pages: &[String]) -> Answer<Vec<T>> {
    let mut all = Vec::new();
    for page in pages {
        all.extend(parse::<List<T>>(page)?.items);
    }
    Ok(all)
}

async fn list<T: DeserializeOwned>(path: &str) -> Answer<Vec<T>> {
    items(&pages(path).await?)
}

/// What somebody who is not signed in may know.
pub async fn server_state() -> Answer<ServerState> {
    get("/server").await
}

/// Creates an account and signs it in.
pub async fn register(body: &Register) -> Answer<Me> {
    post("/register", body).await
}

/// Signs in.
pub async fn login(body: &Login) -> Answer<Me> {
    post("/login", body).await
}

/// Signs out this browser.
pub async fn logout() -> Answer<()> {
    send(Method::POST, "/logout", None).await.map(drop)
}

/// Who is signed in.
pub async fn me() -> Answer<Me> {
    get("/me").await
}

/// Changes the profile.
pub async fn change_me(body: &MePatch) -> Answer<Me> {
    patch("/me", body).await
}

/// Changes the password; every other device is signed out.
pub async fn change_password(body: &PasswordChange) -> Answer<()> {
    send(Method::POST, "/me/password", written(body)).await.map(drop)
}

/// Where this account is signed in.
pub async fn login_sessions() -> Answer<Vec<LoginSession>> {
    list("/me/sessions").await
}

/// Signs a device out.
pub async fn end_login_session(id: Uuid) -> Answer<()> {
    delete(&format!("/me/sessions/{id}")).await
}

/// The account's API tokens.
pub async fn tokens() -> Answer<Vec<Token>> {
    list("/tokens").await
}

/// Makes a token, which is shown this once.
pub async fn create_token(body: &TokenCreate) -> Answer<TokenCreated> {
    post("/tokens", body).await
}

/// Takes a token back.
pub async fn revoke_token(id: Uuid) -> Answer<()> {
    delete(&format!("/tokens/{id}")).await
}

/// Where the rooms of the signed-in person are.
pub const ROOMS: &str = "/rooms";

/// Reads [`ROOMS`]: those that something happened in last first.
pub fn read_rooms(pages: &[String]) -> Answer<Vec<Room>> {
    /// Of an RFC 3339 time in UTC, up to the second: what follows differs in length, and is in order within each page.
    const TO_THE_SECOND: usize = "2000-01-01T00:00:00".len();
    let mut rooms: Vec<Room> = items(pages)?;
    sort_by(&mut rooms, |a, b| {
        b.active_at.get(..TO_THE_SECOND).cmp(&a.active_at.get(..TO_THE_SECOND))
    });
    Ok(rooms)
}

/// The rooms of the signed-in person.
pub async fn rooms() -> Answer<Vec<Room>> {
    read_rooms(&pages(ROOMS).await?)
}

/// Makes a room.
pub async fn create_room(body: &RoomCreate) -> Answer<Room> {
    post("/rooms", body).await
}

/// One room.
pub async fn room(id: RoomId) -> Answer<Room> {
    get(&format!("/rooms/{id}")).await
}

/// Changes a room.
pub async fn change_room(id: RoomId, body: &RoomPatch) -> Answer<Room> {
    patch(&format!("/rooms/{id}"), body).await
}

/// Deletes a room with all that is in it.
pub async fn delete_room(id: RoomId) -> Answer<()> {
    delete(&format!("/rooms/{id}")).await
}

/// Where those who belong to a room are.
pub fn members_path(room: RoomId) -> String {
    format!("/rooms/{room}/members")
}

/// Reads [`members_path`]: by name.
pub fn read_members(pages: &[String]) -> Answer<Vec<Member>> {
    let mut members: Vec<Member> = items(pages)?;
    sort_by(&mut members, |a, b| a.user.name.cmp(&b.user.name));
    Ok(members)
}

/// Gives a member another role.
pub async fn change_member(room: RoomId, user: UserId, role: Role) -> Answer<()> {
    send(
        Method::PATCH,
        &format!("/rooms/{room}/members/{user}"),
        written(&MemberPatch { role }),
    )
    .await
    .map(drop)
}

/// Removes a member; oneself to leave.
pub async fn remove_member(room: RoomId, user: UserId) -> Answer<()> {
    delete(&format!("/rooms/{room}/members/{user}")).await
}

/// The links into a room that work.
pub async fn invites(room: RoomId) -> Answer<Vec<Invite>> {
    list(&format!("/rooms/{room}/invites")).await
}

/// Makes a link into a room, which is shown this once.
pub async fn create_invite(room: RoomId, body: &InviteCreate) -> Answer<InviteCreated> {
    post(&format!("/rooms/{room}/invites"), body).await
}

/// Takes a link back.
pub async fn revoke_invite(room: RoomId, invite: Uuid) -> Answer<()> {
    delete(&format!("/rooms/{room}/invites/{invite}")).await
}

/// Where an invite leads.
pub async fn invite_preview(token: &str) -> Answer<InvitePreview> {
    get(&format!(
        "/invites/{}",
        String::from(js_sys::encode_uri_component(token))
    ))
    .await
}

/// Joins the room an invite leads to.
pub async fn accept_invite(token: &str) -> Answer<Room> {
    let token = String::from(js_sys::encode_uri_component(token));
    read(send(Method::POST, &format!("/invites/{token}/accept"), None)).await
}

/// Where the documents of a room are.
pub fn documents_path(room: RoomId) -> String {
    format!("/rooms/{room}/documents")
}

/// Reads [`documents_path`].
pub fn read_documents(pages: &[String]) -> Answer<Vec<Document>> {
    items(pages)
}

/// The documents of a room.
pub async fn documents(room: RoomId) -> Answer<Vec<Document>> {
    read_documents(&pages(&documents_path(room)).await?)
}

/// Makes a document.
pub async fn create_document(room: RoomId, body: &DocumentCreate) -> Answer<Document> {
    post(&format!("/rooms/{room}/documents"), body).await
}

/// Where one document is, without its text.
pub fn document_path(id: DocumentId) -> String {
    format!("/documents/{id}")
}

/// Renames or moves a document.
pub async fn change_document(id: DocumentId, body: &DocumentPatch) -> Answer<Document> {
    patch(&format!("/documents/{id}"), body).await
}

/// Deletes a document.
pub async fn delete_document(id: DocumentId) -> Answer<()> {
    delete(&format!("/documents/{id}")).await
}

/// The documents of a room that were deleted and can be brought back, the latest first.
pub async fn deleted_documents(room: RoomId) -> Answer<Vec<Document>> {
    list(&format!("/rooms/{room}/documents?deleted=true")).await
}

/// Brings a deleted document back.
pub async fn restore_document(id: DocumentId) -> Answer<Document> {
    read(send(Method::POST, &format!("/documents/{id}/restore"), None)).await
}

/// The messages right before a position, ascending.
pub async fn messages_before(room: RoomId, before: Seq, limit: u32) -> Answer<Messages> {
    get(&format!("/rooms/{room}/messages?before={before}&limit={limit}")).await
}

/// The messages right after a position, ascending.
pub async fn messages_after(room: RoomId, after: Seq, limit: u32) -> Answer<Messages> {
    get(&format!("/rooms/{room}/messages?after={after}&limit={limit}")).await
}
