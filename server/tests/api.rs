//! The HTTP API, over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::{Answer, PASSWORD, Person, TestServer, id};
use reqwest::Method;
use serde_json::{Value, json};
use server::config::Registration;
use shared::id::{DocumentId, RoomId};
use std::collections::BTreeSet;

#[tokio::test]
async fn the_first_account_administers_and_finds_a_room_with_a_welcome() {
    let server = TestServer::start_with(|config| config.registration = Registration::Closed).await;
    let state = server.browser().get("/api/v1/server").await.expect(200);
    assert_eq!(
        (&state["first_run"], &state["registration"]),
        (&json!(true), &json!("closed"))
    );
    let ada = server.register("ada").await;
    let me = ada.get("/api/v1/me").await.expect(200);
    assert_eq!((&me["administrator"], &me["username"]), (&json!(true), &json!("ada")));
    assert_eq!(
        server.browser().get("/api/v1/server").await.expect(200)["first_run"],
        json!(false)
    );

    let rooms = ada.get("/api/v1/rooms").await.expect(200);
    assert_eq!(rooms["items"].as_array().unwrap().len(), 1);
    let room: RoomId = id(&rooms["items"][0]);
    let documents = ada.get(&format!("/api/v1/rooms/{room}/documents")).await.expect(200);
    assert_eq!(documents["items"][0]["title"], "Welcome");
    assert_eq!(
        documents["items"][0]["head_seq"], 1,
        "the welcome text is its first edit"
    );

    let ben = json!({"username": "ben", "password": PASSWORD});
    server
        .browser()
        .post("/api/v1/register", ben)
        .await
        .refused(403, "registration_closed");
}

#[tokio::test]
async fn without_an_invite_nobody_joins_a_server_that_asks_for_one() {
    let server = TestServer::start_with(|config| config.registration = Registration::Invite).await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let ben = |invite: Value| json!({"username": "ben", "password": PASSWORD, "invite": invite});
    let browser = server.browser();
    browser
        .post("/api/v1/register", ben(Value::Null))
        .await
        .refused(403, "registration_closed");
    browser
        .post("/api/v1/register", ben(json!("made-up")))
        .await
        .refused(404, "invite_invalid");

    let invite = ada
        .post(
            &format!("/api/v1/rooms/{room}/invites"),
            json!({"role": "viewer", "max_uses": 1}),
        )
        .await;
    let invite = invite.expect(201);
    let preview = format!("/api/v1/invites/{}", invite["token"].as_str().unwrap());
    let shown = browser.get(&preview).await.expect(200);
    assert_eq!(
        shown,
        json!({"room_name": "Kitchen", "role": "viewer", "invited_by": "ada"})
    );
    assert!(invite["url"].as_str().unwrap().starts_with(&server.url));
    browser
        .post("/api/v1/register", ben(invite["token"].clone()))
        .await
        .expect(201);
    assert_eq!(browser.get("/api/v1/me").await.expect(200)["administrator"], false);
    assert_eq!(
        browser.get(&format!("/api/v1/rooms/{room}")).await.expect(200)["role"],
        "viewer"
    );
    browser.get(&preview).await.refused(404, "invite_invalid");
}

#[tokio::test]
async fn a_taken_or_unusable_name_is_told_beside_its_field() {
    let server = TestServer::start().await;
    server.register("ada").await;
    let register = async |username: &str, password: &str| {
        let body = json!({"username": username, "password": password});
        server.browser().post("/api/v1/register", body).await
    };
    assert_eq!(
        register("ada", PASSWORD)
            .await
            .refused(409, "username_taken")
            .as_deref(),
        Some("username")
    );
    for name in ["", "Ada", "a b", "ä", &"a".repeat(41)] {
        assert_eq!(
            register(name, PASSWORD).await.refused(422, "field_invalid").as_deref(),
            Some("username")
        );
    }
    for password in ["short", &"x".repeat(257)] {
        assert_eq!(
            register("ben", password).await.refused(422, "field_invalid").as_deref(),
            Some("password")
        );
    }
    let missing = server
        .browser()
        .post("/api/v1/register", json!({"username": "ben"}))
        .await;
    assert_eq!(missing.refused(422, "field_invalid").as_deref(), Some("password"));
}

#[tokio::test]
async fn signing_in_and_out() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let other = server.browser();
    other.get("/api/v1/me").await.refused(401, "not_signed_in");
    let unknown = json!({"username": "nobody", "password": PASSWORD});
    let unknown = other.post("/api/v1/login", unknown).await;
    let wrong = other
        .post(
            "/api/v1/login",
            json!({"username": "ada", "password": "wrong password"}),
        )
        .await;
    assert_eq!(unknown.body, wrong.body);
    wrong.refused(401, "invalid_credentials");

    let signed_in = other
        .post("/api/v1/login", json!({"username": "ada", "password": PASSWORD}))
        .await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["inkling=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    signed_in.expect(200);
    other.get("/api/v1/me").await.expect(200);
    assert_eq!(
        ada.get("/api/v1/me/sessions").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    other.post("/api/v1/logout", json!({})).await.expect(204);
    other.get("/api/v1/me").await.refused(401, "not_signed_in");
    let stolen = other
        .request(Method::GET, "/api/v1/me")
        .header("cookie", cookie.split(';').next().unwrap());
    Answer::to(stolen).await.refused(401, "not_signed_in");
    ada.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn with_tls_the_cookie_is_bound_to_its_host() {
    let server =
        TestServer::start_with(|config| config.public_urls = vec!["https://ink.example".parse().unwrap()]).await;
    let body = json!({"username": "ada", "password": PASSWORD});
    let answer = server.browser().post("/api/v1/register", body).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-inkling=") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn a_new_password_ends_every_other_login_session() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let phone = server.browser();
    phone
        .post("/api/v1/login", json!({"username": "ada", "password": PASSWORD}))
        .await
        .expect(200);
    let change = |current: &str| json!({"current_password": current, "new_password": "another good one"});
    let wrong = ada.post("/api/v1/me/password", change("not it at all")).await;
    assert_eq!(
        wrong.refused(401, "invalid_credentials").as_deref(),
        Some("current_password")
    );
    ada.post("/api/v1/me/password", change(PASSWORD)).await.expect(204);
    phone.get("/api/v1/me").await.refused(401, "not_signed_in");
    ada.get("/api/v1/me").await.expect(200);
    let old = phone
        .post("/api/v1/login", json!({"username": "ada", "password": PASSWORD}))
        .await;
    old.refused(401, "invalid_credentials");
    phone
        .post(
            "/api/v1/login",
            json!({"username": "ada", "password": "another good one"}),
        )
        .await
        .expect(200);
}

#[tokio::test]
async fn a_device_can_be_signed_out_from_another() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let phone = server.browser();
    phone
        .post("/api/v1/login", json!({"username": "ada", "password": PASSWORD}))
        .await
        .expect(200);
    let sessions = ada.get("/api/v1/me/sessions").await.expect(200);
    let other = sessions["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["current"] == false)
        .unwrap();
    let path = format!("/api/v1/me/sessions/{}", other["id"].as_str().unwrap());
    server
        .register("ben")
        .await
        .delete(&path)
        .await
        .refused(404, "not_found");
    ada.delete(&path).await.expect(204);
    phone.get("/api/v1/me").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_account_and_for_the_address() {
    let server = TestServer::start_with(|config| {
        config.limits.login_attempts = 3;
        config.limits.login_attempts_per_address = 8;
    })
    .await;
    server.register("ada").await;
    let guess = async |name: &str| {
        server
            .browser()
            .post("/api/v1/login", json!({"username": name, "password": "a wrong guess"}))
            .await
    };
    for _ in 0..3 {
        guess("ada").await.refused(401, "invalid_credentials");
    }
    let slowed = guess("ada").await;
    assert!(slowed.headers.contains_key("retry-after"));
    slowed.refused(429, "too_fast");
    for name in ["b", "c", "d"] {
        guess(name).await.refused(401, "invalid_credentials");
    }
    guess("e").await.refused(429, "too_fast");
}

#[tokio::test]
async fn a_page_of_another_site_cannot_act_for_a_person() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let make = |name: &'static str, value: String| {
        Answer::to(
            ada.request(Method::POST, "/api/v1/rooms")
                .header(name, value)
                .json(&json!({"name": "Trap"})),
        )
    };
    make("origin", "https://evil.example".into())
        .await
        .refused(403, "foreign_origin");
    make("origin", "null".into()).await.refused(403, "foreign_origin");
    make("sec-fetch-site", "cross-site".into())
        .await
        .refused(403, "foreign_origin");
    make("origin", server.url.clone()).await.expect(201);
    let form = ada
        .request(Method::POST, "/api/v1/rooms")
        .header("content-type", "text/plain")
        .body("{\"name\":\"x\"}");
    Answer::to(form).await.refused(415, "unsupported_media_type");

    let token = ada.token().await;
    let program = server
        .browser()
        .request(Method::POST, "/api/v1/rooms")
        .bearer_auth(token);
    Answer::to(
        program
            .header("origin", "https://tool.example")
            .json(&json!({"name": "Fine"})),
    )
    .await
    .expect(201);
}

#[tokio::test]
async fn a_token_acts_until_it_is_taken_back() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let made = ada
        .post("/api/v1/tokens", json!({"name": "script", "expires_in_days": 1}))
        .await
        .expect(201);
    let token = made["token"].as_str().unwrap();
    let me = async || Answer::to(server.browser().request(Method::GET, "/api/v1/me").bearer_auth(token)).await;
    assert_eq!(me().await.expect(200)["username"], "ada");
    let listed = ada.get("/api/v1/tokens").await.expect(200);
    assert_eq!(listed["items"][0]["name"], "script");
    assert!(listed["items"][0]["last_used_at"].is_string());
    assert!(!listed.to_string().contains(token));
    ada.delete(&format!("/api/v1/tokens/{}", made["id"].as_str().unwrap()))
        .await
        .expect(204);
    me().await.refused(401, "not_signed_in");
    let bad = ada
        .post("/api/v1/tokens", json!({"name": "x", "expires_in_days": 0}))
        .await;
    assert_eq!(bad.refused(422, "field_invalid").as_deref(), Some("expires_in_days"));
}

#[tokio::test]
async fn a_token_for_one_document_opens_nothing_else() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let (soup, bread) = (
        ada.new_document(room, "Soup").await,
        ada.new_document(room, "Bread").await,
    );
    let made = ada
        .post("/api/v1/tokens", json!({"name": "soup", "document_id": soup}))
        .await
        .expect(201);
    let token = made["token"].as_str().unwrap();
    let get = async |path: String| Answer::to(server.browser().request(Method::GET, &path).bearer_auth(token)).await;
    get(format!("/api/v1/documents/{soup}")).await.expect(200);
    get(format!("/api/v1/documents/{bread}"))
        .await
        .refused(404, "not_found");
    get(format!("/api/v1/rooms/{room}")).await.refused(404, "not_found");
    get("/api/v1/rooms".into()).await.refused(403, "not_allowed");
    get("/api/v1/tokens".into()).await.refused(403, "not_allowed");
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.register("ada").await, server.register("ben").await);
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    for path in [
        format!("/api/v1/rooms/{room}"),
        format!("/api/v1/rooms/{room}/members"),
        format!("/api/v1/rooms/{room}/invites"),
        format!("/api/v1/rooms/{room}/documents"),
        format!("/api/v1/rooms/{room}/messages"),
        format!("/api/v1/documents/{document}"),
    ] {
        ben.get(&path).await.refused(404, "not_found");
    }
    ben.patch(&format!("/api/v1/rooms/{room}"), json!({"name": "Mine"}))
        .await
        .refused(404, "not_found");
    ben.delete(&format!("/api/v1/documents/{document}"))
        .await
        .refused(404, "not_found");
    ben.delete(&format!("/api/v1/rooms/{room}"))
        .await
        .refused(404, "not_found");
    let say = ben
        .post(&format!("/api/v1/rooms/{room}/messages"), json!({"body": "hello"}))
        .await;
    say.refused(404, "not_found");
    let titled = json!({"title": "Mine"});
    ben.post(&format!("/api/v1/rooms/{room}/documents"), titled)
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn roles_decide_what_a_member_may_do() {
    let server = TestServer::start().await;
    let (ada, ben, cleo) = (
        server.register("ada").await,
        server.register("ben").await,
        server.register("cleo").await,
    );
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    ada.invite(room, &cleo, "viewer").await;
    let room_path = format!("/api/v1/rooms/{room}");
    let documents = format!("{room_path}/documents");
    let document: DocumentId = id(&ben.post(&documents, json!({"title": "Soup"})).await.expect(201));
    cleo.post(&documents, json!({"title": "Soup"}))
        .await
        .refused(403, "read_only");
    cleo.get(&format!("/api/v1/documents/{document}")).await.expect(200);
    cleo.delete(&format!("/api/v1/documents/{document}"))
        .await
        .refused(403, "read_only");
    let messages = format!("{room_path}/messages");
    cleo.post(&messages, json!({"body": "hm"}))
        .await
        .refused(403, "read_only");
    ben.patch(&room_path, json!({"name": "Ben's"}))
        .await
        .refused(403, "not_allowed");
    ben.get(&format!("{room_path}/invites"))
        .await
        .refused(403, "not_allowed");
    ben.delete(&format!("{room_path}/members/{}", cleo.id))
        .await
        .refused(403, "not_allowed");

    ada.patch(&format!("{room_path}/members/{}", cleo.id), json!({"role": "editor"}))
        .await
        .expect(204);
    cleo.post(&messages, json!({"body": "now I may"})).await.expect(201);
    ada.delete(&format!("{room_path}/members/{}", ben.id)).await.expect(204);
    ben.get(&room_path).await.refused(404, "not_found");
    cleo.delete(&format!("{room_path}/members/{}", cleo.id))
        .await
        .expect(204);
    cleo.get(&room_path).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_room_keeps_at_least_one_owner() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.register("ada").await, server.register("ben").await);
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let member = |person: &common::Person| format!("/api/v1/rooms/{room}/members/{}", person.id);
    ada.patch(&member(&ada), json!({"role": "editor"}))
        .await
        .refused(409, "last_owner");
    ada.delete(&member(&ada)).await.refused(409, "last_owner");
    ada.patch(&member(&ben), json!({"role": "owner"})).await.expect(204);
    ada.delete(&member(&ada)).await.expect(204);
    let members = ben.get(&format!("/api/v1/rooms/{room}/members")).await.expect(200);
    assert_eq!(members["items"].as_array().unwrap().len(), 1);
    let invite = json!({"role": "owner"});
    let refused = ben.post(&format!("/api/v1/rooms/{room}/invites"), invite).await;
    assert_eq!(refused.refused(422, "field_invalid").as_deref(), Some("role"));
}

#[tokio::test]
async fn an_invite_ends_with_its_uses_or_when_it_is_taken_back() {
    let server = TestServer::start().await;
    let (ada, ben, cleo) = (
        server.register("ada").await,
        server.register("ben").await,
        server.register("cleo").await,
    );
    let room = ada.new_room("Kitchen").await;
    let path = format!("/api/v1/rooms/{room}/invites");
    let invite = ada
        .post(&path, json!({"role": "editor", "max_uses": 1}))
        .await
        .expect(201);
    let accept = format!("/api/v1/invites/{}/accept", invite["token"].as_str().unwrap());
    ben.post(&accept, json!({})).await.expect(200);
    cleo.post(&accept, json!({})).await.refused(404, "invite_invalid");

    let invite = ada.post(&path, json!({"role": "viewer"})).await.expect(201);
    let accept = format!("/api/v1/invites/{}/accept", invite["token"].as_str().unwrap());
    ben.post(&accept, json!({})).await.expect(200);
    assert_eq!(
        ben.get(&format!("/api/v1/rooms/{room}")).await.expect(200)["role"],
        "editor",
        "no step down"
    );
    let listed = ada.get(&path).await.expect(200);
    assert_eq!(
        (
            listed["items"].as_array().unwrap().len(),
            &listed["items"][0]["use_count"]
        ),
        (1, &json!(0))
    );
    ada.delete(&format!("{path}/{}", invite["id"].as_str().unwrap()))
        .await
        .expect(204);
    cleo.post(&accept, json!({})).await.refused(404, "invite_invalid");
}

#[tokio::test]
async fn documents_keep_their_order_in_a_tree() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let a = ada.new_document(room, "a").await;
    let b = ada.new_document(room, "b").await;
    let c = ada.new_document(room, "c").await;
    let below = async |parent: Option<DocumentId>| {
        let listed = ada.get(&format!("/api/v1/rooms/{room}/documents")).await.expect(200);
        let items = listed["items"].as_array().unwrap();
        let children = items.iter().filter(|item| item["parent_id"] == json!(parent));
        children
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join("")
    };
    let change =
        async |document: DocumentId, body: Value| ada.patch(&format!("/api/v1/documents/{document}"), body).await;
    assert_eq!(below(None).await, "abc");
    change(c, json!({"after_id": null})).await.expect(200);
    assert_eq!(below(None).await, "cab");
    change(c, json!({"after_id": a})).await.expect(200);
    assert_eq!(below(None).await, "acb");
    change(b, json!({"parent_id": a})).await.expect(200);
    change(c, json!({"parent_id": a, "after_id": b})).await.expect(200);
    assert_eq!((below(None).await, below(Some(a)).await), ("a".into(), "bc".into()));
    let cycle = change(a, json!({"parent_id": b})).await;
    assert_eq!(cycle.refused(422, "field_invalid").as_deref(), Some("parent_id"));
    let nowhere = change(a, json!({"after_id": b})).await;
    assert_eq!(nowhere.refused(422, "field_invalid").as_deref(), Some("after_id"));
    change(c, json!({"title": "C"})).await.expect(200);
    ada.delete(&format!("/api/v1/documents/{a}")).await.expect(204);
    assert_eq!(below(None).await, "bC", "what hung below a deleted document moves up");
    // Always between the same two: positions run out of precision and are numbered anew.
    let d = ada.new_document(room, "d").await;
    for (moved, _) in [(c, d), (d, c)].iter().cycle().take(80) {
        change(*moved, json!({"after_id": b})).await.expect(200);
    }
    assert_eq!(below(None).await, "bdC");
}

#[tokio::test]
async fn a_document_can_begin_with_a_text() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let body = json!({"title": "Soup", "content": "# Soup\n\nÄpfel 🍎\n"});
    let made = ada
        .post(&format!("/api/v1/rooms/{room}/documents"), body)
        .await
        .expect(201);
    assert_eq!(made["head_seq"], 1);
    let bundle = server
        .server
        .app()
        .reader
        .document_bundle(id(&made), None, shared::id::Seq(1))
        .await
        .unwrap();
    let mut replica = shared::replica::Replica::new(shared::id::ClientId(1));
    replica.apply(&bundle.updates).unwrap();
    assert_eq!(replica.text(), "# Soup\n\nÄpfel 🍎\n");
}

#[tokio::test]
async fn messages_are_read_from_both_ends() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let path = format!("/api/v1/rooms/{room}/messages");
    for n in 1..=5 {
        let said = ada.post(&path, json!({"body": format!("{n}")})).await.expect(201);
        assert_eq!((&said["seq"], &said["author"]["name"]), (&json!(n), &json!("ada")));
    }
    let page = async |query: &str| {
        let page = ada.get(&format!("{path}{query}")).await.expect(200);
        let bodies: String = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["body"].as_str().unwrap())
            .collect();
        (bodies, page["next"].as_str().map(str::to_owned))
    };
    assert_eq!(page("").await, ("12345".into(), None));
    assert_eq!(page("?after=1&limit=2").await, ("23".into(), Some("3".into())));
    assert_eq!(page("?before=4&limit=2").await, ("23".into(), Some("2".into())));
    assert_eq!(page("?after=5").await, (String::new(), None));
    let both = ada.get(&format!("{path}?after=1&before=2")).await;
    assert_eq!(both.refused(422, "field_invalid").as_deref(), Some("before"));
    let room = ada.get(&format!("/api/v1/rooms/{room}")).await.expect(200);
    assert_eq!((&room["last_seq"], &room["read_seq"]), (&json!(5), &json!(5)));
}

#[tokio::test]
async fn a_resent_message_is_answered_and_not_repeated() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let path = format!("/api/v1/rooms/{}/messages", ada.new_room("Kitchen").await);
    let body = json!({"body": "hello", "nonce": "018f3c1e-0000-7000-8000-000000000001"});
    let first = ada.post(&path, body.clone()).await.expect(201);
    assert_eq!(ada.post(&path, body).await.expect(201), first);
    assert_eq!(ada.get(&path).await.expect(200)["items"].as_array().unwrap().len(), 1);
    let empty = ada.post(&path, json!({"body": "  "})).await;
    assert_eq!(empty.refused(422, "message_empty").as_deref(), Some("body"));
    let long = ada.post(&path, json!({"body": "x".repeat(16 * 1024 + 1)})).await;
    assert_eq!(long.refused(422, "message_too_long").as_deref(), Some("body"));
}

#[tokio::test]
async fn a_deleted_room_is_gone_for_everybody() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.register("ada").await, server.register("ben").await);
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let document = ben.new_document(room, "Soup").await;
    ada.delete(&format!("/api/v1/rooms/{room}")).await.expect(204);
    for person in [&ada, &ben] {
        person
            .get(&format!("/api/v1/rooms/{room}"))
            .await
            .refused(404, "not_found");
        person
            .get(&format!("/api/v1/documents/{document}"))
            .await
            .refused(404, "not_found");
    }
    let rooms = ben.get("/api/v1/rooms").await.expect(200);
    assert!(!rooms.to_string().contains(&room.to_string()));
}

#[tokio::test]
async fn every_bad_request_gets_an_answer_that_programs_can_read() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let send = async |body: Vec<u8>| {
        let request = ada
            .request(Method::POST, "/api/v1/rooms")
            .header("content-type", "application/json");
        Answer::to(request.body(body)).await
    };
    send(b"{".to_vec()).await.refused(400, "malformed");
    assert_eq!(
        send(b"{}".to_vec()).await.refused(422, "field_invalid").as_deref(),
        Some("name")
    );
    send(vec![b' '; 10 << 20]).await.refused(413, "body_too_large");
    let long = ada.post("/api/v1/rooms", json!({"name": "x".repeat(201)})).await;
    assert_eq!(long.refused(422, "field_invalid").as_deref(), Some("name"));
    ada.get("/api/v1/rooms/not-an-id").await.refused(400, "malformed");
    ada.get("/api/v1/nonsense").await.refused(404, "not_found");
    ada.get("/api/nonsense").await.refused(404, "not_found");
    ada.delete("/api/v1/me").await.refused(405, "method_not_allowed");
    let query = format!("/api/v1/rooms/{}/messages?limit=many", ada.new_room("Kitchen").await);
    ada.get(&query).await.refused(400, "malformed");
}

#[tokio::test]
async fn the_description_names_every_route_of_the_contract() {
    let server = TestServer::start().await;
    let description = server.browser().get("/api/openapi.json").await.expect(200);
    for (path, methods) in [
        ("/api/v1/register", "post"),
        ("/api/v1/login", "post"),
        ("/api/v1/logout", "post"),
        ("/api/v1/me", "get patch"),
        ("/api/v1/me/password", "post"),
        ("/api/v1/me/sessions", "get"),
        ("/api/v1/me/sessions/{id}", "delete"),
        ("/api/v1/server", "get"),
        ("/api/v1/tokens", "get post"),
        ("/api/v1/tokens/{id}", "delete"),
        ("/api/v1/rooms", "get post"),
        ("/api/v1/rooms/{room_id}", "get patch delete"),
        ("/api/v1/rooms/{room_id}/members", "get"),
        ("/api/v1/rooms/{room_id}/members/{user_id}", "patch delete"),
        ("/api/v1/rooms/{room_id}/invites", "get post"),
        ("/api/v1/rooms/{room_id}/invites/{id}", "delete"),
        ("/api/v1/invites/{token}", "get"),
        ("/api/v1/invites/{token}/accept", "post"),
        ("/api/v1/rooms/{room_id}/documents", "get post"),
        ("/api/v1/documents/{document_id}", "get patch delete"),
        ("/api/v1/rooms/{room_id}/messages", "get post"),
        ("/healthz", "get"),
        ("/readyz", "get"),
        ("/metrics", "get"),
    ] {
        for method in methods.split(' ') {
            assert!(description["paths"][path][method].is_object(), "{method} {path}");
        }
    }
    // And it describes nothing that is not there: each route knows its path, if not the one who asks.
    let nil = "00000000-0000-0000-0000-000000000000";
    for (path, methods) in description["paths"].as_object().unwrap() {
        let path = path
            .split('/')
            .map(|part| if part.starts_with('{') { nil } else { part })
            .collect::<Vec<_>>();
        for method in methods.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = Answer::to(server.browser().request(method, &path.join("/"))).await;
            assert_ne!(answer.status, 405, "{path:?}");
            assert_ne!(answer.body["error"]["code"], "not_found", "{path:?}");
        }
    }
}

#[tokio::test]
async fn the_server_says_how_it_is() {
    let server = TestServer::start().await;
    server.browser().get("/healthz").await.expect(200);
    server.browser().get("/readyz").await.expect(200);
    let metrics = server.browser().get("/metrics").await.expect(200);
    let text = metrics.as_str().unwrap();
    for name in [
        "inkling_connections 1",
        "inkling_commit_seconds_count",
        "inkling_batch_updates_bucket",
    ] {
        assert!(text.contains(name), "{name} is missing in {text}");
    }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    ada.post(&format!("/api/v1/rooms/{room}/messages"), json!({"body": "hello"}))
        .await
        .expect(201);
    let directory = server.stop().await;

    let server = TestServer::start_on(directory, |_| {}).await;
    let browser = server.browser();
    browser
        .post("/api/v1/login", json!({"username": "ada", "password": PASSWORD}))
        .await
        .expect(200);
    let messages = browser.get(&format!("/api/v1/rooms/{room}/messages")).await.expect(200);
    assert_eq!(messages["items"][0]["body"], "hello");
}

#[tokio::test]
async fn attempts_to_sign_in_count_for_the_address_that_a_trusted_proxy_names_and_for_no_other() {
    let attempt = async |server: &TestServer, forwarded: &str| {
        let body = json!({"username": "ada", "password": "wrong password"});
        let request = server.browser().request(Method::POST, "/api/v1/login").json(&body);
        Answer::to(request.header("x-forwarded-for", forwarded))
            .await
            .status
            .as_u16()
    };
    for (trusted, other_client) in [("127.0.0.1/32", 401), ("192.0.2.0/24", 429)] {
        let server = TestServer::start_with(|config| {
            config.limits.login_attempts_per_address = 2;
            config.trusted_proxies = vec![trusted.parse().unwrap()];
        })
        .await;
        assert_eq!(attempt(&server, "198.51.100.7").await, 401);
        assert_eq!(attempt(&server, "203.0.113.9, 198.51.100.7").await, 401);
        assert_eq!(
            attempt(&server, "203.0.113.10, 198.51.100.7").await,
            429,
            "a forged hop is no other client"
        );
        assert_eq!(attempt(&server, "198.51.100.8").await, other_client, "{trusted}");
    }
}

/// Every page of a list, each with at most two items.
async fn pages(person: &Person, path: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page = person.get(&format!("{path}?{query}")).await.expect(200);
        let items = page["items"].as_array().unwrap().clone();
        assert!((1..=2).contains(&items.len()), "{page}");
        pages.push(items);
        match page["next"].as_str() {
            Some(next) => query = format!("limit=2&cursor={next}"),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn every_list_can_be_read_in_pages_and_all_of_it_is_on_one() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    for n in 1..5 {
        ada.invite(room, &server.register(&format!("guest{n}")).await, "viewer")
            .await;
        ada.new_room(&format!("Room {n}")).await;
        ada.new_document(room, &format!("Document {n}")).await;
        ada.post("/api/v1/tokens", json!({"name": format!("script {n}")}))
            .await
            .expect(201);
        let login = json!({"username": "ada", "password": PASSWORD});
        server.browser().post("/api/v1/login", login).await.expect(200);
    }
    let lists = [
        "/api/v1/rooms".to_owned(),
        "/api/v1/tokens".to_owned(),
        "/api/v1/me/sessions".to_owned(),
        format!("/api/v1/rooms/{room}/members"),
        format!("/api/v1/rooms/{room}/documents"),
        format!("/api/v1/rooms/{room}/invites"),
    ];
    let key = |item: &Value| item.get("id").unwrap_or(&item["user"]["id"]).to_string();
    for path in lists {
        if path.ends_with("/invites") {
            for _ in 0..4 {
                ada.post(&path, json!({"role": "viewer"})).await.expect(201);
            }
        }
        let whole = ada.get(&path).await.expect(200);
        assert!(whole["next"].is_null(), "{path}");
        let mut whole: Vec<_> = whole["items"].as_array().unwrap().iter().map(key).collect();
        let mut read: Vec<_> = pages(&ada, &path).await.concat().iter().map(key).collect();
        assert!(whole.len() >= 4, "{path}");
        whole.sort();
        read.sort();
        assert_eq!(read, whole, "{path}");

        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("cursor=", "cursor"),
            ("cursor=1", "cursor"),
            ("cursor=AAAAAAAAAAAAAAAAAAAAAAAA", "cursor"),
        ] {
            let answer = ada.get(&format!("{path}?{query}")).await;
            assert_eq!(
                answer.refused(422, "field_invalid").as_deref(),
                Some(field),
                "{path}?{query}"
            );
        }
        ada.get(&format!("{path}?limit=many")).await.refused(400, "malformed");
    }
}

#[tokio::test]
async fn what_moves_in_a_list_while_it_is_read_is_neither_missed_nor_seen_twice() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let mut rooms = vec![];
    for n in 0..5 {
        rooms.push(ada.new_room(&format!("Room {n}")).await);
    }
    let all: BTreeSet<String> = ada.get("/api/v1/rooms").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|room| room["id"].to_string())
        .collect();
    let mut seen = vec![];
    let mut query = "limit=2".to_owned();
    loop {
        let page = ada.get(&format!("/api/v1/rooms?{query}")).await.expect(200);
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|room| room["id"].to_string()),
        );
        let Some(next) = page["next"].as_str() else { break };
        query = format!("limit=2&cursor={next}");
        // Whatever was read or not: it becomes the one that something happened in last.
        for room in &rooms {
            let path = format!("/api/v1/rooms/{room}/messages");
            ada.post(&path, json!({"body": "hello"})).await.expect(201);
        }
    }
    assert_eq!(seen.len(), all.len());
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
    let newest = ada.get("/api/v1/rooms").await.expect(200);
    assert_eq!(
        newest["items"][0]["id"],
        json!(rooms[4]),
        "what is on one page is in its order"
    );
}

#[tokio::test]
async fn the_description_tells_how_every_list_is_read_in_pages() {
    let server = TestServer::start().await;
    let description = server.browser().get("/api/openapi.json").await.expect(200);
    let mut lists = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        let answer = &methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        let is_list = answer.as_str().is_some_and(|name| name.contains("/List_"));
        // The conversation has positions instead.
        if !is_list || path.ends_with("/messages") {
            continue;
        }
        lists += 1;
        for name in ["limit", "cursor"] {
            let parameters = methods["get"]["parameters"].as_array().unwrap();
            assert!(
                parameters
                    .iter()
                    .any(|one| one["name"] == name && one["in"] == "query" && one["required"] != true),
                "{name} of {path}: {parameters:?}"
            );
        }
    }
    assert_eq!(lists, 6);
}
