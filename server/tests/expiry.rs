//! Sockets that end because what let them in does: by expiry, by a changed password, by too many others. And those that stay.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::client::{Client, Handshake};
use common::stock::Stock;
use common::{PASSWORD, Person, TestServer};
use serde_json::json;
use server::http::now;
use shared::wire::{ClientFrame, Codec, ServerFrame};
use tokio_tungstenite::tungstenite::http::{StatusCode, header};

/// How long what expires soon is valid: long enough to open a socket with it.
const SOON_MS: u64 = 1500;

async fn sign_in(server: &TestServer, username: &str) -> Handshake {
    let login = json!({"username": username, "password": PASSWORD});
    let answer = server.browser().post("/api/v1/login", login).await;
    let cookie = answer.headers["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let headers = vec![
        (header::COOKIE, cookie.to_owned()),
        (header::ORIGIN, server.url.clone()),
    ];
    Handshake::new(Codec::Binary, headers)
}

fn bearer(token: &str) -> Handshake {
    Handshake::new(Codec::Binary, vec![(header::AUTHORIZATION, format!("Bearer {token}"))])
}

async fn connect(server: &TestServer, handshake: &Handshake) -> Client {
    Client::connect(server.server.address(), handshake).await.unwrap()
}

/// Whether the server still answers.
async fn is_served(client: &mut Client) -> bool {
    client.send(&ClientFrame::Ping).await;
    loop {
        match client.next_or_closed().await {
            Ok(ServerFrame::Pong { .. }) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// Checks a socket that is to end with 4401 at this time, or within a second after it.
#[track_caller]
fn check_end(code: Option<u16>, due: u64) {
    let ended = now().0;
    assert_eq!(code, Some(4401));
    assert!(ended >= due, "{} ms too early", due - ended);
    assert!(ended < due + 1000, "{} ms too late", ended - due);
}

async fn expire(server: &TestServer, table: &str, which: &str, at: u64) {
    let statement = format!("update {table} set expires_at = {at} where id = (select {which}(id) from {table})");
    server.sql(statement.leak()).await;
}

#[tokio::test]
async fn a_socket_ends_when_its_login_session_expires_and_others_stay() {
    let server = TestServer::start().await;
    server.register("ada").await;
    let (stays, ends) = (sign_in(&server, "ada").await, sign_in(&server, "ada").await);
    let due = now().0 + SOON_MS;
    expire(&server, "login_sessions", "max", due).await;
    let (mut stays, mut ends) = (connect(&server, &stays).await, connect(&server, &ends).await);
    check_end(ends.closed().await, due);
    assert!(is_served(&mut stays).await);
}

#[tokio::test]
async fn a_login_session_that_is_used_meanwhile_keeps_its_socket() {
    let server = TestServer::start().await;
    server.register("ada").await;
    let (used, other) = (sign_in(&server, "ada").await, sign_in(&server, "ada").await);
    let due = now().0 + SOON_MS;
    server
        .sql(format!("update login_sessions set expires_at = {due}").leak())
        .await;
    let (mut socket, mut other_socket) = (connect(&server, &used).await, connect(&server, &other).await);
    // As noting its use does.
    let statement = format!(
        "update login_sessions set expires_at = {} where id <> (select max(id) from login_sessions)",
        due + 3_600_000
    );
    server.sql(statement.leak()).await;
    check_end(other_socket.closed().await, due);
    assert!(is_served(&mut socket).await);
}

#[tokio::test]
async fn a_socket_ends_when_its_token_expires_that_of_a_stock_client_too() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    let token = ada.token().await;
    let due = now().0 + SOON_MS;
    expire(&server, "tokens", "max", due).await;
    let mut client = connect(&server, &bearer(&token)).await;
    let mut stock = Stock::joined(server.server.address(), document, &token, 7).await;
    let (code, (stock_code, reason)) = tokio::join!(client.closed(), stock.ended());
    check_end(code, due);
    assert_eq!((stock_code, reason.as_str()), (4401, "signed_out"));
}

#[tokio::test]
async fn an_account_has_so_many_sockets_and_the_next_is_refused() {
    let server = TestServer::start_with(|config| config.limits.sockets_per_user = 2).await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    let token = ada.token().await;
    let address = server.server.address();
    let mut first = connect(&server, &bearer(&token)).await;
    let second = Stock::joined(address, document, &token, 7).await;

    let refused = Client::connect(address, &bearer(&token)).await.err();
    assert_eq!(refused, Some(StatusCode::TOO_MANY_REQUESTS));
    let headers = [("authorization", format!("Bearer {token}"))];
    let mut stock = Stock::connect(address, document, "", &headers, 8).await.unwrap();
    let (code, reason) = stock.ended().await;
    assert_eq!((code, reason.as_str()), (4429, "too_many_sockets"));
    let metrics = server.browser().get("/metrics").await;
    let line = "inkling_socket_closes_total{result=\"too_many_sockets\"} 2";
    assert!(metrics.body.as_str().unwrap().contains(line), "{}", metrics.body);

    assert!(is_served(&mut first).await, "those that are there stay");
    connect(&server, &bearer(&ben.token().await)).await;
    // A place is free again when its socket is gone, a moment after its client is.
    drop(second);
    while Client::connect(address, &bearer(&token)).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_browser_that_is_signed_out_to_make_room_loses_its_socket() {
    let server = TestServer::start_with(|config| config.limits.sessions_per_user = 2).await;
    server.register("ada").await;
    let oldest = sign_in(&server, "ada").await;
    let mut socket = connect(&server, &oldest).await;
    server
        .sql("update login_sessions set last_seen_at = 1 where id = (select max(id) from login_sessions)")
        .await;
    sign_in(&server, "ada").await;
    assert_eq!(socket.closed().await, Some(4401));
}

async fn change_password(person: &Person, revoke_tokens: bool) {
    let body = json!({
        "current_password": PASSWORD, "new_password": "another good one", "revoke_tokens": revoke_tokens,
    });
    person.post("/api/v1/me/password", body).await.expect(204);
}

#[tokio::test]
async fn a_changed_password_leaves_tokens_alone_unless_they_are_to_be_revoked() {
    for revoke_tokens in [false, true] {
        let server = TestServer::start().await;
        let ada = server.register("ada").await;
        let token = ada.token().await;
        let mut browser = connect(&server, &sign_in(&server, "ada").await).await;
        let mut script = connect(&server, &bearer(&token)).await;
        change_password(&ada, revoke_tokens).await;
        assert_eq!(browser.closed().await, Some(4401));
        assert_eq!(is_served(&mut script).await, !revoke_tokens);
        let again = Client::connect(server.server.address(), &bearer(&token)).await;
        assert_eq!(again.is_ok(), !revoke_tokens);
        ada.get("/api/v1/me").await.expect(200);
    }
}
