//! What a browser that has nothing yet has to fetch before the first screen, and how much that may be.

use super::bundle::Bundle;
use anyhow::ensure;
use std::fs;
use std::path::Path;

/// Bytes of the first load, compressed: a third of a second on a connection of 10 Mbit/s, before which nobody can type. That is what the program
/// takes and 2 % more, room for what is being added; 450 000 is what it should be again. What is only needed later belongs into a part that is
/// loaded later.
const FIRST_LOAD_BYTES_MAX: u64 = 450_000;

/// Prints the first load file by file; an error when it is over the budget.
pub(super) fn check(bundle: &Bundle, dist: &Path) -> anyhow::Result<()> {
    let page = "/index.html".to_owned();
    let named = [&page, &bundle.theme, &bundle.style, &bundle.boot, &bundle.wasm];
    let mut sum = 0;
    println!("first load, bytes as compressed by brotli:");
    for file in named.into_iter().chain(&bundle.imported) {
        let path = dist.join(file.trim_start_matches('/'));
        let compressed = path.with_added_extension("br");
        // Files too small to gain are sent as they are.
        let bytes = fs::metadata(if compressed.exists() { &compressed } else { &path })?.len();
        println!("{bytes:>8}  {file}");
        sum += bytes;
    }
    println!("{sum:>8}  of {FIRST_LOAD_BYTES_MAX}");
    ensure!(
        sum <= FIRST_LOAD_BYTES_MAX,
        "the first load is {sum} bytes, more than the {FIRST_LOAD_BYTES_MAX} it may be (see xtask/src/web/first_load.rs)"
    );
    Ok(())
}
