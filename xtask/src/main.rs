//! The project's own chores: `cargo xtask CHORE`. One module a chore; this file only picks.

mod bench;
mod build;
mod chromium;
mod fuzz;
mod inputs;
mod project;
mod run;
mod sqlx;
mod test;
mod web;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  build [--release]            the tab and the server
  tab [--release]              the tab alone; a running debug server serves it at once
  run [--release] [ARGUMENTS]  the same, then starts the server with the arguments
  sqlx                         describes the server's queries again, for their check at compile time
  test                         everything that proves the program; ends with counts
  bench [--trace FILE] [NAME]  load on the release build; prints figures. `browser [NAME…]` for those of `e2e/bench`
  replica                      the tab's replicas in WebAssembly for a test, which loads the script that this names
  fuzz [TARGET] [--seconds N]  bytes and operations that nobody meant, a minute a target; wants nightly Rust
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((chore, arguments)) = arguments.split_first() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    let done = match chore.as_str() {
        "build" => build::chore(arguments),
        "tab" => build::tab(arguments),
        "run" => run::chore(arguments),
        "sqlx" => sqlx::renew(),
        "test" => test::chore(),
        "bench" => bench::chore(arguments),
        "replica" => web::build_replica().map(|script| println!("{}", script.display())),
        "fuzz" => fuzz::chore(arguments),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask {chore}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
