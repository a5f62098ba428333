//! Bad lines: cut again and again, slow, silent; and either side stopped in the middle of everything.

use super::common::client::{Client, Handshake};
use super::common::network::{Network, Weather};
use super::common::process::{Inkling, command};
use super::common::register;
use super::common::tab::WholeTab;
use rustix::process::Signal;
use shared::id::{ClientId, DocumentId};
use shared::session::SaveState;
use shared::wire::Codec;
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::http::{HeaderName, header};

/// How much faster the tabs' clocks go: they ping every two seconds, and call a link dead after five. More, and a busy machine is taken for a dead link.
const HASTE: u32 = 5;

/// A running program, and Ada with a document.
struct Scene {
    server: Inkling,
    document: DocumentId,
    headers: Vec<(HeaderName, String)>,
    _directory: TempDir,
}

impl Scene {
    async fn new(limits: &[(&str, &str)]) -> Self {
        let directory = TempDir::new().unwrap();
        let mut command = command(directory.path());
        for (name, value) in limits {
            command.arg(format!("--limit-{name}")).arg(value);
        }
        let server = Inkling::spawn(command).await;
        let ada = register(&server.browser(), "ada").await;
        let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
        let headers = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
        Self {
            server,
            document,
            headers,
            _directory: directory,
        }
    }

    fn tab(&self, address: SocketAddr, number: u32) -> WholeTab {
        let codec = if number.is_multiple_of(2) {
            Codec::Json
        } else {
            Codec::Binary
        };
        WholeTab::at(address, self.headers.clone(), codec, self.document, ClientId(number))
    }
}

/// What the person is told, with edits that wait and without.
fn says_not_connected(tab: &WholeTab) -> bool {
    matches!(tab.save_state(), SaveState::Offline { .. } | SaveState::Reconnecting)
}

/// As often as a line that fails every second does in twenty seconds; `INKLING_CUTS=120` makes it two minutes' worth.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_again_and_again_loses_and_repeats_nothing() {
    let cuts: u32 = std::env::var("INKLING_CUTS").map_or(20, |cuts| cuts.parse().unwrap());
    let scene = Scene::new(&[]).await;
    let network = Network::before(scene.server.address()).await;
    let mut near = scene.tab(network.address, 1).in_haste(HASTE);
    let mut far = scene.tab(network.address, 2).in_haste(HASTE);
    tokio::join!(near.until(WholeTab::is_saved), far.until(WholeTab::is_saved));
    for cut in 0..cuts {
        near.types(&format!("[near {cut}]"));
        far.types(&format!("[far {cut}]"));
        let (near_connected, far_connected) = (near.connected, far.connected);
        network.cuts();
        near.types(&format!("[near {cut} too]"));
        tokio::join!(
            near.until(|tab| tab.connected > near_connected && tab.is_loaded()),
            far.until(|tab| tab.connected > far_connected && tab.is_loaded()),
        );
    }
    let written: Vec<String> = (0..cuts)
        .flat_map(|cut| {
            [
                format!("[near {cut}]"),
                format!("[near {cut} too]"),
                format!("[far {cut}]"),
            ]
        })
        .collect();
    let length: usize = written.iter().map(String::len).sum();
    let has_all = |tab: &WholeTab| tab.is_saved() && tab.text().len() >= length;
    tokio::join!(near.until(has_all), far.until(has_all));
    assert_eq!(near.text(), far.text());
    assert_eq!(near.text().len(), length, "something is there twice");
    assert!(written.iter().all(|mark| near.text().contains(mark)));
    assert_eq!((near.set_aside, far.set_aside), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_slow_line_everything_arrives_in_the_end() {
    let scene = Scene::new(&[]).await;
    let network = Network::before(scene.server.address()).await;
    let mut near = scene.tab(scene.server.address(), 1);
    let mut far = scene.tab(network.address, 2);
    tokio::join!(near.until(WholeTab::is_saved), far.until(WholeTab::is_saved));
    network.becomes(Weather::Slow(Duration::from_millis(30)));
    for number in 0..20 {
        near.types(&format!("[near {number}]"));
        far.types(&format!("[far {number}]"));
    }
    let has_all = |tab: &WholeTab| tab.is_saved() && tab.text().matches('[').count() == 40;
    tokio::join!(near.until(has_all), far.until(has_all));
    assert_eq!(near.text(), far.text());
    assert_eq!(far.connected, 1, "it was slow and not broken");
}

/// The cable is pulled: neither side is told. Both find out by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_swallows_everything_is_noticed_on_both_sides() {
    let scene = Scene::new(&[("silence-ms", "6000")]).await;
    let network = Network::before(scene.server.address()).await;
    let mut near = scene.tab(scene.server.address(), 1).in_haste(HASTE);
    let mut far = scene.tab(network.address, 2).in_haste(HASTE);
    tokio::join!(near.until(WholeTab::is_saved), far.until(WholeTab::is_saved));
    far.is_seen();
    tokio::join!(near.until(|tab| tab.people().len() == 1), far.until(WholeTab::is_saved),);
    network.becomes(Weather::Swallowing);
    far.types("lost? ");
    tokio::join!(
        // Whoever is gone is not shown any more.
        near.until(|tab| tab.people().is_empty()),
        far.until(says_not_connected),
    );
    network.becomes(Weather::Clear);
    network.cuts();
    near.types("no. ");
    let has_both = |tab: &WholeTab| tab.is_saved() && tab.text().len() == "lost? no. ".len();
    tokio::join!(near.until(has_both), far.until(has_both));
    assert_eq!(near.text(), far.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_stopped_is_closed_and_goes_on_when_it_is_woken() {
    let scene = Scene::new(&[("silence-ms", "6000")]).await;
    let mut awake = scene.tab(scene.server.address(), 1).in_haste(HASTE);
    let mut asleep = scene.tab(scene.server.address(), 2).in_haste(HASTE);
    tokio::join!(awake.until(WholeTab::is_saved), asleep.until(WholeTab::is_saved));
    asleep.is_seen();
    tokio::join!(
        awake.until(|tab| tab.people().len() == 1),
        asleep.until(WholeTab::is_saved)
    );
    // From here on nobody runs it: its kernel answers, and it does not.
    awake.until(|tab| tab.people().is_empty()).await;
    awake.types("meanwhile");
    awake.until(WholeTab::is_saved).await;
    asleep.until(|tab| tab.text() == "meanwhile").await;
    assert!(asleep.connected > 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_is_shown_as_not_connected_and_loses_nothing_when_it_goes_on() {
    let scene = Scene::new(&[]).await;
    let mut tab = scene.tab(scene.server.address(), 1).in_haste(HASTE);
    tab.until(WholeTab::is_saved).await;
    tab.types("before, ");
    tab.until(WholeTab::is_saved).await;
    scene.server.signal(Signal::STOP);
    tab.types("meanwhile, ");
    // The session's own clock says when: 25 s without a word.
    tab.until(says_not_connected).await;
    scene.server.signal(Signal::CONT);
    tab.until(WholeTab::is_saved).await;
    tab.types("after");
    tab.until(WholeTab::is_saved).await;
    assert_eq!(tab.text(), "before, meanwhile, after");
    let handshake = Handshake::new(Codec::Binary, scene.headers.clone());
    let mut newcomer = Client::connect(scene.server.address(), &handshake).await.unwrap();
    newcomer.open_document(scene.document, ClientId(9), None).await;
}
