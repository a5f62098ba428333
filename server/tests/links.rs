//! `/link`: the same frames over plain HTTP requests, and what its clients may count on and may not do.

mod common;

use bytes::Bytes;
use common::client::{FIRST, resume};
use common::link::{Event, LinkClient};
use common::{PASSWORD, Person, TestServer};
use serde_json::json;
use shared::error::ErrorCode;
use shared::id::{Channel, ClientId, ClientSeq, DocumentId};
use shared::limits::FRAME_BYTES_MAX;
use shared::replica::{Replica, Splice};
use shared::wire::{ClientFrame, Codec, ServerFrame, Target};

async fn ada_with_a_document(server: &TestServer) -> (Person, DocumentId) {
    let ada = server.register("ada").await;
    let room = ada.new_room("Plans").await;
    let document = ada.new_document(room, "Notes").await;
    (ada, document)
}

fn open(document: DocumentId, client_id: u32, after: u64) -> ClientFrame {
    ClientFrame::Open {
        channel: FIRST,
        target: Target::Document {
            id: document,
            client_id: ClientId(client_id),
        },
        resume: resume(after),
    }
}

fn edit(client_seq: u64, update: Bytes) -> ClientFrame {
    ClientFrame::Edit {
        channel: FIRST,
        client_seq: ClientSeq(client_seq),
        update: update.into(),
    }
}

/// An update that inserts the text at the start.
fn typed(replica: &mut Replica, text: &str) -> Bytes {
    let splice = Splice {
        from: 0,
        to: 0,
        insert: text.to_owned(),
    };
    replica.edit(&[splice], 0, None).expect("the splice fits").remove(0)
}

fn is_welcome(frame: &ServerFrame) -> bool {
    matches!(frame, ServerFrame::Welcome { .. })
}

fn is_pong(frame: &ServerFrame) -> bool {
    matches!(frame, ServerFrame::Pong { .. })
}

#[tokio::test]
async fn one_who_does_not_want_to_wait_is_told_what_is_there_and_loses_nothing() {
    let server = TestServer::start().await;
    let (ada, _) = ada_with_a_document(&server).await;
    let mut link = LinkClient::open(&ada, Codec::Binary).await;
    assert!(is_welcome(&link.next().await));
    assert_eq!(link.frames_there(1).await, []);
    link.send(&[ClientFrame::Ping]).await;
    assert!(is_pong(&link.next().await));
    assert!(is_pong(&link.frames_there(1).await[0]));
    assert_eq!(link.frames_there(2).await, []);
}

#[tokio::test]
async fn one_who_polls_and_one_who_listens_write_together() {
    let server = TestServer::start().await;
    let (ada, document) = ada_with_a_document(&server).await;
    for codec in [Codec::Binary, Codec::Json] {
        let mut writer = LinkClient::open(&ada, codec).await;
        let mut reader = LinkClient::open(&ada, codec).await;
        let mut events = reader.events(0).await;
        let Event::Frame(1, welcome) = events.next().await else {
            panic!("no frame")
        };
        assert!(is_welcome(&welcome));
        assert!(is_welcome(&writer.next().await));
        let base = if codec == Codec::Binary { 0 } else { 1 };
        let (one, two) = (
            11 + 2 * u32::try_from(base).unwrap(),
            12 + 2 * u32::try_from(base).unwrap(),
        );
        reader.send(&[open(document, two, base)]).await;
        let Event::Frame(2, ServerFrame::Opened { .. }) = events.next().await else {
            panic!("not opened")
        };
        let mut replica = Replica::new(ClientId(one));
        let update = typed(&mut replica, "over plain HTTP");
        writer.send(&[open(document, one, base), edit(1, update.clone())]).await;
        let saved = writer.until(|frame| match frame {
            ServerFrame::Saved { seq, .. } => Some(seq.0),
            _ => None,
        });
        assert_eq!(saved.await, base + 1);
        let Event::Frame(3, ServerFrame::Remote { update: told, seq, .. }) = events.next().await else {
            panic!("no edit")
        };
        assert_eq!((told.0, seq.0), (update, base + 1));
    }
}

#[tokio::test]
async fn a_repeated_request_is_answered_and_what_it_says_is_done_once() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let mut link = LinkClient::open(&ada, Codec::Binary).await;
    let ping = link.body(&[ClientFrame::Ping]);
    for _ in 0..3 {
        link.post(1, ping.clone()).await.expect(204);
    }
    // The second frame of this one is new.
    link.post(
        1,
        link.body(&[ClientFrame::Ping, ClientFrame::Close { channel: Channel(9) }]),
    )
    .await
    .expect(204);
    assert!(is_welcome(&link.next().await));
    assert!(is_pong(&link.next().await));
    let ServerFrame::Refused { channel, code, .. } = link.next().await else {
        panic!("a second pong")
    };
    assert_eq!((channel, code), (Channel(9), ErrorCode::UnknownChannel));
}

#[tokio::test]
async fn a_gap_is_refused_and_the_link_goes_on() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let mut link = LinkClient::open(&ada, Codec::Json).await;
    assert!(is_welcome(&link.next().await));
    let ping = link.body(&[ClientFrame::Ping]);
    link.post(2, ping.clone()).await.refused(409, "out_of_order");
    link.post(1, ping).await.expect(204);
    assert!(is_pong(&link.next().await));
    // Nor can what was never told be acknowledged, or what was acknowledged be told again.
    link.poll(77).await.refused(409, "out_of_order");
    link.poll(1).await.expect(200);
    link.poll(0).await.refused(409, "out_of_order");
}

#[tokio::test]
async fn what_was_lost_on_the_way_is_told_again() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let mut link = LinkClient::open(&ada, Codec::Binary).await;
    let first = link.poll_frames(0).await;
    assert_eq!(link.poll_frames(0).await, first);
    link.send(&[ClientFrame::Ping]).await;
    let mut events = link.events(1).await;
    let pong = events.next().await;
    assert!(matches!(&pong, Event::Frame(2, frame) if is_pong(frame)));
    // A browser connects again with the number of the last event.
    let mut again = link.events(1).await;
    assert_eq!(again.next().await, pong);
    assert_eq!(events.next().await, Event::Broken, "one listens at a time");
}

#[tokio::test]
async fn events_are_told_not_to_be_kept_or_held_back() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let link = LinkClient::open(&ada, Codec::Binary).await;
    let events = link.events(0).await;
    let header = |name: &str| events.response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store, no-transform");
    assert_eq!(header("x-accel-buffering"), "no");
}

#[tokio::test]
async fn another_sites_page_or_another_person_cannot_use_a_link() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let link = LinkClient::open(&ada, Codec::Binary).await;
    let rests = [
        ("GET", "/poll?after=0"),
        ("GET", "/events?after=0"),
        ("POST", "/frames?first=1"),
        ("POST", "/close"),
        ("DELETE", ""),
    ];
    for (method, rest) in rests {
        let path = format!("/link/{}{rest}", link.secret);
        let request = |browser: &Person| browser.request(method.parse().unwrap(), &path);
        let foreign = request(&ada).header("origin", "https://evil.example");
        common::Answer::to(foreign).await.refused(403, "foreign_origin");
        let foreign = request(&ada).header("sec-fetch-site", "cross-site");
        common::Answer::to(foreign).await.refused(403, "foreign_origin");
        let others = request(&ben).header("origin", &server.url);
        common::Answer::to(others).await.refused(404, "not_found");
        let unknown = Person {
            browser: server.browser(),
            ..ada.clone()
        };
        common::Answer::to(request(&unknown))
            .await
            .refused(401, "not_signed_in");
    }
    let open = ada.request(reqwest::Method::POST, "/link?codec=inkling.v1");
    common::Answer::to(open).await.refused(403, "foreign_origin");
    let open = ada.request(reqwest::Method::POST, "/link?codec=inkling.v9");
    let open = open.header("origin", &server.url);
    common::Answer::to(open).await.refused(400, "unsupported_version");
    assert_eq!(link.poll_frames(0).await.len(), 1, "it is as it was");
}

#[tokio::test]
async fn signing_out_ends_the_links_of_that_login_session() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let elsewhere = server.browser();
    let credentials = json!({"username": "ada", "password": PASSWORD});
    elsewhere.post("/api/v1/login", credentials).await.expect(200);
    let (here, there) = (
        LinkClient::open(&ada, Codec::Binary).await,
        LinkClient::open(&elsewhere, Codec::Binary).await,
    );
    let mut events = here.events(0).await;
    assert!(matches!(events.next().await, Event::Frame(1, _)));
    assert!(ada.post("/api/v1/logout", json!({})).await.status.is_success());
    assert_eq!(events.next().await, Event::Close(4401));
    here.poll(1).await.refused(401, "not_signed_in");
    here.post(1, Bytes::new()).await.refused(401, "not_signed_in");
    assert_eq!(there.poll_frames(0).await.len(), 1, "the other one goes on");
}

#[tokio::test]
async fn what_is_not_a_frame_ends_the_link_as_malformed() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    // No bundle at all; a bundle of no frame; lines of no frame.
    let mut link = LinkClient::open(&ada, Codec::Binary).await;
    let answer = link.post(1, Bytes::from_static(&[200, 1])).await;
    answer.refused(400, "malformed");
    assert_eq!(link.closed().await, 4400);
    for (codec, body) in [(Codec::Binary, &[1, 99][..]), (Codec::Json, b"{\"ping\"\n")] {
        let mut link = LinkClient::open(&ada, codec).await;
        link.post(1, Bytes::from_static(body)).await.expect(204);
        assert_eq!(link.closed().await, 4400);
    }
}

#[tokio::test]
async fn a_body_or_a_frame_over_the_limit_ends_the_link_as_too_big() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let mut link = LinkClient::open(&ada, Codec::Binary).await;
    let body = Bytes::from(vec![0; 2 * FRAME_BYTES_MAX]);
    link.post(1, body).await.refused(413, "body_too_large");
    assert_eq!(link.closed().await, 1009);
    let mut link = LinkClient::open(&ada, Codec::Binary).await;
    let body = shared::bundle::write([vec![0; FRAME_BYTES_MAX + 1]]);
    link.post(1, body).await.expect(204);
    assert_eq!(link.closed().await, 1009);
}

#[tokio::test]
async fn a_flood_of_frames_ends_the_link_as_too_fast() {
    let server = TestServer::start_with(|config| {
        config.limits.socket_frames = 10;
        config.limits.slowed_ms = 150;
    })
    .await;
    let ada = server.register("ada").await;
    let mut link = LinkClient::open(&ada, Codec::Binary).await;
    let body = link.body(&vec![ClientFrame::Ping; 200]);
    // It may be over before the last of them is taken.
    let status = link.post(1, body).await.status;
    assert!(status == 204 || status == 410, "{status}");
    assert_eq!(link.closed().await, 4429);
}

#[tokio::test]
async fn a_person_or_an_address_has_a_bounded_number_of_links() {
    let server = TestServer::start_with(|config| {
        config.limits.links_per_user = 2;
        config.limits.links_per_address = 3;
    })
    .await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let mut first = LinkClient::open(&ada, Codec::Binary).await;
    let _second = LinkClient::open(&ada, Codec::Binary).await;
    LinkClient::ask(&ada, Codec::Binary).await.refused(429, "too_fast");
    let _third = LinkClient::open(&ben, Codec::Binary).await;
    LinkClient::ask(&ben, Codec::Binary).await.refused(429, "too_fast");
    // A page that is left makes room.
    assert!(is_welcome(&first.next().await));
    let left = first.request(reqwest::Method::POST, "/close");
    assert_eq!(common::Answer::to(left).await.status, 204);
    assert_eq!(first.closed().await, 1000);
    common::until(async || LinkClient::ask(&ben, Codec::Binary).await.status == 201).await;
}

#[tokio::test]
async fn links_cannot_be_opened_without_end() {
    let server = TestServer::start_with(|config| config.limits.links_per_minute = 3).await;
    let ada = server.register("ada").await;
    for _ in 0..3 {
        LinkClient::open(&ada, Codec::Binary).await;
    }
    LinkClient::ask(&ada, Codec::Binary).await.refused(429, "too_fast");
}

#[tokio::test]
async fn who_acknowledges_nothing_is_ended_as_too_slow_and_resumes_by_position() {
    const EDITS: u64 = 40;
    let server = TestServer::start_with(|config| config.limits.queue_bytes = 1 << 20).await;
    let (ada, document) = ada_with_a_document(&server).await;
    let mut slow = LinkClient::open(&ada, Codec::Binary).await;
    slow.send(&[open(document, 12, 0)]).await;
    let mut events = slow.events(0).await;
    let mut writer = LinkClient::open(&ada, Codec::Binary).await;
    writer.send(&[open(document, 11, 0)]).await;
    let mut replica = Replica::new(ClientId(11));
    for client_seq in 1..=EDITS {
        let update = typed(&mut replica, &"long ".repeat(20_000));
        writer.send(&[edit(client_seq, update)]).await;
        let saved = writer.until(|frame| match frame {
            ServerFrame::Saved { client_seq, .. } => Some(client_seq.0),
            _ => None,
        });
        assert_eq!(saved.await, client_seq);
    }
    let mut received = 0;
    let code = loop {
        match events.next().await {
            Event::Frame(_, ServerFrame::Remote { seq, .. }) => received = seq.0,
            Event::Frame(..) => {}
            Event::Close(code) => break code,
            Event::Broken => panic!("no reason was given"),
        }
    };
    assert_eq!(code, 4408);
    assert!(received < EDITS, "it was told everything after all");
    let mut again = LinkClient::open(&ada, Codec::Binary).await;
    again.send(&[open(document, 12, received)]).await;
    let through = again.until(|frame| match frame {
        ServerFrame::Catchup {
            through_seq,
            last: true,
            ..
        } => Some(through_seq.0),
        _ => None,
    });
    assert_eq!(through.await, EDITS);
}

#[tokio::test]
async fn a_server_that_stops_tells_its_links_when_to_come_back() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let link = LinkClient::open(&ada, Codec::Binary).await;
    let mut events = link.events(0).await;
    assert!(matches!(events.next().await, Event::Frame(1, _)));
    let listening = tokio::spawn(async move { [events.next().await, events.next().await] });
    server.stop().await;
    let [going, closed] = listening.await.unwrap();
    assert!(
        matches!(going, Event::Frame(2, ServerFrame::GoingAway { .. })),
        "{going:?}"
    );
    assert_eq!(closed, Event::Close(1001));
}
