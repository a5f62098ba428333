//! What carries the session's frames: attempts on the rungs of its ladder, of which one is adopted.

use super::link::Link;
use super::network;
use super::shell::Shell;
use super::socket::Socket;
use super::timer::{Alarm, Beat, now_ms};
use leptos::prelude::Set as _;
use litemap::LiteMap;
use shared::session::{Disconnect, Ladder, LinkState, Rung, Session, Step};
use std::cell::RefCell;
use std::rc::Weak;

/// Frames kept of an attempt before it is adopted. A server says one word before it is spoken to.
const KEPT_MAX: usize = 16;

/// One attempt, or what carries. It tells the shell of every frame and of its end, with the name of its rung. Dropping it closes it, and nothing of it is heard
/// any more.
pub(super) trait Carrier {
    /// Sends one frame. What cannot be sent is sent again by the session on the next carrier.
    fn send(&self, frame: &[u8]);

    /// The page is being left, and may come back.
    fn leave(&self);
}

/// The ladder and what is open on it.
pub(super) struct Carriers {
    ladder: RefCell<Ladder>,
    open: RefCell<LiteMap<Rung, Attempt>>,
    /// When the ladder wants to be called.
    deadline: Alarm,
}

struct Attempt {
    carrier: Box<dyn Carrier>,
    /// Frames that came before it was adopted.
    kept: Vec<Vec<u8>>,
}

impl Carriers {
    pub(super) fn new(shell: &Weak<Shell>) -> Self {
        Self {
            ladder: RefCell::new(Ladder::new(network::remembered())),
            open: RefCell::default(),
            deadline: Alarm::new(shell, Beat::Timeout, |shell| {
                shell.carriers.deadline.rang();
                shell.with_ladder(Ladder::handle_timeout);
            }),
        }
    }

    /// Sends a frame by what carries.
    pub(super) fn send(&self, frame: &[u8]) {
        let carrying = self.ladder.borrow().carrying();
        let open = self.open.borrow();
        if let Some(attempt) = carrying.and_then(|rung| open.get(&rung)) {
            attempt.carrier.send(frame);
        }
    }

    /// The page is being left.
    pub(super) fn leave(&self) {
        for attempt in self.open.borrow().values() {
            attempt.carrier.leave();
        }
    }
}

impl Shell {
    /// Does something with the ladder and carries out what follows from it.
    pub(super) fn with_ladder(&self, act: impl FnOnce(&mut Ladder, u64)) {
        act(&mut self.carriers.ladder.borrow_mut(), now_ms());
        loop {
            let step = self.carriers.ladder.borrow_mut().poll_step();
            let Some(step) = step else { break };
            self.carry_out(step);
        }
        let deadline = self.carriers.ladder.borrow().deadline();
        match deadline {
            Some(at_ms) => self.carriers.deadline.set(at_ms),
            None => self.carriers.deadline.clear(),
        }
    }

    /// The session wishes to have no carrier any more: it has heard nothing for too long, or is stopped.
    pub(super) fn drop_carrier(&self) {
        let silent = matches!(
            self.read_session(Session::link),
            LinkState::Connecting | LinkState::Waiting { .. } | LinkState::Up
        );
        self.with_ladder(|ladder, now_ms| {
            if silent {
                ladder.disconnect(now_ms);
            } else {
                ladder.stop();
            }
        });
    }

    /// The device is online again, perhaps in another network.
    pub(super) fn handle_online(&self) {
        self.with_ladder(|ladder, _| ladder.handle_network_changed(network::remembered()));
    }

    /// A frame has come on a rung.
    pub(super) fn handle_carrier_frame(&self, rung: Rung, frame: Vec<u8>) {
        let carries = self.carriers.ladder.borrow().carrying() == Some(rung);
        if carries {
            self.with_session(|session, now_ms| session.handle_frame(now_ms, &frame));
            return;
        }
        if let Some(attempt) = self.carriers.open.borrow_mut().get_mut(&rung)
            && attempt.kept.len() < KEPT_MAX
        {
            attempt.kept.push(frame);
        }
        self.with_ladder(|ladder, now_ms| ladder.handle_first_frame(now_ms, rung));
    }

    /// What was on a rung is gone.
    pub(super) fn handle_carrier_gone(&self, rung: Rung, reason: Disconnect) {
        self.with_ladder(|ladder, now_ms| ladder.handle_gone(now_ms, rung, reason));
    }

    fn carry_out(&self, step: Step) {
        match step {
            Step::Start(rung) => match self.start(rung) {
                Some(carrier) => {
                    let attempt = Attempt {
                        carrier,
                        kept: Vec::new(),
                    };
                    self.carriers.open.borrow_mut().insert(rung, attempt);
                }
                None => self.handle_carrier_gone(rung, Disconnect::Lost),
            },
            Step::Drop(rung) => {
                let dropped = self.carriers.open.borrow_mut().remove(&rung);
                drop(dropped);
            }
            Step::Adopt(rung) => {
                let kept = self
                    .carriers
                    .open
                    .borrow_mut()
                    .get_mut(&rung)
                    .map(|attempt| std::mem::take(&mut attempt.kept));
                network::remember(rung);
                self.store.carrier.set(rung);
                self.with_session(Session::handle_connected);
                for frame in kept.into_iter().flatten() {
                    self.with_session(|session, now_ms| session.handle_frame(now_ms, &frame));
                }
            }
            Step::Fail(reason) => self.with_session(|session, now_ms| session.handle_disconnected(now_ms, reason)),
            Step::Move => self.with_session(Session::reconnect),
        }
    }

    fn start(&self, rung: Rung) -> Option<Box<dyn Carrier>> {
        match rung {
            Rung::Socket => Socket::connect(self.this()).map(|socket| Box::new(socket) as Box<dyn Carrier>),
            Rung::Events | Rung::Poll => Some(Box::new(Link::open(self.this(), rung))),
        }
    }
}
