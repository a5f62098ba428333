//! Which rung is tried when, and what carries.

use crate::session::Disconnect;
use crate::session::ladder::*;

/// A ladder in a network that lets some rungs through, some not, and leaves some without an answer.
struct Climber {
    ladder: Ladder,
    now_ms: u64,
    steps: Vec<Step>,
    open: Vec<Rung>,
    hanging: Vec<Rung>,
}

impl Climber {
    fn new(open: &[Rung], hanging: &[Rung]) -> Self {
        Self {
            ladder: Ladder::new(Rung::Socket),
            now_ms: 0,
            steps: Vec::new(),
            open: open.to_vec(),
            hanging: hanging.to_vec(),
        }
    }

    fn connect(&mut self) -> &mut Self {
        self.ladder.connect(self.now_ms);
        self.settle();
        self
    }

    /// What the network does to each attempt, at once.
    fn settle(&mut self) {
        while let Some(step) = self.ladder.poll_step() {
            self.steps.push(step);
            match step {
                Step::Start(rung) if self.open.contains(&rung) => self.ladder.handle_first_frame(self.now_ms, rung),
                Step::Start(rung) if !self.hanging.contains(&rung) => {
                    self.ladder.handle_gone(self.now_ms, rung, Disconnect::Lost);
                }
                Step::Move => {
                    self.ladder.disconnect(self.now_ms);
                    self.ladder.connect(self.now_ms);
                }
                _ => {}
            }
        }
    }

    fn break_after(&mut self, held_ms: u64) -> &mut Self {
        let rung = self.ladder.carrying().expect("something carries");
        self.now_ms += held_ms;
        self.ladder.handle_gone(self.now_ms, rung, Disconnect::Lost);
        self.settle();
        self
    }

    /// Lets time pass, timeout by timeout.
    fn wait_until(&mut self, until_ms: u64) -> &mut Self {
        while let Some(at_ms) = self.ladder.deadline().filter(|at_ms| *at_ms <= until_ms) {
            self.now_ms = at_ms;
            self.ladder.handle_timeout(at_ms);
            self.settle();
        }
        self.now_ms = until_ms;
        self
    }

    fn took(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }
}

#[test]
fn a_socket_that_works_is_all_that_is_tried() {
    let mut climber = Climber::new(&Rung::ALL, &[]);
    climber.connect().wait_until(3_600_000);
    assert_eq!(climber.took(), [Step::Start(Rung::Socket), Step::Adopt(Rung::Socket)]);
}

#[test]
fn a_socket_that_is_refused_gives_way_at_once() {
    let mut climber = Climber::new(&[Rung::Events, Rung::Poll], &[]);
    climber.connect();
    assert_eq!(climber.ladder.carrying(), Some(Rung::Events));
    assert_eq!(climber.now_ms, 0);
}

#[test]
fn a_rung_that_hangs_is_joined_by_the_next_after_three_seconds_and_may_still_win() {
    let mut climber = Climber::new(&[], &[Rung::Socket, Rung::Events]);
    climber.connect().wait_until(RUNG_PATIENCE_MS);
    assert_eq!(climber.took(), [Step::Start(Rung::Socket), Step::Start(Rung::Events)]);
    climber.ladder.handle_first_frame(climber.now_ms, Rung::Socket);
    climber.settle();
    assert_eq!(climber.took(), [Step::Drop(Rung::Events), Step::Adopt(Rung::Socket)]);

    let mut climber = Climber::new(&[Rung::Poll], &[Rung::Socket, Rung::Events]);
    climber.connect().wait_until(2 * RUNG_PATIENCE_MS);
    assert_eq!(climber.ladder.carrying(), Some(Rung::Poll));
    assert_eq!(
        climber.took()[3..],
        [
            Step::Drop(Rung::Socket),
            Step::Drop(Rung::Events),
            Step::Adopt(Rung::Poll)
        ]
    );
}

#[test]
fn when_no_rung_holds_the_session_is_told_once() {
    let mut climber = Climber::new(&[], &[]);
    climber.connect();
    let steps = climber.took();
    assert_eq!(steps.iter().filter(|step| matches!(step, Step::Fail(_))).count(), 1);
    assert_eq!(steps.last(), Some(&Step::Fail(Disconnect::Lost)));
    assert_eq!(climber.ladder.deadline(), None);
}

#[test]
fn who_is_signed_out_is_not_asked_on_every_rung() {
    let mut climber = Climber::new(&[], &Rung::ALL);
    climber.connect().wait_until(RUNG_PATIENCE_MS);
    climber.took();
    climber
        .ladder
        .handle_gone(climber.now_ms, Rung::Events, Disconnect::Code(4401));
    climber.settle();
    assert_eq!(
        climber.took(),
        [
            Step::Drop(Rung::Events),
            Step::Drop(Rung::Socket),
            Step::Fail(Disconnect::Code(4401))
        ]
    );
}

#[test]
fn a_better_rung_is_tried_at_growing_intervals_and_taken_when_it_opens() {
    let mut climber = Climber::new(&[Rung::Poll], &[]);
    climber.connect();
    climber.took();
    let mut tried = Vec::new();
    while tried.len() < 12 {
        let at_ms = climber.ladder.deadline().expect("it keeps trying");
        climber.wait_until(at_ms);
        if climber.took().contains(&Step::Start(Rung::Socket)) {
            tried.push(at_ms);
        }
        assert_eq!(
            climber.ladder.carrying(),
            Some(Rung::Poll),
            "what works is not disturbed"
        );
    }
    assert_eq!(tried[..3], [CLIMB_FIRST_MS, 3 * CLIMB_FIRST_MS, 7 * CLIMB_FIRST_MS]);
    assert_eq!(tried[11] - tried[10], CLIMB_MAX_MS);

    climber.open.push(Rung::Events);
    climber.wait_until(climber.now_ms + CLIMB_MAX_MS);
    assert_eq!(climber.ladder.carrying(), Some(Rung::Events));
    climber.took();
    climber.open.push(Rung::Socket);
    climber.wait_until(climber.now_ms + CLIMB_MAX_MS);
    assert_eq!(
        climber.took(),
        [
            Step::Start(Rung::Socket),
            Step::Move,
            Step::Drop(Rung::Events),
            Step::Adopt(Rung::Socket)
        ]
    );
}

#[test]
fn an_attempt_to_climb_that_hangs_is_given_up() {
    let mut climber = Climber::new(&[Rung::Events], &[Rung::Socket]);
    climber.connect().wait_until(RUNG_PATIENCE_MS + CLIMB_FIRST_MS);
    climber.took();
    let give_up_ms = climber.ladder.deadline().expect("it is given up");
    climber.wait_until(give_up_ms);
    assert_eq!(climber.took(), [Step::Drop(Rung::Socket)]);
    assert_eq!(climber.ladder.carrying(), Some(Rung::Events));
}

#[test]
fn a_socket_that_has_worked_is_believed_in_while_the_server_restarts() {
    let mut climber = Climber::new(&Rung::ALL, &[]);
    climber.connect();
    climber.open.clear();
    climber.break_after(60_000).took();
    for _ in 0..2 {
        climber.connect();
        assert_eq!(
            climber.took(),
            [
                Step::Start(Rung::Socket),
                Step::Drop(Rung::Socket),
                Step::Fail(Disconnect::Lost)
            ]
        );
    }
    climber.connect();
    assert!(climber.took().contains(&Step::Start(Rung::Poll)));
}

#[test]
fn a_socket_that_breaks_again_and_again_gives_way() {
    let mut climber = Climber::new(&Rung::ALL, &[]);
    for _ in 0..3 {
        climber.connect();
        assert_eq!(climber.ladder.carrying(), Some(Rung::Socket));
        climber.break_after(1_000);
    }
    climber.connect();
    assert_eq!(climber.ladder.carrying(), Some(Rung::Events));
}

#[test]
fn a_socket_that_opens_and_then_says_nothing_gives_way() {
    let mut climber = Climber::new(&Rung::ALL, &[]);
    for _ in 0..2 {
        climber.connect();
        assert_eq!(climber.ladder.carrying(), Some(Rung::Socket));
        climber.now_ms += 25_000;
        climber.ladder.disconnect(climber.now_ms);
        climber.settle();
    }
    climber.connect();
    assert_eq!(climber.ladder.carrying(), Some(Rung::Events));
}

#[test]
fn what_is_remembered_comes_first_and_everything_else_after_it() {
    let mut climber = Climber::new(&[], &Rung::ALL);
    climber.ladder = Ladder::new(Rung::Poll);
    climber.connect().wait_until(60_000);
    assert_eq!(
        climber.took(),
        [
            Step::Start(Rung::Poll),
            Step::Start(Rung::Socket),
            Step::Start(Rung::Events)
        ]
    );
}

#[test]
fn names_are_remembered() {
    for rung in Rung::ALL {
        assert_eq!(Rung::from_name(rung.name()), Some(rung));
    }
    assert_eq!(Rung::from_name("pigeon"), None);
}
