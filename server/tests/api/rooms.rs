//! Rooms, their documents and their messages.

use super::*;

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
async fn a_document_tells_what_it_was_called_before_the_latest_first_and_no_more_than_eight() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let path = format!("/api/v1/documents/{}", ada.new_document(room, "0").await);
    assert_eq!(ada.get(&path).await.expect(200)["former_titles"], Value::Null);
    let rename =
        async |title: &str| ada.patch(&path, json!({"title": title})).await.expect(200)["former_titles"].clone();
    assert_eq!(rename("1").await, json!(["0"]));
    assert_eq!(
        rename("1").await,
        json!(["0"]),
        "what it is called is not what it was called"
    );
    assert_eq!(rename("2").await, json!(["1", "0"]));
    assert_eq!(rename("0").await, json!(["2", "1"]));
    assert_eq!(rename("2").await, json!(["0", "1"]));
    for number in 3..20 {
        rename(&number.to_string()).await;
    }
    let listed = ada.get(&format!("/api/v1/rooms/{room}/documents")).await.expect(200);
    let expected = json!(["18", "17", "16", "15", "14", "13", "12", "11"]);
    assert_eq!(listed["items"][0]["former_titles"], expected);
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
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
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
