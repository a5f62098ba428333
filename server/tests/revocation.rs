//! Rights that are taken away from somebody who is typing: told within a second, and nothing is stored after it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::client::{Client, Handshake, resume};
use common::{Answer, PASSWORD, TestServer};
use reqwest::Method;
use serde_json::json;
use shared::error::ErrorCode;
use shared::id::ClientId;
use shared::replica::{Replica, Splice};
use shared::wire::{Codec, ServerFrame};
use sqlx::Connection as _;
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
        let splice = Splice {
            from: 0,
            to: 0,
            insert: "x".to_owned(),
        };
        let update = replica.edit(&[splice], 0, None).unwrap().remove(0);
        client.edit(client_seq, &update).await;
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

/// The position of the one document called Soup, whether it is to be seen or not.
async fn head(server: &TestServer) -> i64 {
    let url = format!("sqlite://{}", server.directory.path().join("inkling.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let head = sqlx::query_scalar("select head_seq from documents where title = 'Soup'");
    let head = head.fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    head
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
    ] {
        let server = TestServer::start().await;
        let (ada, ben) = (server.register("ada").await, server.register("ben").await);
        let room = ada.new_room("Kitchen").await;
        ada.invite(room, &ben, "editor").await;
        let document = ada.new_document(room, "Soup").await;
        let phone = server.browser();
        let login = json!({"username": "ben", "password": PASSWORD});
        let answer = phone.post("/api/v1/login", login).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let token = ben.post("/api/v1/tokens", json!({"name": "script"})).await.expect(201);
        let headers = if what == "token revoked" {
            let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
            vec![(header::AUTHORIZATION, bearer)]
        } else {
            vec![(header::COOKIE, cookie), (header::ORIGIN, server.url.clone())]
        };
        let handshake = Handshake::new(Codec::Binary, headers);
        let mut client = Client::connect(server.server.address(), &handshake).await.unwrap();
        let mut replica = Replica::new(ClientId(12));
        client.open_document(document, ClientId(12), resume(0)).await;
        let splice = Splice {
            from: 0,
            to: 0,
            insert: "x".to_owned(),
        };
        let first = replica.edit(&[splice], 0, None).unwrap().remove(0);
        client.edit(1, &first).await;
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
        // The writer asks again for the right of the account, which a credential that has ended does not take away: the one edit that had
        // been taken from the socket before may still be stored.
        let under_way = i64::from(matches!(expected, Told::Socket(_)));
        let later = head(&server).await - stored;
        assert!((0..=under_way).contains(&later), "{what}: {later} were stored after it");
    }
}
