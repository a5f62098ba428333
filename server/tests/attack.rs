//! Bad input gets a clear error and changes nothing: requests as programs, browsers and strangers with bad intentions send them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::client::{Client, Handshake};
use common::{Answer, Browser, PASSWORD, Person, TestServer, id};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};
use shared::id::{DocumentId, RoomId};
use shared::wire::Codec;
use sqlx::Connection as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::header;

/// A test fails rather than hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// One person's room with one of everything in it, and what can be seen of it.
struct House {
    server: TestServer,
    ada: Person,
    room: RoomId,
    document: DocumentId,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let ada = server.register("ada").await;
        let room = ada.new_room("Kitchen").await;
        let document = ada.new_document(room, "Soup").await;
        Self {
            server,
            ada,
            room,
            document,
        }
    }

    /// Everything that a request could have changed, as its owner sees it.
    async fn all(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for path in [
            "/api/v1/me".to_owned(),
            "/api/v1/rooms".to_owned(),
            format!("/api/v1/rooms/{}/members", self.room),
            format!("/api/v1/rooms/{}/invites", self.room),
            format!("/api/v1/rooms/{}/documents", self.room),
            format!("/api/v1/rooms/{}/messages", self.room),
            format!("/api/v1/documents/{}/content", self.document),
        ] {
            all.push(self.ada.get(&path).await.expect(200));
        }
        all
    }

    async fn raw(&self, request: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.server.server.address()).await.unwrap();
        // The server may answer, and close, before it has been told everything.
        stream.write_all(request).await.ok();
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("{read:?}: {answer}")), answer)
    }
}

#[tokio::test]
async fn json_that_is_none_or_says_nonsense_is_refused_and_changes_nothing() {
    let house = House::new().await;
    let before = house.all().await;
    let rooms = "/api/v1/rooms".to_owned();
    let messages = format!("/api/v1/rooms/{}/messages", house.room);
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    for (path, body, status, code) in [
        (&rooms, "", 400, "malformed"),
        (&rooms, "{", 400, "malformed"),
        (&rooms, "{\"name\":\"a\"} {}", 400, "malformed"),
        (&rooms, "{\"name\":\"\\ud800\"}", 400, "malformed"),
        (&rooms, "{\"name\":\"\\udc00\\ud800\"}", 400, "malformed"),
        (&rooms, "{\"name\":\"a\nb\"}", 400, "malformed"),
        (&rooms, deep.as_str(), 422, "field_invalid"),
        (&rooms, "null", 422, "field_invalid"),
        (&rooms, "[]", 422, "field_invalid"),
        (&rooms, "{\"name\":7}", 422, "field_invalid"),
        (&rooms, "{\"name\":\"a\",\"name\":\"b\"}", 422, "field_invalid"),
        (&messages, "{\"body\":\"\\ud800\"}", 400, "malformed"),
        (&messages, "{\"body\":\" \\n\\t\"}", 422, "message_empty"),
        (&messages, "{\"body\":\"a\",\"nonce\":\"b\"}", 422, "field_invalid"),
    ] {
        let request = house
            .ada
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/json");
        let answer = Answer::to(request.body(body.to_owned())).await;
        answer.refused(status, code);
    }
    let not_utf8 = house
        .ada
        .request(Method::POST, &rooms)
        .header(CONTENT_TYPE, "application/json");
    Answer::to(not_utf8.body(b"{\"name\":\"\xff\"}".to_vec()))
        .await
        .refused(400, "malformed");
    assert_eq!(house.all().await, before);
}

#[tokio::test]
async fn a_body_of_another_type_is_not_read() {
    let house = House::new().await;
    let before = house.all().await;
    let content = format!("/api/v1/documents/{}/content", house.document);
    for (method, path, types) in [
        (
            Method::POST,
            "/api/v1/rooms",
            vec![
                "",
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonp",
            ],
        ),
        (
            Method::PUT,
            &content,
            vec!["", "text/plain", "application/json", "text/markdownish"],
        ),
    ] {
        for media in types {
            let mut request = house.ada.request(method.clone(), path).body("{\"name\":\"Trap\"}");
            if !media.is_empty() {
                request = request.header(CONTENT_TYPE, media);
            }
            Answer::to(request).await.refused(415, "unsupported_media_type");
        }
    }
    assert_eq!(house.all().await, before);
}

#[tokio::test]
async fn names_and_titles_are_one_visible_line_that_reorders_nothing() {
    let house = House::new().await;
    let (room, document) = (house.room, house.document);
    let targets = [
        (Method::POST, "/api/v1/rooms".to_owned(), "name"),
        (Method::PATCH, format!("/api/v1/rooms/{room}"), "name"),
        (Method::POST, format!("/api/v1/rooms/{room}/documents"), "title"),
        (Method::PATCH, format!("/api/v1/documents/{document}"), "title"),
        (Method::PATCH, "/api/v1/me".to_owned(), "display_name"),
        (Method::POST, "/api/v1/tokens".to_owned(), "name"),
    ];
    let before = house.all().await;
    for (method, path, field) in &targets {
        for bad in [
            "",
            " ",
            "\t\n",
            "\u{a0}\u{2003}",
            "\u{200b}",
            "\u{200d}\u{200d}",
            "\u{3164}",
            "\u{2800}\u{feff}",
            "a\0b",
            "a\nb",
            "a\u{1b}[31mb",
            "a\u{85}b",
            "a\u{2028}b",
            "abc\u{202e}txt.exe",
            "\u{2066}a",
            "a\u{2069}",
            "\u{202a}a\u{202c}",
            &"x".repeat(201),
        ] {
            let answer = Answer::to(house.ada.request(method.clone(), path).json(&json!({*field: bad}))).await;
            assert_eq!(
                answer.refused(422, "field_invalid").as_deref(),
                Some(*field),
                "{path} {bad:?}"
            );
        }
    }
    assert_eq!(house.all().await, before);
    // What only looks dangerous is text like any other, and is given back as it was.
    for (given, kept) in [
        ("<script>alert(1)</script> & \"x\"", "<script>alert(1)</script> & \"x\""),
        (
            "  Café \u{1f469}\u{200d}\u{1f373}\u{3000}",
            "Café \u{1f469}\u{200d}\u{1f373}",
        ),
        ("\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
    ] {
        for (method, path, field) in &targets[..5] {
            let answer = Answer::to(house.ada.request(method.clone(), path).json(&json!({*field: given}))).await;
            assert!(
                answer.headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with("application/json")
            );
            assert!(answer.status.is_success(), "{answer:?}");
            assert_eq!(answer.body[*field], kept);
        }
    }
}

#[tokio::test]
async fn paths_that_lead_nowhere_lead_nowhere() {
    let house = House::new().await;
    let ada = &house.ada;
    let room = house.room;
    for (method, path, status, code) in [
        ("GET", "/api".to_owned(), 404, "not_found"),
        ("GET", "/api/".to_owned(), 404, "not_found"),
        ("POST", "/api/v1/nonsense".to_owned(), 404, "not_found"),
        ("GET", "/api/v1/rooms/".to_owned(), 404, "not_found"),
        ("GET", "/api/v1/rooms/not-an-id".to_owned(), 400, "malformed"),
        ("GET", "/api/v1/rooms/%ff".to_owned(), 400, "malformed"),
        ("DELETE", format!("/api/v1/rooms/{room}/members/x"), 400, "malformed"),
        ("GET", format!("/api/v1/rooms/{room}%2fmembers"), 400, "malformed"),
        (
            "GET",
            format!("/api/v1/rooms/{room}/messages?limit=-1"),
            400,
            "malformed",
        ),
        (
            "GET",
            format!("/api/v1/rooms/{room}/messages?after=18446744073709551615"),
            422,
            "field_invalid",
        ),
        ("GET", format!("/api/v1/rooms/{}", uuid::Uuid::nil()), 404, "not_found"),
        ("PUT", "/api/v1/rooms".to_owned(), 405, "method_not_allowed"),
        ("DELETE", "/api/v1/login".to_owned(), 405, "method_not_allowed"),
        ("GET", "/api/v1/login".to_owned(), 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/me".to_owned(), 405, "method_not_allowed"),
        ("POST", "/healthz".to_owned(), 405, "method_not_allowed"),
        ("BREW", "/api/v1/rooms".to_owned(), 405, "method_not_allowed"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = Answer::to(ada.request(method, &path)).await;
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
        answer.refused(status, code);
    }
    // Sent as they are: a client library would tidy them up.
    for path in [
        "/assets/../index.html",
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/assets/..\\..\\Cargo.toml",
        "/assets//etc/passwd",
        "/assets/%00",
        "/../../../../etc/passwd.txt",
        "//etc/passwd.txt",
        "/inkling.db",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
        let (status, answer) = house.raw(request.as_bytes()).await;
        assert_eq!(status, 404, "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_is_told_so_and_not_cut_off() {
    let house = House::new().await;
    let before = house.all().await;
    let token = house.ada.token().await;
    let content = format!("/api/v1/documents/{}/content", house.document);
    let body = " ".repeat(10 << 20);
    for (head, status, code) in [
        (
            format!("POST /api/v1/rooms HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json"),
            413,
            "body_too_large",
        ),
        (
            format!("PUT {content} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: text/markdown"),
            413,
            "body_too_large",
        ),
        (
            "POST /api/v1/login HTTP/1.1\r\ncontent-type: application/json".to_owned(),
            413,
            "body_too_large",
        ),
        (
            "POST /api/v1/rooms HTTP/1.1\r\ncontent-type: application/json".to_owned(),
            401,
            "not_signed_in",
        ),
    ] {
        let request = format!(
            "{head}\r\nhost: here\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let (found, answer) = house.raw(request.as_bytes()).await;
        assert_eq!(found, status, "{answer}");
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{answer}");
    }
    let large = "x".repeat(64 * 1024);
    let many = "x-one: y\r\n".repeat(500);
    for headers in [format!("x-large: {large}\r\n"), many] {
        let request = format!("GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n{headers}\r\n");
        assert_eq!(house.raw(request.as_bytes()).await.0, 431);
    }
    assert_eq!(house.raw(b"GET / HTTP/9.9\r\n\r\n").await.0, 400);
    assert_eq!(house.all().await, before);
}

/// Every route that changes something in a room, with a body that would do it.
fn changes(house: &House, member: &Person, invite: &str) -> Vec<(Method, String, Value, Right)> {
    let (room, document) = (house.room, house.document);
    let in_room = |rest: &str| format!("/api/v1/rooms/{room}{rest}");
    let member = in_room(&format!("/members/{}", member.id));
    let document = format!("/api/v1/documents/{document}");
    vec![
        (
            Method::POST,
            in_room("/documents"),
            json!({"title": "Trap"}),
            Right::Write,
        ),
        (Method::PATCH, document.clone(), json!({"title": "Trap"}), Right::Write),
        (Method::PUT, format!("{document}/content"), json!("trap"), Right::Write),
        (Method::DELETE, document, json!({}), Right::Write),
        (
            Method::POST,
            in_room("/messages"),
            json!({"body": "trap"}),
            Right::Write,
        ),
        (Method::PATCH, in_room(""), json!({"name": "Trap"}), Right::Own),
        (Method::DELETE, in_room(""), json!({}), Right::Own),
        (Method::PATCH, member.clone(), json!({"role": "owner"}), Right::Own),
        (Method::DELETE, member, json!({}), Right::Own),
        (Method::POST, in_room("/invites"), json!({"role": "editor"}), Right::Own),
        (
            Method::DELETE,
            in_room(&format!("/invites/{invite}")),
            json!({}),
            Right::Own,
        ),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum Right {
    Write,
    Own,
}

async fn attempt(browser: &Browser, method: &Method, path: &str, body: &Value) -> Answer {
    let request = browser.request(method.clone(), path);
    Answer::to(if *method == Method::PUT {
        request.header(CONTENT_TYPE, "text/markdown").body("trap")
    } else {
        request.json(body)
    })
    .await
}

#[tokio::test]
async fn who_may_not_change_something_is_refused_on_every_route() {
    let house = House::new().await;
    let (ben, cleo, dan) = (
        house.server.register("ben").await,
        house.server.register("cleo").await,
        house.server.register("dan").await,
    );
    house.ada.invite(house.room, &ben, "editor").await;
    house.ada.invite(house.room, &cleo, "viewer").await;
    let invites = format!("/api/v1/rooms/{}/invites", house.room);
    let invite: uuid::Uuid = id(&house.ada.post(&invites, json!({"role": "viewer"})).await.expect(201));
    let gone = house.ada.new_document(house.room, "Gone").await;
    let gone = format!("/api/v1/documents/{gone}");
    house.ada.browser.delete(&gone).await.expect(204);
    let before = house.all().await;
    let mut changes = changes(&house, &ben, &invite.to_string());
    changes.push((Method::POST, format!("{gone}/restore"), json!({}), Right::Write));
    // The routes of rooms and documents that change something: no fewer than the description names.
    let description = house.server.browser().get("/api/openapi.json").await.expect(200);
    let described = description["paths"].as_object().unwrap().iter();
    let described = described.filter(|(path, _)| path.contains("{room_id}") || path.contains("{document_id}"));
    let described: usize = described
        .map(|(_, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .filter(|method| *method != "get")
                .count()
        })
        .sum();
    assert_eq!(changes.len(), described, "a route is missing here");
    let nobody = house.server.browser();
    for (method, path, body, right) in &changes {
        attempt(&nobody, method, path, body).await.refused(401, "not_signed_in");
        attempt(&dan, method, path, body).await.refused(404, "not_found");
        // Anybody may leave; here it is somebody else who would have to go.
        let code = if *right == Right::Write {
            "read_only"
        } else {
            "not_allowed"
        };
        attempt(&cleo, method, path, body).await.refused(403, code);
        if *right == Right::Own && !path.contains("/members/") {
            attempt(&ben, method, path, body).await.refused(403, "not_allowed");
        }
    }
    let cleos = format!("/api/v1/rooms/{}/members/{}", house.room, cleo.id);
    for (method, body) in [(Method::PATCH, json!({"role": "owner"})), (Method::DELETE, json!({}))] {
        attempt(&ben, &method, &cleos, &body).await.refused(403, "not_allowed");
    }
    assert_eq!(house.all().await, before);
}

/// Changes the database under the server, as time would.
async fn sql(server: &TestServer, statement: &'static str) {
    let url = format!("sqlite://{}", server.directory.path().join("inkling.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let changed = sqlx::query(statement).execute(&mut connection).await.unwrap();
    assert!(changed.rows_affected() > 0, "{statement}");
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_has_expired_or_was_taken_back_opens_nothing() {
    let house = House::new().await;
    let phone = house.server.browser();
    let login = json!({"username": "ada", "password": PASSWORD});
    let signed_in = phone.post("/api/v1/login", login).await;
    let cookie = signed_in.headers["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let revoked = house
        .ada
        .post("/api/v1/tokens", json!({"name": "revoked"}))
        .await
        .expect(201);
    let expiring = json!({"name": "expired", "expires_in_days": 1});
    let expired = house.ada.post("/api/v1/tokens", expiring).await.expect(201);
    let before = house.all().await;
    let bearer = |token: &Value| (AUTHORIZATION, format!("Bearer {}", token["token"].as_str().unwrap()));
    let shown = [(COOKIE, cookie), bearer(&revoked), bearer(&expired)];
    let revoked = format!("/api/v1/tokens/{}", revoked["id"].as_str().unwrap());
    house.ada.delete(&revoked).await.expect(204);
    sql(&house.server, "update tokens set expires_at = 1 where name = 'expired'").await;
    let newest = "update login_sessions set expires_at = 1 where id = (select max(id) from login_sessions)";
    sql(&house.server, newest).await;

    let cookieless = house.server.browser();
    let invite: uuid::Uuid = uuid::Uuid::nil();
    for (name, value) in shown {
        for (method, path, body, _) in changes(&house, &house.ada, &invite.to_string()) {
            let request = cookieless.request(method, &path).header(&name, &value).json(&body);
            Answer::to(request).await.refused(401, "not_signed_in");
        }
        let own = (header::ORIGIN, house.server.url.clone());
        let name = header::HeaderName::from_bytes(name.as_ref()).unwrap();
        let handshake = Handshake::new(Codec::Binary, vec![own, (name, value)]);
        let refused = Client::connect(house.server.server.address(), &handshake).await.err();
        assert_eq!(refused.map(|status| status.as_u16()), Some(401));
    }
    assert_eq!(house.all().await, before);
}
