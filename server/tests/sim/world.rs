//! The world: tabs, network, server and disk under one clock, and what happens next.

mod connections;
mod happening;

pub(crate) use happening::Happening;

use crate::check::{self, Violation};
use crate::clock::Clock;
use crate::counters::Counters;
use crate::creating::{Answered, Asking};
use crate::device::Device;
use crate::disk::{Answer, Disk};
use crate::keeping::Owed;
use crate::losing::Lost;
use crate::net::{Net, Way, latency_ms};
use crate::plan::{DOCUMENTS, Op, Plan, TABS, USERS};
use crate::requests::Leg;
use crate::server::{IDLE_MS_MAX, Server, ServerCounters};
use crate::tab::{Tab, draw_client_id, login_session};
use bytes::Bytes;
use server::collab::effect::{ConnectionId, Credential};
use shared::id::{ClientId, DocumentId, Epoch, Nonce, RoomId, Seq, UserId};
use shared::session::{Disconnect, KeptDocument, Place, Rng, Rung, TabId};
use shared::wire::{ClientFrame, Person};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use uuid::Uuid;

pub(crate) const ROOM: RoomId = RoomId(Uuid::from_u128(0x10));

/// From the last trouble to rest, at most: a dead socket that nobody was told of takes half a minute on either side, and the
/// longest backoff as long again.
const REST_MS_MAX: u64 = 150_000;

/// How often the world looks whether it is at rest, once it should be.
const LOOK_MS: u64 = 250;

pub(crate) const NOT_SIGNED_IN: Disconnect = Disconnect::Code(4401);

/// What it takes to sign in again.
pub(crate) const SIGN_IN_MS: u64 = 500;

pub(crate) fn document_id(number: usize) -> DocumentId {
    DocumentId(Uuid::from_u128(0x20 + number as u128))
}

pub(crate) fn user_id(number: usize) -> UserId {
    UserId(Uuid::from_u128(0x30 + number as u128))
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock<Happening>,
    pub(crate) rng: Rng,
    pub(crate) net: Net,
    pub(crate) disk: Disk,
    pub(crate) server: Option<Server>,
    /// Counts processes, so that news of earlier ones is told apart.
    pub(crate) run: u64,
    pub(crate) tabs: Vec<Tab>,
    /// One for each person.
    pub(crate) devices: Vec<Device>,
    /// Documents that tabs have wished for.
    pub(crate) wished: usize,
    /// How many of them somebody is about to come to.
    pub(crate) visits: usize,
    /// Documents that tabs are about to ask for, since a restored server may have them no more.
    pub(crate) rescues: usize,
    pub(crate) owed: Owed,
    pub(crate) lost: Lost,
    pub(crate) counters: Counters,
    pub(crate) timer_ms: Option<u64>,
    trace: DefaultHasher,
}

/// What a run without a violation amounts to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    pub(crate) counters: Counters,
    pub(crate) trace: u64,
    pub(crate) rested_ms: u64,
}

/// Runs a plan to its end, to rest, and until everybody has left.
pub(crate) fn run(plan: &Plan) -> Result<Summary, Violation> {
    let mut world = World::new(plan);
    world.run_until(plan.end_ms() + 2_000)?;
    world.heal()?;
    let healed_ms = world.clock.now_ms();
    world.run_until_holds("rest is reached", check::is_at_rest)?;
    let rested_ms = world.clock.now_ms() - healed_ms;
    check::at_rest(&world)?;
    world.check_nothing_owed()?;
    world.check_lost_is_shown()?;
    world.check_discarded_is_gone()?;
    check::nothing_is_there_twice(&world, plan)?;
    world.run_until_holds("everybody sees who is there", check::presence_is_right)?;
    world.all_but_the_first_leave()?;
    world.run_until_holds("presence is empty after all leave", check::presence_is_right)?;
    world.crash();
    check::after_reload(&world)?;
    Ok(world.summary(rested_ms))
}

impl World {
    fn new(plan: &Plan) -> Self {
        let names = ["Ada", "Ben", "Cleo", "Dan"];
        let people: Vec<_> = (0..USERS)
            .map(|n| Person {
                id: user_id(n),
                name: names[n % names.len()].to_owned(),
            })
            .collect();
        let documents: Vec<_> = (0..DOCUMENTS).map(document_id).collect();
        let mut rng = Rng::new(plan.seed);
        let tabs = (0..TABS)
            .map(|n| Tab::new(n, people[n % USERS].clone(), rng.next()))
            .collect();
        let mut world = Self {
            clock: Clock::new(),
            rng,
            net: Net::default(),
            disk: Disk::new(people, &documents, ROOM),
            server: Some(Server::default()),
            run: 1,
            tabs,
            devices: crate::keeping::devices(),
            wished: 0,
            visits: 0,
            rescues: 0,
            owed: Owed::default(),
            lost: Lost::default(),
            counters: Counters::default(),
            timer_ms: None,
            trace: DefaultHasher::new(),
        };
        for tab in 0..TABS {
            let client_ids: Vec<_> = documents.iter().map(|_| draw_client_id(&mut world.rng)).collect();
            let shell = &mut world.tabs[tab];
            shell.session.start(0);
            shell.session.open_room(0, ROOM).expect("nothing is open");
            for (id, client_id) in documents.iter().zip(client_ids) {
                shell.open_document(0, *id, client_id, KeptDocument::default());
            }
        }
        for (at_ms, op) in &plan.ops {
            world.clock.at(*at_ms, Happening::Op(op.clone()));
        }
        world
    }

    fn summary(mut self, rested_ms: u64) -> Summary {
        self.count_process();
        self.counters.compactions = self.disk.compactions;
        self.counters.refusals_full = self.disk.refusals_full;
        self.counters.holds = self.disk.holds;
        self.counters.holds_under_way = self.disk.holds_under_way;
        self.counters.held_whole = self.disk.held_whole;
        self.counters.refusals_signed_out = self.disk.refusals_signed_out;
        self.counters.edits = self.tabs.iter().map(|tab| tab.edits).sum();
        Summary {
            counters: self.counters,
            trace: self.trace.finish(),
            rested_ms,
        }
    }

    fn run_until(&mut self, until_ms: u64) -> Result<(), Violation> {
        for tab in 0..TABS {
            self.settle_tab(tab)?;
        }
        while let Some(happening) = self.clock.next_until(until_ms) {
            self.happen(happening)?;
        }
        Ok(())
    }

    fn run_until_holds(&mut self, what: &'static str, holds: fn(&Self) -> Result<(), String>) -> Result<(), Violation> {
        let give_up_ms = self.clock.now_ms() + REST_MS_MAX;
        loop {
            self.run_until(self.clock.now_ms() + LOOK_MS)?;
            match holds(self) {
                Ok(()) => return Ok(()),
                Err(why) if self.clock.now_ms() >= give_up_ms => return Err(Violation::new(what, why)),
                Err(_) => {}
            }
        }
    }

    fn done(&mut self, number: u64) -> Result<(), Violation> {
        let Some(answer) = self.disk.perform(number, self.clock.now_ms()) else {
            return Ok(());
        };
        self.note("disk", &format!("{answer:?}"));
        check::disk(&self.disk)?;
        self.check_silence()?;
        match answer {
            Answer::Made(asking, made) => self.made(asking, made),
            Answer::Held(id, epoch, after) => self.held(id, epoch, after),
            answer => {
                if let Some(server) = &mut self.server {
                    server.handle_answer(answer, &self.disk);
                }
            }
        }
        if self.disk.has_failed() {
            // The real one stops: nothing is acknowledged any more.
            self.clock.after(
                100,
                Happening::Crash {
                    run: self.run,
                    down_ms: 200,
                },
            );
        }
        self.settle_server()
    }

    /// The process is gone, and with it everything that was not committed.
    pub(crate) fn crash(&mut self) {
        if self.server.is_none() {
            return;
        }
        let run = self.run;
        self.note("crash", &run);
        self.count_process();
        self.counters.crashes += 1;
        self.server = None;
        self.run += 1;
        self.timer_ms = None;
        self.disk.crash(self.clock.now_ms(), &mut self.rng);
        for connection in self.net.ids() {
            self.hang_up(connection, Disconnect::Lost);
        }
    }

    fn count_process(&mut self) {
        let Some(server) = &self.server else { return };
        let ServerCounters {
            slow_consumers,
            resumes,
            bundles,
            holds_loaded,
            ..
        } = server.counters;
        self.counters.holds_loaded += holds_loaded;
        self.counters.slow_consumers += slow_consumers;
        self.counters.resumes += resumes;
        self.counters.bundles += bundles;
    }

    fn note(&mut self, what: &str, detail: &(impl std::hash::Hash + ?Sized)) {
        self.clock.now_ms().hash(&mut self.trace);
        what.hash(&mut self.trace);
        detail.hash(&mut self.trace);
    }
}
