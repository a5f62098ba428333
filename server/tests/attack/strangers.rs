//! People and credentials without the right to do what they ask for.

use super::*;

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
        (
            Method::POST,
            format!("{document}/attachments?name=trap"),
            json!("trap"),
            Right::Write,
        ),
        (
            Method::DELETE,
            format!("{document}/attachments/{}", uuid::Uuid::nil()),
            json!({}),
            Right::Write,
        ),
        (Method::DELETE, document, json!({}), Right::Write),
        (
            Method::POST,
            in_room("/import?name=trap.md"),
            json!("trap"),
            Right::Write,
        ),
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
