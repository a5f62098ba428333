//! Archives that mean harm, people without the right, and disks and rooms without room.

use super::*;

#[tokio::test]
async fn what_cannot_be_taken_is_told_by_name_and_everything_else_is_there() {
    let server = TestServer::start_with(|config| {
        config.limits.content_bytes = 1000;
        config.limits.attachment_bytes = 2000;
        config.limits.room_attachment_bytes = 2500;
    })
    .await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let (long, large, last) = (vec![b'a'; 1001], vec![b'b'; 2001], vec![b'c'; 1500]);
    let archive = zip([
        ("latin.md", &b"Br\xfche"[..]),
        ("utf16.md", b"\xff\xfea\0"),
        ("long.md", &long),
        ("../evil.md", b"evil"),
        ("latin/below.md", b"kept"),
        ("good.md", b"![](large.bin) ![](one.bin) ![](two.bin)"),
        ("large.bin", &large),
        ("one.bin", &last),
        ("two.bin", &last),
    ]);
    let told = import(&ada, room, "vault.zip", archive).await;
    assert_eq!(done(&told), [2, 1, 6]);
    let expected = [
        ("../evil.md", "path_unsafe"),
        ("latin.md", "not_utf8"),
        ("utf16.md", "not_utf8"),
        ("long.md", "too_large"),
        ("large.bin", "too_large"),
        ("two.bin", "quota_exceeded"),
    ];
    let mut found = left_out(&told);
    found.sort_unstable();
    let mut sorted = expected;
    sorted.sort_unstable();
    assert_eq!(found, sorted);
    // What hung below a text that is none hangs where that one would.
    let exported = export(&ada, room, "").await;
    assert_eq!(exported.keys().collect::<Vec<_>>(), ["below.md", "good.md", "one.bin"]);
    server.stop().await;
}

#[tokio::test]
async fn a_damaged_archive_is_refused_in_words_and_leaves_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let sound = zip([("a.md", &b"some text"[..])]);
    for bytes in [&b"no archive"[..], b"", &sound[..sound.len() - 10]] {
        let answer = Answer::to(request(&ada, room, &[("name", "a.zip")], bytes)).await;
        assert!(
            answer.body["error"]["message"].as_str().unwrap().contains("damaged"),
            "{answer:?}"
        );
        assert_eq!(answer.refused(422, "field_invalid").as_deref(), Some("file"));
    }
    let many = (0..60_000).map(|number| format!("{number}.md")).collect::<Vec<_>>();
    let many = zip(many.iter().map(|path| (path.as_str(), &b""[..])));
    let answer = Answer::to(request(&ada, room, &[("name", "a.zip")], many)).await;
    assert!(
        answer.body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("more than 50000 files")
    );
    assert_eq!(export(&ada, room, "").await, Files::new());
    assert_eq!(
        std::fs::read_dir(server.directory.path().join("attachments/incoming"))
            .unwrap()
            .count(),
        0
    );
    server.stop().await;
}

#[tokio::test]
async fn more_bytes_than_may_be_sent_are_refused_while_they_are_sent() {
    let server = TestServer::start_with(|config| config.limits.import_bytes = 1000).await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let large = Answer::to(request(&ada, room, &[("name", "a.md")], vec![b'a'; 1001])).await;
    large.refused(413, "body_too_large");
    let told = import(&ada, room, "a.md", vec![b'a'; 1000]).await;
    assert_eq!(done(&told), [1, 0, 0]);
    server.stop().await;
}

#[tokio::test]
async fn whoever_may_not_write_imports_nothing() {
    let server = TestServer::start().await;
    let [ada, ben, eve] = server.register_all(["ada", "ben", "eve"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "viewer").await;
    let query = [("name", "a.md")];
    Answer::to(request(&ben, room, &query, "x"))
        .await
        .refused(403, "read_only");
    Answer::to(request(&eve, room, &query, "x"))
        .await
        .refused(404, "not_found");
    let foreign = request(&ada, room, &query, "x").header("origin", "https://elsewhere.example");
    Answer::to(foreign).await.refused(403, "foreign_origin");
    let id = [("name", "a.md"), ("id", "00000000-0000-4000-8000-000000000000")];
    let refused = Answer::to(request(&ada, room, &id, "x")).await;
    assert_eq!(refused.refused(422, "field_invalid").as_deref(), Some("id"));
    server.stop().await;
}

/// An archive of so many documents.
fn many(count: usize) -> Vec<u8> {
    let paths: Vec<_> = (0..count).map(|number| format!("{number:04}.md")).collect();
    zip(paths.iter().map(|path| (path.as_str(), &b"some text"[..])))
}

/// Reads what is told until there is a line of this kind, and answers with all that was told.
async fn until_told(response: &mut reqwest::Response, kind: &str) -> String {
    let mut told = String::new();
    let wanted = format!("\"kind\":\"{kind}\"");
    while !told.contains(&wanted) {
        let piece = response.chunk().await.unwrap().expect("it goes on");
        told.push_str(std::str::from_utf8(&piece).unwrap());
    }
    told
}

#[tokio::test]
async fn who_loses_the_right_while_it_goes_on_is_stopped_and_told() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let mut response = request(&ben, room, &[("name", "a.zip")], many(500))
        .send()
        .await
        .unwrap();
    let mut told = until_told(&mut response, "document").await;
    let member = format!("/api/v1/rooms/{room}/members/{}", ben.id);
    ada.patch(&member, serde_json::json!({"role": "viewer"}))
        .await
        .expect(204);
    told.push_str(&response.text().await.unwrap());
    let told = lines(&told);
    let last = told.last().unwrap();
    assert_eq!(
        (&last["kind"], &last["code"]),
        (&"stopped".into(), &"read_only".into()),
        "{last}"
    );
    let made = told.iter().filter(|line| line["kind"] == "document").count();
    assert!(made < 500, "{made}");
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_is_taken_back_stops_its_import() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let token = ada
        .post("/api/v1/tokens", serde_json::json!({"name": "import"}))
        .await
        .expect(201);
    let program = server.browser();
    let path = format!("/api/v1/rooms/{room}/import");
    let sending = program.request(Method::POST, &path).query(&[("name", "a.zip")]);
    let sending = sending.bearer_auth(token["token"].as_str().unwrap()).body(many(500));
    let mut response = sending.send().await.unwrap();
    let mut told = until_told(&mut response, "document").await;
    ada.delete(&format!("/api/v1/tokens/{}", token["id"].as_str().unwrap()))
        .await
        .expect(204);
    told.push_str(&response.text().await.unwrap());
    let last = lines(&told).pop().unwrap();
    // Which of them depends on where it was at that moment.
    let is_told = ["not_signed_in", "signed_out"].contains(&last["code"].as_str().unwrap());
    assert!(last["kind"] == "stopped" && is_told, "{last}");
    server.stop().await;
}

#[tokio::test]
async fn a_room_that_is_full_of_documents_stops_it_and_says_so() {
    let server = TestServer::start_with(|config| config.limits.documents_per_room = 3).await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let told = import(&ada, room, "a.zip", many(5)).await;
    let last = told.last().unwrap();
    assert_eq!(last["kind"], "stopped");
    assert!(
        last["message"].as_str().unwrap().contains("as many documents"),
        "{last}"
    );
    assert_eq!(export(&ada, room, "").await.len(), 3);
    server.stop().await;
}

#[tokio::test]
async fn a_disk_that_is_full_stops_it_and_says_so() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    server.limit_pages(Some(0)).await;
    let told = import(&ada, room, "a.zip", many(200)).await;
    let last = told.last().unwrap();
    assert_eq!(
        (&last["kind"], &last["code"]),
        (&"stopped".into(), &"storage_full".into()),
        "{last}"
    );
    server.limit_pages(None).await;
    server.stop().await;
}
