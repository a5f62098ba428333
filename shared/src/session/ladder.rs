//! Which way the frames travel: by WebSocket where the network lets one through, else as server-sent events with posts, else by long polling.

use super::event::Disconnect;
use std::collections::VecDeque;

/// After this long without a first frame the next rung is tried too, milliseconds. The one before goes on trying.
pub const RUNG_PATIENCE_MS: u64 = 3_000;

/// When a better rung is tried for the first time while a lesser one carries, milliseconds; then after twice as long, and so on.
pub const CLIMB_FIRST_MS: u64 = 10_000;

/// The longest pause between two such attempts, milliseconds.
pub const CLIMB_MAX_MS: u64 = 600_000;

/// Such an attempt is given up after this long, milliseconds. Nobody waits for it.
const CLIMB_PATIENCE_MS: u64 = 10_000;

/// What breaks within this time was no good, milliseconds.
const SHORT_MS: u64 = 10_000;

/// What falls silent within this time was no good, milliseconds: that is found out only after [`crate::limits::LINK_DEAD_MS`].
const SHORT_SILENT_MS: u64 = 60_000;

/// What a break and a silence weigh, and the weight at which a rung counts as blocked though it can be opened.
const BREAK_WEIGHT: u32 = 1;
const SILENCE_WEIGHT: u32 = 2;
const FAULTS_MAX: u32 = 3;

/// Attempts in a row that a rung which has worked may fail at once before others are tried: the server is restarting, or the device is offline.
const MISSES_MAX: u32 = 2;

/// A way for frames to travel, the best one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// A WebSocket.
    Socket,
    /// Server-sent events, and posts.
    Events,
    /// Long polling, and posts.
    Poll,
}

impl Rung {
    /// All, from the best to the one that always works.
    pub const ALL: [Self; 3] = [Self::Socket, Self::Events, Self::Poll];

    /// The name by which it is remembered and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Events => "events",
            Self::Poll => "poll",
        }
    }

    /// The rung of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.name() == name)
    }

    const fn below(self) -> Option<Self> {
        match self {
            Self::Socket => Some(Self::Events),
            Self::Events => Some(Self::Poll),
            Self::Poll => None,
        }
    }
}

/// What the shell has to do. See [`Ladder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Begin an attempt. Until it is adopted, keep its frames.
    Start(Rung),
    /// Drop an attempt, or what carries, with the frames kept for it. Nothing more of it may be handed in.
    Drop(Rung),
    /// It carries from now on: tell the session that it is connected, and hand in the frames kept for it.
    Adopt(Rung),
    /// Nothing can be reached: tell the session that it is disconnected.
    Fail(Disconnect),
    /// Something better than what carries is ready: let the session connect anew.
    Move,
}

/// Chooses the rung, for one session. It does no input or output and reads no clock.
///
/// The shell hands in what the session wishes ([`connect`](Self::connect), [`disconnect`](Self::disconnect)), the first frame of each attempt
/// ([`handle_first_frame`](Self::handle_first_frame)), its end ([`handle_gone`](Self::handle_gone)) and the time
/// ([`handle_timeout`](Self::handle_timeout), due at [`deadline`](Self::deadline)); after each call it carries out the steps of
/// [`poll_step`](Self::poll_step). Times never go backwards. There is at most one attempt on each rung.
#[derive(Debug)]
pub struct Ladder {
    state: State,
    /// Where the next attempt begins.
    start: Rung,
    /// The rung that has carried for long enough to be believed in when it fails at once.
    proven: Option<Rung>,
    misses: u32,
    faults: u32,
    /// Attempts to climb since anything better has held.
    climbs: u32,
    steps: VecDeque<Step>,
}

#[derive(Debug)]
enum State {
    Idle,
    Racing(Race),
    Carrying { rung: Rung, since_ms: u64, climb: Climb },
}

#[derive(Debug)]
struct Race {
    trying: Vec<Rung>,
    /// Not begun yet, the next one first.
    left: VecDeque<Rung>,
    /// When the next one is begun.
    next_ms: u64,
}

/// What is done about a better rung while a lesser one carries.
#[derive(Debug)]
enum Climb {
    /// There is none.
    Top,
    Waiting {
        at_ms: u64,
    },
    Trying {
        rung: Rung,
        give_up_ms: u64,
    },
    /// Its first frame is here.
    Ready(Rung),
}

impl Ladder {
    /// A ladder that begins with the rung that is remembered for this network, or with the best one.
    #[must_use]
    pub const fn new(start: Rung) -> Self {
        Self {
            state: State::Idle,
            start,
            proven: None,
            misses: 0,
            faults: 0,
            climbs: 0,
            steps: VecDeque::new(),
        }
    }

    /// What carries the session's frames.
    #[must_use]
    pub const fn carrying(&self) -> Option<Rung> {
        match self.state {
            State::Carrying { rung, .. } => Some(rung),
            State::Idle | State::Racing(_) => None,
        }
    }

    /// What to do next.
    pub fn poll_step(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) has to be called.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        match &self.state {
            State::Idle => None,
            State::Racing(race) => (!race.left.is_empty()).then_some(race.next_ms),
            State::Carrying { climb, .. } => match climb {
                Climb::Top | Climb::Ready(_) => None,
                Climb::Waiting { at_ms } => Some(*at_ms),
                Climb::Trying { give_up_ms, .. } => Some(*give_up_ms),
            },
        }
    }

    /// The session wishes to be connected.
    pub fn connect(&mut self, now_ms: u64) {
        if let State::Carrying {
            climb: Climb::Ready(rung),
            ..
        } = self.state
        {
            // What carried was dropped just before, by its own wish.
            return self.adopt(now_ms, rung);
        }
        self.clear();
        let (above, below): (Vec<_>, Vec<_>) = Rung::ALL.into_iter().partition(|rung| *rung < self.start);
        let mut race = Race {
            trying: Vec::new(),
            left: below.into_iter().chain(above).collect(),
            next_ms: now_ms,
        };
        self.begin_next(now_ms, &mut race);
        self.state = State::Racing(race);
    }

    /// The session wishes to be disconnected, or has heard nothing for too long.
    pub fn disconnect(&mut self, now_ms: u64) {
        match self.state {
            State::Carrying {
                rung,
                climb: Climb::Ready(_),
                ..
            } => self.steps.push_back(Step::Drop(rung)),
            State::Carrying { since_ms, .. } => {
                if now_ms < since_ms + SHORT_SILENT_MS {
                    self.blame(SILENCE_WEIGHT);
                }
                self.clear();
            }
            State::Racing(_) => {
                self.misses += 1;
                self.clear();
            }
            State::Idle => {}
        }
    }

    /// The session does not want to be connected any more; nothing is to blame for it.
    pub fn stop(&mut self) {
        self.clear();
    }

    /// The network is another one: what was found out about the last one means nothing.
    pub const fn handle_network_changed(&mut self, start: Rung) {
        self.start = start;
        self.proven = None;
        self.misses = 0;
        self.faults = 0;
        self.climbs = 0;
    }

    /// An attempt has brought its first frame.
    pub fn handle_first_frame(&mut self, now_ms: u64, rung: Rung) {
        match &mut self.state {
            State::Racing(race) if race.trying.contains(&rung) => {
                race.trying.retain(|other| *other != rung);
                let others = std::mem::take(&mut race.trying);
                self.steps.extend(others.into_iter().map(Step::Drop));
                self.adopt(now_ms, rung);
            }
            State::Carrying { climb, .. } => {
                if matches!(climb, Climb::Trying { rung: tried, .. } if *tried == rung) {
                    *climb = Climb::Ready(rung);
                    self.steps.push_back(Step::Move);
                }
            }
            State::Racing(_) | State::Idle => {}
        }
    }

    /// An attempt has failed, or what carried is gone.
    pub fn handle_gone(&mut self, now_ms: u64, rung: Rung, reason: Disconnect) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Racing(race) => self.handle_lost_race(now_ms, race, rung, reason),
            State::Carrying {
                rung: carrying,
                since_ms,
                climb,
            } if carrying == rung => {
                self.state = State::Carrying { rung, since_ms, climb };
                let held = now_ms.saturating_sub(since_ms);
                if reason == Disconnect::Lost && held < SHORT_MS {
                    self.blame(BREAK_WEIGHT);
                } else {
                    self.faults = 0;
                    self.proven = Some(rung);
                }
                self.steps.push_back(Step::Drop(rung));
                self.drop_climb();
                self.state = State::Idle;
                self.steps.push_back(Step::Fail(reason));
            }
            State::Carrying {
                rung: carrying,
                since_ms,
                climb,
            } => {
                let failed = matches!(climb, Climb::Trying { rung: tried, .. } | Climb::Ready(tried) if tried == rung);
                let climb = if failed {
                    self.steps.push_back(Step::Drop(rung));
                    self.climb_after(now_ms, rung, carrying)
                } else {
                    climb
                };
                self.state = State::Carrying {
                    rung: carrying,
                    since_ms,
                    climb,
                };
            }
        }
    }

    /// The time of [`deadline`](Self::deadline) has come.
    pub fn handle_timeout(&mut self, now_ms: u64) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Racing(mut race) => {
                if race.next_ms <= now_ms {
                    self.begin_next(now_ms, &mut race);
                }
                self.state = State::Racing(race);
            }
            State::Carrying { rung, since_ms, climb } => {
                let climb = match climb {
                    Climb::Waiting { at_ms } if at_ms <= now_ms => {
                        self.climbs = self.climbs.saturating_add(1);
                        self.try_climb(now_ms, Rung::Socket)
                    }
                    Climb::Trying {
                        rung: tried,
                        give_up_ms,
                    } if give_up_ms <= now_ms => {
                        self.steps.push_back(Step::Drop(tried));
                        self.climb_after(now_ms, tried, rung)
                    }
                    climb => climb,
                };
                self.state = State::Carrying { rung, since_ms, climb };
            }
        }
    }

    fn handle_lost_race(&mut self, now_ms: u64, mut race: Race, rung: Rung, reason: Disconnect) {
        if !race.trying.contains(&rung) {
            self.state = State::Racing(race);
            return;
        }
        race.trying.retain(|other| *other != rung);
        self.steps.push_back(Step::Drop(rung));
        // Signed out, or not allowed: so it is on every rung.
        let verdict = matches!(reason, Disconnect::Code(4401 | 4403));
        let patient = self.proven == Some(rung) && self.misses < MISSES_MAX;
        if verdict || (race.trying.is_empty() && (race.left.is_empty() || patient)) {
            self.steps.extend(race.trying.into_iter().map(Step::Drop));
            self.misses += 1;
            self.steps.push_back(Step::Fail(reason));
            return;
        }
        if race.trying.is_empty() {
            self.begin_next(now_ms, &mut race);
        }
        self.state = State::Racing(race);
    }

    fn begin_next(&mut self, now_ms: u64, race: &mut Race) {
        if let Some(rung) = race.left.pop_front() {
            race.trying.push(rung);
            race.next_ms = now_ms + RUNG_PATIENCE_MS;
            self.steps.push_back(Step::Start(rung));
        }
    }

    fn adopt(&mut self, now_ms: u64, rung: Rung) {
        self.misses = 0;
        self.start = rung;
        if self.proven.is_some_and(|proven| proven != rung) {
            self.proven = None;
        }
        let climb = if rung == Rung::Socket {
            Climb::Top
        } else {
            Climb::Waiting {
                at_ms: now_ms + self.climb_pause_ms(),
            }
        };
        self.state = State::Carrying {
            rung,
            since_ms: now_ms,
            climb,
        };
        self.steps.push_back(Step::Adopt(rung));
    }

    /// What carries has broken too soon. Too many of these in a row, and the next attempt begins one rung below.
    fn blame(&mut self, weight: u32) {
        self.faults += weight;
        if self.faults >= FAULTS_MAX
            && let Some(below) = self.start.below()
        {
            self.start = below;
            self.proven = None;
            self.faults = 0;
        }
    }

    fn try_climb(&mut self, now_ms: u64, rung: Rung) -> Climb {
        self.steps.push_back(Step::Start(rung));
        Climb::Trying {
            rung,
            give_up_ms: now_ms + CLIMB_PATIENCE_MS,
        }
    }

    /// After an attempt to climb to `failed` while `carrying` goes on: the rung between the two, or a pause.
    fn climb_after(&mut self, now_ms: u64, failed: Rung, carrying: Rung) -> Climb {
        match failed.below() {
            Some(between) if between < carrying => self.try_climb(now_ms, between),
            _ => Climb::Waiting {
                at_ms: now_ms + self.climb_pause_ms(),
            },
        }
    }

    fn climb_pause_ms(&self) -> u64 {
        (CLIMB_FIRST_MS << self.climbs.min(16)).min(CLIMB_MAX_MS)
    }

    fn drop_climb(&mut self) {
        if let State::Carrying {
            climb: Climb::Trying { rung, .. } | Climb::Ready(rung),
            ..
        } = self.state
        {
            self.steps.push_back(Step::Drop(rung));
        }
    }

    /// Drops everything that is under way.
    fn clear(&mut self) {
        self.drop_climb();
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Racing(race) => self.steps.extend(race.trying.into_iter().map(Step::Drop)),
            State::Carrying { rung, .. } => self.steps.push_back(Step::Drop(rung)),
        }
    }
}
