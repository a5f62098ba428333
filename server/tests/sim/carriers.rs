//! What carries a tab's frames: the real ladder, and attempts on its rungs in a network that lets not all of them through.

use crate::check::Violation;
use crate::net::latency_ms;
use crate::plan::Manner;
use crate::tab::Tab;
use crate::world::{Happening, NOT_SIGNED_IN, SIGN_IN_MS, World};
use bytes::Bytes;
use server::collab::effect::ConnectionId;
use shared::session::{Disconnect, Ladder, LinkState, Rung, Step, Wish};
use std::collections::BTreeMap;

/// The ladder of one tab, and what is open on it.
#[derive(Debug)]
pub(crate) struct Carriers {
    ladder: Ladder,
    attempts: BTreeMap<Rung, Attempt>,
    /// What carried last: what the device remembers of its network.
    last: Rung,
    /// Counts attempts, so that news of earlier ones is told apart.
    begun: u64,
    pub(crate) timer_ms: Option<u64>,
    blocked: Blocked,
}

#[derive(Debug)]
struct Attempt {
    number: u64,
    connection: Option<ConnectionId>,
    /// Frames that came before it was adopted.
    kept: Vec<Bytes>,
}

/// The best rungs get no connection for a while.
#[derive(Clone, Copy, Debug)]
struct Blocked {
    rungs: usize,
    manner: Manner,
    until_ms: u64,
}

impl Carriers {
    /// A page that is opened, in the network where that rung carried last.
    pub(crate) fn new(last: Rung, begun: u64) -> Self {
        Self {
            ladder: Ladder::new(last),
            attempts: BTreeMap::new(),
            last,
            begun,
            timer_ms: None,
            blocked: Blocked {
                rungs: 0,
                manner: Manner::Refuses,
                until_ms: 0,
            },
        }
    }

    /// The page is gone.
    pub(crate) fn again(&self) -> Self {
        Self {
            blocked: self.blocked,
            ..Self::new(self.last, self.begun)
        }
    }

    /// What carries.
    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        self.attempts.get(&self.ladder.carrying()?)?.connection
    }

    /// Everything that is open.
    pub(crate) fn connections(&self) -> Vec<ConnectionId> {
        self.attempts
            .values()
            .filter_map(|attempt| attempt.connection)
            .collect()
    }

    pub(crate) fn unblock(&mut self) {
        self.blocked.until_ms = 0;
    }

    fn is_blocked(&self, rung: Rung, now_ms: u64) -> Option<Manner> {
        let is_blocked = now_ms < self.blocked.until_ms && Rung::ALL[..self.blocked.rungs].contains(&rung);
        is_blocked.then_some(self.blocked.manner)
    }

    fn rung_of(&self, connection: ConnectionId) -> Option<Rung> {
        let mut attempts = self.attempts.iter();
        let found = attempts.find(|(_, attempt)| attempt.connection == Some(connection));
        found.map(|(rung, _)| *rung)
    }
}

impl World {
    /// The network lets the best rungs through no more: what is open on them breaks, or falls silent.
    pub(crate) fn block(&mut self, number: usize, rungs: usize, manner: Manner, ms: u64) {
        let until_ms = self.clock.now_ms() + ms;
        let carriers = &mut self.tabs[number].carriers;
        carriers.blocked = Blocked {
            rungs,
            manner,
            until_ms,
        };
        let open = Rung::ALL[..rungs]
            .iter()
            .filter_map(|rung| carriers.attempts.get(rung)?.connection);
        for connection in open.collect::<Vec<_>>() {
            match manner {
                Manner::Refuses => self.break_off(connection),
                Manner::Hangs => self.net.silence(connection),
            }
        }
    }

    /// Carries out what the session wishes of its carriers, and what the ladder makes of that.
    pub(crate) fn settle_carriers(&mut self, number: usize) {
        let now_ms = self.clock.now_ms();
        loop {
            if let Some(step) = self.tabs[number].carriers.ladder.poll_step() {
                self.carry_step_out(number, step);
            } else if let Some(wish) = self.tabs[number].session.poll_wish() {
                let Tab { carriers, session, .. } = &mut self.tabs[number];
                match wish {
                    Wish::Connect => carriers.ladder.connect(now_ms),
                    Wish::Drop if matches!(session.link(), LinkState::Idle | LinkState::Stopped(_)) => {
                        carriers.ladder.stop();
                    }
                    Wish::Drop => carriers.ladder.disconnect(now_ms),
                }
            } else {
                break;
            }
        }
        let carriers = &mut self.tabs[number].carriers;
        let deadline = carriers.ladder.deadline().map(|at_ms| at_ms.max(now_ms));
        if let Some(at_ms) = deadline.filter(|at_ms| carriers.timer_ms != Some(*at_ms)) {
            carriers.timer_ms = Some(at_ms);
            self.clock.at(at_ms, Happening::LadderTimer { tab: number, at_ms });
        }
    }

    fn carry_step_out(&mut self, number: usize, step: Step) {
        let now_ms = self.clock.now_ms();
        let Tab { carriers, session, .. } = &mut self.tabs[number];
        match step {
            Step::Start(rung) => {
                carriers.begun += 1;
                let attempt = Attempt {
                    number: carriers.begun,
                    connection: None,
                    kept: Vec::new(),
                };
                carriers.attempts.insert(rung, attempt);
                if carriers.is_blocked(rung, now_ms) != Some(Manner::Hangs) {
                    let attempt = carriers.begun;
                    let wait_ms = latency_ms(&mut self.rng);
                    self.clock.after(wait_ms, Happening::Reached { tab: number, attempt });
                }
            }
            Step::Drop(rung) => {
                let dropped = carriers.attempts.remove(&rung);
                if let Some(connection) = dropped.and_then(|attempt| attempt.connection)
                    && !self.net.is_silent(connection)
                {
                    let wait_ms = latency_ms(&mut self.rng);
                    self.clock.after(wait_ms, Happening::ServerLoses { connection });
                }
            }
            Step::Adopt(rung) => {
                let unsaved = session.documents().any(|(_, document)| document.unsaved() > 0);
                self.counters.falls += u64::from(rung > carriers.last);
                self.counters.climbs += u64::from(rung < carriers.last);
                self.counters.switches_unsaved += u64::from(rung != carriers.last && unsaved);
                carriers.last = rung;
                let kept = carriers
                    .attempts
                    .get_mut(&rung)
                    .map(|attempt| std::mem::take(&mut attempt.kept));
                session.handle_connected(now_ms);
                for frame in kept.into_iter().flatten() {
                    session.handle_frame(now_ms, &frame);
                }
            }
            Step::Fail(reason) => {
                session.handle_disconnected(now_ms, reason);
                if reason == NOT_SIGNED_IN {
                    self.clock.after(SIGN_IN_MS, Happening::SignIn { tab: number });
                }
            }
            Step::Move => session.reconnect(now_ms),
        }
    }

    /// An attempt comes to its end: at the server, or in vain.
    pub(crate) fn reached(&mut self, number: usize, attempt: u64) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let tab = &mut self.tabs[number];
        let mut attempts = tab.carriers.attempts.iter();
        let Some(rung) = attempts.find_map(|(rung, open)| (open.number == attempt).then_some(*rung)) else {
            return Ok(());
        };
        let is_cut_off = now_ms < tab.offline_until_ms || tab.carriers.is_blocked(rung, now_ms).is_some();
        if self.server.is_none() || is_cut_off {
            tab.carriers.ladder.handle_gone(now_ms, rung, Disconnect::Lost);
        } else if self.disk.ended.contains(&tab.credential) {
            tab.carriers.ladder.handle_gone(now_ms, rung, NOT_SIGNED_IN);
        } else {
            let connection = self.connect(number, rung);
            let attempt = self.tabs[number].carriers.attempts.get_mut(&rung);
            attempt.expect("it was just there").connection = Some(connection);
        }
        self.settle_tab(number)?;
        self.settle_server()
    }

    /// A frame has come to the tab.
    pub(crate) fn frame_arrives(&mut self, number: usize, connection: ConnectionId, frame: &Bytes) {
        let now_ms = self.clock.now_ms();
        let Tab { carriers, session, .. } = &mut self.tabs[number];
        let Some(rung) = carriers.rung_of(connection) else {
            return;
        };
        if carriers.ladder.carrying() == Some(rung) {
            session.handle_frame(now_ms, frame);
        } else if let Some(attempt) = carriers.attempts.get_mut(&rung) {
            attempt.kept.push(frame.clone());
            carriers.ladder.handle_first_frame(now_ms, rung);
        }
    }

    /// The tab learns that a connection is gone.
    pub(crate) fn tab_loses(
        &mut self,
        number: usize,
        connection: ConnectionId,
        reason: Disconnect,
    ) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let carriers = &mut self.tabs[number].carriers;
        if let Some(rung) = carriers.rung_of(connection) {
            carriers.ladder.handle_gone(now_ms, rung, reason);
        }
        self.settle_tab(number)
    }

    pub(crate) fn ladder_timeout(&mut self, number: usize) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let carriers = &mut self.tabs[number].carriers;
        carriers.timer_ms = None;
        carriers.ladder.handle_timeout(now_ms);
        self.settle_tab(number)
    }
}
