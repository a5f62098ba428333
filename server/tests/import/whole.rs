//! What is imported is what is exported again, byte for byte.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Text as people and their programs leave it: marks of byte order, either end of line, none at the end, controls, and anything else of Unicode.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just("\u{feff}".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\r".to_owned()),
        Just("\t# a\u{1}\u{b}\u{7f}".to_owned()),
        Just("👩\u{200d}🍳 ש\u{5dc}\u{200f} e\u{301}".to_owned()),
        Just("---\ntitle: x\n---\n".to_owned()),
        Just("![a](images/a%20b.png) ![[c.png]] [d](../d.pdf)".to_owned()),
        "\\PC{0,20}",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat().into_bytes())
}

/// Trees of texts: names that every file system takes, no two the same in a folder, whatever the case.
fn tree() -> impl Strategy<Value = Files> {
    let name = prop::sample::select(vec!["Soup", "notes", "ünï", "a b", "x.y", "2026-01-01", "🍲"]);
    let path = prop::collection::vec(name, 1..5).prop_map(|parts| format!("{}.md", parts.join("/")));
    prop::collection::btree_map(path, text(), 1..10).prop_map(|mut tree| {
        // A document without a text of its own that has others below it is a folder, and leaves as one.
        let folders: Vec<_> = tree
            .keys()
            .map(|path| format!("{}/", path.strip_suffix(".md").unwrap()))
            .collect();
        let empty: Vec<_> = tree
            .iter()
            .zip(folders)
            .filter(|((_, text), folder)| text.is_empty() && tree.keys().any(|path| path.starts_with(folder)))
            .map(|((path, _), _)| path.clone())
            .collect();
        tree.retain(|path, _| !empty.contains(path));
        tree
    })
}

#[test]
fn whatever_tree_of_markdown_is_imported_is_exported_byte_for_byte() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, ada) = runtime.block_on(async {
        let server = TestServer::start().await;
        let ada = server.register("ada").await;
        (server, ada)
    });
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let run = runner.run(&tree(), |tree| {
        runtime.block_on(async {
            let room = ada.new_room("Kitchen").await;
            let archive = zip(tree.iter().map(|(path, text)| (path.as_str(), text.as_slice())));
            let told = import(&ada, room, "vault.zip", archive).await;
            prop_assert_eq!(done(&told)[2], 0);
            prop_assert_eq!(export(&ada, room, "").await, tree);
            Ok(())
        })
    });
    run.unwrap();
    runtime.block_on(server.stop());
}

#[tokio::test]
async fn files_that_texts_name_come_along_are_shown_where_they_are_named_and_leave_as_they_came() {
    let server = TestServer::start().await;
    let [ada, ben, eve] = server.register_all(["ada", "ben", "eve"]).await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "viewer").await;
    let sent = files([
        ("Soup.md", &b"![a](images/a%20b.png) [plan](./files/plan.pdf)\r\n"[..]),
        ("notes/old/x.md", b"![up](../../images/a%20b.png)"),
        ("images/a b.png", PNG),
        ("files/plan.pdf", b"%PDF-1.7"),
    ]);
    let told = import(
        &ada,
        room,
        "vault.zip",
        zip(sent.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))),
    )
    .await;
    // Two texts, two folders, and the picture in both texts.
    assert_eq!(done(&told), [4, 3, 0]);
    let soup = document(&told, "Soup.md");
    let below = document(&told, "notes/old/x.md");
    for (document, path, bytes, shown) in [
        (soup, "images/a%20b.png", PNG, "inline"),
        (soup, "./images/../images/a b.png#x", PNG, "inline"),
        (soup, "files/plan.pdf", &b"%PDF-1.7"[..], "attachment"),
        (below, "../../images/a%20b.png", PNG, "inline"),
    ] {
        let response = named(&ben, document, path).await;
        assert_eq!(response.status(), 200, "{path}");
        let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.starts_with(shown), "{disposition}");
        assert!(
            response.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("sandbox")
        );
        assert_eq!(response.bytes().await.unwrap(), bytes);
    }
    for path in [
        "images/a.png",
        "../Soup.md",
        "/etc/passwd",
        "../../../etc/passwd",
        "%2e%2e/images/a%20b.png",
        "",
    ] {
        named_answer(&ben, soup, path).await.refused(404, "not_found");
    }
    named_answer(&eve, soup, "files/plan.pdf")
        .await
        .refused(404, "not_found");
    assert_eq!(export(&ben, room, "").await, sent);
    server.stop().await;
}

#[tokio::test]
async fn files_that_were_put_in_here_leave_beside_their_document_and_texts_name_them_there_when_that_is_asked_for() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let soup = ada.new_document(room, "Soup").await;
    let request = ada.request(Method::POST, &format!("/api/v1/documents/{soup}/attachments"));
    let sent = Answer::to(request.query(&[("name", "my plan.png")]).body(PNG))
        .await
        .expect(201);
    let url = sent["url"].as_str().unwrap();
    let text = format!("![plan]({url}) <{}{url}>\r\n", server.url);
    let put = ada.request(Method::PUT, &format!("/api/v1/documents/{soup}/content"));
    Answer::to(put.header("content-type", "text/markdown").body(text.clone()))
        .await
        .expect(200);
    let kept = export(&ada, room, "").await;
    assert_eq!(
        kept,
        files([("Soup.md", text.as_bytes()), ("Soup.files/my plan.png", PNG)])
    );
    let relative = export(&ada, room, "?links=relative").await;
    let rewritten = b"![plan](Soup.files/my%20plan.png) <Soup.files/my%20plan.png>\r\n";
    assert_eq!(
        relative,
        files([("Soup.md", &rewritten[..]), ("Soup.files/my plan.png", PNG)])
    );

    // So it is whole elsewhere, too.
    let other = ada.new_room("Elsewhere").await;
    let archive = zip(relative.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
    let told = import(&ada, other, "Kitchen.zip", archive).await;
    assert_eq!(done(&told), [1, 1, 0]);
    assert_eq!(export(&ada, other, "").await, relative);
    server.stop().await;
}

#[tokio::test]
async fn a_file_that_a_text_names_by_its_path_is_not_swept_until_it_does_not() {
    use server::actor::hub::now;
    use server::actor::sweeping::Sweeper;
    use server::db::run_hours::RunHours;
    use shared::id::UnixMs;
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let archive = zip([("Soup.md", &b"![a](images/a.png)"[..]), ("images/a.png", PNG)]);
    let told = import(&ada, room, "vault.zip", archive).await;
    let soup = document(&told, "Soup.md");
    let app = server.server.app();
    let sweeper = Sweeper {
        reader: app.reader.clone(),
        writer: app.writer.clone(),
        files: app.files.clone(),
        days: 30,
    };
    let after = |days: u64| UnixMs(now().0 + days * DAY_MS);
    let sweep = async |days| {
        let swept = sweeper.sweep(after(days), RunHours(24 * days)).await;
        swept.unwrap().attachments
    };
    // Texts are kept a moment later.
    let kept = async || {
        let stale = "select count(*) from documents d left join document_texts t on t.document_id = d.id where d.head_seq > coalesce(t.seq, 0)";
        common::until(async || server.count(stale).await == 0).await;
    };
    kept().await;
    assert_eq!((sweep(1).await, sweep(40).await), (0, 0));
    assert_eq!(named(&ada, soup, "images/a.png").await.status(), 200);
    let put = ada.request(Method::PUT, &format!("/api/v1/documents/{soup}/content"));
    Answer::to(put.header("content-type", "text/markdown").body("no picture"))
        .await
        .expect(200);
    kept().await;
    assert_eq!((sweep(41).await, sweep(60).await), (0, 0));
    assert_eq!((sweep(72).await, sweep(73).await), (0, 1));
    named_answer(&ada, soup, "images/a.png").await.refused(404, "not_found");
    server.stop().await;
}
