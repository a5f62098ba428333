//! `/yjs` over real sockets: what a stock Yjs client may count on, and what it may not do.

mod common;

use common::client::{Client, Handshake};
use common::stock::Stock;
use common::{Person, TestServer, id};
use serde_json::json;
use shared::error::ErrorCode;
use shared::id::{ClientId, DocumentId, RoomId};
use shared::replica::{Replica, Splice};
use shared::wire::{Assoc, ClientFrame, Codec, PresenceState, Selection, ServerFrame, Sticky};
use shared::ysync::{self, Awareness};
use std::net::SocketAddr;
use tokio_tungstenite::tungstenite::{Message as Frame, http};

/// Ada, her document, and Ben who has this role in it.
struct Scene {
    server: TestServer,
    ada: Person,
    ben: Person,
    room: RoomId,
    document: DocumentId,
}

impl Scene {
    async fn with_ben_as(role: &str) -> Self {
        let server = TestServer::start().await;
        let [ada, ben] = server.register_all(["ada", "ben"]).await;
        let room = ada.new_room("Plans").await;
        let document = ada.new_document(room, "Notes").await;
        ada.invite(room, &ben, role).await;
        Self {
            server,
            ada,
            ben,
            room,
            document,
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.server.address()
    }

    async fn stock(&self, person: &Person, client_id: u32) -> Stock {
        Stock::joined(self.address(), self.document, &person.token().await, client_id).await
    }

    /// How a socket with this query and these headers ends.
    async fn turned_away(&self, document: &str, query: &str, token: Option<&str>) -> (u16, String) {
        let headers: Vec<_> = token
            .map(|token| ("authorization", format!("Bearer {token}")))
            .into_iter()
            .collect();
        let mut stock = Stock::connect(self.address(), document, query, &headers, 1)
            .await
            .expect("a socket first");
        stock.ended().await
    }

    /// A tab of the person with the document open.
    async fn tab(&self, person: &Person, client_id: u32) -> Client {
        let header = (http::header::AUTHORIZATION, format!("Bearer {}", person.token().await));
        let handshake = Handshake::new(Codec::Binary, vec![header]);
        let mut tab = Client::connect(self.address(), &handshake).await.expect("let in");
        let opened = tab.open_document(self.document, ClientId(client_id), None).await;
        assert!(matches!(opened, ServerFrame::Opened { .. }), "{opened:?}");
        tab
    }
}

fn ended(code: u16, reason: ErrorCode) -> (u16, String) {
    (code, reason.as_str().to_owned())
}

#[tokio::test]
async fn stock_clients_and_tabs_write_in_one_document() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ada = scene.stock(&scene.ada, 11).await;
    let mut ben = scene.stock(&scene.ben, 12).await;
    let mut tab = scene.tab(&scene.ben, 13).await;
    ada.types("one 😀").await;
    ben.reads("one 😀").await;
    let mut replica = Replica::new(ClientId(13));
    let update = tab
        .until(|frame| match frame {
            ServerFrame::Remote { update, .. } => Some(update.0.clone()),
            _ => None,
        })
        .await;
    replica.apply([update]).expect("the gate let it pass");
    assert_eq!(replica.text(), "one 😀");
    let splice = Splice {
        from: 0,
        to: 3,
        insert: "two".to_owned(),
    };
    let edit = replica.edit(&[splice], 0, None).expect("it fits").remove(0);
    tab.edit(1, &edit).await;
    tab.saved(1).await;
    ada.reads("two 😀").await;
    ben.reads("two 😀").await;
    let late = scene.stock(&scene.ada, 14).await;
    assert_eq!(late.replica.text(), "two 😀");
}

#[tokio::test]
async fn what_a_client_wrote_while_it_was_away_is_asked_for() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ada = scene.stock(&scene.ada, 11).await;
    ada.types("here").await;
    let mut away = scene.stock(&scene.ben, 12).await;
    away.reads("here").await;
    let splice = Splice {
        from: 4,
        to: 4,
        insert: " and away".to_owned(),
    };
    away.replica.edit(&[splice], 0, None).expect("it fits");
    let token = scene.ben.token().await;
    let headers = [("authorization", format!("Bearer {token}"))];
    let mut back = Stock::connect(scene.address(), scene.document, "", &headers, 12)
        .await
        .expect("let in");
    back.replica = away.replica;
    back.sync().await;
    back.until(|stock| stock.was_asked).await;
    ada.reads("here and away").await;
}

#[tokio::test]
async fn coming_back_does_not_store_the_same_deletions_again() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ada = scene.stock(&scene.ada, 11).await;
    ada.types("abc").await;
    let splice = Splice {
        from: 0,
        to: 2,
        insert: String::new(),
    };
    let update = ada.replica.edit(&[splice], 0, None).expect("it fits").remove(0);
    ada.send(ysync::update(&update)).await;
    let mut ben = scene.stock(&scene.ben, 12).await;
    ben.reads("c").await;
    for client_id in 20..23 {
        let mut again = scene.stock(&scene.ben, client_id).await;
        again.until(|stock| stock.was_asked).await;
        // What it answered is through once its own typing is.
        again.types("!").await;
    }
    ben.reads("c!!!").await;
    let path = format!("/api/v1/documents/{}", scene.document);
    let head = scene.ada.get(&path).await.expect(200)["head_seq"].as_u64();
    assert_eq!(head, Some(5), "typing, a deletion, and three times typing");
}

#[tokio::test]
async fn a_reader_is_told_everything_asked_for_nothing_and_sent_away_for_writing() {
    let scene = Scene::with_ben_as("viewer").await;
    let mut ada = scene.stock(&scene.ada, 11).await;
    ada.types("one").await;
    let mut ben = scene.stock(&scene.ben, 12).await;
    ben.reads("one").await;
    ada.types(" two").await;
    ben.reads("one two").await;
    assert!(!ben.was_asked);
    ben.types("!").await;
    assert_eq!(ben.ended().await, ended(4403, ErrorCode::ReadOnly));
    assert!(ben.denied.is_some(), "stock clients show this to their developer");
    ada.types(" three").await;
    assert_eq!(scene.stock(&scene.ben, 13).await.replica.text(), "one two three");
}

#[tokio::test]
async fn whoever_may_not_come_in_is_told_by_a_close_code() {
    let scene = Scene::with_ben_as("viewer").await;
    let cleo = scene.server.register("cleo").await;
    let document = scene.document.to_string();
    let token = cleo.token().await;
    assert_eq!(
        scene.turned_away(&document, "", None).await,
        ended(4401, ErrorCode::NotSignedIn)
    );
    assert_eq!(
        scene.turned_away(&document, "", Some("none")).await,
        ended(4401, ErrorCode::NotSignedIn)
    );
    assert_eq!(
        scene.turned_away(&document, "", Some(&token)).await,
        ended(4404, ErrorCode::NotFound)
    );
    let token = scene.ada.token().await;
    assert_eq!(
        scene.turned_away("no-id", "", Some(&token)).await,
        ended(4404, ErrorCode::NotFound)
    );
}

#[tokio::test]
async fn a_token_in_the_url_opens_its_one_document() {
    let scene = Scene::with_ben_as("viewer").await;
    let document = scene.document.to_string();
    let body = json!({"name": "script", "document_id": document});
    let made = scene.ada.post("/api/v1/tokens", body).await.expect(201);
    let query = format!("?token={}", made["token"].as_str().expect("a token"));
    let mut stock = Stock::connect(scene.address(), &document, &query, &[], 11)
        .await
        .expect("let in");
    stock.sync().await;
    let other = scene.ada.new_document(scene.room, "Other").await.to_string();
    assert_eq!(
        scene.turned_away(&other, &query, None).await,
        ended(4404, ErrorCode::NotFound)
    );
    let everything = format!("?token={}", scene.ada.token().await);
    assert_eq!(
        scene.turned_away(&document, &everything, None).await,
        ended(4401, ErrorCode::NotSignedIn)
    );
    let path = format!("/api/v1/tokens/{}", id::<uuid::Uuid>(&made));
    scene.ada.delete(&path).await.expect(204);
    assert_eq!(stock.ended().await, ended(4401, ErrorCode::SignedOut));
}

#[tokio::test]
async fn a_client_that_is_refused_again_and_again_has_to_wait() {
    let scene = Scene::with_ben_as("viewer").await;
    let token = scene.ben.token().await;
    for _ in 0..100 {
        let headers = [("authorization", format!("Bearer {token}"))];
        let mut stock = Stock::connect(scene.address(), scene.document, "", &headers, 12)
            .await
            .expect("a socket");
        stock.send(ysync::step1([])).await;
        stock.types("!").await;
        match stock.ended().await {
            (4403, _) => {}
            end => return assert_eq!(end, ended(4429, ErrorCode::TooFast)),
        }
    }
    panic!("it could go on for ever");
}

#[tokio::test]
async fn frames_that_are_not_messages_end_the_socket() {
    let scene = Scene::with_ben_as("editor").await;
    let frames = [
        Frame::Binary(vec![0, 2, 9, 1].into()),
        Frame::Binary(vec![7].into()),
        Frame::Binary(vec![].into()),
        Frame::Text("hello".into()),
    ];
    for frame in frames {
        let mut stock = scene.stock(&scene.ben, 12).await;
        stock.send_frame(frame).await;
        assert_eq!(stock.ended().await, ended(4400, ErrorCode::Malformed));
    }
}

#[tokio::test]
async fn every_message_of_a_frame_counts() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ada = scene.stock(&scene.ada, 11).await;
    let mut ben = scene.stock(&scene.ben, 12).await;
    let mut typist = Replica::new(ClientId(12));
    let mut frame = Vec::new();
    for (at, word) in ["one", "two"].into_iter().enumerate() {
        let at = u32::try_from(at * 3).expect("small");
        let splice = Splice {
            from: at,
            to: at,
            insert: word.to_owned(),
        };
        let update = typist.edit(&[splice], 0, None).expect("it fits").remove(0);
        frame.extend(ysync::update(&update));
    }
    ben.send(frame).await;
    ada.reads("onetwo").await;
}

#[tokio::test]
async fn a_client_that_asks_again_is_told_everything_again() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ada = scene.stock(&scene.ada, 11).await;
    let mut ben = scene.stock(&scene.ben, 12).await;
    ada.types("one").await;
    ben.reads("one").await;
    ben.replica = Replica::new(ClientId(15));
    ben.sync().await;
    assert_eq!(ben.replica.text(), "one");
    ada.types(" two").await;
    ben.reads("one two").await;
    ben.types("!").await;
    ada.reads("one two!").await;
}

#[tokio::test]
async fn presence_crosses_between_stock_clients_and_tabs_and_is_echoed() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ada = scene.stock(&scene.ada, 11).await;
    let mut tab = scene.tab(&scene.ben, 13).await;
    ada.types("one").await;
    let position = json!({"type": null, "tname": "content", "item": {"client": 11, "clock": 1}, "assoc": 0});
    let state = json!({
        "user": {"name": "Somebody else", "color": "#000000"},
        "cursor": {"anchor": position, "head": position},
    });
    let own = ysync::awareness(&[Awareness {
        client_id: ClientId(11),
        clock: 1,
        state: Some(state),
    }]);
    ada.send(own.clone()).await;
    ada.until(|stock| stock.echoes.iter().any(|echo| echo[..] == own)).await;
    let (user, told) = tab
        .until(|frame| match frame {
            ServerFrame::Presence {
                user,
                state: Some(state),
                ..
            } => Some((user.clone(), *state)),
            _ => None,
        })
        .await;
    let caret = Sticky {
        item: Some((ClientId(11), 1)),
        assoc: Assoc::After,
    };
    let selection = Some(Selection {
        anchor: caret,
        head: caret,
    });
    assert_eq!(
        told,
        PresenceState {
            selection,
            document: None
        }
    );
    assert_eq!(user.id, scene.ada.id, "the server knows who it is");

    tab.send(&ClientFrame::Presence {
        channel: common::client::FIRST,
        state: Some(told),
    })
    .await;
    let others = |stock: &Stock| {
        stock
            .presences
            .iter()
            .find(|(client_id, _)| **client_id != ClientId(11))
            .map(|(_, other)| other.clone())
    };
    ada.until(|stock| others(stock).is_some()).await;
    let shown = others(&ada).expect("waited for").state.expect("somebody");
    assert_eq!(shown["user"]["name"], scene.ben.username.as_str());
    assert_eq!(shown["cursor"]["head"], position);
    drop(tab);
    ada.until(|stock| others(stock).is_some_and(|other| other.state.is_none()))
        .await;
}

#[tokio::test]
async fn a_member_who_is_taken_out_of_the_room_is_sent_away() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ben = scene.stock(&scene.ben, 12).await;
    scene
        .ada
        .delete(&format!("/api/v1/rooms/{}/members/{}", scene.room, scene.ben.id))
        .await
        .expect(204);
    assert_eq!(ben.ended().await, ended(4403, ErrorCode::NotAllowed));
}

#[tokio::test]
async fn a_server_that_stops_tells_its_clients_to_come_again() {
    let scene = Scene::with_ben_as("editor").await;
    let mut ben = scene.stock(&scene.ben, 12).await;
    let (end, _) = tokio::join!(ben.ended(), scene.server.stop());
    assert_eq!(end, ended(1001, ErrorCode::GoingAway));
}
