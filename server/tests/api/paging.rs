//! Lists, read in pages.

use super::*;

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
