//! What the programs write that people come from.

use super::*;
use serde_json::json;

#[tokio::test]
async fn an_archive_of_hedgedoc_is_its_notes_under_their_names() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let soup =
        "---\ntags: soup\n---\n# Soup\n\n![](https://pad.example/uploads/upload_1.png =300x)\n\n:::info\nhot\n:::\n";
    let archive = zip([
        ("Soup.md", soup.as_bytes()),
        ("Meeting 2026-01-01.md", b"# Meeting"),
        ("Untitled-2.md", b""),
    ]);
    let told = import(&ada, room, "archive.ZIP", archive).await;
    assert_eq!(done(&told), [3, 0, 0]);
    assert_eq!(content(&ada, document(&told, "Soup.md")).await, soup);
    let listed = ada.get(&format!("/api/v1/rooms/{room}/documents")).await.expect(200);
    let titles: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["Soup", "Meeting 2026-01-01", "Untitled-2"]);
    server.stop().await;
}

#[tokio::test]
async fn a_vault_of_obsidian_brings_its_notes_and_what_they_embed_and_none_of_its_own() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let daily = "![[plan.png|300]] [[Soup]] ![](assets/soup.png)\n";
    let archive = zip([
        ("Vault/.obsidian/app.json", &b"{}"[..]),
        ("Vault/.trash/Old.md", b"old"),
        ("Vault/.DS_Store", b"\0"),
        ("__MACOSX/Vault/._Soup.md", b"\0"),
        ("Vault/Soup.md", b"- [ ] salt ^block\n%%hidden%%\n"),
        ("Vault/Daily/2026-01-01.md", daily.as_bytes()),
        ("Vault/Daily/assets/soup.png", PNG),
        ("Vault/attachments/plan.png", PNG),
        ("Vault/attachments/nobody.png", PNG),
        ("Vault/board.canvas", b"{}"),
    ]);
    let told = import(&ada, room, "Vault.zip", archive).await;
    // Two notes, and the vault and its folder.
    assert_eq!(done(&told), [4, 2, 2]);
    assert_eq!(told.last().unwrap()["hidden"], 4);
    let not_named = [
        ("Vault/attachments/nobody.png", "not_named"),
        ("Vault/board.canvas", "not_named"),
    ];
    assert_eq!(left_out(&told), not_named);
    let day = document(&told, "Vault/Daily/2026-01-01.md");
    assert_eq!(content(&ada, day).await, daily);
    assert_eq!(named(&ada, day, "plan.png").await.bytes().await.unwrap(), PNG);
    let listed = ada
        .get(&format!("/api/v1/documents/{day}/attachments"))
        .await
        .expect(200);
    let mut paths: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    paths.sort_unstable();
    assert_eq!(paths, ["assets/soup.png", "plan.png"]);
    let exported = export(&ada, room, "").await;
    let expected = [
        "Vault/Daily/2026-01-01.md",
        "Vault/Daily/assets/soup.png",
        "Vault/Daily/plan.png",
        "Vault/Soup.md",
    ];
    assert_eq!(exported.keys().collect::<Vec<_>>(), expected);
    server.stop().await;
}

#[tokio::test]
async fn a_pad_of_etherpad_is_its_text_with_the_marks_that_markdown_has() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let pad = json!({
        "pad:Soup": {
            "atext": {"text": "*Soup\nis hot\n*salt\n", "attribs": "*0*1+1|1+5+3*2+3|1+1*0*3+1|1+5"},
            "pool": {"numToAttrib": {"0": ["lmkr", "1"], "1": ["heading", "h1"], "2": ["bold", "true"], "3": ["list", "bullet1"]}},
        },
        "pad:Soup:revs:0": {"changeset": "Z:1>1$x"},
    });
    let told = import(&ada, room, "Soup.etherpad", pad.to_string()).await;
    assert_eq!(done(&told), [1, 0, 0]);
    let text = content(&ada, document(&told, "Soup.etherpad")).await;
    assert_eq!(text, "# Soup\nis **hot**\n- salt\n");
    let told = import(&ada, room, "Other.etherpad", "{}").await;
    assert_eq!(left_out(&told), [("Other.etherpad", "no_pad")]);
    // Its other export is plain text.
    let told = import(&ada, room, "Soup.txt", "Soup\n\tis hot").await;
    assert_eq!(content(&ada, document(&told, "Soup.txt")).await, "Soup\n\tis hot");
    server.stop().await;
}

#[tokio::test]
async fn one_file_is_one_document_at_the_end_of_the_room() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    ada.new_document(room, "Menu").await;
    let text = "\u{feff}# Soup\r\nwithout an end";
    let told = import(&ada, room, "Soup of the day.md", text).await;
    assert_eq!(told[0], json!({"kind": "found", "documents": 1}));
    assert_eq!(told[1]["title"], "Soup of the day");
    assert_eq!(content(&ada, document(&told, "Soup of the day.md")).await, text);
    let exported = export(&ada, room, "").await;
    assert_eq!(exported.keys().collect::<Vec<_>>(), ["Menu.md", "Soup of the day.md"]);
    for name in ["picture.png", "noending", "a/b.md", "..\\a.md", ""] {
        let refused = Answer::to(request(&ada, room, &[("name", name)], "x")).await;
        assert_eq!(refused.refused(422, "field_invalid").as_deref(), Some("name"));
    }
    server.stop().await;
}
