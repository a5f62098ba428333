//! Documents that are asked for under an id, as tabs do that made them without a server.

use super::*;
use uuid::Uuid;

#[tokio::test]
async fn a_document_asked_for_twice_under_one_id_is_made_once() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let documents = format!("/api/v1/rooms/{room}/documents");
    let named = Uuid::now_v7();
    let wish = json!({"title": "Soup", "content": "Leeks", "id": named});
    let made = ada.post(&documents, wish.clone()).await.expect(201);
    assert_eq!(made["id"], json!(named));
    let content = format!("/api/v1/documents/{named}/content");
    let put = ada
        .request(Method::PUT, &content)
        .header("content-type", "text/markdown");
    Answer::to(put.body("Leeks and salt")).await.expect(200);
    ada.patch(&format!("/api/v1/documents/{named}"), json!({"title": "Broth"}))
        .await
        .expect(200);

    let again = ada.post(&documents, wish).await.expect(200);
    assert_eq!((&again["id"], &again["title"]), (&json!(named), &json!("Broth")));
    assert_eq!(ada.get(&content).await.expect(200), json!("Leeks and salt"));
    let listed = ada.get(&documents).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_id_that_stands_for_something_else_is_refused_as_if_there_were_nothing() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.register("ada").await, server.register("ben").await);
    let (kitchen, cellar) = (ada.new_room("Kitchen").await, ada.new_room("Cellar").await);
    ada.invite(kitchen, &ben, "editor").await;
    let soup = ada.new_document(kitchen, "Soup").await;
    let wish = json!({"title": "Mine", "id": soup});
    let in_room = |room: RoomId| format!("/api/v1/rooms/{room}/documents");
    let of_another = ben.post(&in_room(kitchen), wish.clone()).await;
    of_another.refused(404, "not_found");
    let elsewhere = ada.post(&in_room(cellar), wish.clone()).await;
    elsewhere.refused(404, "not_found");
    ada.delete(&format!("/api/v1/documents/{soup}")).await.expect(204);
    let deleted = ada.post(&in_room(kitchen), wish).await;
    deleted.refused(404, "not_found");

    let random = json!({"title": "Mine", "id": Uuid::from_u128(4)});
    let field = ada.post(&in_room(kitchen), random).await.refused(422, "field_invalid");
    assert_eq!(field.as_deref(), Some("id"));
}
