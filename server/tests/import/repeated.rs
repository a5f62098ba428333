//! The same import again: since no answer came, since it was stopped, or since the server was.

use super::*;
use uuid::Uuid;

fn vault() -> Vec<u8> {
    zip([
        ("notes/x.md", &b"![a](a.png)"[..]),
        ("notes/a.png", PNG),
        ("Soup.md", b"hot"),
    ])
}

#[tokio::test]
async fn the_same_under_the_same_id_makes_nothing_twice_and_leaves_alone_what_was_written_since() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let id = Uuid::now_v7().to_string();
    let query = [("name", "vault.zip"), ("id", id.as_str())];
    let first = import_as(&ada, room, &query, vault()).await;
    let soup = document(&first, "Soup.md");
    let put = ada.request(Method::PUT, &format!("/api/v1/documents/{soup}/content"));
    Answer::to(put.header("content-type", "text/markdown").body("cold"))
        .await
        .expect(200);
    let second = import_as(&ada, room, &query, vault()).await;
    assert_eq!(done(&first), done(&second));
    let told = |told: &[Value]| -> Vec<_> {
        let made = told.iter().filter(|line| line["kind"] == "document");
        made.map(|line| (line["document_id"].clone(), line["again"] == true))
            .collect()
    };
    let again: Vec<_> = told(&first).into_iter().map(|(id, _)| (id, true)).collect();
    assert_eq!(told(&second), again);
    let exported = export(&ada, room, "").await;
    assert_eq!(
        exported,
        files([
            ("Soup.md", &b"cold"[..]),
            ("notes/a.png", PNG),
            ("notes/x.md", b"![a](a.png)")
        ])
    );

    // Somebody else's is another one, and so is the same in another room.
    let bens = import_as(&ben, room, &query, vault()).await;
    assert!(
        told(&bens)
            .iter()
            .all(|(id, again)| !again && !told(&first).iter().any(|(other, _)| other == id))
    );
    let other = ada.new_room("Elsewhere").await;
    import_as(&ada, other, &query, vault()).await;
    assert_eq!(export(&ada, other, "").await.len(), 3);

    // What was deleted since is not made again behind anybody's back.
    ada.delete(&format!("/api/v1/documents/{soup}")).await.expect(204);
    let third = import_as(&ada, room, &query, vault()).await;
    let last = third.last().unwrap();
    assert_eq!((&last["kind"], &last["code"]), (&"stopped".into(), &"not_found".into()));
    assert!(last["message"].as_str().unwrap().contains("Soup.md"), "{last}");
    server.stop().await;
}

#[tokio::test]
async fn what_was_broken_off_is_finished_under_the_same_id() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let paths: Vec<_> = (0..60).map(|number| format!("{number:02}.md")).collect();
    let archive = zip(paths.iter().map(|path| (path.as_str(), path.as_bytes())));
    let id = Uuid::now_v7().to_string();
    let query = [("name", "vault.zip"), ("id", id.as_str())];
    let mut response = request(&ada, room, &query, archive.clone()).send().await.unwrap();
    response.chunk().await.unwrap().expect("it has begun");
    // Whoever goes is not worked for any more.
    drop(response);
    let told = import_as(&ada, room, &query, archive).await;
    assert_eq!(done(&told), [60, 0, 0]);
    let exported = export(&ada, room, "").await;
    let expected = paths.iter().map(|path| (path.as_str(), path.as_bytes()));
    assert_eq!(exported, files(expected));
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_tells_and_the_next_one_goes_on() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let token = ada.token().await;
    let paths: Vec<_> = (0..400).map(|number| format!("{number:03}.md")).collect();
    let archive = zip(paths.iter().map(|path| (path.as_str(), path.as_bytes())));
    let id = Uuid::now_v7().to_string();
    let query = [("name", "vault.zip"), ("id", id.as_str())];
    let mut response = request(&ada, room, &query, archive.clone()).send().await.unwrap();
    let first = response.chunk().await.unwrap().expect("it has begun");
    let (directory, rest) = tokio::join!(server.stop(), response.text());
    let told = lines(&format!("{}{}", std::str::from_utf8(&first).unwrap(), rest.unwrap()));
    let last = told.last().unwrap();
    assert_eq!(
        (&last["kind"], &last["code"]),
        (&"stopped".into(), &"going_away".into()),
        "{last}"
    );

    let server = TestServer::start_on(directory, |_| {}).await;
    let path = format!("/api/v1/rooms/{room}/import");
    let sending = server
        .browser()
        .request(Method::POST, &path)
        .query(&query)
        .bearer_auth(token);
    let told = lines(&sending.body(archive).send().await.unwrap().text().await.unwrap());
    assert_eq!(done(&told), [400, 0, 0]);
    server.stop().await;
}
