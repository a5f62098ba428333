//! Messages that a restored backup lost: their authors' devices show them, and nobody but their author says them again.

use crate::check::Violation;
use crate::plan::{TABS, USERS};
use crate::tab::Tab;
use crate::world::{Happening, ROOM, World, user_id};
use shared::id::Nonce;
use shared::limits::MESSAGES_RECENT;
use shared::session::{Room, TabId, Unsent};
use shared::wire::Message;
use std::collections::{BTreeMap, BTreeSet};

/// What restored backups took.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    /// Messages that no tab was about to say when they were lost, and nobody has asked for since.
    pub(crate) silent: BTreeSet<Nonce>,
    /// Those that the device of their author held, each with the device.
    pub(crate) shown: BTreeMap<Nonce, usize>,
    /// Those that a person has discarded, each with the other tabs of theirs that there were.
    discarded: BTreeMap<Nonce, Vec<(usize, TabId)>>,
}

impl World {
    /// The device may have lost anything, also that a message was stored.
    pub(crate) fn forgive_lost(&mut self, device: usize) {
        self.lost.shown.retain(|_, owner| *owner != device);
        let room = self.devices[device].opened(ROOM, user_id(device));
        for nonce in to_be_said(room.room(ROOM).expect("it was opened")) {
            self.lost.silent.remove(&nonce);
        }
    }

    /// The server has just lost what is not in its room any more.
    pub(crate) fn note_lost(&mut self, before: Vec<Message>) {
        let now: BTreeSet<_> = self.disk.rooms[&ROOM]
            .messages
            .iter()
            .map(|message| message.nonce)
            .collect();
        let before: Vec<_> = before.into_iter().map(|message| message.nonce).collect();
        for nonce in before.iter().filter(|nonce| !now.contains(nonce)) {
            // Another tab had said it again all the same.
            self.lost.discarded.remove(nonce);
        }
        // What had been said again is lost anew: it is shown where a device has it now.
        self.lost.shown.retain(|nonce, _| !before.contains(nonce));
        let mut waiting = BTreeSet::new();
        for tab in &self.tabs {
            waiting.extend(tab.session.room(ROOM).into_iter().flat_map(to_be_said));
        }
        for device in 0..USERS {
            let room = self.devices[device].opened(ROOM, user_id(device));
            let room = room.room(ROOM).expect("it was opened");
            waiting.extend(to_be_said(room));
            let own = room.messages().filter(|message| message.author.id == user_id(device));
            // What the person has discarded may still stand in a tab that has not heard that it is lost.
            let is_lost = |nonce| !now.contains(nonce) && !self.lost.discarded.contains_key(nonce);
            let lost = own.filter(|message| is_lost(&message.nonce));
            self.lost.shown.extend(lost.map(|message| (message.nonce, device)));
        }
        let before = before.into_iter();
        let lost = before.filter(|nonce| !now.contains(nonce) && !waiting.contains(nonce));
        self.lost.silent.extend(lost);
        self.lost.silent.retain(|nonce| !now.contains(nonce));
    }

    /// The server has just lost what is not in its room any more. Of that, a device has all that the screen once said it has.
    pub(crate) fn check_said_is_held(&self, before: &[Message]) -> Result<(), Violation> {
        let now = &self.disk.rooms[&ROOM].messages;
        let latest = before
            .iter()
            .rev()
            .take(usize::try_from(MESSAGES_RECENT).expect("small"));
        for Message { nonce, .. } in latest.filter(|message| !now.contains(message)) {
            if let Some(device) = self.owed.device_of(*nonce)
                && !self.lost.discarded.contains_key(nonce)
                && !self.devices[device].names(ROOM, *nonce)
            {
                return Err(Violation::new(
                    "what is said stays on the device",
                    format!("{nonce:?} of {device}"),
                ));
            }
        }
        Ok(())
    }

    /// The screen may show that something of the person's is lost. Sometimes they see to it.
    pub(crate) fn notice_lost(&mut self, number: usize) {
        let tab = &self.tabs[number];
        let life = tab.life;
        if !lost(tab).is_empty() && self.rng.below(2) == 0 {
            let wait_ms = 1 + self.rng.below(3_000);
            self.clock.after(wait_ms, Happening::Deal { tab: number, life });
        }
    }

    /// They say it again, discard it, or leave it.
    pub(crate) fn deal_with_lost(&mut self, number: usize) {
        let now_ms = self.clock.now_ms();
        for nonce in lost(&self.tabs[number]) {
            match self.rng.below(3) {
                0 => {
                    self.lost.silent.remove(&nonce);
                    self.tabs[number].session.resend(now_ms, ROOM, nonce);
                    self.counters.lost_said_again += 1;
                }
                1 => {
                    self.lost.shown.remove(&nonce);
                    let others = others_of(&self.tabs, number);
                    self.lost.discarded.insert(nonce, others);
                    self.tabs[number].session.discard(now_ms, ROOM, nonce);
                    self.counters.lost_discarded += 1;
                }
                _ => {}
            }
        }
    }

    /// The other tabs of the person are told what they have dealt with in this one.
    pub(crate) fn tell_dealt_with(&mut self, number: usize, nonce: Nonce) {
        for (tab, life) in others_of(&self.tabs, number) {
            let wait_ms = 1 + self.rng.below(20);
            self.clock.after(wait_ms, Happening::DealtWith { tab, life, nonce });
        }
    }

    /// After every write.
    pub(crate) fn check_silence(&self) -> Result<(), Violation> {
        let mut messages = self.disk.rooms[&ROOM].messages.iter();
        match messages.find(|message| self.lost.silent.contains(&message.nonce)) {
            Some(message) => Err(Violation::new(
                "what a restored backup lost is said again by its author alone",
                format!("{message:?}"),
            )),
            None => Ok(()),
        }
    }

    /// At rest, no tab shows what was discarded in another while it was there.
    pub(crate) fn check_discarded_is_gone(&self) -> Result<(), Violation> {
        for (nonce, others) in &self.lost.discarded {
            for (number, life) in others {
                let tab = &self.tabs[*number];
                if tab.life == *life && lost(tab).contains(nonce) {
                    return Err(Violation::new(
                        "what is dealt with in one tab is in no other",
                        format!("{nonce:?} of {}", tab.user.name),
                    ));
                }
            }
        }
        Ok(())
    }

    /// At rest, each is stored again, or where its author sees it, now or when they come next.
    pub(crate) fn check_lost_is_shown(&self) -> Result<(), Violation> {
        let stored = &self.disk.rooms[&ROOM].messages;
        for (nonce, device) in &self.lost.shown {
            let is_here = |room: &Room| room.unsent().any(|unsent| unsent.nonce == *nonce);
            let tabs = (0..TABS).filter(|number| self.tabs[*number].device == *device);
            let is_shown = tabs
                .filter_map(|number| self.tabs[number].session.room(ROOM))
                .any(is_here);
            let is_stored = stored.iter().any(|message| message.nonce == *nonce);
            if !is_shown && !is_stored && !self.devices[*device].names(ROOM, *nonce) {
                return Err(Violation::new(
                    "what a restored backup lost is shown to its author",
                    format!("{nonce:?} of {device}"),
                ));
            }
        }
        Ok(())
    }
}

/// The other tabs of the person that there are.
fn others_of(tabs: &[Tab], number: usize) -> Vec<(usize, TabId)> {
    let device = tabs[number].device;
    let others = tabs.iter().enumerate();
    let others = others.filter(|(other, tab)| *other != number && tab.device == device && tab.is_alive);
    others.map(|(other, tab)| (other, tab.life)).collect()
}

fn lost(tab: &Tab) -> Vec<Nonce> {
    let unsent = tab.session.room(ROOM).into_iter().flat_map(Room::unsent);
    let lost = unsent.filter(|unsent| unsent.is_lost());
    lost.map(|unsent| unsent.nonce).collect()
}

/// What is said without anybody asking.
fn to_be_said(room: &Room) -> impl Iterator<Item = Nonce> {
    let waiting = room.unsent().filter(|unsent: &&Unsent| !unsent.is_lost());
    waiting.map(|unsent| unsent.nonce)
}
