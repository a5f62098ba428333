//! Backups that are taken, and what is brought back from them.

use super::*;

#[tokio::test]
async fn a_backup_taken_while_people_write_brings_back_all_that_was_saved_before_it() {
    let story = Story::begin().await;
    let mut tab = story.tab(5);
    tab.until(WholeTab::is_saved).await;
    for _ in 0..80 {
        tab.types("a");
    }
    tab.until(WholeTab::is_saved).await;
    let said = format!("/api/v1/rooms/{}/messages", story.room);
    story.ada.post(&said, json!({"body": "before"})).await.expect(201);
    let saved_before = tab.text();

    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("monday.backup");
    let taking = backup(story.directory.path(), &file);
    tokio::pin!(taking);
    // Somebody writes for as long as it takes, and after.
    let mut saved_meanwhile = 0;
    let told = loop {
        tab.types("b");
        tokio::select! {
            told = &mut taking => break told,
            () = tab.until(WholeTab::is_saved) => saved_meanwhile += 1,
        }
    };
    assert!(saved_meanwhile > 0, "nobody was held up");
    let told = told.ended(0);
    assert!(told.contains("monday.backup") && told.contains("1 messages"), "{told}");
    tab.types("c");
    tab.until(WholeTab::is_saved).await;
    let saved_after = tab.text();
    story.ada.post(&said, json!({"body": "after"})).await.expect(201);
    verify(&file).await.ended(0);
    verify_data(story.directory.path()).await.ended(0);
    story.server.kill().await;

    let data = elsewhere.path().join("data");
    let told = restore(&file, &data).await.ended(0);
    assert!(told.contains("recovered version"), "{told}");
    verify_data(&data).await.ended(0);
    let server = Inkling::start(&data).await;
    let restored = content(&server, story.document).await;
    let restored = restored.as_str().unwrap();
    assert!(restored.starts_with(&saved_before) && saved_after.starts_with(restored));
    assert!(
        restored.len() < saved_after.len(),
        "the last was written after the backup"
    );

    // The tab of before holds more: it is told, keeps its copy aside, and goes on from what was restored.
    tab.moves_to_address(address(&server));
    tab.until(|tab| tab.set_aside == 1 && tab.text() == restored).await;
    tab.types("!");
    tab.until(WholeTab::is_saved).await;
    assert_eq!(content(&server, story.document).await, format!("{restored}!"));
    // And so is whoever was in the conversation.
    let handshake = Handshake::new(Codec::Binary, story.bearer.clone());
    let mut client = Client::connect(address(&server), &handshake).await.unwrap();
    let of_before = Resume {
        epoch: shared::id::Epoch(1),
        after: shared::id::Seq(2),
    };
    let answer = client.open_room(story.room, Some(of_before)).await;
    let is_told = matches!(
        answer,
        ServerFrame::Closed {
            code: Some(ErrorCode::EpochChanged),
            ..
        }
    );
    assert!(is_told, "{answer:?}");
}

#[tokio::test]
async fn two_servers_brought_back_from_one_backup_are_two_histories() {
    let story = Story::begin().await;
    story.put("soup".into()).await;
    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("a");
    backup(story.directory.path(), &file).await.ended(0);
    let mut epochs = std::collections::BTreeSet::new();
    for name in ["one", "two"] {
        let data = elsewhere.path().join(name);
        restore(&file, &data).await.ended(0);
        let mut connection = open_database(&data).await;
        let here: Vec<i64> = sqlx::query_scalar("select distinct epoch from documents union select epoch from rooms")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        epochs.extend(here);
    }
    assert!(epochs.len() == 2 && !epochs.contains(&1), "{epochs:?}");
}

#[tokio::test]
async fn backups_into_a_directory_are_named_by_the_time_and_never_written_over() {
    let story = Story::begin().await;
    let folder = TempDir::new().unwrap();
    backup(story.directory.path(), folder.path()).await.ended(0);
    let made = files(folder.path());
    let name = made[0].file_name().unwrap().to_str().unwrap();
    assert!(
        made.len() == 1 && name.starts_with("inkling-2") && name.ends_with("Z.backup"),
        "{made:?}"
    );
    let said = backup(story.directory.path(), &made[0]).await.ended(2);
    assert!(said.contains("is there already"), "{said}");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(
        std::fs::metadata(&made[0]).unwrap().permissions().mode() & 0o077,
        0,
        "others cannot read it"
    );

    let nothing = TempDir::new().unwrap();
    backup(nothing.path(), &folder.path().join("x")).await.ended(3);
    let mut connection = open_database(story.directory.path()).await;
    sqlx::query("insert into _sqlx_migrations values (9000, 'later', 0, true, x'00', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    backup(story.directory.path(), &folder.path().join("x")).await.ended(4);
    assert_eq!(files(folder.path()).len(), 1);
}
