//! Documents as files, out of the data of a server, and over its API.

use super::*;
use std::io::{Cursor, Read as _};

async fn export(data: &Path, target: &Path, room: Option<&str>) -> Said {
    let mut arguments = vec![
        OsStr::new("export"),
        target.as_os_str(),
        OsStr::new("--data-dir"),
        data.as_os_str(),
    ];
    if let Some(room) = room {
        arguments.extend([OsStr::new("--room"), OsStr::new(room)]);
    }
    ask(arguments).await
}

/// The files of an archive, by their paths.
fn unpacked(archive: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let files = (0..archive.len()).map(|at| {
        let mut file = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    });
    files.collect()
}

#[tokio::test]
async fn all_documents_are_files_byte_for_byte_with_the_server_running_and_without() {
    let story = Story::begin().await;
    let text = "\u{feff}# Soup\r\n\r\n\tWater 🍲";
    story.put(text.to_owned()).await;
    let below = story.ada.new_document(story.room, "../a: \"b\"?").await;
    let place = json!({"parent_id": story.document.to_string()});
    story
        .ada
        .patch(&format!("/api/v1/documents/{below}"), place)
        .await
        .expect(200);
    story.ada.new_document(story.room, "soup").await;
    let expected = [("Soup.md", text), ("Soup/-a- -b--.md", ""), ("soup (2).md", "")]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));

    // Over the API, as it is made.
    let path = format!("/api/v1/rooms/{}/export", story.room);
    let response = story.ada.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename*=UTF-8''Kitchen.zip"
    );
    assert_eq!(unpacked(response.bytes().await.unwrap().to_vec()), expected);
    let eve = register(&story.server.browser(), "eve").await;
    eve.get(&path).await.refused(404, "not_found");

    // From the data, beside the server.
    let elsewhere = TempDir::new().unwrap();
    let archive = elsewhere.path().join("all.zip");
    let told = export(story.directory.path(), &archive, Some("Kitchen")).await.ended(0);
    assert!(told.contains("3 documents of 1 rooms"), "{told}");
    assert_eq!(unpacked(std::fs::read(&archive).unwrap()), expected);
    export(story.directory.path(), &archive, None).await.ended(2);
    export(story.directory.path(), &elsewhere.path().join("none"), Some("Cellar"))
        .await
        .ended(2);

    // And with no server at all, every room in a folder of its own.
    story.server.kill().await;
    let folder = elsewhere.path().join("folder");
    export(story.directory.path(), &folder, None).await.ended(0);
    for (path, text) in &expected {
        assert_eq!(
            std::fs::read(folder.join("Kitchen").join(path)).unwrap(),
            *text,
            "{path}"
        );
    }
    export(story.directory.path(), &folder, None).await.ended(2);
}
