//! Hostile updates over real sockets: their sender is told, nothing is stored, and nobody else notices.

mod common;

use bytes::Bytes;
use common::client::{Client, FIRST, Handshake};
use common::hostile;
use common::stock::Stock;
use common::{Person, TestServer};
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId};
use shared::limits::FRAME_BYTES_MAX;
use shared::replica::{Replica, Splice};
use shared::wire::{ClientFrame, Codec, ServerFrame, Subject};
use shared::ysync;

async fn tab(server: &TestServer, person: &Person) -> Client {
    let header = (
        reqwest::header::AUTHORIZATION,
        format!("Bearer {}", person.token().await),
    );
    let handshake = Handshake::new(Codec::Binary, vec![header]);
    Client::connect(server.server.address(), &handshake)
        .await
        .expect("let in")
}

/// All that a newcomer is sent.
async fn stored(server: &TestServer, person: &Person, document: DocumentId, client_id: u32) -> Bytes {
    let mut newcomer = tab(server, person).await;
    newcomer.open_document(document, ClientId(client_id), None).await;
    let mut bundle = Vec::new();
    loop {
        if let ServerFrame::Catchup { part, last, .. } = newcomer.next().await {
            bundle.extend_from_slice(&part.0);
            if last {
                return bundle.into();
            }
        }
    }
}

/// Ben, who writes on while others do what they do.
struct Bystander {
    tab: Client,
    replica: Replica,
    client_seq: u64,
}

impl Bystander {
    async fn join(server: &TestServer, person: &Person, document: DocumentId) -> Self {
        let mut tab = tab(server, person).await;
        let client_id = ClientId(77);
        assert!(matches!(
            tab.open_document(document, client_id, None).await,
            ServerFrame::Opened { .. }
        ));
        Self {
            tab,
            replica: Replica::new(client_id),
            client_seq: 0,
        }
    }

    async fn writes_on(&mut self) {
        let end = self.replica.len();
        let splice = Splice {
            from: end,
            to: end,
            insert: "b😀".to_owned(),
        };
        let update = self.replica.edit(&[splice], 0, None).expect("it fits").remove(0);
        self.client_seq += 1;
        self.tab.edit(self.client_seq, &update).await;
        self.tab.saved(self.client_seq).await;
    }
}

#[tokio::test]
async fn a_tab_that_sends_a_hostile_update_is_refused_and_nobody_else_notices() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Plans").await;
    let document = ada.new_document(room, "Notes").await;
    ada.invite(room, &ben, "editor").await;
    let mut bystander = Bystander::join(&server, &ben, document).await;
    bystander.writes_on().await;
    let before = stored(&server, &ben, document, 1_000).await;
    let mut mallory = tab(&server, &ada).await;
    for (hostile, client_id) in hostile::updates().into_iter().zip(2_000..) {
        mallory.open_document(document, ClientId(client_id), None).await;
        mallory.edit(1, &hostile.bytes.into()).await;
        let refused = mallory
            .until(|frame| match frame {
                ServerFrame::Refused {
                    subject,
                    code,
                    retryable,
                    ..
                } => Some((*subject, *code, *retryable)),
                _ => None,
            })
            .await;
        assert_eq!(
            refused,
            (Some(Subject::Edit(ClientSeq(1))), hostile.code, false),
            "{}",
            hostile.name
        );
        mallory.send(&ClientFrame::Close { channel: FIRST }).await;
        mallory
            .until(|frame| matches!(frame, ServerFrame::Closed { .. }).then_some(()))
            .await;
    }
    assert_eq!(stored(&server, &ben, document, 1_001).await, before);
    bystander.writes_on().await;
    let after = stored(&server, &ben, document, 1_002).await;
    assert!(after.len() > before.len() && after.starts_with(&before));
}

#[tokio::test]
async fn a_stock_client_that_sends_a_hostile_update_is_closed_and_nobody_else_notices() {
    let server = TestServer::start().await;
    let [ada, ben] = server.register_all(["ada", "ben"]).await;
    let room = ada.new_room("Plans").await;
    let document = ada.new_document(room, "Notes").await;
    ada.invite(room, &ben, "editor").await;
    let mut bystander = Bystander::join(&server, &ben, document).await;
    bystander.writes_on().await;
    let before = stored(&server, &ben, document, 1_000).await;
    for (hostile, number) in hostile::updates().into_iter().zip(1..) {
        // One account alone would soon have to wait.
        let mallory = server.register(&format!("mallory{number}")).await;
        ada.invite(room, &mallory, "editor").await;
        let mut stock = Stock::joined(server.server.address(), document, &mallory.token().await, 2_000).await;
        stock.send(ysync::update(&hostile.bytes)).await;
        assert_eq!(
            stock.ended().await,
            (4400, hostile.code.as_str().to_owned()),
            "{}",
            hostile.name
        );
        assert!(stock.denied.is_some());
    }
    assert_eq!(stored(&server, &ben, document, 1_001).await, before);
    bystander.writes_on().await;
    let mut reader = Stock::joined(server.server.address(), document, &ben.token().await, 1_002).await;
    reader.reads("b😀b😀").await;
}

#[tokio::test]
async fn twelve_megabytes_of_roots_are_not_read() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let document = ada.new_document(ada.new_room("Plans").await, "Notes").await;
    let mut stock = Stock::joined(server.server.address(), document, &ada.token().await, 2_000).await;
    stock.send(ysync::update(&vec![4; FRAME_BYTES_MAX])).await;
    assert_eq!(
        stock.ended().await,
        (1009, ErrorCode::FrameTooLarge.as_str().to_owned())
    );
    let mut again = Stock::joined(server.server.address(), document, &ada.token().await, 2_001).await;
    again.types("still here").await;
    Stock::joined(server.server.address(), document, &ada.token().await, 2_002)
        .await
        .reads("still here")
        .await;
}
