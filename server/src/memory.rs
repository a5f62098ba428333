//! How this process gives memory back.

/// Keeps the C library from learning to hold on to large blocks. Left alone, glibc takes the first one that is freed as a sign that more of
/// its size will come, and from then on cuts them from the heap of whichever thread asks: every thread that ever hashed a password keeps
/// 19 MiB. To be called before there are other threads.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_large_blocks_back() {
    /// Blocks from this size, in bytes, are mapped on their own and go back to the system when they are freed. Above what is asked for all the
    /// time, below what a password hash, a snapshot or a large paste takes.
    const MAPPED_BYTES_MIN: i32 = 256 * 1024;
    #[expect(unsafe_code, reason = "no safe crate offers this one call")]
    // SAFETY: mallopt takes two numbers, changes a setting of malloc under malloc's own lock, and refuses what it does not know.
    let taken = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_BYTES_MIN) };
    debug_assert_eq!(taken, 1, "the size is in glibc's bounds");
}

/// Other C libraries give large blocks back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub const fn give_large_blocks_back() {}
