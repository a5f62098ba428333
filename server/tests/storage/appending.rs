//! Updates and messages, appended once and in order.

use super::*;

#[tokio::test]
async fn an_appended_update_is_there_after_a_restart() {
    let fixture = Fixture::new().await;
    let two = vec![update(ADA, 7, 1, b"one"), update(ADA, 7, 2, b"two")];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(0, two)).await;
    assert_eq!(appended, Ok(vec![Ok(Seq(1)), Ok(Seq(2))]));

    let fixture = Fixture::open(fixture.close().await).await;
    let (room, state) = fixture.reader.document_state(DOCUMENT).await.unwrap().unwrap();
    assert_eq!((room, state.epoch, state.head_seq), (ROOM, Epoch(1), Seq(2)));
    let replica = Replica {
        client_id: ClientId(7),
        owner: ADA,
        clock: 2,
        last_client_seq: ClientSeq(2),
    };
    assert_eq!(state.replicas, vec![replica]);
    let bundle = fixture.reader.document_bundle(DOCUMENT, None, Seq(2)).await.unwrap();
    assert_eq!(bundle.updates, vec![Bytes::from("one"), Bytes::from("two")]);
    let rest = fixture
        .reader
        .document_bundle(DOCUMENT, Some(Seq(1)), Seq(2))
        .await
        .unwrap();
    assert_eq!(rest.updates, vec![Bytes::from("two")]);
}

#[tokio::test]
async fn another_head_or_epoch_is_a_conflict_and_stores_nothing() {
    let fixture = Fixture::new().await;
    let late = fixture
        .writer
        .append_updates(DOCUMENT, batch(1, vec![update(ADA, 7, 1, b"one")]))
        .await;
    assert_eq!(late, Err(AppendError::Conflict));
    let mut old = batch(0, vec![update(ADA, 7, 1, b"one")]);
    old.epoch = Epoch(2);
    assert_eq!(
        fixture.writer.append_updates(DOCUMENT, old).await,
        Err(AppendError::Conflict)
    );
    let nowhere = DocumentId(Uuid::from_u128(9));
    let gone = fixture
        .writer
        .append_updates(nowhere, batch(0, vec![update(ADA, 7, 1, b"one")]))
        .await;
    assert_eq!(gone, Err(AppendError::Gone));
    assert_eq!(fixture.head().await, Seq(0));
}

#[tokio::test]
async fn a_batch_stores_only_what_its_authors_may_still_write() {
    let fixture = Fixture::new().await;
    let mixed = vec![
        update(BEN, 8, 1, b"ben"),
        update(ADA, 7, 1, b"ada"),
        update(CLEO, 9, 1, b"cleo"),
    ];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(0, mixed)).await;
    assert_eq!(
        appended,
        Ok(vec![Err(ErrorCode::ReadOnly), Ok(Seq(1)), Err(ErrorCode::NotAllowed)])
    );
    let state = fixture.reader.document_state(DOCUMENT).await.unwrap().unwrap().1;
    assert_eq!(
        state.replicas.iter().map(|replica| replica.owner).collect::<Vec<_>>(),
        vec![ADA]
    );
}

#[tokio::test]
async fn a_client_id_of_somebody_else_is_a_conflict() {
    let fixture = Fixture::new().await;
    fixture.sql("update members set role = 'editor'").await;
    let first = fixture
        .writer
        .append_updates(DOCUMENT, batch(0, vec![update(ADA, 7, 1, b"one")]))
        .await;
    assert_eq!(first, Ok(vec![Ok(Seq(1))]));
    let forged = fixture
        .writer
        .append_updates(DOCUMENT, batch(1, vec![update(BEN, 7, 1, b"two")]))
        .await;
    assert_eq!(forged, Err(AppendError::Conflict));
}

#[tokio::test]
async fn a_resent_message_is_stored_once() {
    let fixture = Fixture::new().await;
    let first = fixture
        .writer
        .append_message(ROOM, message(1, ADA, "hello"))
        .await
        .unwrap()
        .unwrap();
    let mut again = message(1, ADA, "hello");
    again.id = MessageId(Uuid::from_u128(77));
    assert_eq!(fixture.writer.append_message(ROOM, again).await, Ok(Ok(first.clone())));
    let second = fixture
        .writer
        .append_message(ROOM, message(2, ADA, "again"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((first.seq, second.seq), (Seq(1), Seq(2)));
    assert_eq!(first.author.name, "ADA");
    let refused = fixture.writer.append_message(ROOM, message(3, BEN, "me too")).await;
    assert_eq!(refused, Ok(Err(ErrorCode::ReadOnly)));
    let refused = fixture.writer.append_message(ROOM, message(4, CLEO, "let me in")).await;
    assert_eq!(refused, Ok(Err(ErrorCode::NotAllowed)));
    let page = async |page| fixture.reader.messages(ROOM, page, 10).await.unwrap();
    assert_eq!(page(Page::Latest).await, vec![first.clone(), second.clone()]);
    assert_eq!(page(Page::Before(Seq(2))).await, vec![first]);
    assert_eq!(page(Page::After(Seq(1))).await, vec![second]);
}

#[tokio::test]
async fn a_read_position_goes_forward_and_no_further_than_the_last_message() {
    let fixture = Fixture::new().await;
    for nonce in 1..=3 {
        fixture
            .writer
            .append_message(ROOM, message(nonce, ADA, "hello"))
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(
        fixture.reader.read_seq(ROOM, ADA).await.unwrap(),
        Some(Seq(3)),
        "one's own messages are read"
    );
    assert_eq!(fixture.writer.mark_read(ROOM, BEN, Seq(2)).await, Ok(Seq(2)));
    assert_eq!(fixture.writer.mark_read(ROOM, BEN, Seq(1)).await, Ok(Seq(2)));
    assert_eq!(fixture.writer.mark_read(ROOM, BEN, Seq(99)).await, Ok(Seq(3)));
    assert_eq!(
        fixture.writer.mark_read(ROOM, CLEO, Seq(1)).await,
        Err(AppendError::Gone)
    );
}

#[tokio::test]
async fn what_queues_during_a_sync_shares_the_next_one() {
    let fixture = Fixture::new().await;
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    let (batches, jobs) = (count(&fixture.counter.batches), count(&fixture.counter.jobs));
    let all = (1..=200).map(|nonce| {
        let writer = fixture.writer.clone();
        tokio::spawn(async move { writer.append_message(ROOM, message(nonce, ADA, "hello")).await })
    });
    for said in futures_util::future::join_all(all).await {
        said.unwrap().unwrap().unwrap();
    }
    assert_eq!(count(&fixture.counter.jobs) - jobs, 200);
    let batches = count(&fixture.counter.batches) - batches;
    assert!(batches < 100, "{batches} transactions for 200 messages");
    let messages = fixture.reader.messages(ROOM, Page::After(Seq(0)), 500).await.unwrap();
    let seqs: Vec<u64> = messages.iter().map(|said| said.seq.0).collect();
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refused_change_takes_back_only_itself() {
    let fixture = Fixture::new().await;
    let never = RoomId(Uuid::from_u128(5));
    let refused = fixture.writer.write(move |connection| {
        Box::pin(async move {
            rooms::create(connection, never, "Never", ADA, NOW).await?;
            Err::<(), _>(DbError::refused(ErrorCode::NotAllowed))
        })
    });
    let (refused, said) = tokio::join!(refused, fixture.writer.append_message(ROOM, message(1, ADA, "hello")));
    assert!(matches!(
        refused,
        Err(WriteError::Refused {
            code: ErrorCode::NotAllowed,
            field: None
        })
    ));
    assert!(said.unwrap().is_ok());
    assert_eq!(fixture.reader.room_state(never).await.unwrap(), None);
}
