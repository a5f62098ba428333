//! Builds again when a migration is added: they are compiled in. Keeps a release from embedding a tab that is missing or built from other sources.

#[path = "../xtask/src/inputs.rs"]
mod inputs;

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        check_dist();
    }
}

fn check_dist() {
    let root = Path::new("..");
    for input in inputs::INPUTS.iter().chain([&inputs::STAMP]) {
        println!("cargo:rerun-if-changed=../{input}");
    }
    // Without a stamp nothing was built, which is said below.
    let stamp = std::fs::read_to_string(root.join(inputs::STAMP)).unwrap_or_default();
    let digest = inputs::digest(root).expect("the sources of the tab can be read");
    if stamp.trim() != format!("wasm-release {digest}") {
        println!("cargo::error=web/dist is missing or was built from other sources: run `cargo xtask build --release`");
    }
}
