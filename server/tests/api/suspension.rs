//! Accounts that an administrator suspends and restores.

use super::*;

fn suspension(person: &Person) -> String {
    format!("/api/v1/admin/users/{}/suspension", person.id)
}

#[tokio::test]
async fn a_suspended_account_is_signed_out_everywhere_and_signs_in_again_once_it_is_restored() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let document = ben.new_document(room, "Soup").await;
    let token = ben.token().await;
    ada.post(&suspension(&ben), json!({})).await.expect(204);

    let login = json!({"username": "ben", "password": PASSWORD});
    let browser = server.browser();
    let said = browser.post("/api/v1/login", login.clone()).await;
    said.refused(403, "account_suspended");
    let wrong = json!({"username": "ben", "password": "another good one"});
    let said = browser.post("/api/v1/login", wrong).await;
    said.refused(401, "invalid_credentials");
    ben.get("/api/v1/me").await.refused(401, "not_signed_in");
    let by_token = browser.request(Method::GET, "/api/v1/me").bearer_auth(&token);
    Answer::to(by_token).await.refused(401, "not_signed_in");
    ada.get(&format!("/api/v1/documents/{document}")).await.expect(200);

    let people = ada.get("/api/v1/admin/users").await.expect(200);
    let [first, second] = people["items"].as_array().unwrap().as_slice() else {
        panic!("{people}");
    };
    assert_eq!(
        (&first["username"], &first["suspended_at"]),
        (&json!("ada"), &Value::Null)
    );
    assert!(
        second["username"] == "ben" && second["suspended_at"].is_string(),
        "{second}"
    );

    ada.delete(&suspension(&ben)).await.expect(204);
    browser.post("/api/v1/login", login).await.expect(200);
    browser.get(&format!("/api/v1/documents/{document}")).await.expect(200);
    ben.get("/api/v1/me").await.refused(401, "not_signed_in");
    let by_token = browser.request(Method::GET, "/api/v1/me").bearer_auth(&token);
    Answer::to(by_token).await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn nobody_is_suspended_by_anybody_but_administrators_and_these_not_by_themselves() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    ben.get("/api/v1/admin/users").await.refused(404, "not_found");
    ben.post(&suspension(&ada), json!({})).await.refused(404, "not_found");
    ben.delete(&suspension(&ada)).await.refused(404, "not_found");
    ada.post(&suspension(&ada), json!({})).await.refused(403, "not_allowed");
    let nobody = format!("/api/v1/admin/users/{}/suspension", uuid::Uuid::now_v7());
    ada.post(&nobody, json!({})).await.refused(404, "not_found");
    ada.delete(&nobody).await.refused(404, "not_found");
    ada.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn what_was_let_in_before_a_suspension_changes_nothing_after_it() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ben.new_room("Kitchen").await;
    let document = ben.new_document(room, "Soup").await;
    let invited = ada.new_room("Cellar").await;
    let invite = ada
        .post(&format!("/api/v1/rooms/{invited}/invites"), json!({"role": "viewer"}))
        .await
        .expect(201);
    // As in the moment between finding out who asks and the transaction that stores it.
    server
        .sql("update users set suspended_at = 1 where username = 'ben'")
        .await;
    let accept = format!("/api/v1/invites/{}/accept", invite["token"].as_str().unwrap());
    for answer in [
        ben.post("/api/v1/rooms", json!({"name": "Cellar"})).await,
        ben.post(&format!("/api/v1/rooms/{room}/documents"), json!({"title": "Stew"}))
            .await,
        ben.patch(&format!("/api/v1/documents/{document}"), json!({"title": "Stew"}))
            .await,
        ben.patch("/api/v1/me", json!({"display_name": "Benjamin"})).await,
        ben.post(&accept, json!({})).await,
    ] {
        answer.refused(401, "not_signed_in");
    }
}
