//! Tabs and their devices: transactions that take their time, tabs that crash and come back, and what the world owes them.

use crate::check::Violation;
use crate::device::{Device, LOST_MAX};
use crate::plan::{TABS, USERS};
use crate::tab::{Expected, Tab, draw_client_id};
use crate::world::{Happening, ROOM, World, document_id};
use bytes::Bytes;
use shared::id::{ClientId, ClientSeq, DocumentId, Epoch, Nonce};
use shared::session::{KeptDocument, KeptRoom, Progress, Room, Session, SetAside, TabId};
use shared::wire::Codec;
use std::collections::{BTreeMap, BTreeSet};

/// One edit, by its names.
pub(crate) type EditName = (DocumentId, ClientId, ClientSeq);

/// What people were told is on their device.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    /// Each with the device.
    edits: BTreeMap<EditName, (Bytes, usize)>,
    /// Messages that nothing is said to be lost of when the tab is closed.
    messages: BTreeMap<Nonce, usize>,
    /// Documents that a device was to have made.
    made: BTreeMap<DocumentId, usize>,
    /// Documents that the server has refused to make, to one tab or another.
    refused: BTreeSet<DocumentId>,
}

impl Owed {
    /// The screen says of these edits that the device has them.
    fn note(&mut self, tab: &Tab) {
        let room = tab.session.room(ROOM).filter(|_| tab.session.has_store());
        let kept = room.into_iter().flat_map(Room::unsent);
        for unsent in kept.filter(|unsent| unsent.progress != Progress::Keeping) {
            self.messages.insert(unsent.nonce, tab.device);
        }
        for (id, document) in tab.session.documents() {
            let outbox = document.outbox();
            for (client_seq, update) in outbox.pending().take(outbox.durable()) {
                let name = (id, document.replica().client_id(), client_seq);
                self.edits.insert(name, (update.clone(), tab.device));
            }
        }
    }

    /// Its device holds the wishes of the tab: they are made, or refused.
    fn note_wishes(&mut self, tab: &Tab) {
        let documents = tab.session.documents();
        let kept = documents.filter(|(_, document)| document.undurable() == 0);
        let kept: BTreeSet<_> = kept.map(|(id, _)| id).collect();
        let wishes = tab.session.creations().filter(|creation| kept.contains(&creation.id));
        self.made.extend(wishes.map(|creation| (creation.id, tab.device)));
    }

    /// The server does not make it.
    pub(crate) fn refuse(&mut self, id: DocumentId) {
        self.refused.insert(id);
    }

    /// The device may have lost anything.
    fn forgive(&mut self, device: usize) {
        self.edits.retain(|_, (_, owner)| *owner != device);
        self.messages.retain(|_, owner| *owner != device);
        self.made.retain(|_, owner| *owner != device);
    }

    /// The device that the message is said to be on.
    pub(crate) fn device_of(&self, message: Nonce) -> Option<usize> {
        self.messages.get(&message).copied()
    }

    fn of(&self, device: usize) -> impl Iterator<Item = (&EditName, &Bytes)> {
        let edits = self.edits.iter().filter(move |(_, (_, owner))| *owner == device);
        edits.map(|(name, (update, _))| (name, update))
    }
}

impl World {
    /// Gives the store what the session wants kept.
    pub(crate) fn keep(&mut self, number: usize) {
        let Some(keep) = self.tabs[number].session.poll_keep() else {
            return;
        };
        self.owed.note(&self.tabs[number]);
        let slow_ms = if self.rng.below(20) == 0 { 400 } else { 25 };
        let wait_ms = 1 + self.rng.below(slow_ms);
        let tab = &mut self.tabs[number];
        tab.keep = Some(keep);
        let life = tab.life;
        self.clock.after(wait_ms, Happening::Kept { tab: number, life });
    }

    /// The store has carried a transaction out, or could not.
    pub(crate) fn kept(&mut self, number: usize) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let tab = &mut self.tabs[number];
        let Some(keep) = tab.keep.take() else { return Ok(()) };
        if tab.store_fails {
            self.counters.stores_failed += 1;
            tab.session.handle_keep_failed(now_ms);
            let again = Happening::StoreAgain {
                tab: number,
                life: tab.life,
            };
            let wait_ms = 500 + self.rng.below(8_000);
            self.clock.after(wait_ms, again);
        } else {
            let token = keep.token;
            self.devices[tab.device].apply(keep);
            self.counters.kept += 1;
            tab.session.handle_kept(now_ms, token);
            self.owed.note(tab);
            if tab.session.has_store() {
                self.owed.note_wishes(tab);
            }
        }
        self.settle_tab(number)
    }

    /// The store takes transactions again.
    pub(crate) fn store_again(&mut self, number: usize) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let tab = &mut self.tabs[number];
        tab.store_fails = false;
        let life = tab.life;
        if tab.session.use_store_again(now_ms, life) {
            self.counters.stores_regained += 1;
        } else {
            let again = Happening::StoreAgain { tab: number, life };
            self.clock.after(1_000, again);
        }
        self.settle_tab(number)
    }

    /// The tab is gone, at any moment. What was being written may have made it.
    pub(crate) fn crash_tab(&mut self, number: usize, down_ms: u64) {
        if !self.tabs[number].is_alive {
            return;
        }
        self.counters.tab_crashes += 1;
        if self.rng.below(3) == 0 {
            // The server finds out later.
            for connection in self.tabs[number].carriers.connections() {
                self.net.silence(connection);
            }
        }
        self.cut(number);
        let is_written = self.rng.below(2) == 0;
        let tab = &mut self.tabs[number];
        if let Some(keep) = tab.keep.take().filter(|_| is_written && !tab.store_fails) {
            self.devices[tab.device].apply(keep);
        }
        tab.die();
        let life = tab.life;
        self.clock.after(down_ms, Happening::TabBack { tab: number, life });
        self.forgive_messages(number);
    }

    /// All tabs of a person are gone, and their device has lost its last transactions, or everything.
    pub(crate) fn crash_device(&mut self, user: usize, lost: usize, down_ms: u64) {
        for number in 0..TABS {
            if self.tabs[number].device == user {
                self.crash_tab(number, down_ms);
            }
        }
        let device = &mut self.devices[user];
        if lost > LOST_MAX {
            device.wipe();
        } else {
            device.lose(lost);
        }
        self.counters.devices_lost += 1;
        self.owed.forgive(user);
        self.forgive_lost(user);
        for number in 0..TABS {
            if self.tabs[number].device == user {
                self.forgive_messages(number);
            }
        }
    }

    /// What was said and is not on the device may be lost.
    fn forgive_messages(&mut self, number: usize) {
        let device = &self.devices[self.tabs[number].device];
        let room = shared::session::Session::new(self.tabs[number].codec, 0);
        let kept = unsent(device.room(ROOM), room);
        for (nonce, expected) in &mut self.tabs[number].said {
            let stored = self.disk.rooms[&ROOM]
                .messages
                .iter()
                .any(|message| message.nonce == *nonce);
            if !stored && !kept.contains(nonce) && !self.owed.messages.contains_key(nonce) {
                *expected = Expected::Either;
            }
        }
    }

    /// The person opens the page again.
    pub(crate) fn tab_back(&mut self, number: usize) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let seed = self.rng.next();
        let client_ids: Vec<_> = (0..crate::plan::DOCUMENTS)
            .map(|_| draw_client_id(&mut self.rng))
            .collect();
        let tab = &mut self.tabs[number];
        tab.revive(seed);
        tab.session.start(now_ms);
        let device = &self.devices[tab.device];
        tab.session.restore_creations(now_ms, &device.creations());
        let room = device.room(ROOM);
        tab.session.open_kept_room(now_ms, ROOM, room).expect("nothing is open");
        for (document, client_id) in client_ids.into_iter().enumerate() {
            self.open_kept(number, document_id(document), client_id)?;
        }
        self.recall(number)?;
        self.settle_tab(number)
    }

    /// Opens a document with what the device has of it.
    pub(crate) fn open_kept(&mut self, number: usize, id: DocumentId, client_id: ClientId) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let living = self.living();
        let tab = &mut self.tabs[number];
        let device = tab.device;
        let kept = self.devices[device].claim(id, tab.life, &living);
        self.counters.claims += u64::from(!kept.is_empty());
        tab.open_document(now_ms, id, client_id, kept);
        self.owed.note(tab);
        while let Some(event) = self.tabs[number].session.poll_event() {
            self.hear(number, &event)?;
        }
        self.check_owed_is_there(number, id)
    }

    /// Whatever the device has from before a backup was restored, and the server has no more, is found out about.
    pub(crate) fn look_for_lost(&mut self, number: usize, now: Epoch) {
        let living = self.living();
        let (device, life) = (self.tabs[number].device, self.tabs[number].life);
        for id in self.devices[device].lost(now, &living) {
            let rescue = Happening::Rescue { tab: number, life, id };
            let wait_ms = 1 + self.rng.below(50);
            self.rescues += 1;
            self.clock.after(wait_ms, rescue);
        }
    }

    /// The server has been asked for a document, and has it or has not.
    pub(crate) fn rescue(&mut self, number: usize, id: DocumentId) -> Result<(), Violation> {
        let (now_ms, living) = (self.clock.now_ms(), self.living());
        let tab = &mut self.tabs[number];
        if self.disk.documents.contains_key(&id) || tab.session.document(id).is_some() || !tab.session.has_store() {
            return Ok(());
        }
        // What was written when the document was left has to be there before it is read.
        if tab.session.is_writing() {
            let life = tab.life;
            self.rescues += 1;
            self.clock.after(20, Happening::Rescue { tab: number, life, id });
            return Ok(());
        }
        let kept = self.devices[tab.device].claim(id, tab.life, &living);
        let text = text(id, kept.clone());
        tab.session.rescue_document(now_ms, id, kept);
        self.settle_tab(number)?;
        let mut copies = self.tabs[number].asides_in_memory.iter();
        if text.is_empty() || copies.any(|copy| copy.id.document == id && copy.text == text) {
            return Ok(());
        }
        Err(Violation::new("what a restored server has no more is rescued", id))
    }

    pub(crate) fn living(&self) -> Vec<TabId> {
        let living = self.tabs.iter().filter(|tab| tab.is_alive);
        living.map(|tab| tab.life).collect()
    }

    /// Whatever was on the device when a tab died is sent by one that comes, stored already, or kept aside.
    fn check_owed_is_there(&self, number: usize, id: DocumentId) -> Result<(), Violation> {
        let device = self.tabs[number].device;
        let mut here = BTreeSet::new();
        for tab in self.tabs.iter().filter(|tab| tab.device == device) {
            if let Some(document) = tab.session.document(id) {
                here.extend(document.pending().into_iter().map(|(client, seq, _)| (id, client, seq)));
            }
        }
        self.check_owed(device, |name| name.0 != id || here.contains(name))
    }

    /// At rest, everything that was on a device is on the server, or was kept aside.
    pub(crate) fn check_nothing_owed(&self) -> Result<(), Violation> {
        let unmade = |id: &&DocumentId| !self.disk.made_ever.contains(*id) && !self.owed.refused.contains(*id);
        if let Some(id) = self.owed.made.keys().find(unmade) {
            return Err(Violation::new("what the device wishes for is made", id));
        }
        (0..USERS).try_for_each(|device| {
            self.check_nothing_lost(device)?;
            self.check_owed(device, |_| false)
        })
    }

    /// What a restored server has no more is in no copy that nobody would ever look at.
    fn check_nothing_lost(&self, device: usize) -> Result<(), Violation> {
        let mut tabs = self.tabs.iter().filter(|tab| tab.device == device);
        if !tabs.any(|tab| tab.session.has_store()) {
            return Ok(());
        }
        let mut lost = self.devices[device]
            .lost(self.disk.server_epoch, &self.living())
            .into_iter();
        match lost.find(|id| !self.disk.documents.contains_key(id)) {
            Some(id) => Err(Violation::new("what a restored server has no more is rescued", id)),
            None => Ok(()),
        }
    }

    fn check_owed(&self, device: usize, is_there: impl Fn(&EditName) -> bool) -> Result<(), Violation> {
        let mut aside: BTreeSet<EditName> = BTreeSet::new();
        let mut add = |copies: &[SetAside]| {
            for copy in copies {
                let pending = copy.pending.iter();
                aside.extend(pending.map(|(client, seq, _)| (copy.id.document, *client, *seq)));
            }
        };
        add(&self.devices[device].asides());
        // Those that a store is about to take are in rows of it still, whatever happens.
        let counts = |tab: &&Tab| tab.device == device && !(tab.session.has_store() && tab.session.is_kept());
        for tab in self.tabs.iter().filter(counts) {
            add(&tab.asides_in_memory);
        }
        for (name, update) in self.owed.of(device) {
            let histories = self.disk.stored_ever.get(name);
            // What is deleted already is left out when it is stored. An update that deletes nothing ends in an empty set.
            let is_same = |stored: &Bytes| stored == update || update.last() != Some(&0);
            if histories.is_some_and(|stored| stored.values().any(is_same)) {
                continue;
            }
            let is_kept = aside.contains(name) || is_there(name);
            // Whoever opened with a name before its first edit was stored has it, and the edit is kept aside.
            let is_stolen = self.counters.steals > 0 && is_kept;
            if !is_stolen && histories.is_some_and(|stored| stored.contains_key(&self.disk.server_epoch)) {
                return Err(Violation::new(
                    "what a number stands for is stored",
                    format!("{name:?}"),
                ));
            }
            if !is_kept {
                return Err(Violation::new("what the device has is not lost", format!("{name:?}")));
            }
        }
        Ok(())
    }
}

/// What a copy says.
fn text(id: DocumentId, kept: KeptDocument) -> String {
    let mut session = Session::new(Codec::Binary, 0);
    session
        .open_kept_document(0, id, ClientId(0), kept)
        .expect("nothing is open");
    session.document(id).expect("it was opened").replica().text()
}

/// The messages that a tab would say again.
fn unsent(kept: KeptRoom, mut session: shared::session::Session) -> BTreeSet<Nonce> {
    session.open_kept_room(0, ROOM, kept).expect("nothing is open");
    let room = session.room(ROOM).into_iter();
    room.flat_map(Room::unsent).map(|unsent| unsent.nonce).collect()
}

/// One device for each person.
pub(crate) fn devices() -> Vec<Device> {
    (0..USERS).map(|_| Device::default()).collect()
}
