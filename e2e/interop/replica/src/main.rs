//! Answers the requests that come in, a line each.

use replica::Replicas;
use std::io::{BufRead as _, Write as _};

fn main() -> std::io::Result<()> {
    let mut replicas = Replicas::new();
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        writeln!(answers, "{}", replicas.ask(&line?))?;
        answers.flush()?;
    }
    Ok(())
}
