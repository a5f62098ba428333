//! What the child takes away from itself before it reads a byte.

use rustix::process::{Resource, Rlimit, nice, setrlimit};
use std::io;

/// Address space, bytes: a document at its limits and the copy it is verified with, and little more.
const ADDRESS_SPACE_BYTES: u64 = 3 << 30;

/// Processor time in one life, seconds. The server replaces a child long before, unless one request takes it all.
const CPU_SECONDS: u64 = 120;

/// Files it may have open: the three it was started with, and one to spare.
const FILES: u64 = 4;

/// How far it steps back behind the processes that serve people (19 is as far as it goes).
const NICENESS: i32 = 10;

pub(super) fn set() -> io::Result<()> {
    // When the machine runs out of memory it should end this process and not the server. Elsewhere than on Linux there is no such file.
    std::fs::write("/proc/self/oom_score_adj", "1000").ok();
    nice(NICENESS)?;
    let limits = [
        (Resource::As, ADDRESS_SPACE_BYTES),
        (Resource::Cpu, CPU_SECONDS),
        // A core dump would be a copy of somebody's document.
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, FILES),
    ];
    for (resource, limit) in limits {
        setrlimit(
            resource,
            Rlimit {
                current: Some(limit),
                maximum: Some(limit),
            },
        )?;
    }
    Ok(())
}
