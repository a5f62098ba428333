//! The `inkling` program: reads its options, runs the server until a signal, and says by its exit code how it went.

use anyhow::Context as _;
use server::Server;
use server::config::{Config, ConfigError, Invocation, LogFormat};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

const BAD_CONFIGURATION: u8 = 2;
const STORAGE_FAILED: u8 = 5;

fn main() -> ExitCode {
    match Invocation::parse(std::env::args()) {
        Ok(Invocation::Serve(config)) => serve(*config),
        Ok(Invocation::Materialize) => match server::materialize::run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(ConfigError::Usage(error)) => error.exit(),
        Err(error) => {
            eprintln!("inkling: {error}");
            ExitCode::from(BAD_CONFIGURATION)
        }
    }
}

fn serve(config: Config) -> ExitCode {
    start_log(config.log_format);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("inkling: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(run(config)).unwrap_or_else(|error| {
        eprintln!("inkling: {error:#}");
        ExitCode::FAILURE
    })
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

fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_env("INKLING_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
