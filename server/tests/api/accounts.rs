//! Accounts: the first one, signing in and out, passwords, devices.

use super::*;

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
    let phone = server.sign_in("ada").await;
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
    let phone = server.sign_in("ada").await;
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
