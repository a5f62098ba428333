//! The real program in trouble: restarts, disks that fail, floods, bad lines, clients that do not read.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod clock;
#[path = "../common/mod.rs"]
mod common;
mod disk;
mod flood;
mod network;
mod pasting;
mod restarting;
mod slow;

use common::client::{Client, FIRST, Handshake};
use common::process::{Inkling, command, command_with_broken_disk};
use common::tab::WholeTab;
use common::{PASSWORD, TestServer, register};
use futures_util::future::join_all;
use rustix::process::Signal;
use server::db::Database;
use shared::id::{ClientId, ClientSeq, DocumentId};
use shared::replica::{Replica, Splice};
use shared::session::SaveState;
use shared::wire::{ClientFrame, Codec, ServerFrame};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::{HeaderName, header};

/// What the contract allows for stopping.
const STOP_MAX: Duration = Duration::from_secs(10);

/// Edits of one tab that wait for the server, so that some are under way at every moment.
const EDITS_WAITING: usize = 8;

/// A document on disk, and what lets its people in.
struct Place {
    document: DocumentId,
    /// One for each who types.
    headers: Vec<Vec<(HeaderName, String)>>,
}

impl Place {
    async fn prepare(directory: &Path, people: usize) -> Self {
        let server = Inkling::start(directory).await;
        let ada = register(&server.browser(), "ada").await;
        let room = ada.new_room("Kitchen").await;
        let document = ada.new_document(room, "Soup").await;
        let mut headers = Vec::new();
        for number in 0..people {
            let person = register(&server.browser(), &format!("person{number}")).await;
            ada.invite(room, &person, "editor").await;
            headers.push(vec![(
                header::AUTHORIZATION,
                format!("Bearer {}", person.token().await),
            )]);
        }
        server.signal(Signal::TERM);
        assert_eq!(server.end().await.code, Some(0));
        Self { document, headers }
    }

    fn typists(&self, address: SocketAddr, saved: &watch::Sender<usize>) -> Vec<Typist> {
        (0..)
            .zip(&self.headers)
            .map(|(number, headers)| {
                let codec = if number % 2 == 0 { Codec::Binary } else { Codec::Json };
                let client_id = ClientId(100 + number);
                Typist {
                    number,
                    tab: WholeTab::at(address, headers.clone(), codec, self.document, client_id),
                    written: 0,
                    counted: 0,
                    saved: saved.clone(),
                }
            })
            .collect()
    }
}

/// Somebody who types marks that nobody else types, each once.
struct Typist {
    number: u32,
    tab: WholeTab,
    written: usize,
    counted: usize,
    saved: watch::Sender<usize>,
}

/// What came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Asked,
    /// The tab shows this.
    Stuck(SaveState),
}

impl Typist {
    fn marks(&self) -> impl Iterator<Item = String> {
        (0..self.written).map(|written| format!("[{}.{written}]", self.number))
    }

    /// Types until asked to end, or until `stuck`.
    async fn types_until(&mut self, ended: &watch::Receiver<bool>, stuck: fn(&WholeTab) -> bool) -> Ending {
        loop {
            let may_type = |tab: &WholeTab| tab.is_loaded() && tab.unsaved() < EDITS_WAITING;
            self.tab.until(|tab| stuck(tab) || may_type(tab)).await;
            self.count();
            if stuck(&self.tab) {
                return Ending::Stuck(self.tab.save_state());
            }
            if *ended.borrow() {
                return Ending::Asked;
            }
            self.tab.types(&format!("[{}.{}]", self.number, self.written));
            self.written += 1;
        }
    }

    fn count(&mut self) {
        let saved = self.written - self.tab.unsaved();
        let more = saved - self.counted;
        self.counted = saved;
        self.saved.send_modify(|all| *all += more);
    }
}

/// Lets everybody finish, and checks that each mark is in each text once. Answers how many there are.
async fn all_have_all(typists: &mut [Typist], server: &Inkling, place: &Place) -> usize {
    let marks: BTreeSet<String> = typists.iter().flat_map(Typist::marks).collect();
    let length: usize = marks.iter().map(String::len).sum();
    join_all(typists.iter_mut().map(|typist| {
        typist
            .tab
            .until(move |tab| tab.is_saved() && tab.text().len() >= length)
    }))
    .await;
    let newcomer = place.typists(server.address(), &watch::channel(0).0).pop().unwrap();
    let mut newcomer = newcomer.tab;
    newcomer.until(WholeTab::is_loaded).await;
    let text = newcomer.text();
    let found: Vec<&str> = text.split_inclusive(']').collect();
    assert_eq!(found.len(), marks.len(), "an edit is there twice or not at all");
    assert!(found.iter().all(|mark| marks.contains(*mark)));
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), marks.len());
    for typist in typists {
        assert_eq!(typist.tab.text(), text);
        assert_eq!(typist.tab.set_aside, 0, "the server had less than it had said");
    }
    marks.len()
}
