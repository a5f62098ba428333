//! Everything that was worth keeping, through the same bodies as the fuzzer runs: inputs that once broke something, and few that reach far.

use shared::session::Rng;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

#[test]
fn what_was_kept_still_holds() {
    for (name, body) in fuzz::TARGETS {
        let mut inputs = 0;
        for entry in std::fs::read_dir(corpus(name)).unwrap_or_else(|error| panic!("corpus/{name}: {error}")) {
            let path = entry.expect("the folder can be listed").path();
            println!("{}", path.display());
            body(&std::fs::read(&path).expect("inputs are files"));
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has inputs");
    }
}

#[test]
fn every_input_belongs_to_a_target() {
    let entries = std::fs::read_dir(corpus(".")).expect("there is a corpus");
    for entry in entries {
        let name = entry.expect("the folder can be listed").file_name();
        let known = fuzz::TARGETS.iter().any(|(target, _)| name == **target);
        assert!(known, "{} is no target", name.display());
    }
}

/// Where an input is a plan, any bytes reach far. `INKLING_FUZZ_INPUTS` asks for more of them.
#[test]
fn any_plan_holds() {
    let inputs: u64 = std::env::var("INKLING_FUZZ_INPUTS").map_or(200, |n| n.parse().expect("a number"));
    for seed in 0..inputs {
        let mut rng = Rng::new(seed);
        let len = usize::try_from(rng.below(1_500)).expect("small");
        let input: Vec<u8> = (0..len).map(|_| rng.next().to_le_bytes()[0]).collect();
        for target in ["forged", "session"] {
            println!("{target} with seed {seed}");
            fuzz::run(target, &input);
        }
    }
}
