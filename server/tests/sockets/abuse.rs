//! Clients that are too slow, too fast, or send what is no frame.

use super::*;

#[tokio::test]
async fn who_does_not_read_is_closed_as_too_slow_and_resumes_by_position() {
    let server = TestServer::start_with(|config| config.limits.queue_bytes = 512 * 1024).await;
    let (ada, _, document) = ada_with_a_document(&server).await;
    let mut typist = Typist::new(11);
    let mut writer = ada.connect(&server, Codec::Binary).await;
    writer.open_document(document, typist.id(), resume(0)).await;
    let mut handshake = Handshake::new(Codec::Binary, ada.headers(&server));
    handshake.receive_buffer = Some(4096);
    let mut slow = Client::connect(server.server.address(), &handshake)
        .await
        .expect("let in");
    slow.open_document(document, ClientId(12), resume(0)).await;
    // Far more than its queue and the kernel's buffers hold.
    const EDITS: u64 = 30;
    for _ in 0..EDITS {
        let (client_seq, update) = typist.types(&"x".repeat(250_000));
        writer.edit(client_seq, &update).await;
        writer.saved(client_seq).await;
    }
    let mut received = Seq(0);
    let code = loop {
        match slow.next_or_closed().await {
            Ok(ServerFrame::Remote { seq, .. }) => {
                assert_eq!(seq, received.next(), "nothing is left out before the end");
                received = seq;
            }
            Ok(_) => {}
            Err(code) => break code,
        }
    };
    assert!(received < Seq(EDITS), "it was told everything after all");
    // A socket that is stuck may be cut before the close frame gets through.
    assert!(code.is_none_or(|code| code == 4408), "{code:?}");
    let mut again = ada.connect(&server, Codec::Binary).await;
    again.open_document(document, ClientId(12), resume(received.0)).await;
    let through = again
        .until(|frame| match frame {
            ServerFrame::Catchup {
                through_seq,
                last: true,
                ..
            } => Some(*through_seq),
            _ => None,
        })
        .await;
    assert_eq!(through, Seq(EDITS));
}

#[tokio::test]
async fn what_is_not_a_frame_closes_the_socket_as_malformed() {
    let server = TestServer::start().await;
    let ada = Tab::new(&server, "ada").await;
    let frame = Codec::Binary.encode(&ClientFrame::Ping);
    let with_more = [&frame[..], b"!"].concat();
    let lone_surrogate = r#"{"say":{"channel":1,"nonce":"00000000-0000-0000-0000-000000000000","body":"\ud800"}}"#;
    let cases = [
        (Codec::Binary, Message::Binary(Bytes::from_static(b"\xff\xff\xff"))),
        (Codec::Binary, Message::Binary(Bytes::new())),
        (Codec::Binary, Message::Binary(with_more.into())),
        (Codec::Binary, Message::Text("\"ping\"".into())),
        (Codec::Json, Message::Text("{".into())),
        (Codec::Json, Message::Text("".into())),
        (Codec::Json, Message::Text("\"fly\"".into())),
        (Codec::Json, Message::Text("\"ping\" \"ping\"".into())),
        (Codec::Json, Message::Text(r#"{"close":{"channel":-1}}"#.into())),
        (Codec::Json, Message::Text(r#"{"close":{"channel":4294967296}}"#.into())),
        (
            Codec::Json,
            Message::Text(r#"{"edit":{"channel":1,"client_seq":1,"update":"no base64"}}"#.into()),
        ),
        (
            Codec::Json,
            Message::Text(r#"{"open":{"channel":1,"target":{"room":{"id":"not an id"}}}}"#.into()),
        ),
        (Codec::Json, Message::Text(lone_surrogate.into())),
        (Codec::Json, Message::Binary(frame)),
    ];
    for (codec, message) in cases {
        let mut client = ada.connect(&server, codec).await;
        client.send_message(message.clone()).await;
        assert_eq!(client.closed().await, Some(4400), "{message:?}");
    }
}

#[tokio::test]
async fn a_frame_over_the_limit_closes_the_socket_as_too_big() {
    let server = TestServer::start().await;
    let ada = Tab::new(&server, "ada").await;
    for bytes in [FRAME_BYTES_MAX + 1, 10 << 20] {
        for (codec, message) in [
            (Codec::Binary, Message::Binary(vec![0; bytes].into())),
            (Codec::Json, Message::Text(" ".repeat(bytes).into())),
        ] {
            let mut client = ada.connect(&server, codec).await;
            client.send_message(message).await;
            assert_eq!(client.closed().await, Some(1009), "{codec:?}, {bytes} bytes");
        }
    }
}

#[tokio::test]
async fn a_flood_closes_the_socket_as_too_fast() {
    // The default rate allows ten seconds' worth at once, and then one after the other.
    const FLOOD: usize = 20_000;
    let server = TestServer::start_with(|config| config.limits.slowed_ms = 50).await;
    let ada = Tab::new(&server, "ada").await;
    let mut client = ada.connect(&server, Codec::Binary).await;
    let frame = Codec::Binary.encode(&ClientFrame::Close { channel: Channel(9) });
    for _ in 0..FLOOD {
        client.send_message(Message::Binary(frame.clone())).await;
    }
    assert_eq!(client.closed().await, Some(4429));
}

#[tokio::test]
async fn frames_for_channels_that_are_not_open_are_answered_and_do_no_harm() {
    let server = TestServer::start().await;
    let (ada, room, _) = ada_with_a_document(&server).await;
    let mut client = ada.connect(&server, Codec::Binary).await;
    client.next().await;
    let channel = Channel(5);
    let said = nonce();
    let update = Bytes::from_static(b"\0\0").into();
    client
        .send(&ClientFrame::Edit {
            channel,
            client_seq: ClientSeq(1),
            update,
        })
        .await;
    client
        .send(&ClientFrame::Say {
            channel,
            nonce: said,
            body: "hello?".into(),
        })
        .await;
    client
        .send(&ClientFrame::Presence {
            channel,
            state: Some(PresenceState::default()),
        })
        .await;
    for subject in [Subject::Edit(ClientSeq(1)), Subject::Message(said), Subject::Presence] {
        let (code, retryable) = (ErrorCode::UnknownChannel, false);
        let expected = ServerFrame::Refused {
            channel,
            subject: Some(subject),
            code,
            retryable,
        };
        assert_eq!(client.next().await, expected);
    }
    assert!(matches!(client.open_room(room, None).await, ServerFrame::Opened { .. }));
    let in_use = ClientFrame::Open {
        channel: FIRST,
        target: Target::Room { id: room },
        resume: None,
    };
    client.send(&in_use).await;
    let refused = client.next().await;
    assert!(
        matches!(
            refused,
            ServerFrame::Refused {
                code: ErrorCode::ChannelInUse,
                ..
            }
        ),
        "{refused:?}"
    );
}
