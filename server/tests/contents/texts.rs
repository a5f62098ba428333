//! Texts that are read and replaced from outside.

use super::*;

#[tokio::test]
async fn what_is_put_is_read_byte_for_byte() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.text().await, "");
    for text in [
        "\u{feff}# Soup\r\n\r\nWater 🍲\tand\0nothing\n",
        "plain",
        "",
        "e\u{301}\r",
    ] {
        let seq = fixture.put(ada(), text).await;
        let content = fixture.contents.read(DOCUMENT).await.unwrap();
        assert_eq!(
            (content.text.as_str(), content.version),
            (text, Version { epoch: EPOCH, seq })
        );
    }
}

#[tokio::test]
async fn putting_what_is_there_stores_nothing() {
    let fixture = Fixture::new().await;
    let first = fixture.put(ada(), "soup").await;
    assert_eq!(fixture.put(ben(), "soup").await, first);
    assert_eq!(fixture.head().await, first);
}

#[tokio::test]
async fn a_text_is_put_as_the_smallest_edit_by_one_replica_of_each_account() {
    let fixture = Fixture::new().await;
    let long = "a line of some length\n".repeat(500);
    fixture.put(ada(), &long).await;
    for n in 0..5 {
        let user = if n % 2 == 0 { ada() } else { ben() };
        let seq = fixture.put(user, &format!("{long}{n}")).await;
        let rows = fixture.reader.history(DOCUMENT, Seq(1)..=seq).await.unwrap();
        assert!(
            rows.last().unwrap().bytes.len() < 60,
            "one character is changed, not the text"
        );
    }
    assert_eq!(
        fixture
            .reader
            .document_state(DOCUMENT)
            .await
            .unwrap()
            .unwrap()
            .1
            .replicas
            .len(),
        2
    );
}

#[tokio::test]
async fn what_others_wrote_since_the_base_is_kept() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "one\ntwo\nthree\n").await;
    let base = Some(Version { epoch: EPOCH, seq });
    fixture.put(ben(), "one\ntwo and a half\nthree\n").await;
    let wanted = "1\ntwo\nthree\nfour\n".to_owned();
    fixture
        .contents
        .replace(ada(), session_of(ADA), DOCUMENT, base, wanted)
        .await
        .unwrap();
    assert_eq!(fixture.text().await, "1\ntwo and a half\nthree\nfour\n");
}

#[tokio::test]
async fn texts_put_at_the_same_time_all_arrive() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "a\nb\nc\nd\n").await;
    let base = Some(Version { epoch: EPOCH, seq });
    let put = |user: Person, text: &str| {
        let credential = session_of(user.id);
        fixture
            .contents
            .replace(user, credential, DOCUMENT, base, text.to_owned())
    };
    let stored = tokio::join!(
        put(ada(), "A\nb\nc\nd\n"),
        put(ben(), "a\nB\nc\nd\n"),
        put(ada(), "a\nb\nC\nd\n"),
        put(ben(), "a\nb\nc\nD\n"),
    );
    assert!([stored.0, stored.1, stored.2, stored.3].iter().all(Result::is_ok));
    assert_eq!(fixture.text().await, "A\nB\nC\nD\n");
}

#[tokio::test]
async fn a_text_put_with_what_is_not_valid_any_more_is_refused() {
    let fixture = Fixture::new().await;
    fixture.put(ada(), "soup").await;
    let ended = fixture
        .writer
        .write(|connection| Box::pin(login_sessions::end_others(connection, ADA, None)));
    ended.await.unwrap();
    let put = fixture
        .contents
        .replace(ada(), session_of(ADA), DOCUMENT, None, "stew".to_owned());
    assert_eq!(put.await, Err(ErrorCode::NotSignedIn));
    assert_eq!(fixture.text().await, "soup");
}

#[tokio::test]
async fn a_base_that_is_not_of_this_history_is_refused() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "soup").await;
    let put = |base| {
        fixture
            .contents
            .replace(ada(), session_of(ADA), DOCUMENT, Some(base), "stew".to_owned())
    };
    assert_eq!(
        put(Version { epoch: Epoch(2), seq }).await,
        Err(ErrorCode::EpochChanged)
    );
    assert_eq!(
        put(Version {
            epoch: EPOCH,
            seq: seq.next()
        })
        .await,
        Err(ErrorCode::Regression)
    );
    assert_eq!(fixture.text().await, "soup");
}

#[tokio::test]
async fn a_document_that_is_not_there_is_not_found() {
    let fixture = Fixture::new().await;
    let nowhere = DocumentId(Uuid::from_u128(0xbad));
    assert_eq!(fixture.contents.read(nowhere).await, Err(ErrorCode::NotFound));
    assert_eq!(
        fixture
            .contents
            .replace(ada(), session_of(ADA), nowhere, None, "x".to_owned())
            .await,
        Err(ErrorCode::NotFound)
    );
}
