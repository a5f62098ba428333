//! What programs rely on: errors they can read, the description of the routes, and how the server is.

use super::*;

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
        ("/api/v1/admin/doctor", "get"),
        ("/api/v1/admin/doctor/body", "post"),
        ("/api/v1/admin/doctor/disk", "post"),
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
    assert_eq!(lists, 8);
}
