//! `inkling import`: into data that no server has at the moment, and through one that runs.

use super::*;
use crate::common::process::{Inkling, ask};
use crate::common::{PASSWORD, register};
use std::ffi::OsStr;
use std::path::Path;
use tempfile::TempDir;

/// A vault as it lies on somebody's disk.
fn vault() -> TempDir {
    let folder = TempDir::new().unwrap();
    let files = [
        ("Soup.md", &b"\xef\xbb\xbf# Soup\r\n![](images/a.png)"[..]),
        ("notes/x.md", b"x"),
        ("images/a.png", PNG),
        (".obsidian/app.json", b"{}"),
    ];
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn exported() -> Files {
    files([
        ("Soup.md", &b"\xef\xbb\xbf# Soup\r\n![](images/a.png)"[..]),
        ("images/a.png", PNG),
        ("notes/x.md", b"x"),
    ])
}

fn arguments<'a>(path: &'a Path, rest: &'a [&'a str]) -> Vec<&'a OsStr> {
    let mut arguments = vec![OsStr::new("import"), path.as_os_str()];
    arguments.extend(rest.iter().map(OsStr::new));
    arguments
}

#[tokio::test]
async fn a_folder_is_imported_into_the_data_of_a_server_that_does_not_run() {
    let directory = TempDir::new().unwrap();
    let data = directory.path().to_str().unwrap();
    let vault = vault();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let ben = register(&server.browser(), "ben").await;
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "viewer").await;
    let with = |user| ["--room", "Kitchen", "--user", user, "--data-dir", data];
    ask(arguments(vault.path(), &with("ada"))).await.ended(3);
    server.kill().await;

    for (refused, why) in [
        (with("eve"), "no account"),
        (with("ben"), "may read"),
        (["--room", "Cellar", "--user", "ada", "--data-dir", data], "no room"),
    ] {
        let told = ask(arguments(vault.path(), &refused)).await.ended(2);
        assert!(told.contains(why), "{told}");
    }
    let told = ask(arguments(vault.path(), &with("ada"))).await.ended(0);
    assert!(told.contains("Imported 3 documents with 1 files"), "{told}");
    let bad = vault.path().join("bad.md");
    std::fs::write(&bad, b"\xff").unwrap();
    let told = ask(arguments(&bad, &with("ada"))).await.ended(1);
    assert!(told.contains("bad.md was left out: This is not UTF-8"), "{told}");
    ask(arguments(&vault.path().join("images/a.png"), &with("ada")))
        .await
        .ended(2);
    ask(arguments(&vault.path().join("none.md"), &with("ada")))
        .await
        .ended(2);

    let server = Inkling::start(directory.path()).await;
    let browser = server.browser();
    let login = serde_json::json!({"username": "ada", "password": PASSWORD});
    browser.post("/api/v1/login", login).await.expect(200);
    let ada = Person { browser, ..ada };
    assert_eq!(export(&ada, room, "").await, exported());
    // The token that it was done with is gone.
    let tokens = ada.get("/api/v1/tokens").await.expect(200);
    assert_eq!(tokens["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_folder_is_imported_through_a_server_that_runs_and_again_makes_nothing_twice() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let token = ada.token().await;
    let vault = vault();
    let id = uuid::Uuid::now_v7().to_string();
    let with = [
        "--room",
        "Kitchen",
        "--url",
        &server.url,
        "--token",
        &token,
        "--id",
        &id,
    ];
    for _ in 0..2 {
        let told = ask(arguments(vault.path(), &with)).await.ended(0);
        assert!(told.contains("Imported 3 documents with 1 files"), "{told}");
        assert_eq!(export(&ada, room, "").await, exported());
    }
    let file = vault.path().join("notes/x.md");
    let told = ask(arguments(
        &file,
        &["--room", &room.to_string(), "--url", &server.url, "--token", &token],
    ))
    .await
    .ended(0);
    assert!(told.contains("Imported 1 documents"), "{told}");
    let told = ask(arguments(
        &file,
        &["--room", "Cellar", "--url", &server.url, "--token", &token],
    ))
    .await
    .ended(2);
    assert!(told.contains("no room"), "{told}");
    let told = ask(arguments(
        &file,
        &["--room", "Kitchen", "--url", &server.url, "--token", "wrong"],
    ))
    .await
    .ended(1);
    assert!(told.contains("not taken"), "{told}");
    server.stop().await;
}
