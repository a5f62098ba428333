//! Documents that tabs make by themselves, whether or not there is a server, and what it says when it is told of them.

use crate::check::Violation;
use crate::disk::{NewDocument, Request};
use crate::net::latency_ms;
use crate::plan::TABS;
use crate::tab::draw_client_id;
use crate::world::{Happening, ROOM, World};
use server::collab::effect::Credential;
use shared::error::ErrorCode;
use shared::id::{DocumentId, UserId};
use shared::session::{Creation, LinkState, TabId};
use uuid::Uuid;

/// Documents made in one run, at most: each costs as much as those that are there from the start.
const MADE_MAX: usize = 4;

/// After this long a tab takes a request for one that will not be answered.
const PATIENCE_MS: u64 = 1_000;

/// A tab's request for a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking {
    pub(crate) id: DocumentId,
    tab: usize,
    life: TabId,
    number: u64,
}

/// What came back; none when nothing did.
pub(crate) type Answered = Option<Result<(), ErrorCode>>;

impl World {
    /// Makes a document, opens it and types into it.
    pub(crate) fn make_document(&mut self, number: usize, edits: u32) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        if !self.tabs[number].is_alive || self.wished == MADE_MAX {
            return Ok(());
        }
        self.wished += 1;
        let id = DocumentId(Uuid::from_u128(0x1000 + self.wished as u128));
        let session = &mut self.tabs[number].session;
        self.counters.made_offline += u64::from(session.link() != LinkState::Up);
        let title = format!("Made {}", self.wished);
        let room = ROOM;
        session.create_document(now_ms, Creation { id, room, title });
        let client_id = draw_client_id(&mut self.rng);
        self.open_kept(number, id, client_id)?;
        self.type_into(number, id, edits);
        Ok(())
    }

    fn type_into(&mut self, tab: usize, document: DocumentId, left: u32) {
        self.clock.after(50, Happening::Type { tab, document, left });
    }

    /// Tells the server of the next document that a session wants made, unless that is lost on the way.
    pub(crate) fn ask_for_document(&mut self, number: usize) {
        let now_ms = self.clock.now_ms();
        let tab = &mut self.tabs[number];
        let Some(Creation { id, .. }) = tab.session.poll_creation(now_ms) else {
            return;
        };
        tab.asked += 1;
        let asking = Asking {
            id,
            tab: number,
            life: tab.life,
            number: tab.asked,
        };
        let (by, credential) = (tab.user.id, tab.credential);
        let is_lost = now_ms < tab.offline_until_ms || self.rng.below(8) == 0;
        self.clock
            .after(PATIENCE_MS, Happening::Answered { asking, answer: None });
        if !is_lost {
            let wait_ms = latency_ms(&mut self.rng);
            self.clock.after(wait_ms, Happening::Asked { asking, by, credential });
        }
    }

    /// The server is told.
    pub(crate) fn asked(&mut self, asking: Asking, by: UserId, credential: Credential) {
        if self.server.is_some() {
            let new = NewDocument { by, credential, asking };
            let (number, at_ms) = self.disk.submit(Request::Make(new), self.clock.now_ms(), &mut self.rng);
            self.clock.at(at_ms, Happening::Done { run: self.run, number });
        }
    }

    /// The server has made the document or has not. Its answer is lost now and then.
    pub(crate) fn made(&mut self, asking: Asking, made: Result<Made, ErrorCode>) {
        match made {
            Ok(Made::Now) => {
                self.counters.made += 1;
                self.invite(&asking);
            }
            Ok(Made::Before) => self.counters.made_before += 1,
            Err(_) => {}
        }
        if self.rng.below(4) > 0 {
            let wait_ms = latency_ms(&mut self.rng);
            let answer = Some(made.map(drop));
            self.clock.after(wait_ms, Happening::Answered { asking, answer });
        }
    }

    /// Somebody else finds the document in the list, and writes there too.
    fn invite(&mut self, asking: &Asking) {
        let others = TABS as u64 - 1;
        let other = usize::try_from(self.rng.below(others)).expect("below a usize");
        let tab = other + usize::from(other >= asking.tab);
        let open = Happening::OpenAgain {
            tab,
            life: self.tabs[tab].life,
            id: asking.id,
            client_id: draw_client_id(&mut self.rng),
        };
        let wait_ms = 100 + self.rng.below(2_000);
        self.clock.after(wait_ms, open);
        let typing = Happening::Type {
            tab,
            document: asking.id,
            left: 10,
        };
        self.clock.after(wait_ms + 300, typing);
        self.visits += 1;
        self.clock.after(wait_ms + 600, Happening::Visited);
    }

    /// The tab hears what became of its request, or has waited long enough.
    pub(crate) fn answered(&mut self, asking: Asking, answer: Answered) -> Result<(), Violation> {
        let Asking { id, tab: number, .. } = asking;
        let now_ms = self.clock.now_ms();
        let tab = &mut self.tabs[number];
        if !tab.is_alive || tab.life != asking.life || tab.asked != asking.number {
            return Ok(());
        }
        // It has its answer: none that comes later is heard.
        tab.asked += 1;
        match answer {
            Some(Ok(())) => tab.session.handle_created(now_ms, id),
            // Whoever signs in again goes on.
            Some(Err(code)) if !code.is_retryable() && code != ErrorCode::NotSignedIn => {
                return self.refused(number, id, code);
            }
            Some(Err(_)) | None => tab.session.handle_creation_delayed(now_ms, id),
        }
        self.settle_tab(number)
    }

    /// The document is not made. What was written in it is kept aside, also when nobody has opened it since.
    fn refused(&mut self, number: usize, id: DocumentId, code: ErrorCode) -> Result<(), Violation> {
        self.counters.not_made += 1;
        self.owed.refuse(id);
        if self.tabs[number].session.document(id).is_none() && self.tabs[number].session.has_store() {
            let client_id = draw_client_id(&mut self.rng);
            self.open_kept(number, id, client_id)?;
        }
        let now_ms = self.clock.now_ms();
        self.tabs[number].session.handle_creation_refused(now_ms, id, code);
        self.settle_tab(number)?;
        self.leave_closed(number, id)
    }

    /// Nobody goes on looking at a document that is not there.
    pub(crate) fn leave_closed(&mut self, number: usize, id: DocumentId) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let tab = &mut self.tabs[number];
        let document = tab.session.document(id);
        if document.is_some_and(|document| document.closed_reason().is_some() && document.unsaved() == 0) {
            tab.session.close_document(now_ms, id);
            tab.editors.remove(&id);
        }
        self.settle_tab(number)
    }

    /// A tab that came finds what is to be made, and what tabs that are gone have left.
    pub(crate) fn recall(&mut self, number: usize) -> Result<(), Violation> {
        let living = self.living();
        for id in self.devices[self.tabs[number].device].left(&living) {
            if self.tabs[number].session.document(id).is_none() {
                let client_id = draw_client_id(&mut self.rng);
                self.open_kept(number, id, client_id)?;
            }
        }
        Ok(())
    }
}

/// When the server has made a document that it was told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    Now,
    Before,
}
