//! What a person, a token and another site's page may do.

use super::*;

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
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
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
    let [ada, ben, cleo] = server.register_all(["ada", "ben", "cleo"]).await;
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
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
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
    let [ada, ben, cleo] = server.register_all(["ada", "ben", "cleo"]).await;
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
