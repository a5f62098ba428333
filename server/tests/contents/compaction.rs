//! Snapshots, the history behind them, and the text that search and export read.

use super::*;

#[tokio::test]
async fn the_log_moves_to_history_when_a_second_snapshot_stands_for_it() {
    let fixture = Fixture::new().await;
    let log = typed(200);
    fixture.store_unseen(log[..100].to_vec()).await;
    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(100)).await.unwrap(),
        Compaction::Snapshot
    );
    assert_eq!(
        fixture.reader.log_start(DOCUMENT, Seq(100)).await.unwrap().rows.len(),
        100,
        "the only snapshot is not relied on"
    );
    fixture.store_unseen(log[100..].to_vec()).await;
    assert_eq!(
        fixture.contents.compact(DOCUMENT, Seq(200)).await.unwrap(),
        Compaction::Snapshot
    );

    let left = fixture.reader.log_start(DOCUMENT, Seq(200)).await.unwrap().rows;
    assert_eq!((left.len(), left[0].seq), (100, Seq(101)));
    let history = fixture.reader.segments(DOCUMENT).await.unwrap();
    assert_eq!(
        (history.len(), history[0].0.first, history[0].0.last, history[0].1),
        (1, Seq(1), Seq(100), true)
    );
    let rows = history[0].0.rows().unwrap();
    assert!(rows.iter().map(|row| &row.bytes).eq(&log[..100]));
    assert!(rows.iter().all(|row| row.user == ADA && row.at == NOW));

    let bundle = fixture
        .reader
        .document_bundle(DOCUMENT, None, Seq(200))
        .await
        .unwrap()
        .updates;
    assert_eq!(bundle.len(), 1, "a newcomer loads one snapshot");
    assert_eq!(fixture.text().await, "x".repeat(200));
    let resumed = fixture
        .reader
        .document_bundle(DOCUMENT, Some(Seq(150)), Seq(200))
        .await
        .unwrap();
    assert_eq!(resumed.updates.len(), 50);
}

#[tokio::test]
async fn a_few_edits_only_bring_the_text_up_to_date() {
    let fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "soup of the day").await;
    assert_eq!(fixture.contents.compact(DOCUMENT, seq).await.unwrap(), Compaction::Text);
    assert_eq!(
        fixture.reader.document_text(DOCUMENT).await.unwrap(),
        Some((seq, "soup of the day".to_owned()))
    );
    assert_eq!(
        fixture.contents.compact(DOCUMENT, seq).await.unwrap(),
        Compaction::UpToDate
    );
    assert_eq!(fixture.reader.newest_snapshot(DOCUMENT).await.unwrap(), Seq(0));
}

#[tokio::test]
async fn a_document_that_everybody_left_has_its_text_worked_out() {
    let mut fixture = Fixture::new().await;
    let through = fixture.put(ada(), "soup of the day").await;
    let due = fixture.due.recv().await.unwrap();
    assert_eq!((due.document, due.through), (DOCUMENT, through));
    assert_eq!(
        fixture.contents.compact(due.document, due.through).await.unwrap(),
        Compaction::Text
    );
}

#[tokio::test]
async fn texts_that_a_stop_came_before_are_worked_out_at_the_next_start() {
    let mut fixture = Fixture::new().await;
    let seq = fixture.put(ada(), "soup of the day").await;
    assert_eq!(fixture.reader.stale_texts(9).await.unwrap(), [(DOCUMENT, seq)]);
    let (closed, due) = mpsc::channel(1);
    drop(closed);
    fixture.due.close();
    let stopping = tokio_util::sync::CancellationToken::new();
    fixture.contents.clone().run_compaction(due, stopping).await;
    assert!(fixture.reader.stale_texts(9).await.unwrap().is_empty());
    assert_eq!(fixture.reader.document_text(DOCUMENT).await.unwrap().unwrap().0, seq);
}

#[tokio::test]
async fn any_past_text_and_its_authors_can_be_had_again_after_many_compactions() {
    const EDITS: u64 = 700;
    let fixture = Fixture::new().await;
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(seed);
    let mut writers = [(ADA, Replica::new(ClientId(1))), (BEN, Replica::new(ClientId(2)))];
    // What the document said, who wrote and when, by position.
    let mut past = vec![(String::new(), ADA, NOW)];
    let mut clocks = [0_u32; 2];
    let mut snapshots = 0;
    while (past.len() as u64) <= EDITS {
        let mut batch = Vec::new();
        let after = Seq(past.len() as u64 - 1);
        for _ in 0..random.random_range(1..40) {
            let index = random.random_range(0..2);
            let (user, replica) = &mut writers[index];
            let at = UnixMs(NOW.0 + random.random_range(0..1_000_000));
            let from = random.random_range(0..=replica.len());
            let to = (from + random.random_range(0..4)).min(replica.len());
            let insert = ["a", "soup ", "é🍲", ""][random.random_range(0..4)].to_owned();
            let len = u32::try_from(insert.encode_utf16().count()).unwrap();
            // None for nothing deleted and nothing put in; no text here is long enough for two.
            let edit = replica.edit(&[Splice { from, to, insert }], 0, None).unwrap();
            let Some(bytes) = edit.into_iter().next() else { continue };
            clocks[index] += len;
            let client_id = replica.client_id();
            batch.push(NewUpdate {
                user: *user,
                credential: session_of(*user),
                client_id,
                client_seq: ClientSeq(0),
                at,
                bytes: bytes.clone(),
                clocks: vec![(client_id, clocks[index])],
            });
            past.push((replica.text(), *user, at));
            writers[1 - index].1.apply(&[bytes]).unwrap();
            if past.len() as u64 > EDITS {
                break;
            }
        }
        let batch = AppendUpdates {
            epoch: EPOCH,
            after,
            updates: batch,
        };
        fixture.writer.append_updates(DOCUMENT, batch).await.unwrap();
        let head = fixture.head().await;
        if random.random_range(0..3) == 0
            && fixture.contents.compact(DOCUMENT, head).await.unwrap() == Compaction::Snapshot
        {
            snapshots += 1;
        }
    }
    let head = fixture.head().await;
    assert!(snapshots > 2, "{snapshots} snapshots prove little");
    assert!(fixture.reader.segments(DOCUMENT).await.unwrap().len() > 1);

    let rows = fixture.reader.history(DOCUMENT, Seq(1)..=head).await.unwrap();
    let written = past[1..].iter().map(|(_, user, at)| (*user, *at));
    assert!(rows.iter().map(|row| (row.user, row.at)).eq(written));
    let some = fixture.reader.history(DOCUMENT, Seq(90)..=Seq(400)).await.unwrap();
    assert_eq!(some, rows[89..400]);

    let program = env!("CARGO_BIN_EXE_inkling").into();
    let config = MaterializerConfig {
        program,
        ..MaterializerConfig::default()
    };
    let materializer = Materializer::new(config, fixture.metrics.clone());
    for _ in 0..40 {
        let seq = random.random_range(0..=head.0);
        let bundle = fixture.reader.document_bundle(DOCUMENT, None, Seq(seq)).await.unwrap();
        let text = materializer.text(&bundle.updates).await.unwrap();
        assert_eq!(text, past[usize::try_from(seq).unwrap()].0, "as of {seq}");
    }
}
