//! What the machine says about processes, and percentiles of what was timed.

use anyhow::{Context as _, Result};
use std::time::Duration;

/// The kernel counts processor time in these units (`USER_HZ`, 100 on every Linux).
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time a process has used so far, user and system, all threads.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("reading processor time needs Linux")?;
    // The command's name, field 2, is in parentheses and may hold blanks: count from behind it.
    let (_, behind) = stat.rsplit_once(')').context("a command's name")?;
    let fields: Vec<&str> = behind.split_whitespace().collect();
    let ticks: f64 = fields
        .get(11..13)
        .context("utime and stime")?
        .iter()
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Ok(Duration::from_secs_f64(ticks / TICKS_PER_SECOND))
}

/// Resident memory of a process, bytes.
pub(crate) fn rss(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .context("VmRSS")?;
    let kib: u64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
    Ok(kib * 1024)
}

/// p50, p95 and p99 in milliseconds.
pub(crate) fn percentiles(times: &mut [Duration]) -> [f64; 3] {
    times.sort_unstable();
    [50, 95, 99].map(|p| match times.len() {
        0 => f64::NAN,
        n => times[(n * p / 100).min(n - 1)].as_secs_f64() * 1e3,
    })
}

pub(crate) fn print_machine() {
    // Elsewhere than on Linux the model is not named.
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown", |rest| rest.trim_start_matches(['\t', ' ', ':']));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("machine: {cores} cores, {model}; clients and server share them");
}
