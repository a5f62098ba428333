//! A whole tab: the real session of `shared` over a real socket.

use super::TestServer;
use super::client::{Client, Handshake};
use shared::id::{ClientId, DocumentId};
use shared::replica::Splice;
use shared::session::{Disconnect, Event, Place, SaveState, Session, Wish};
use shared::wire::{Codec, PresenceState, ServerFrame};
use std::net::SocketAddr;
use std::panic::Location;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::http::HeaderName;

/// A test fails rather than hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// A session with one document open, and the socket it has at the moment.
pub struct WholeTab {
    session: Session,
    document: DocumentId,
    address: SocketAddr,
    handshake: Handshake,
    client: Option<Client>,
    started: Instant,
    /// How many times faster its clock goes than others.
    haste: u32,
    /// Copies that the server could not take.
    pub set_aside: usize,
    /// How often it has connected.
    pub connected: usize,
    /// Bundles that came packed.
    pub packed: usize,
}

impl WholeTab {
    /// A tab that is about to connect and open the document.
    pub fn new(
        server: &TestServer,
        headers: Vec<(HeaderName, String)>,
        codec: Codec,
        document: DocumentId,
        client_id: ClientId,
    ) -> Self {
        Self::at(server.server.address(), headers, codec, document, client_id)
    }

    /// The same, of a server at this address.
    pub fn at(
        address: SocketAddr,
        headers: Vec<(HeaderName, String)>,
        codec: Codec,
        document: DocumentId,
        client_id: ClientId,
    ) -> Self {
        let mut session = Session::new(codec, u64::from(client_id.0));
        session.start(0);
        session
            .open_document(0, document, client_id)
            .expect("nothing else is open");
        Self {
            session,
            document,
            address,
            handshake: Handshake {
                query: "?pack=deflate&tell=epoch",
                ..Handshake::new(codec, headers)
            },
            client: None,
            started: Instant::now(),
            haste: 1,
            set_aside: 0,
            connected: 0,
            packed: 0,
        }
    }

    /// For a tab that is new: what takes it seconds takes others milliseconds.
    pub fn in_haste(mut self, times: u32) -> Self {
        self.haste = times;
        self
    }

    /// From now on it connects there.
    pub fn moves_to(&mut self, server: &TestServer, headers: Vec<(HeaderName, String)>) {
        self.handshake.headers = headers;
        self.moves_to_address(server.server.address());
    }

    /// The same, with what it showed before.
    pub fn moves_to_address(&mut self, address: SocketAddr) {
        self.address = address;
    }

    /// The text as the person sees it.
    pub fn text(&self) -> String {
        self.session
            .document(self.document)
            .expect("it is open")
            .replica()
            .text()
    }

    /// What the person is told about their edits.
    pub fn save_state(&self) -> SaveState {
        self.session.document(self.document).expect("it is open").save_state()
    }

    /// How many edits the server has not called saved.
    pub fn unsaved(&self) -> usize {
        self.session.document(self.document).expect("it is open").outbox().len()
    }

    /// Whether the person can type: the document has been fetched once.
    pub fn is_loaded(&self) -> bool {
        self.session.document(self.document).expect("it is open").is_loaded()
    }

    /// Whether the person is told that everything is stored.
    pub fn is_saved(&self) -> bool {
        self.save_state() == SaveState::Saved
    }

    /// The names of the others who are shown in the document.
    pub fn people(&self) -> Vec<String> {
        let people = self.session.document(self.document).expect("it is open").people();
        people.map(|(_, peer)| peer.person.name.clone()).collect()
    }

    /// Shows the others that the person looks at the document.
    pub fn is_seen(&mut self) {
        let (now, place) = (self.now(), Place::Document(self.document));
        self.session.set_presence(now, place, Some(PresenceState::default()));
    }

    /// Types at the end of the text.
    pub fn types(&mut self, text: &str) {
        let end = self
            .session
            .document(self.document)
            .expect("it is open")
            .replica()
            .len();
        let splice = Splice {
            from: end,
            to: end,
            insert: text.to_owned(),
        };
        let now = self.now();
        self.session
            .edit(now, self.document, &[splice], None)
            .expect("the document is writable");
    }

    /// Does what a tab does until something holds.
    #[track_caller]
    pub fn until(&mut self, holds: impl Fn(&Self) -> bool) -> impl Future<Output = ()> {
        self.until_asked(holds, Location::caller())
    }

    async fn until_asked(&mut self, holds: impl Fn(&Self) -> bool, asked: &Location<'_>) {
        let running = async {
            self.settle().await;
            while !holds(self) {
                self.wait().await;
                self.settle().await;
            }
        };
        let came_about = tokio::time::timeout(PATIENCE, running).await;
        assert!(
            came_about.is_ok(),
            "{asked}: not in time; {:?}, {:?}",
            self.save_state(),
            self.people()
        );
    }

    /// Carries out what the session wants.
    async fn settle(&mut self) {
        while let Some(wish) = self.session.poll_wish() {
            self.client = None;
            if wish == Wish::Connect {
                // A server that is not there yet refuses the connection; one that is stopping answers with a status.
                let connected = Client::try_connect(self.address, &self.handshake).await;
                let now = self.now();
                match connected {
                    Some(client) => {
                        self.client = Some(client);
                        self.connected += 1;
                        self.session.handle_connected(now);
                    }
                    None => self.session.handle_disconnected(now, Disconnect::Lost),
                }
            }
        }
        while let Some(bytes) = self.session.poll_transmit() {
            if let Some(client) = &mut self.client {
                client.send_bytes(bytes).await;
            }
        }
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Text { document } => {
                    let now = self.now();
                    self.session.take_splices(now, document);
                }
                Event::SetAside { .. } => self.set_aside += 1,
                _ => {}
            }
        }
    }

    /// Waits for a frame or for time to pass.
    async fn wait(&mut self) {
        let due = self
            .session
            .poll_deadline()
            .map(|due| self.started + Duration::from_millis(due) / self.haste);
        let received = async {
            match &mut self.client {
                Some(client) => client.receive().await,
                None => std::future::pending().await,
            }
        };
        let elapsed = async {
            match due {
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            frame = received => {
                let now = self.now();
                match frame {
                    Ok(bytes) => {
                        let frame = self.handshake.codec().decode(&bytes);
                        self.packed += usize::from(matches!(frame, Ok(ServerFrame::Packed { .. })));
                        self.session.handle_frame(now, &bytes);
                    }
                    Err(code) => {
                        self.client = None;
                        self.session.handle_disconnected(now, code.map_or(Disconnect::Lost, Disconnect::Code));
                    }
                }
            }
            () = elapsed => {
                let now = self.now();
                self.session.handle_timeout(now);
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from((self.started.elapsed() * self.haste).as_millis()).expect("a test is short")
    }
}
