//! Going back a release.

use super::*;

#[tokio::test]
async fn a_rollback_puts_the_copy_back_and_keeps_the_newer_data_aside() {
    let story = Story::begin().await;
    story.put("as it was".into()).await;
    let data = story.directory.path();
    assert!(rollback(data).await.ended(3).contains("in use"));
    let mut tab = story.tab(5);
    tab.until(|tab| tab.text() == "as it was").await;
    story.server.signal(Signal::TERM);
    assert_eq!(story.server.end().await.code, Some(0));
    let said = rollback(data).await.ended(2);
    assert!(said.contains("there is: none"), "{said}");

    // What a later release does at its first start.
    let mut connection = open_database(data).await;
    let copy = data.join("inkling.before-9000.db");
    let vacuum = format!("vacuum into '{}'", copy.display());
    sqlx::query(sqlx::AssertSqlSafe(vacuum))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    // It goes on for a while; the tab knows what it saved.
    let server = Inkling::start(data).await;
    tab.moves_to_address(address(&server));
    tab.types(", and what was written later");
    tab.until(WholeTab::is_saved).await;
    server.kill().await;
    let mut connection = open_database(data).await;
    sqlx::query("insert into _sqlx_migrations values (9000, 'later', 0, true, x'00', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let said = rollback(data).await.ended(0);
    assert!(
        said.contains("inkling.before-9000.db") && said.contains("there were 1 accounts"),
        "{said}"
    );
    let aside = files(data)
        .into_iter()
        .find(|path| path.to_string_lossy().contains("rolled-back"));
    let url = format!("sqlite://{}", aside.unwrap().display());
    let mut newer = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let step: i64 = sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(&mut newer)
        .await
        .unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from document_updates")
        .fetch_one(&mut newer)
        .await
        .unwrap();
    assert_eq!((step, kept > 1), (9000, true), "nothing of it is gone");
    assert!(copy.exists());

    let server = Inkling::start(data).await;
    assert_eq!(content(&server, story.document).await, "as it was");
    tab.moves_to_address(address(&server));
    tab.until(|tab| tab.set_aside == 1 && tab.text() == "as it was").await;
    drop(server);
    // A copy that is damaged is not put anywhere.
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes[4096 * 3..4096 * 6].fill(0x55);
    std::fs::write(&copy, bytes).unwrap();
    let before = std::fs::read(data.join("inkling.db")).unwrap();
    let said = verify_data(data).await.ended(0);
    assert!(said.contains("as it was written"), "{said}");
    rollback_until_free(data).await.ended(5);
    assert_eq!(std::fs::read(data.join("inkling.db")).unwrap(), before);
}

/// A server that was just killed may still be on its way out.
async fn rollback_until_free(data: &Path) -> Said {
    let trying = async {
        loop {
            let said = rollback(data).await;
            if said.code != Some(3) {
                return said;
            }
        }
    };
    timeout(Duration::from_secs(20), trying).await.unwrap()
}
