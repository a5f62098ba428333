//! What was made after the backup that a server is put back to.

use super::*;
use shared::session::SaveState;

#[tokio::test]
async fn what_was_made_after_a_backup_is_rescued_by_its_tabs_and_is_another_history_when_it_is_made_again() {
    let story = Story::begin().await;
    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("a.backup");
    backup(story.directory.path(), &file).await.ended(0);
    let later = DocumentId(uuid::Uuid::now_v7());
    let documents = format!("/api/v1/rooms/{}/documents", story.room);
    let wish = json!({"title": "Later", "id": later});
    story.ada.post(&documents, wish.clone()).await.expect(201);
    let tab = |client| {
        WholeTab::at(
            address(&story.server),
            story.bearer.clone(),
            Codec::Binary,
            later,
            ClientId(client),
        )
    };
    let (mut first, mut second) = (tab(1), tab(2));
    first.until(WholeTab::is_loaded).await;
    first.types("leeks");
    first.until(WholeTab::is_saved).await;
    second.until(|tab| tab.text() == "leeks").await;
    story.server.kill().await;

    let data = elsewhere.path().join("data");
    restore(&file, &data).await.ended(0);
    let server = Inkling::start(&data).await;
    first.moves_to_address(address(&server));
    first.until(|tab| tab.set_aside == 1).await;
    assert_eq!(first.save_state(), SaveState::ReadOnly(ErrorCode::NotFound));

    let browser = server.browser();
    let login = json!({"username": "ada", "password": PASSWORD});
    browser.post("/api/v1/login", login).await.expect(200);
    browser.post(&documents, wish).await.expect(201);
    second.moves_to_address(address(&server));
    second.until(|tab| tab.set_aside == 1 && tab.is_saved()).await;
    assert_eq!(second.text(), "", "nothing is merged silently");
    let mut connection = open_database(&data).await;
    let epochs: Vec<i64> = sqlx::query_scalar(
        "select epoch from documents union select epoch from rooms union select epoch from server_epoch",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(epochs.len() == 1 && epochs[0] > 1, "{epochs:?}");
}
