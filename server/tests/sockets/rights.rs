//! Who may open a socket, and rights that change while it is open.

use super::*;

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
