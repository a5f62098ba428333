//! Where the program's log goes, and how much of it.

use crate::config::LogFormat;
use tracing_subscriber::EnvFilter;

/// Names what is logged, as `tracing_subscriber::EnvFilter` reads it.
const VARIABLE: &str = "INKLING_LOG";

/// The variable is there and says nothing that can be understood.
#[derive(Debug, thiserror::Error)]
#[error("INKLING_LOG: {0}")]
pub struct LogError(#[from] tracing_subscriber::filter::ParseError);

/// Logs to standard error from now on. To be called once.
pub fn start(format: LogFormat) -> Result<(), LogError> {
    let filter = match std::env::var_os(VARIABLE) {
        Some(wanted) => EnvFilter::try_new(wanted.to_string_lossy())?,
        None => EnvFilter::new("info"),
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
