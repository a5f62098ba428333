//! Edits: together, again after a break, through restarts.

use super::*;

#[tokio::test]
async fn two_tabs_that_type_at_once_end_with_one_text() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let (mut one, mut two) = (
        ada.connect(&server, Codec::Binary).await,
        ben.connect(&server, Codec::Json).await,
    );
    let (mut first, mut second) = (Typist::new(11), Typist::new(12));
    one.open_document(document, first.id(), resume(0)).await;
    two.open_document(document, second.id(), resume(0)).await;
    const EDITS: u64 = 50;
    for _ in 0..EDITS {
        let (client_seq, update) = first.types("a");
        one.edit(client_seq, &update).await;
        let (client_seq, update) = second.types("b");
        two.edit(client_seq, &update).await;
    }
    for (client, typist) in [(&mut one, &mut first), (&mut two, &mut second)] {
        let (mut remote, mut saved) = (0, 0);
        while remote < EDITS || saved < EDITS {
            let frame = client.next().await;
            if typist.takes(&frame).is_some() {
                remote += 1;
            } else if let ServerFrame::Saved { client_seq, .. } = frame {
                saved = client_seq.0;
            }
        }
    }
    assert_eq!(first.replica.text(), second.replica.text());
    assert_eq!(first.replica.len(), 100);
}

#[tokio::test]
async fn an_edit_sent_again_after_a_broken_link_is_answered_and_stored_once() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_a_document(&server).await;
    let mut typist = Typist::new(11);
    let (client_seq, update) = typist.types("hello");
    let mut old = ada.connect(&server, Codec::Binary).await;
    old.open_document(document, typist.id(), resume(0)).await;
    old.edit(client_seq, &update).await;
    old.saved(1).await;
    drop(old);
    let mut new = ada.connect(&server, Codec::Binary).await;
    new.open_document(document, typist.id(), resume(0)).await;
    new.edit(client_seq, &update).await;
    assert_eq!(new.saved(1).await, Seq(1));
}

#[tokio::test]
async fn a_newcomer_gets_the_whole_document_in_parts() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_a_document(&server).await;
    let mut typist = Typist::new(11);
    let mut one = ada.connect(&server, Codec::Binary).await;
    one.open_document(document, typist.id(), resume(0)).await;
    for _ in 0..10 {
        let (client_seq, update) = typist.types(&"long ".repeat(2000));
        one.edit(client_seq, &update).await;
    }
    one.saved(10).await;
    let mut two = ada.connect(&server, Codec::Binary).await;
    two.open_document(document, ClientId(12), None).await;
    let (mut bundle, mut parts) = (Vec::new(), 0);
    loop {
        if let ServerFrame::Catchup {
            through_seq,
            part,
            last,
            ..
        } = two.next().await
        {
            assert_eq!(through_seq, Seq(10));
            bundle.extend_from_slice(&part.0);
            parts += 1;
            if last {
                break;
            }
        }
    }
    assert!(parts > 5, "{parts} parts");
    let mut replica = Replica::new(ClientId(12));
    replica
        .apply(common::client::unbundle(&bundle))
        .expect("stored updates apply");
    assert_eq!(replica.text(), typist.replica.text());
}

#[tokio::test]
async fn a_newcomer_that_can_unpack_gets_the_same_document_deflated_and_nobody_else_does() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_a_document(&server).await;
    let mut typist = Typist::new(11);
    let mut one = ada.connect(&server, Codec::Binary).await;
    one.open_document(document, typist.id(), resume(0)).await;
    for number in 1..=10 {
        let (client_seq, update) = typist.types(&format!("{number} words ").repeat(2000));
        one.edit(client_seq, &update).await;
    }
    one.saved(10).await;
    let mut plain = Bytes::new();
    for (codec, query) in [
        (Codec::Binary, ""),
        (Codec::Binary, "?pack=brotli"),
        (Codec::Binary, "?pack=deflate"),
        (Codec::Json, "?pack=deflate"),
    ] {
        let handshake = Handshake {
            query,
            ..Handshake::new(codec, ada.headers(&server))
        };
        let mut client = Client::connect(server.server.address(), &handshake)
            .await
            .expect("let in");
        client.open_document(document, ClientId(12), None).await;
        let (mut bundle, mut size) = (Vec::new(), None);
        loop {
            match client.next().await {
                ServerFrame::Packed { size: told, .. } => size = Some(told as usize),
                ServerFrame::Catchup { part, last, .. } => {
                    bundle.extend_from_slice(&part.0);
                    if last {
                        break;
                    }
                }
                _ => {}
            }
        }
        assert_eq!(size.is_some(), query == "?pack=deflate", "{query}");
        if let Some(size) = size {
            assert!(bundle.len() < size / 10, "{} of {size} bytes", bundle.len());
            bundle = inflate(&bundle, size).expect("what was told");
        }
        if plain.is_empty() {
            plain = bundle.into();
        } else {
            assert_eq!(bundle, plain, "{codec:?} {query}");
        }
    }
    assert!(plain.len() > 10 * 2000);
}

/// A whole tab asks for it by itself.
#[tokio::test]
async fn a_tab_unpacks_a_document_and_what_it_missed() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_a_document(&server).await;
    let mut one = WholeTab::new(&server, ada.headers(&server), Codec::Binary, document, ClientId(11));
    one.until(WholeTab::is_saved).await;
    for number in 1..=5 {
        one.types(&format!("{number} words ").repeat(2000));
        one.until(WholeTab::is_saved).await;
    }
    let mut two = WholeTab::new(&server, ada.headers(&server), Codec::Binary, document, ClientId(12));
    two.until(WholeTab::is_saved).await;
    assert!(two.text() == one.text(), "other texts");
    assert!(two.packed > 0, "nothing was packed");
}

#[tokio::test]
async fn after_a_restart_a_client_goes_on_where_it_was() {
    let server = TestServer::start().await;
    let (ada, _, document) = ada_with_a_document(&server).await;
    let mut typist = Typist::new(11);
    let mut client = ada.connect(&server, Codec::Binary).await;
    let opened = client.open_document(document, typist.id(), resume(0)).await;
    let epoch = resume_from(&opened).epoch;
    let (client_seq, update) = typist.types("before");
    client.edit(client_seq, &update).await;
    let seq = client.saved(1).await;

    let restarting = tokio::spawn(async move { TestServer::start_on(server.stop().await, |_| {}).await });
    let going_away = client
        .until(|frame| matches!(frame, ServerFrame::GoingAway { .. }).then_some(()))
        .await;
    assert_eq!(going_away, ());
    assert_eq!(client.closed().await, Some(1001));
    let server = restarting.await.expect("it starts again");

    let mut client = ada.connect(&server, Codec::Binary).await;
    let opened = client.open_document(document, typist.id(), resume(seq.0)).await;
    assert_eq!(resume_from(&opened), shared::wire::Resume { epoch, after: seq });
    let (client_seq, update) = typist.types(" after");
    client.edit(client_seq, &update).await;
    assert_eq!(client.saved(2).await, Seq(2));
}

#[tokio::test]
async fn whole_tabs_that_type_through_a_restart_end_saved_with_one_text() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let mut adas = WholeTab::new(&server, ada.headers(&server), Codec::Binary, document, ClientId(11));
    let mut bens = WholeTab::new(&server, ben.headers(&server), Codec::Json, document, ClientId(12));
    tokio::join!(adas.until(WholeTab::is_saved), bens.until(WholeTab::is_saved));
    adas.types("Bread, ");
    tokio::join!(
        adas.until(WholeTab::is_saved),
        bens.until(|tab| tab.text() == "Bread, ")
    );
    bens.types("butter");
    adas.types("milk, ");
    tokio::join!(
        adas.until(|tab| tab.text().len() == 19),
        bens.until(|tab| tab.text().len() == 19)
    );

    let stopped = server.stop().await;
    adas.types(" and eggs");
    bens.types(" and jam");
    let server = TestServer::start_on(stopped, |_| {}).await;
    adas.moves_to(&server, ada.headers(&server));
    bens.moves_to(&server, ben.headers(&server));
    let done = |tab: &WholeTab| tab.is_saved() && tab.text().len() == 36;
    tokio::join!(adas.until(done), bens.until(done));
    assert_eq!(adas.text(), bens.text());
    assert_eq!((adas.set_aside, bens.set_aside), (0, 0));
}

#[tokio::test]
async fn a_document_that_is_unloaded_again_and_again_loses_nothing() {
    let server = TestServer::start_with(|config| config.limits.idle_unload_ms = 1).await;
    let (ada, _, document) = ada_with_a_document(&server).await;
    let mut typist = Typist::new(11);
    for round in 1..=30 {
        let mut client = ada.connect(&server, Codec::Binary).await;
        let opened = client.open_document(document, typist.id(), resume(round - 1)).await;
        assert_eq!(resume_from(&opened).after, Seq(round - 1));
        let (client_seq, update) = typist.types("x");
        client.edit(client_seq, &update).await;
        assert_eq!(client.saved(client_seq).await, Seq(round));
        // Some leave in order, others drop the line.
        if round % 2 == 0 {
            client.send(&ClientFrame::Close { channel: FIRST }).await;
            client
                .until(|frame| matches!(frame, ServerFrame::Closed { .. }).then_some(()))
                .await;
        }
    }
}

#[tokio::test]
async fn what_becomes_of_edits_and_sockets_is_counted() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_a_document(&server).await;
    const COUNTED: [&str; 8] = [
        "inkling_updates_total{result=\"stored\"}",
        "inkling_updates_total{result=\"out_of_order\"}",
        "inkling_sockets{endpoint=\"ws\"}",
        "inkling_regressions_total",
        "inkling_ack_seconds_count",
        "inkling_socket_closes_total{result=\"malformed\"}",
        "inkling_materializations_total{result=\"ok\"}",
        "inkling_materialize_seconds_count",
    ];
    let counts = async || {
        let metrics = ada.browser.get("/metrics").await.body;
        let metrics = metrics.as_str().expect("text");
        COUNTED.map(|name| {
            let line = metrics.lines().find_map(|line| line.strip_prefix(name));
            line.map_or(0, |count| count.trim().parse::<u64>().expect("a number"))
        })
    };
    let before = counts().await;
    let mut typist = Typist::new(11);
    let mut client = ada.connect(&server, Codec::Binary).await;
    client.open_document(document, typist.id(), resume(0)).await;
    let (client_seq, update) = typist.types("x");
    client.edit(client_seq, &update).await;
    client.saved(1).await;
    client.edit(7, &update).await;
    client
        .until(|frame| matches!(frame, ServerFrame::Refused { .. }).then_some(()))
        .await;
    let ahead = client
        .open(
            Channel(2),
            Target::Document {
                id: document,
                client_id: ClientId(12),
            },
            resume(99),
        )
        .await;
    assert!(
        matches!(
            ahead,
            ServerFrame::Closed {
                code: Some(ErrorCode::Regression),
                ..
            }
        ),
        "{ahead:?}"
    );
    assert!(matches!(
        client.open(Channel(3), Target::Room { id: room }, None).await,
        ServerFrame::Opened { .. }
    ));
    let mut broken = ada.connect(&server, Codec::Json).await;
    broken.send_message(Message::Text("{".into())).await;
    assert_eq!(broken.closed().await, Some(4400));
    let content = ada.browser.get(&format!("/api/v1/documents/{document}/content")).await;
    assert_eq!(content.expect(200), "x");
    let after = counts().await;
    assert_eq!(after, before.map(|count| count + 1));
}
