//! Documents that are held at their last good position.

use super::*;

#[tokio::test]
async fn a_document_is_held_where_it_was_last_good() {
    // P3: applied without complaint, then nothing can be encoded.
    let poison = Bytes::from_static(&[
        0x01, 0x01, 0x21, 0x3f, 0x62, 0x21, 0x20, 0x01, 0x02, 0x20, 0x02, 0x02, 0x01, 0x0c, 0x01, 0x20, 0x01, 0x12,
        0x01,
    ]);
    let mut fixture = Fixture::new().await;
    let log = typed(80);
    fixture.store_unseen(log[..70].to_vec()).await;
    fixture.store_unseen([vec![poison], log[70..].to_vec()].concat()).await;

    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(81)).await.unwrap(),
        Compaction::Quarantined(Seq(70))
    );
    let content = fixture.contents.read(DOCUMENT).await.unwrap();
    assert_eq!((content.version.seq, content.text), (Seq(70), "x".repeat(70)));
    let put = fixture
        .contents
        .replace(ada(), session_of(ADA), DOCUMENT, None, "new".to_owned())
        .await;
    assert_eq!(put, Err(ErrorCode::Quarantined));
    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(81)).await.unwrap(),
        Compaction::UpToDate
    );
    assert!(fixture.due.try_recv().is_err(), "nothing more is to be looked into");
    let metrics = fixture.metrics.text();
    assert!(metrics.contains("inkling_quarantines_total 1\n"), "{metrics}");
    assert!(
        metrics.contains("inkling_materializations_total{result=\"refused\"}"),
        "{metrics}"
    );
    fixture.hub.stop().await;
}

#[tokio::test]
async fn a_text_that_cannot_be_worked_out_is_looked_into() {
    let mut fixture = Fixture::new().await;
    fixture.store_unseen(typed(3)).await;
    // The fourth character without its neighbour: it waits for what never comes.
    fixture.store_unseen(typed(9).split_off(8)).await;
    assert_eq!(fixture.contents.read(DOCUMENT).await, Err(ErrorCode::MaterializeFailed));
    let CompactionDue { document, through } = fixture.due.recv().await.unwrap();
    assert_eq!(
        fixture.contents.compact(document, through).await.unwrap(),
        Compaction::Quarantined(Seq(3))
    );
    assert_eq!(fixture.text().await, "xxx");
}
