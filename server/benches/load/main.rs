//! Load on the real binary over real sockets: `cargo xtask bench`. Prints a table; asserts no time.
//!
//! Everything runs on one machine, so the figures that count are ratios within one run: the server against a bare relay
//! (`relay.rs`) that keeps no document and is driven by the same clients.

mod backup;
mod client;
mod measure;
mod paste;
mod relay;
mod restart;
mod scenario;
mod server_process;
mod trace;

use anyhow::{Result, ensure};
use std::path::PathBuf;

/// Name of the argument that turns this program into the relay.
const RELAY: &str = "relay";

fn main() -> Result<()> {
    // The first is the program's own name, and Cargo adds `--bench`.
    let mut args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if args.first().is_some_and(|arg| arg == RELAY) {
        return relay::serve();
    }
    let trace = match args.iter().position(|arg| arg == "--trace") {
        Some(at) => {
            args.remove(at);
            ensure!(at < args.len(), "--trace wants a file");
            Some(PathBuf::from(args.remove(at)))
        }
        None => None,
    };
    let wanted = |name: &str| args.is_empty() || args.iter().any(|arg| arg == name);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        measure::print_machine();
        if wanted("typing") {
            scenario::typing().await?;
        }
        if wanted("saturation") {
            scenario::saturation().await?;
        }
        if wanted("idle") {
            scenario::idle(5_000).await?;
        }
        if wanted("paste") {
            paste::beside_typing().await?;
        }
        if wanted("restart") {
            restart::under_sockets(2_000).await?;
        }
        if wanted("backup") {
            backup::beside_typing().await?;
        }
        match trace {
            Some(path) if wanted("trace") => trace::cold_open(&path).await?,
            _ => println!("\n(no cold open of an editing trace: give one with --trace FILE.json.gz)"),
        }
        Ok(())
    })
}
