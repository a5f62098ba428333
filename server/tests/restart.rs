//! Many tabs at once find the server gone and come back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::process::{Inkling, command};
use common::register;
use common::tab::WholeTab;
use futures_util::future::join_all;
use rustix::process::Signal;
use shared::id::{ClientId, DocumentId};
use shared::wire::Codec;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::http::header;

/// Tabs in a document that they share, and tabs in one of their own.
const TOGETHER: u32 = 30;
const ALONE: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_comes_back_after_a_restart_with_what_they_typed_meanwhile() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let address = server.address();
    let ada = register(&server.browser(), "ada").await;
    let room = ada.new_room("Kitchen").await;
    let shared = ada.new_document(room, "Soup").await;
    let headers = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
    let tab = |document: DocumentId, number| {
        WholeTab::at(address, headers.clone(), Codec::Binary, document, ClientId(number))
    };
    let mut tabs: Vec<_> = (1..=TOGETHER).map(|number| tab(shared, number)).collect();
    for number in TOGETHER + 1..=TOGETHER + ALONE {
        tabs.push(tab(ada.new_document(room, "Bread").await, number));
    }
    join_all(tabs.iter_mut().map(|tab| tab.until(WholeTab::is_saved))).await;

    server.signal(Signal::TERM);
    assert_eq!(server.end().await.code, Some(0));
    for (number, tab) in (1..).zip(&mut tabs) {
        tab.types(&format!("[{number}]"));
    }
    let mut again = command(directory.path());
    again.env("INKLING_LISTEN", address.to_string());
    let _server = Inkling::spawn(again).await;
    let together: usize = (1..=TOGETHER).map(|number| format!("[{number}]").len()).sum();
    let (in_shared, in_own) = tabs.split_at_mut(TOGETHER as usize);
    tokio::join!(
        join_all(
            in_shared
                .iter_mut()
                .map(|tab| tab.until(|tab| tab.is_saved() && tab.text().len() >= together))
        ),
        join_all(in_own.iter_mut().map(|tab| tab.until(WholeTab::is_saved))),
    );
    let text = in_shared[0].text();
    assert_eq!(text.len(), together, "something is there twice");
    assert!((1..=TOGETHER).all(|number| text.contains(&format!("[{number}]"))));
    assert!(in_shared.iter().all(|tab| tab.text() == text));
    for (number, tab) in (TOGETHER + 1..).zip(in_own) {
        assert_eq!(tab.text(), format!("[{number}]"));
    }
    assert!(tabs.iter().all(|tab| tab.connected > 1 && tab.set_aside == 0));
}
