//! `/ws` over real sockets: what clients may count on, and what they may not do.

mod common;

use bytes::Bytes;
use common::client::{Client, FIRST, Handshake, resume, resume_from};
use common::tab::WholeTab;
use common::{Browser, PASSWORD, Person, TestServer};
use serde_json::json;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, DocumentId, Nonce, RoomId, Seq};
use shared::limits::FRAME_BYTES_MAX;
use shared::replica::{Replica, Splice};
use shared::wire::{Change, ClientFrame, Codec, PresenceState, Role, ServerFrame, Subject, Target};
use std::time::Duration;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderName, header};
use uuid::Uuid;

/// A replica that types at the end of the text.
struct Typist {
    replica: Replica,
    client_seq: u64,
}

impl Typist {
    fn new(client_id: u32) -> Self {
        Self {
            replica: Replica::new(ClientId(client_id)),
            client_seq: 0,
        }
    }

    fn id(&self) -> ClientId {
        self.replica.client_id()
    }

    fn types(&mut self, text: &str) -> (u64, Bytes) {
        let end = self.replica.len();
        let splice = Splice {
            from: end,
            to: end,
            insert: text.to_owned(),
        };
        let update = self
            .replica
            .edit(&[splice], 0, None)
            .expect("the splice fits")
            .remove(0);
        self.client_seq += 1;
        (self.client_seq, update)
    }

    /// Takes a frame in; the position it brings the document to.
    fn takes(&mut self, frame: &ServerFrame) -> Option<Seq> {
        let ServerFrame::Remote { seq, update, .. } = frame else {
            return None;
        };
        self.replica.apply([update.0.clone()]).expect("the gate let it pass");
        Some(*seq)
    }
}

/// Somebody with an account and a browser whose cookie the test knows.
struct Tab {
    person: Person,
    browser: Browser,
    cookie: String,
}

impl Tab {
    async fn new(server: &TestServer, username: &str) -> Self {
        let person = server.register(username).await;
        let browser = server.browser();
        let credentials = json!({"username": username, "password": PASSWORD});
        let answer = browser.post("/api/v1/login", credentials).await;
        let cookie = answer.headers[header::SET_COOKIE.as_str()].to_str().expect("ASCII");
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        answer.expect(200);
        Self {
            person,
            browser,
            cookie,
        }
    }

    /// What a page of the server's own sends with the handshake of a socket.
    fn headers(&self, server: &TestServer) -> Vec<(HeaderName, String)> {
        vec![
            (header::COOKIE, self.cookie.clone()),
            (header::ORIGIN, server.url.clone()),
        ]
    }

    async fn connect(&self, server: &TestServer, codec: Codec) -> Client {
        let handshake = Handshake::new(codec, self.headers(server));
        Client::connect(server.server.address(), &handshake)
            .await
            .expect("let in")
    }

    async fn removes(&self, other: &Self, room: RoomId) {
        let path = format!("/api/v1/rooms/{room}/members/{}", other.person.id);
        let answer = self.browser.delete(&path).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    async fn changes_role(&self, other: &Self, room: RoomId, role: &str) {
        let path = format!("/api/v1/rooms/{room}/members/{}", other.person.id);
        let answer = self.browser.patch(&path, json!({"role": role})).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }
}

/// Ada, her room and a document in it.
async fn ada_with_a_document(server: &TestServer) -> (Tab, RoomId, DocumentId) {
    let ada = Tab::new(server, "ada").await;
    let room = ada.person.new_room("Plans").await;
    let document = ada.person.new_document(room, "Notes").await;
    (ada, room, document)
}

/// Ben, whom Ada has let into her room.
async fn ben_in(server: &TestServer, ada: &Tab, room: RoomId) -> Tab {
    let ben = Tab::new(server, "ben").await;
    ada.person.invite(room, &ben.person, "editor").await;
    ben
}

fn nonce() -> Nonce {
    Nonce(Uuid::now_v7())
}

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
async fn a_person_who_is_removed_while_typing_is_cut_off_at_once() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let (mut adas, mut bens) = (
        ada.connect(&server, Codec::Binary).await,
        ben.connect(&server, Codec::Binary).await,
    );
    let (mut first, mut second) = (Typist::new(11), Typist::new(12));
    adas.open_document(document, first.id(), resume(0)).await;
    bens.open_document(document, second.id(), resume(0)).await;
    let (client_seq, update) = second.types("mine");
    bens.edit(client_seq, &update).await;
    bens.saved(1).await;

    let started = Instant::now();
    ada.removes(&ben, room).await;
    let (client_seq, update) = second.types(" and more");
    bens.edit(client_seq, &update).await;
    let closed = bens
        .until(|frame| match frame {
            ServerFrame::Closed {
                channel: FIRST, code, ..
            } => Some(*code),
            ServerFrame::Saved {
                client_seq: ClientSeq(2),
                ..
            } => panic!("stored after the removal"),
            _ => None,
        })
        .await;
    assert_eq!(closed, Some(ErrorCode::NotAllowed));
    assert!(started.elapsed() < Duration::from_secs(1));

    let (client_seq, update) = first.types("secret");
    adas.edit(client_seq, &update).await;
    assert_eq!(adas.saved(1).await, Seq(2), "the edit after the removal was not stored");
    // Pongs come after whatever was sent before: nothing was.
    bens.send(&ClientFrame::Ping).await;
    assert_eq!(bens.next().await, ServerFrame::Pong { heads: vec![] });
    let refused = bens.open_document(document, second.id(), resume(0)).await;
    assert!(
        matches!(
            refused,
            ServerFrame::Closed {
                code: Some(ErrorCode::NotFound),
                ..
            }
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn whoever_comes_into_a_room_is_told_of_to_those_in_it() {
    let server = TestServer::start().await;
    let (ada, room, _) = ada_with_a_document(&server).await;
    let mut adas = ada.connect(&server, Codec::Binary).await;
    adas.open_room(room, None).await;
    let members_changed = |frame: &ServerFrame| {
        let change = Change::Members;
        (*frame == ServerFrame::Changed { channel: FIRST, change }).then_some(())
    };
    ben_in(&server, &ada, room).await;
    adas.until(members_changed).await;

    let path = format!("/api/v1/rooms/{room}/invites");
    let invite = ada.person.post(&path, json!({"role": "viewer"})).await.expect(201);
    let account = json!({"username": "cleo", "password": PASSWORD, "invite": invite["token"]});
    server.browser().post("/api/v1/register", account).await.expect(201);
    adas.until(members_changed).await;
}

#[tokio::test]
async fn another_role_takes_effect_while_the_document_is_open() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let mut bens = ben.connect(&server, Codec::Binary).await;
    let mut typist = Typist::new(12);
    bens.open_document(document, typist.id(), resume(0)).await;
    ada.changes_role(&ben, room, "viewer").await;
    let closed = bens.next().await;
    assert!(matches!(
        closed,
        ServerFrame::Closed {
            code: Some(ErrorCode::RoleChanged),
            retryable: true,
            ..
        }
    ));
    let opened = bens.open_document(document, typist.id(), resume(0)).await;
    assert!(
        matches!(opened, ServerFrame::Opened { role: Role::Viewer, .. }),
        "{opened:?}"
    );
    let (client_seq, update) = typist.types("no");
    bens.edit(client_seq, &update).await;
    let refused = bens.next().await;
    assert!(
        matches!(
            refused,
            ServerFrame::Refused {
                code: ErrorCode::ReadOnly,
                ..
            }
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn signing_out_closes_the_sockets_of_that_login_session() {
    let server = TestServer::start().await;
    let ada = Tab::new(&server, "ada").await;
    let mut socket = ada.connect(&server, Codec::Binary).await;
    assert!(matches!(socket.next().await, ServerFrame::Welcome { .. }));
    let started = Instant::now();
    ada.browser.post("/api/v1/logout", json!({})).await;
    assert_eq!(socket.closed().await, Some(4401));
    assert!(started.elapsed() < Duration::from_secs(1));
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
    // The default rate allows ten seconds' worth at once.
    const FLOOD: usize = 20_000;
    let server = TestServer::start().await;
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

#[tokio::test]
async fn a_socket_is_only_for_this_servers_pages_and_for_who_is_signed_in() {
    let server = TestServer::start().await;
    let ada = Tab::new(&server, "ada").await;
    let own = ada.headers(&server);
    let with = |headers: Vec<_>| Handshake::new(Codec::Binary, headers);
    let status = async |handshake: Handshake| {
        Client::connect(server.server.address(), &handshake)
            .await
            .err()
            .map(|s| s.as_u16())
    };
    assert_eq!(status(with(own.clone())).await, None);
    assert_eq!(status(with(vec![])).await, Some(401));
    let cookie: Vec<_> = own
        .iter()
        .filter(|(name, _)| *name == header::COOKIE)
        .cloned()
        .collect();
    assert_eq!(cookie.len(), 1);
    assert_eq!(
        status(with(cookie.clone())).await,
        Some(403),
        "a cookie without an origin"
    );
    let foreign = [&cookie[..], &[(header::ORIGIN, "https://evil.example".to_owned())]].concat();
    assert_eq!(status(with(foreign)).await, Some(403), "another site's page");
    assert_eq!(
        status(with(vec![(header::AUTHORIZATION, "Bearer nonsense".to_owned())])).await,
        Some(401)
    );
    let token = ada.person.token().await;
    let bearer = vec![(header::AUTHORIZATION, format!("Bearer {token}"))];
    assert_eq!(status(with(bearer)).await, None, "a program with a token has no origin");
    let no_subprotocol = Handshake {
        subprotocols: vec![],
        ..with(own.clone())
    };
    assert_eq!(status(no_subprotocol).await, Some(400));
    let other_subprotocol = Handshake {
        subprotocols: vec!["inkling.v0"],
        ..with(own.clone())
    };
    assert_eq!(status(other_subprotocol).await, Some(400));
    let bad_key = [&own[..], &[(header::SEC_WEBSOCKET_KEY, "short".to_owned())]].concat();
    assert_eq!(status(with(bad_key)).await, Some(400));
}

#[tokio::test]
async fn a_message_said_again_is_answered_and_not_repeated() {
    let server = TestServer::start().await;
    let (ada, room, _) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let (mut adas, mut bens) = (
        ada.connect(&server, Codec::Json).await,
        ben.connect(&server, Codec::Binary).await,
    );
    let (first, second) = (nonce(), nonce());
    bens.open_room(room, resume(0)).await;
    adas.open_room(room, resume(0)).await;
    adas.say(first, "hello").await;
    let said = adas.said().await;
    drop(adas);
    let mut adas = ada.connect(&server, Codec::Json).await;
    adas.open_room(room, resume(said.seq.0)).await;
    adas.say(first, "hello").await;
    assert_eq!(adas.said().await, said);
    adas.say(second, "bye").await;
    assert_eq!(bens.said().await, said);
    assert_eq!(bens.said().await.nonce, second, "the first was not repeated");
}

#[tokio::test]
async fn reading_in_one_tab_is_seen_in_the_other() {
    let server = TestServer::start().await;
    let (ada, room, _) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let mut adas = ada.connect(&server, Codec::Binary).await;
    adas.open_room(room, resume(0)).await;
    let (mut one, mut two) = (
        ben.connect(&server, Codec::Binary).await,
        ben.connect(&server, Codec::Binary).await,
    );
    one.open_room(room, resume(0)).await;
    two.open_room(room, resume(0)).await;
    adas.say(nonce(), "hello").await;
    let seq = one.said().await.seq;
    one.send(&ClientFrame::Read { channel: FIRST, seq }).await;
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::ReadThrough { seq, .. } => Some(*seq),
        _ => None,
    };
    assert_eq!(two.until(told).await, seq);
    assert_eq!(adas.until(told).await, seq, "one's own message counts as read");
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

#[tokio::test]
async fn a_new_name_reaches_open_sockets_and_whatever_they_open_later() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let (mut one, mut two) = (
        ada.connect(&server, Codec::Json).await,
        ben.connect(&server, Codec::Binary).await,
    );
    let here = |channel| ClientFrame::Presence {
        channel,
        state: Some(PresenceState::default()),
    };
    one.open_room(room, None).await;
    two.open_room(room, None).await;
    two.send(&here(FIRST)).await;
    one.until(|frame| matches!(frame, ServerFrame::Presence { user, .. } if user.name == "ben").then_some(()))
        .await;

    let name = json!({"display_name": "Benjamin"});
    let me = ben.browser.patch("/api/v1/me", name).await.expect(200);
    assert_eq!(me["display_name"], "Benjamin");
    let (mut hinted, mut present) = (false, false);
    while !(hinted && present) {
        match one.next().await {
            ServerFrame::Changed {
                change: Change::Members,
                ..
            } => hinted = true,
            ServerFrame::Presence { user, .. } => {
                assert_eq!(user.name, "Benjamin");
                present = true;
            }
            other => panic!("{other:?}"),
        }
    }
    // Also in the person's own tab, which asks who it is then.
    two.until(|frame| {
        matches!(
            frame,
            ServerFrame::Changed {
                change: Change::Members,
                ..
            }
        )
        .then_some(())
    })
    .await;
    two.say(nonce(), "it is me").await;
    let said = one
        .until(|frame| match frame {
            ServerFrame::Said { message, .. } => Some(message.author.name.clone()),
            _ => None,
        })
        .await;
    assert_eq!(said, "Benjamin");

    // The socket was let in before, and what it opens now has the new name all the same.
    let target = |client_id| Target::Document {
        id: document,
        client_id: ClientId(client_id),
    };
    one.open(Channel(2), target(21), None).await;
    two.open(Channel(2), target(22), None).await;
    two.send(&here(Channel(2))).await;
    let (channel, present) = one
        .until(|frame| match frame {
            ServerFrame::Presence { user, channel, .. } => Some((*channel, user.name.clone())),
            _ => None,
        })
        .await;
    assert_eq!((channel, present.as_str()), (Channel(2), "Benjamin"));
    // And in the document that is open: told without a move.
    ben.browser
        .patch("/api/v1/me", json!({"display_name": "Benno"}))
        .await
        .expect(200);
    one.until(|frame| match frame {
        ServerFrame::Presence { user, channel, .. } => (*channel == Channel(2) && user.name == "Benno").then_some(()),
        _ => None,
    })
    .await;
}
