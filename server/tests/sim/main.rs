//! The simulator: the real session of a tab and the real machines of the server, over a simulated network, disk and clock. Everything
//! that happens follows from a seed.
//!
//! `SIM_SEED=n` runs one seed, `SIM_SEEDS=n` that many, and both that many from there on; `SIM_OPS=n` makes longer plans, and `SIM_PLAN=file.json`
//! runs a saved one. A plan that fails is made smaller and saved in the target directory.

mod carriers;
mod check;
mod clock;
mod counters;
mod creating;
mod device;
mod disk;
mod holding;
mod keeping;
mod link;
mod losing;
mod net;
mod ops;
mod plan;
mod queues;
mod requests;
mod server;
mod shells;
mod tab;
mod world;

use check::Violation;
use counters::Counters;
use plan::Plan;
use std::env;
use std::path::{Path, PathBuf};
use world::Summary;

/// Ops in one plan: some ten simulated seconds of work, and half a minute until rest.
const OPS: usize = 150;

/// Seeds in one test run.
const SEEDS: u64 = 200;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} is a number"))
    })
}

fn plan(seed: u64) -> Plan {
    Plan::new(
        seed,
        usize::try_from(number("SIM_OPS", OPS as u64)).expect("a number of ops"),
    )
}

/// Leaves out whatever does not matter to the failure, in ever smaller pieces.
fn minimise(plan: &Plan, violation: &Violation) -> Plan {
    let mut plan = plan.clone();
    let mut piece = plan.ops.len().div_ceil(2);
    while piece > 0 {
        let mut at = 0;
        while at < plan.ops.len() {
            let smaller = plan.without(at..(at + piece).min(plan.ops.len()));
            if world::run(&smaller).is_err_and(|other| other.check == violation.check) {
                plan = smaller;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    plan
}

fn save(plan: &Plan) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sim-{}.json", plan.seed));
    let json = serde_json::to_vec_pretty(plan).expect("a plan is plain data");
    std::fs::write(&path, json).expect("the target directory can be written");
    path
}

fn run(plan: &Plan) -> Summary {
    world::run(plan).unwrap_or_else(|violation| {
        let smaller = minimise(plan, &violation);
        let path = save(&smaller);
        panic!(
            "seed {}: {violation}\n{} of {} ops remain; replay with SIM_PLAN={}",
            plan.seed,
            smaller.ops.len(),
            plan.ops.len(),
            path.display()
        );
    })
}

#[test]
fn whatever_happens_everybody_ends_up_with_the_same() {
    if let Ok(path) = env::var("SIM_PLAN") {
        let json = std::fs::read(path).expect("the plan can be read");
        run(&serde_json::from_slice(&json).expect("a plan"));
        return;
    }
    let first = number("SIM_SEED", 0);
    let alone = env::var("SIM_SEED").is_ok();
    let seeds = first..first + number("SIM_SEEDS", if alone { 1 } else { SEEDS });
    let single = seeds.end - seeds.start == 1;
    let mut all = Counters::default();
    let mut longest_ms = 0;
    for seed in seeds {
        let Summary {
            counters, rested_ms, ..
        } = run(&plan(seed));
        all.add(&counters);
        longest_ms = longest_ms.max(rested_ms);
    }
    println!("{all:?}, longest way to rest {longest_ms} ms");
    if !single {
        all.assert_that_everything_happened();
    }
}

#[test]
fn whatever_becomes_of_requests_each_frame_arrives_once_and_in_order() {
    let mut all = link::Requests::default();
    for seed in 0..1_000 {
        let requests = link::run(seed).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
        all.lost += requests.lost;
        all.answered_in_vain += requests.answered_in_vain;
        all.overtaken += requests.overtaken;
    }
    println!("{all:?}");
    assert!(
        all.lost > 0 && all.answered_in_vain > 0 && all.overtaken > 0,
        "not everything happened: {all:?}"
    );
}

/// How many seeds a planted bug may survive.
#[cfg(feature = "planted-bugs")]
const SEEDS_TO_CATCH: u64 = 200;

#[cfg(feature = "planted-bugs")]
#[test]
fn every_planted_bug_is_caught() {
    use ::server::collab::plant::Plant;
    use shared::session::plant::Plant as TabPlant;
    let server = Plant::ALL
        .iter()
        .map(|plant| is_caught(plant, |work| plant.within(work)));
    let tab = TabPlant::ALL
        .iter()
        .map(|plant| is_caught(plant, |work| plant.within(work)));
    let survivors: Vec<_> = server.chain(tab).filter_map(Result::err).collect();
    assert!(
        survivors.is_empty(),
        "not caught in {SEEDS_TO_CATCH} seeds: {survivors:?}"
    );
}

/// Runs seeds with the bug until one shows it; its name when none does.
#[cfg(feature = "planted-bugs")]
fn is_caught(
    plant: impl std::fmt::Debug,
    within: impl Fn(&mut dyn FnMut()) + std::panic::RefUnwindSafe,
) -> Result<(), String> {
    let caught = (0..SEEDS_TO_CATCH).find_map(|seed| {
        let plan = plan(seed);
        // The machines' own assertions are a part of the net.
        let run = std::panic::catch_unwind(|| {
            let mut result = None;
            within(&mut || {
                let linked = link::run(seed).map(drop);
                result =
                    Some(linked.and_then(|()| world::run(&plan).map(drop).map_err(|violation| violation.to_string())));
            });
            result.expect("the work was done")
        });
        let violation = match run {
            Ok(Ok(())) => return None,
            Ok(Err(violation)) => violation,
            Err(_) => "an assertion of the machines".to_owned(),
        };
        Some((seed, violation))
    });
    let (seed, violation) = caught.ok_or_else(|| format!("{plant:?}"))?;
    println!("{plant:?}: seed {seed}: {violation}");
    Ok(())
}

#[test]
fn plans_that_once_failed_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/plans");
    let mut plans = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be listed").path();
        let json = std::fs::read(&path).expect("the plan can be read");
        run(&serde_json::from_slice(&json).expect("a plan"));
        plans += 1;
    }
    assert!(plans > 0, "no plan was run");
}

#[test]
fn the_same_seed_gives_the_same_history() {
    for seed in [1, 2, 3] {
        let traces = [(); 2].map(|()| run(&plan(seed)).trace);
        assert_eq!(traces[0], traces[1], "seed {seed}");
    }
    assert_ne!(run(&plan(1)).trace, run(&plan(2)).trace);
}
