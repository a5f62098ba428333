//! Rights that are taken away from somebody who is typing: told within a second, and nothing is stored after it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use bytes::Bytes;
use common::client::{Client, Handshake, resume};
use common::{Answer, Browser, PASSWORD, TestServer};
use reqwest::Method;
use serde_json::json;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, Nonce};
use shared::replica::{Replica, Splice};
use shared::wire::{ClientFrame, Codec, ServerFrame, Target};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::http::header;

/// How somebody learns that it is over.
#[derive(Debug, PartialEq)]
enum Told {
    Channel(Option<ErrorCode>),
    Socket(Option<u16>),
}

/// Types as fast as it is stored, until told to stop.
async fn types(client: &mut Client, replica: &mut Replica) -> Told {
    for client_seq in 2.. {
        client.edit(client_seq, &letter(replica)).await;
        loop {
            match client.next_or_closed().await {
                Ok(ServerFrame::Saved { .. }) => break,
                Ok(ServerFrame::Closed { code, .. }) => return Told::Channel(code),
                Ok(_) => {}
                Err(code) => return Told::Socket(code),
            }
        }
    }
    unreachable!("nobody types so much")
}

/// One more letter at the start.
fn letter(replica: &mut Replica) -> Bytes {
    let splice = Splice {
        from: 0,
        to: 0,
        insert: "x".to_owned(),
    };
    replica.edit(&[splice], 0, None).unwrap().remove(0)
}

/// Signs in with one more browser; the cookie as it is sent.
async fn sign_in(server: &TestServer, username: &str) -> String {
    sign_in_with(&server.browser(), username).await
}

async fn sign_in_with(browser: &Browser, username: &str) -> String {
    let login = json!({"username": username, "password": PASSWORD});
    let answer = browser.post("/api/v1/login", login).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// The position of the one document called Soup, whether it is to be seen or not.
async fn head(server: &TestServer) -> i64 {
    server
        .count("select head_seq from documents where title = 'Soup'")
        .await
}

#[tokio::test]
async fn nothing_is_stored_of_somebody_whose_right_was_taken_while_they_type() {
    for (what, expected) in [
        ("member removed", Told::Channel(Some(ErrorCode::NotAllowed))),
        ("role lowered", Told::Channel(Some(ErrorCode::RoleChanged))),
        ("room deleted", Told::Channel(Some(ErrorCode::NotFound))),
        ("document deleted", Told::Channel(Some(ErrorCode::NotFound))),
        ("password changed", Told::Socket(Some(4401))),
        ("signed out", Told::Socket(Some(4401))),
        ("token revoked", Told::Socket(Some(4401))),
        ("account suspended", Told::Socket(Some(4401))),
        ("account of the token suspended", Told::Socket(Some(4401))),
    ] {
        let server = TestServer::start().await;
        let [ada, ben] = server.register_all(["ada", "ben"]).await;
        let room = ada.new_room("Kitchen").await;
        ada.invite(room, &ben, "editor").await;
        let document = ada.new_document(room, "Soup").await;
        let phone = server.browser();
        let cookie = sign_in_with(&phone, "ben").await;
        let token = ben.post("/api/v1/tokens", json!({"name": "script"})).await.expect(201);
        let headers = if what.contains("token") {
            let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
            vec![(header::AUTHORIZATION, bearer)]
        } else {
            vec![(header::COOKIE, cookie), (header::ORIGIN, server.url.clone())]
        };
        let handshake = Handshake::new(Codec::Binary, headers);
        let mut client = Client::connect(server.server.address(), &handshake).await.unwrap();
        let mut replica = Replica::new(ClientId(12));
        client.open_document(document, ClientId(12), resume(0)).await;
        client.edit(1, &letter(&mut replica)).await;
        client.saved(1).await;

        let member = format!("/api/v1/rooms/{room}/members/{}", ben.id);
        let (who, method, path, body) = match what {
            "member removed" => (&ada.browser, Method::DELETE, member, json!({})),
            "role lowered" => (&ada.browser, Method::PATCH, member, json!({"role": "viewer"})),
            "room deleted" => (&ada.browser, Method::DELETE, format!("/api/v1/rooms/{room}"), json!({})),
            "document deleted" => (
                &ada.browser,
                Method::DELETE,
                format!("/api/v1/documents/{document}"),
                json!({}),
            ),
            "password changed" => (
                &ben.browser,
                Method::POST,
                "/api/v1/me/password".to_owned(),
                json!({"current_password": PASSWORD, "new_password": "another good one"}),
            ),
            "account suspended" | "account of the token suspended" => {
                let path = format!("/api/v1/admin/users/{}/suspension", ben.id);
                (&ada.browser, Method::POST, path, json!({}))
            }
            "signed out" => (&phone, Method::POST, "/api/v1/logout".to_owned(), json!({})),
            _ => {
                let path = format!("/api/v1/tokens/{}", token["id"].as_str().unwrap());
                (&ben.browser, Method::DELETE, path, json!({}))
            }
        };
        let revoke = async {
            let answer = Answer::to(who.request(method, &path).json(&body)).await;
            answer.expect(204);
            (Instant::now(), head(&server).await)
        };
        let typing = async { (types(&mut client, &mut replica).await, Instant::now()) };
        let ((revoked, stored), (told, told_at)) = tokio::join!(revoke, typing);
        assert_eq!(told, expected, "{what}");
        assert!(
            told_at.saturating_duration_since(revoked) < Duration::from_secs(1),
            "{what}"
        );
        assert_eq!(head(&server).await, stored, "{what}: more was stored after it");
    }
}

#[tokio::test]
async fn nothing_of_an_ended_credential_is_stored_though_its_socket_is_still_there() {
    for what in ["login session", "token", "expired login session", "expired token"] {
        let server = TestServer::start().await;
        let ada = server.register("ada").await;
        let room = ada.new_room("Kitchen").await;
        let document = ada.new_document(room, "Soup").await;
        let bearer = format!("Bearer {}", ada.token().await);
        let headers = if what.ends_with("token") {
            vec![(header::AUTHORIZATION, bearer)]
        } else {
            vec![
                (header::COOKIE, sign_in(&server, "ada").await),
                (header::ORIGIN, server.url.clone()),
            ]
        };
        let handshake = Handshake::new(Codec::Binary, headers);
        let mut client = Client::connect(server.server.address(), &handshake).await.unwrap();
        let mut replica = Replica::new(ClientId(12));
        let resume = resume(0);
        client.open_document(document, ClientId(12), resume).await;
        let target = Target::Room { id: room };
        client.open(Channel(2), target, resume).await;
        client.edit(1, &letter(&mut replica)).await;
        client.saved(1).await;

        // What the server does when it ends one, but for telling the sockets: as in the moment between the two.
        let statement = match what {
            "login session" => "delete from login_sessions",
            "token" => "delete from tokens",
            "expired login session" => "update login_sessions set expires_at = 1",
            _ => "update tokens set expires_at = 1",
        };
        server.sql(statement).await;
        client.edit(2, &letter(&mut replica)).await;
        let (code, retryable) = refused(&mut client).await;
        assert_eq!((code, retryable), (ErrorCode::NotSignedIn, true), "{what}");
        let say = ClientFrame::Say {
            channel: Channel(2),
            nonce: Nonce(uuid::Uuid::now_v7()),
            body: "hello".to_owned(),
        };
        client.send(&say).await;
        let (code, retryable) = refused(&mut client).await;
        assert_eq!((code, retryable), (ErrorCode::NotSignedIn, true), "{what}");
        assert_eq!(head(&server).await, 1, "{what}");
        let messages = server.count("select count(*) from messages").await;
        assert_eq!(messages, 0, "{what}");
    }
}

async fn refused(client: &mut Client) -> (ErrorCode, bool) {
    client
        .until(|frame| match frame {
            ServerFrame::Refused { code, retryable, .. } => Some((*code, *retryable)),
            ServerFrame::Saved { .. } | ServerFrame::Said { .. } => panic!("stored: {frame:?}"),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn what_one_browser_wrote_last_does_not_take_the_others_of_the_same_person_with_it() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    let mut clients = Vec::new();
    for number in [12, 13] {
        let headers = vec![
            (header::COOKIE, sign_in(&server, "ada").await),
            (header::ORIGIN, server.url.clone()),
        ];
        let handshake = Handshake::new(Codec::Binary, headers);
        let mut client = Client::connect(server.server.address(), &handshake).await.unwrap();
        client.open_document(document, ClientId(number), resume(0)).await;
        clients.push((client, Replica::new(ClientId(number))));
    }
    // The newer of the two; ids rise.
    server
        .sql("delete from login_sessions where id = (select max(id) from login_sessions)")
        .await;
    let [(kept, keeping), (ended, ending)] = &mut clients[..] else {
        unreachable!("two were made")
    };
    ended.edit(1, &letter(ending)).await;
    assert_eq!(refused(ended).await, (ErrorCode::NotSignedIn, true));
    kept.edit(1, &letter(keeping)).await;
    kept.saved(1).await;
    assert_eq!(head(&server).await, 1);
}
