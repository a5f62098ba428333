//! The `inkling` program: reads its options, runs the server until a signal or looks after its data, and says by its exit code how it went.

use anyhow::Context as _;
use server::Server;
use server::config::{Config, ConfigError, Invocation};
use server::doctor::terminal::Doctor;
use server::import::terminal::Import;
use server::upkeep::Upkeep;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

const BAD_CONFIGURATION: u8 = 2;
const STORAGE_FAILED: u8 = 5;

fn main() -> ExitCode {
    match Invocation::parse(std::env::args()) {
        Ok(Invocation::Serve(config)) => {
            server::memory::give_large_blocks_back();
            match server::log::start(config.log_format) {
                Ok(()) => block_on(run(*config)),
                Err(error) => refuse(&error),
            }
        }
        Ok(Invocation::Upkeep(upkeep)) => block_on(look_after(upkeep)),
        Ok(Invocation::Import(import)) => block_on(take_in(import)),
        Ok(Invocation::Doctor(doctor)) => block_on(examine(doctor)),
        // Whoever started it reads its pipe, and learns no more from it.
        Ok(Invocation::Materialize) => ExitCode::from(u8::from(server::materialize::run().is_err())),
        Err(ConfigError::Usage(error)) => error.exit(),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("inkling: {error}");
    ExitCode::from(BAD_CONFIGURATION)
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> ExitCode {
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(work));
    done.unwrap_or_else(|error| {
        eprintln!("inkling: {error:#}");
        ExitCode::FAILURE
    })
}

async fn look_after(upkeep: Upkeep) -> anyhow::Result<ExitCode> {
    Ok(match upkeep.run().await {
        Ok(report) => {
            print!("{}", report.text);
            ExitCode::from(if report.is_sound { 0 } else { STORAGE_FAILED })
        }
        Err(error) => {
            eprintln!("inkling: {error}");
            ExitCode::from(error.exit_code())
        }
    })
}

async fn examine(doctor: Doctor) -> anyhow::Result<ExitCode> {
    let diagnosis = doctor.look().await;
    print!("{}", diagnosis.text);
    Ok(ExitCode::from(u8::from(!diagnosis.is_well)))
}

async fn take_in(import: Import) -> anyhow::Result<ExitCode> {
    let imported = import.run().await;
    // What was refused is said where errors are, what was done where results are.
    if imported.is_begun {
        print!("{}", imported.text);
    } else {
        eprint!("{}", imported.text);
    }
    Ok(ExitCode::from(imported.exit_code))
}

async fn run(config: Config) -> anyhow::Result<ExitCode> {
    // Before anything is opened, so that a signal during the start ends it in order too.
    let mut terminate = signal(SignalKind::terminate()).context("signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals")?;
    let data_dir = config.data_dir.clone();
    let mut server = match Server::new(config).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("inkling: {error}");
            return Ok(ExitCode::from(error.exit_code()));
        }
    };
    server.listen();
    println!(
        "Inkling is ready at {} (data in {})",
        server.app().url(),
        data_dir.display()
    );
    let code = tokio::select! {
        _ = terminate.recv() => ExitCode::SUCCESS,
        _ = interrupt.recv() => ExitCode::SUCCESS,
        () = server.failed() => ExitCode::from(STORAGE_FAILED),
    };
    server.shutdown().await;
    Ok(code)
}
