//! Frames without a socket: numbered, over requests that are lost, answered in vain, overtaken and made again. The server's end is the real one;
//! the tab's does what the tab does.

use crate::check::Violation;
use crate::net::{Way, latency_ms};
use crate::world::{Happening, World};
use bytes::Bytes;
use server::collab::effect::ConnectionId;
use server::collab::link::{Heard, Kept};
use shared::session::Rung;
use std::collections::VecDeque;

/// Frames in one post.
const POST_FRAMES_MAX: usize = 8;

/// Bytes in one answer to a request that listens.
const ANSWER_BYTES_MAX: usize = 4_096;

/// A request that broke is made again after this long.
const PAUSE_MS: u64 = 250;

/// What was told and not acknowledged by the way is acknowledged by a post of its own, frames.
const UNACKNOWLEDGED_MAX: u64 = 256;

/// Both ends of a link, and what each knows of the other.
#[derive(Debug)]
pub(crate) struct Requests {
    rung: Rung,
    heard: Heard,
    kept: Kept,
    /// To which request what follows which number is to be told at once.
    listening: Option<(u64, u64)>,
    /// The tab's end: said and not known to be taken, and the number of the first of these.
    said: VecDeque<Bytes>,
    first: u64,
    is_posting: bool,
    told: u64,
    acknowledged: u64,
    /// Counts requests that listen: nothing more is heard of one that broke.
    listens: u64,
}

/// One way of a request.
#[derive(Debug)]
pub(crate) enum Leg {
    Post {
        first: u64,
        frames: Vec<Bytes>,
        through: u64,
        is_answered: bool,
    },
    /// So many frames of a post are taken; none when it has to be made again.
    Posted(Option<usize>),
    Listen {
        request: u64,
        after: u64,
    },
    Told {
        request: u64,
        after: u64,
        frames: Vec<Bytes>,
    },
    /// The tab listens again.
    Again,
}

impl Requests {
    pub(crate) fn new(rung: Rung) -> Self {
        Self {
            rung,
            heard: Heard::default(),
            kept: Kept::default(),
            listening: None,
            said: VecDeque::new(),
            first: 1,
            is_posting: false,
            told: 0,
            acknowledged: 0,
            listens: 0,
        }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.kept.has_room_for(0)
    }

    /// The server has something to tell.
    pub(crate) fn keep(&mut self, frame: Bytes) {
        self.kept.push(frame);
    }
}

impl World {
    fn leg(&mut self, connection: ConnectionId, wait_ms: u64, leg: Leg) {
        self.clock.after(wait_ms, Happening::Leg { connection, leg });
    }

    /// The tab says a frame.
    pub(crate) fn say_by_request(&mut self, connection: ConnectionId, frame: Bytes) {
        if let Some(link) = self.net.requests(connection) {
            link.said.push_back(frame);
            self.post(connection);
        }
    }

    /// Posts what is to be said or acknowledged, unless a post is under way. It may break on its way there, or its answer on its way back.
    fn post(&mut self, connection: ConnectionId) {
        let Some(link) = self.net.requests(connection) else {
            return;
        };
        let is_due = !link.said.is_empty() || link.told - link.acknowledged > UNACKNOWLEDGED_MAX;
        if link.is_posting || !is_due {
            return;
        }
        link.is_posting = true;
        link.acknowledged = link.told;
        let frames = link.said.iter().take(POST_FRAMES_MAX).cloned().collect();
        let (first, through) = (link.first, link.told);
        let fate = self.rng.below(16);
        let wait_ms = latency_ms(&mut self.rng) + if fate == 1 { 2 * PAUSE_MS } else { 0 };
        let is_answered = fate > 2;
        if fate > 0 {
            let post = Leg::Post {
                first,
                frames,
                through,
                is_answered,
            };
            self.leg(connection, wait_ms, post);
        }
        if !is_answered {
            self.counters.requests_again += 1;
            self.leg(connection, PAUSE_MS, Leg::Posted(None));
        }
    }

    /// The tab listens for what follows.
    pub(crate) fn listen(&mut self, connection: ConnectionId) {
        let Some(link) = self.net.requests(connection) else {
            return;
        };
        let after = link.told;
        link.acknowledged = after;
        link.listens += 1;
        let request = link.listens;
        let wait_ms = latency_ms(&mut self.rng);
        self.leg(connection, wait_ms, Leg::Listen { request, after });
    }

    /// Tells whoever listens what there is: a poll is over then, a stream goes on until it breaks.
    pub(crate) fn tell(&mut self, connection: ConnectionId) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        while let Some(link) = self.net.requests(connection)
            && let Some((request, after)) = link.listening
        {
            let following = link.kept.after(after, ANSWER_BYTES_MAX);
            let frames = following
                .map_err(|error| Violation::new("links number their frames", error))?
                .frames;
            if frames.is_empty() {
                break;
            }
            let through = after + frames.len() as u64;
            link.listening = (link.rung == Rung::Events).then_some((request, through));
            if self.rng.below(16) == 0 {
                link.listening = None;
                self.counters.requests_again += 1;
                self.leg(connection, PAUSE_MS, Leg::Again);
            } else if let Some(at_ms) = self.net.send(connection, Way::ToTab, now_ms, &mut self.rng) {
                let leg = Leg::Told { request, after, frames };
                self.clock.at(at_ms, Happening::Leg { connection, leg });
            }
        }
        Ok(())
    }

    /// A request or an answer comes to where it was sent.
    pub(crate) fn leg_arrives(&mut self, connection: ConnectionId, leg: Leg) -> Result<(), Violation> {
        if self.net.is_silent(connection) {
            return Ok(());
        }
        let Some(link) = self.net.requests(connection) else {
            return Ok(());
        };
        let numbered = |error| Violation::new("links number their frames", error);
        match leg {
            Leg::Post {
                first,
                frames,
                through,
                is_answered,
            } => {
                link.kept.acknowledge(through).map_err(numbered)?;
                let known = link.heard.known(first).map_err(numbered)?;
                let taken = frames.len();
                for frame in frames.into_iter().skip(known) {
                    if let Some(link) = self.net.requests(connection) {
                        link.heard.hear();
                    }
                    self.server_hears(connection, &frame)?;
                }
                if is_answered {
                    let wait_ms = latency_ms(&mut self.rng);
                    self.leg(connection, wait_ms, Leg::Posted(Some(taken)));
                }
                self.settle_server()
            }
            Leg::Posted(taken) => {
                let taken = taken.unwrap_or(0);
                link.said.drain(..taken);
                link.first += taken as u64;
                link.is_posting = false;
                self.post(connection);
                Ok(())
            }
            Leg::Listen { request, after } => {
                link.kept.acknowledge(after).map_err(numbered)?;
                link.listening = Some((request, after));
                self.tell(connection)
            }
            Leg::Told { request, after, frames } => {
                let is_heard = request == link.listens;
                if !self.net.arrive(connection, Way::ToTab) || !is_heard {
                    return Ok(());
                }
                self.tab_is_told(connection, after, frames)
            }
            Leg::Again => {
                self.listen(connection);
                Ok(())
            }
        }
    }

    fn tab_is_told(&mut self, connection: ConnectionId, after: u64, frames: Vec<Bytes>) -> Result<(), Violation> {
        let Some(tab) = self.net.wire(connection).map(|wire| wire.tab) else {
            return Ok(());
        };
        for (number, frame) in (after + 1..).zip(frames) {
            // What was told before is passed over; the tab may let the link go at any of them.
            let Some(link) = self.net.requests(connection) else {
                break;
            };
            if number <= link.told {
                continue;
            }
            if number != link.told + 1 {
                return Err(Violation::new("a link leaves nothing out", number));
            }
            link.told = number;
            self.frame_arrives(tab, connection, &frame);
            self.settle_tab(tab)?;
        }
        if self
            .net
            .requests(connection)
            .is_some_and(|link| link.rung == Rung::Poll)
        {
            self.listen(connection);
        }
        self.post(connection);
        self.settle_server()
    }
}
