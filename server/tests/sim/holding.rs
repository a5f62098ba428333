//! Documents that are held at an earlier state: nobody reads past it, and what tabs have of what is past it is kept aside.

use crate::check::Violation;
use crate::disk::Request;
use crate::tab::draw_client_id;
use crate::world::{Happening, World};
use shared::error::ErrorCode;
use shared::id::{ClientId, DocumentId, Epoch, Seq};
use shared::session::Document;

/// From the moment when a document is held to the moment when its machine hears of it, at most.
const TELLING_MS_MAX: u64 = 40;

/// What a tab has of a document, and the server does not show.
#[derive(Debug)]
pub(crate) struct PastHold {
    client_id: ClientId,
    text: String,
    /// More had arrived than the editor showed.
    has_untaken: bool,
}

impl World {
    /// The document cannot be worked out past so many edits before its last.
    pub(crate) fn hold(&mut self, document: usize, back: u64) {
        let nth = document % self.disk.documents.len();
        let (id, file) = self.disk.documents.iter().nth(nth).expect("below their number");
        if self.server.is_none() || file.head == Seq(0) {
            return;
        }
        let request = Request::Hold(*id, file.epoch, Seq(file.head.0.saturating_sub(back)));
        let (number, at_ms) = self.disk.submit(request, self.clock.now_ms(), &mut self.rng);
        self.clock.at(at_ms, Happening::Done { run: self.run, number });
    }

    /// It is held, and those who have it open are about to hear of it.
    pub(crate) fn held(&mut self, id: DocumentId, epoch: Epoch, after: Seq) {
        let wait_ms = self.rng.below(TELLING_MS_MAX);
        let run = self.run;
        self.clock.after(wait_ms, Happening::Held { run, id, epoch, after });
    }

    /// They hear of it.
    pub(crate) fn tell_held(&mut self, id: DocumentId, epoch: Epoch, after: Seq) -> Result<(), Violation> {
        if let Some(server) = &mut self.server {
            server.hold(id, epoch, after);
        }
        if let Some(file) = self.disk.documents.get_mut(&id).filter(|file| file.epoch == epoch) {
            let told = file.hold_told.map_or(after, |told| told.min(after));
            file.hold_told = Some(told);
        }
        self.settle_server()
    }

    /// The server was put back to an older state, in which more may be readable than in the one before.
    pub(crate) fn plan_to_come_back(&mut self, number: usize) {
        let mut documents = self.tabs[number].session.documents();
        if documents.any(|(_, document)| is_closed_to_all(document)) {
            let life = self.tabs[number].life;
            self.clock.after(20, Happening::ComeBack { tab: number, life });
        }
    }

    /// Opens again what nothing could be read of.
    pub(crate) fn come_back(&mut self, number: usize) -> Result<(), Violation> {
        let documents = self.tabs[number].session.documents();
        let closed = documents.filter(|(_, document)| is_closed_to_all(document));
        let closed: Vec<_> = closed.map(|(id, _)| id).collect();
        for id in closed {
            let client_id = draw_client_id(&mut self.rng);
            self.reopen_document(number, id, client_id)?;
        }
        Ok(())
    }

    /// Whatever a tab had of a document past its hold, or the hold refused, is kept aside before the tab lets go of it.
    pub(crate) fn check_past_holds(&mut self, number: usize) -> Result<(), Violation> {
        let tab = &mut self.tabs[number];
        for (id, file) in &self.disk.documents {
            let (Some(_), Some(document)) = (file.held, tab.session.document(*id)) else {
                tab.past_holds.remove(id);
                continue;
            };
            let is_same_epoch = document.epoch() == Some(file.epoch);
            let replica = document.replica();
            if let Some(before) = tab.past_holds.remove(id)
                && before.client_id != replica.client_id()
                // It begins anew. One that only takes another name goes on with its text.
                && document.epoch().is_none()
                && !before.text.is_empty()
            {
                let mut copies = tab.asides_in_memory.iter().filter(|copy| copy.id.document == *id);
                if !copies.any(|copy| copy.text == before.text || before.has_untaken) {
                    return Err(Violation::new(
                        "what a hold takes from a tab is set aside",
                        format!("{id:?} of {}", tab.user.name),
                    ));
                }
            }
            if is_same_epoch && (document.held() > file.readable() || document.unsaved() > 0) {
                let past = PastHold {
                    client_id: replica.client_id(),
                    text: replica.text(),
                    has_untaken: document.has_untaken_text(),
                };
                tab.past_holds.insert(*id, past);
            }
        }
        Ok(())
    }
}

fn is_closed_to_all(document: &Document) -> bool {
    document.closed_reason() == Some(ErrorCode::Quarantined)
}
