//! The real program is killed again and again while people write and talk. What it acknowledged is there afterwards.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::process::Inkling;
use common::register;
use futures_util::{SinkExt as _, StreamExt as _};
use rand::RngExt as _;
use server::db::Database;
use server::db::messages::Page;
use shared::id::{ClientId, ClientSeq, DocumentId, Nonce, RoomId, Seq};
use shared::replica::{Replica, Splice};
use shared::session::{Disconnect, Event, Session, Wish};
use shared::wire::{Codec, SUBPROTOCOL};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message as Packet;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use uuid::Uuid;

/// Kills, unless `INKLING_CRASH_ROUNDS` asks for another number. Of the same data there are no more: it grows with each round, and is looked at again and again.
const ROUNDS: usize = 200;

/// The data is looked at from outside after every so many rounds; after the others the next server is the first to open it.
const ROUNDS_BETWEEN_LOOKS: usize = 5;

/// Edits of one tab that wait for the server. Some are under way at every moment, so that every kill hits some.
const EDITS_WAITING: usize = 12;

/// A round ends after 1 to so many acknowledgements.
const ACKNOWLEDGED_MAX: u64 = 120;

/// Far more than a round takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A tab's session with a real socket, and somebody who never stops typing.
struct Tab {
    name: &'static str,
    session: Session,
    token: String,
    document: DocumentId,
    room: RoomId,
    began: Instant,
    /// What each edit wrote, by its number.
    written: BTreeMap<ClientSeq, String>,
    said: BTreeSet<Nonce>,
    saved_through: ClientSeq,
    progress: watch::Sender<u64>,
}

impl Tab {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    /// Connects to a server and writes until the connection breaks, or, with `finish`, until everything is stored.
    async fn work(mut self, url: String, finish: bool) -> Self {
        let mut request = format!("{}/ws", url.replace("http", "ws"))
            .into_client_request()
            .unwrap();
        let head = request.headers_mut();
        head.insert("authorization", format!("Bearer {}", self.token).parse().unwrap());
        head.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        self.session.start(self.now());
        let connected = tokio_tungstenite::connect_async(request).await;
        let Ok((mut socket, _)) = connected else {
            assert!(!finish, "the last server is not killed");
            return self.pause();
        };
        self.session.handle_connected(self.now());
        loop {
            self.write_and_talk(finish);
            while let Some(bytes) = self.session.poll_transmit() {
                if socket.feed(Packet::binary(bytes)).await.is_err() {
                    return self.pause();
                }
            }
            if socket.flush().await.is_err() {
                return self.pause();
            }
            if finish && self.is_done() {
                return self.pause();
            }
            let due = self.session.poll_deadline().unwrap_or(u64::MAX >> 16);
            let due = self.began + Duration::from_millis(due);
            tokio::select! {
                packet = socket.next() => match packet {
                    Some(Ok(Packet::Binary(bytes))) => self.session.handle_frame(self.now(), &bytes),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return self.pause(),
                },
                () = tokio::time::sleep_until(due) => self.session.handle_timeout(self.now()),
            }
        }
    }

    /// The server is gone; what is not stored stays in the session.
    fn pause(mut self) -> Self {
        self.session.handle_disconnected(self.now(), Disconnect::Lost);
        self.look();
        self.session.stop(self.now());
        self.look();
        self
    }

    fn look(&mut self) {
        while let Some(wish) = self.session.poll_wish() {
            assert!(matches!(wish, Wish::Connect | Wish::Drop));
        }
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::SetAside { reason, .. } => panic!("the server lost something of {}: {reason}", self.name),
                Event::Closed { code, .. } => panic!("{} was shut out: {code}", self.name),
                _ => {}
            }
        }
        let saved = self.session.document(self.document).unwrap().outbox().saved_through();
        let more = saved.0 - self.saved_through.0;
        self.saved_through = saved;
        self.progress.send_modify(|acknowledged| *acknowledged += more);
    }

    fn write_and_talk(&mut self, finish: bool) {
        self.session.take_splices(self.now(), self.document);
        self.look();
        while !finish && self.may_write() {
            let (splices, text) = self.next_edit();
            let seq = self
                .session
                .edit(self.now(), self.document, &splices, None)
                .unwrap()
                .unwrap();
            self.written.insert(seq, text);
            if seq.0.is_multiple_of(8) && self.session.room(self.room).unwrap().unsent().count() < 4 {
                let nonce = Nonce(Uuid::now_v7());
                self.session
                    .say(self.now(), self.room, nonce, format!("{} wrote {seq}", self.name))
                    .unwrap();
                self.said.insert(nonce);
            }
            self.look();
        }
    }

    fn may_write(&self) -> bool {
        let document = self.session.document(self.document).unwrap();
        document.is_loaded() && document.outbox().len() < EDITS_WAITING
    }

    /// A mark between two others, and now and then a filler taken away: deletions have to survive too, and never hit a mark.
    fn next_edit(&self) -> (Vec<Splice>, String) {
        let text = self.session.document(self.document).unwrap().replica().text();
        assert!(text.is_ascii(), "offsets are bytes");
        let mark = format!("[{}{}]", self.name, self.written.len());
        let ends: Vec<usize> = text.match_indices(']').map(|(at, _)| at + 1).collect();
        let pick = rand::rng().random_range(0..=ends.len());
        let at = u32::try_from(if pick == 0 { 0 } else { ends[pick - 1] }).unwrap();
        let mut splices = vec![Splice {
            from: at,
            to: at,
            insert: format!("{mark}~"),
        }];
        let filler = text[usize::try_from(at).unwrap()..]
            .find('~')
            .map(|offset| at + u32::try_from(offset).unwrap());
        if let Some(filler) = filler.filter(|filler| *filler > at && self.written.len().is_multiple_of(3)) {
            splices.push(Splice {
                from: filler,
                to: filler + 1,
                insert: String::new(),
            });
        }
        (splices, mark)
    }

    fn is_done(&self) -> bool {
        let document = self.session.document(self.document).unwrap();
        let room = self.session.room(self.room).unwrap();
        document.outbox().is_empty() && document.is_level() && room.unsent().next().is_none()
    }

    /// Marks that the server has called saved.
    fn acknowledged_marks(&self) -> impl Iterator<Item = &String> {
        self.written.range(..=self.saved_through).map(|(_, mark)| mark)
    }

    /// Messages that the server has answered.
    fn acknowledged_messages(&self) -> impl Iterator<Item = Nonce> {
        let unsent: BTreeSet<Nonce> = self
            .session
            .room(self.room)
            .unwrap()
            .unsent()
            .map(|unsent| unsent.nonce)
            .collect();
        self.said.iter().copied().filter(move |nonce| !unsent.contains(nonce))
    }
}

/// Checks what is on disk against what the tabs were told, and answers the text.
async fn look_at_the_data(directory: &Path, tabs: &[Tab]) -> String {
    let database = Database::open(directory).await.unwrap();
    let (document, room) = (tabs[0].document, tabs[0].room);
    let (_, state) = database.reader.document_state(document).await.unwrap().unwrap();
    // Refuses gaps and bytes that are not the ones that were written.
    let bundle = database
        .reader
        .document_bundle(document, None, state.head_seq)
        .await
        .unwrap();
    let mut replica = Replica::new(ClientId(0));
    replica.apply(&bundle.updates).unwrap();
    assert!(
        !replica.is_waiting(),
        "the log has every update that another one builds on"
    );
    let text = replica.text();
    let all: Vec<&str> = text
        .split_inclusive(']')
        .map(|mark| mark.trim_start_matches('~'))
        .collect();
    let marks: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(marks.len(), all.len(), "an edit is there twice");
    for tab in tabs {
        for mark in tab.acknowledged_marks() {
            assert!(marks.contains(mark.as_str()), "{mark} was saved and is gone");
        }
        let client = tab.session.document(document).unwrap().replica().client_id();
        let stored = state.replicas.iter().find(|replica| replica.client_id == client);
        let stored = stored.map_or(ClientSeq(0), |replica| replica.last_client_seq);
        assert!(
            stored >= tab.saved_through,
            "{stored} is stored and {} was told",
            tab.saved_through
        );
    }

    let mut nonces = BTreeSet::new();
    let mut last = Seq(0);
    loop {
        let page = database.reader.messages(room, Page::After(last), 200).await.unwrap();
        let Some(end) = page.last() else { break };
        for (message, expected) in page.iter().zip(last.0 + 1..) {
            assert_eq!(message.seq, Seq(expected), "the conversation has no gap");
            assert!(nonces.insert(message.nonce), "{} is there twice", message.body);
        }
        last = end.seq;
    }
    assert_eq!(database.reader.room_state(room).await.unwrap().unwrap().head_seq, last);
    for tab in tabs {
        for nonce in tab.acknowledged_messages() {
            assert!(
                nonces.contains(&nonce),
                "a message of {} was stored and is gone",
                tab.name
            );
        }
    }
    text
}

async fn people(directory: &Path, progress: &watch::Sender<u64>) -> Vec<Tab> {
    let server = Inkling::start(directory).await;
    let (ada, ben) = (
        register(&server.browser(), "ada").await,
        register(&server.browser(), "ben").await,
    );
    let room = ada.new_room("Kitchen").await;
    ada.invite(room, &ben, "editor").await;
    let document = ada.new_document(room, "Soup").await;
    let mut tabs = Vec::new();
    for (number, (name, person)) in [("a", &ada), ("b", &ben), ("c", &ada)].into_iter().enumerate() {
        let mut session = Session::new(Codec::Binary, u64::try_from(number).unwrap());
        session.open_document(0, document, ClientId(rand::random())).unwrap();
        session.open_room(0, room).unwrap();
        tabs.push(Tab {
            name,
            session,
            token: person.token().await,
            document,
            room,
            began: Instant::now(),
            written: BTreeMap::new(),
            said: BTreeSet::new(),
            saved_through: ClientSeq(0),
            progress: progress.clone(),
        });
    }
    server.kill().await;
    tabs
}

async fn work_together(tabs: Vec<Tab>, url: &str, finish: bool) -> Vec<Tab> {
    let working: Vec<_> = tabs
        .into_iter()
        .map(|tab| tokio::spawn(tab.work(url.to_owned(), finish)))
        .collect();
    let mut tabs = Vec::new();
    for tab in working {
        tabs.push(tab.await.unwrap());
    }
    tabs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_has_kept_everything_it_acknowledged() {
    let mut rounds = match std::env::var("INKLING_CRASH_ROUNDS") {
        Ok(asked) => asked.parse().expect("a number of rounds"),
        Err(_) => ROUNDS,
    };
    while rounds > 0 {
        let now = rounds.min(ROUNDS);
        people_go_on_through(now).await;
        rounds -= now;
    }
}

async fn people_go_on_through(rounds: usize) {
    let directory = TempDir::new().unwrap();
    let (progress, mut acknowledged) = watch::channel(0);
    let story = async {
        let mut tabs = people(directory.path(), &progress).await;
        for round in 1..=rounds {
            let server = Inkling::start(directory.path()).await;
            let goal = *acknowledged.borrow() + rand::rng().random_range(1..=ACKNOWLEDGED_MAX);
            let url = server.url.clone();
            let killing = async {
                acknowledged.wait_for(|count| *count >= goal).await.unwrap();
                server.kill().await;
            };
            (tabs, ()) = tokio::join!(work_together(tabs, &url, false), killing);
            if round % ROUNDS_BETWEEN_LOOKS == 0 {
                look_at_the_data(directory.path(), &tabs).await;
            }
        }

        let server = Inkling::start(directory.path()).await;
        tabs = work_together(tabs, &server.url, true).await;
        // All have stored all; now each fetches what the others stored last.
        tabs = work_together(tabs, &server.url, true).await;
        server.kill().await;
        let text = look_at_the_data(directory.path(), &tabs).await;
        for tab in &mut tabs {
            let now = tab.now();
            tab.session.take_splices(now, tab.document);
            assert_eq!(
                tab.session.document(tab.document).unwrap().replica().text(),
                text,
                "{}",
                tab.name
            );
            assert_eq!(tab.written.len(), tab.acknowledged_marks().count());
        }
        let (edits, messages): (usize, usize) = tabs.iter().fold((0, 0), |(edits, said), tab| {
            (edits + tab.written.len(), said + tab.said.len())
        });
        assert!(
            edits > rounds * 10 && messages > rounds,
            "{edits} edits and {messages} messages prove little"
        );
        println!("{rounds} kills, {edits} edits and {messages} messages acknowledged, 0 lost, 0 repeated");
    };
    timeout(PATIENCE * u32::try_from(rounds).unwrap(), story).await.unwrap();
}
