//! The life of the socket as the session sees it: when to connect, when to ask for a sign of life, when to give up.

use super::backoff::{Backoff, Rng};
use super::event::{Disconnect, LinkState, Wish};
use crate::error::ErrorCode;
use crate::limits::{LINK_DEAD_MS, PING_INTERVAL_MS};
use std::collections::VecDeque;

/// After a wake-up the server has this long to answer, milliseconds: a laptop that was shut often has a socket that only looks open.
pub const WAKE_PROBE_MS: u64 = 5_000;

/// No server asks for a longer pause than this, milliseconds; whoever says more is not believed.
const GOING_AWAY_MS_MAX: u64 = 300_000;

/// What [`Link::handle_timeout`] found due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Ping,
    Lost,
}

#[derive(Debug)]
enum State {
    Idle,
    Waiting { until_ms: u64 },
    Connecting { give_up_ms: u64 },
    Greeting { give_up_ms: u64 },
    Up { dead_ms: u64, ping_ms: u64 },
    Stopped(ErrorCode),
}

/// See the module.
#[derive(Debug)]
pub(super) struct Link {
    state: State,
    backoff: Backoff,
    wishes: VecDeque<Wish>,
    /// Told by `GoingAway`; replaces the next backoff.
    come_back_ms: Option<u64>,
}

impl Link {
    pub(super) const fn new() -> Self {
        Self {
            state: State::Idle,
            backoff: Backoff::new(),
            wishes: VecDeque::new(),
            come_back_ms: None,
        }
    }

    pub(super) const fn state(&self) -> LinkState {
        match self.state {
            State::Idle => LinkState::Idle,
            State::Waiting { until_ms } => LinkState::Waiting { until_ms },
            State::Connecting { .. } | State::Greeting { .. } => LinkState::Connecting,
            State::Up { .. } => LinkState::Up,
            State::Stopped(code) => LinkState::Stopped(code),
        }
    }

    /// Whether frames may arrive.
    pub(super) const fn has_socket(&self) -> bool {
        matches!(self.state, State::Greeting { .. } | State::Up { .. })
    }

    pub(super) fn poll_wish(&mut self) -> Option<Wish> {
        self.wishes.pop_front()
    }

    pub(super) const fn deadline(&self) -> Option<u64> {
        match self.state {
            State::Idle | State::Stopped(_) => None,
            State::Waiting { until_ms } => Some(until_ms),
            State::Connecting { give_up_ms } | State::Greeting { give_up_ms } => Some(give_up_ms),
            State::Up { dead_ms, ping_ms } => Some(if dead_ms < ping_ms { dead_ms } else { ping_ms }),
        }
    }

    /// The person wants to be connected, from now on.
    pub(super) fn start(&mut self, now_ms: u64) {
        if matches!(self.state, State::Idle | State::Stopped(_)) {
            self.backoff.reset();
            self.connect(now_ms);
        }
    }

    /// The person does not want to be connected any more, or must not be.
    pub(super) fn stop(&mut self, why: Option<ErrorCode>) {
        if matches!(
            self.state,
            State::Connecting { .. } | State::Greeting { .. } | State::Up { .. }
        ) {
            self.wishes.push_back(Wish::Drop);
        }
        self.state = why.map_or(State::Idle, State::Stopped);
    }

    pub(super) const fn handle_connected(&mut self, now_ms: u64) {
        if matches!(self.state, State::Connecting { .. }) {
            self.state = State::Greeting {
                give_up_ms: now_ms + LINK_DEAD_MS,
            };
        }
    }

    pub(super) const fn handle_welcome(&mut self, now_ms: u64) {
        self.state = State::Up {
            dead_ms: now_ms + LINK_DEAD_MS,
            ping_ms: now_ms + PING_INTERVAL_MS,
        };
        self.come_back_ms = None;
    }

    /// Any frame is a sign of life.
    pub(super) const fn handle_frame(&mut self, now_ms: u64) {
        if let State::Up { dead_ms, .. } = &mut self.state {
            *dead_ms = now_ms + LINK_DEAD_MS;
        }
    }

    /// The link has carried a question and its answer: the next failure is a new one.
    pub(super) const fn handle_pong(&mut self) {
        self.backoff.reset();
    }

    pub(super) fn handle_going_away(&mut self, now_ms: u64, after_ms: u64) {
        self.come_back_ms = Some(now_ms + after_ms.min(GOING_AWAY_MS_MAX));
    }

    /// The shell's socket is gone.
    pub(super) fn handle_disconnected(&mut self, now_ms: u64, reason: Disconnect, rng: &mut Rng) {
        if matches!(self.state, State::Idle | State::Stopped(_) | State::Waiting { .. }) {
            return;
        }
        match reason {
            Disconnect::Code(4401) => self.state = State::Stopped(ErrorCode::NotSignedIn),
            Disconnect::Code(4403) => self.state = State::Stopped(ErrorCode::NotAllowed),
            Disconnect::Lost | Disconnect::Code(_) => self.wait(now_ms, rng),
        }
    }

    /// Gives a socket that works up for a better one; false when there is none to give up.
    pub(super) fn reconnect(&mut self, now_ms: u64) -> bool {
        let is_up = matches!(self.state, State::Up { .. });
        if is_up {
            self.wishes.push_back(Wish::Drop);
            self.connect(now_ms);
        }
        is_up
    }

    /// The session itself gives the socket up.
    pub(super) fn give_up(&mut self, now_ms: u64, rng: &mut Rng) {
        self.wishes.push_back(Wish::Drop);
        self.wait(now_ms, rng);
    }

    /// The device woke up, came online, or the tab is looked at again.
    pub(super) fn handle_wake(&mut self, now_ms: u64) -> Due {
        match &mut self.state {
            State::Waiting { .. } if self.come_back_ms.is_none() => {
                // A device says that it is online before its network carries anything: if this attempt fails, the next comes soon.
                self.backoff.reset();
                self.connect(now_ms);
                Due::Nothing
            }
            State::Up { dead_ms, ping_ms } => {
                *dead_ms = (*dead_ms).min(now_ms + WAKE_PROBE_MS);
                *ping_ms = now_ms + PING_INTERVAL_MS;
                Due::Ping
            }
            _ => Due::Nothing,
        }
    }

    pub(super) fn handle_timeout(&mut self, now_ms: u64) -> Due {
        match &mut self.state {
            State::Waiting { until_ms } if *until_ms <= now_ms => {
                self.come_back_ms = None;
                self.connect(now_ms);
                Due::Nothing
            }
            State::Connecting { give_up_ms } | State::Greeting { give_up_ms } if *give_up_ms <= now_ms => Due::Lost,
            State::Up { dead_ms, .. } if *dead_ms <= now_ms => Due::Lost,
            State::Up { ping_ms, .. } if *ping_ms <= now_ms => {
                *ping_ms = now_ms + PING_INTERVAL_MS;
                Due::Ping
            }
            _ => Due::Nothing,
        }
    }

    fn connect(&mut self, now_ms: u64) {
        self.wishes.push_back(Wish::Connect);
        self.state = State::Connecting {
            give_up_ms: now_ms + LINK_DEAD_MS,
        };
    }

    fn wait(&mut self, now_ms: u64, rng: &mut Rng) {
        // A time that has passed spreads nobody any more: all whom the server held on to until then would come at once.
        self.come_back_ms = self.come_back_ms.filter(|at| *at > now_ms);
        let until_ms = self
            .come_back_ms
            .unwrap_or_else(|| now_ms + self.backoff.next_wait_ms(rng));
        self.state = State::Waiting { until_ms };
    }
}
