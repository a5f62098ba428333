//! What the child takes away from itself before it reads a byte.

use rustix::process::{Resource, Rlimit, setrlimit};
use std::io;

/// Address space, bytes: a document at its limits and the copy it is verified with, and little more.
const ADDRESS_SPACE_BYTES: u64 = 3 << 30;

/// Processor time in one life, seconds. The server replaces a child long before, unless one request takes it all.
const CPU_SECONDS: u64 = 120;

/// Files it may have open: the three it was started with, and one to spare.
const FILES: u64 = 4;

pub(super) fn set() -> io::Result<()> {
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
