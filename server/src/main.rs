//! The `inkling` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("materialize") && server::materialize::run().is_err() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
