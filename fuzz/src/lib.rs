//! What is fuzzed: one function a target, which takes any bytes and panics when something does not hold.
//!
//! `cargo xtask fuzz` hunts with them; `tests/corpus.rs` runs them on everything that was worth keeping, in `corpus/`.

mod codecs;
mod differential;
mod forge;
mod gate;
mod log;
mod records;
mod session;

/// A target: its name, which is that of its binary and its folder in `corpus/`, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 8] = [
    ("bundle", codecs::bundle),
    ("differential", differential::received),
    ("forged", differential::forged),
    ("gate", gate::run),
    ("lib0", codecs::lib0),
    ("session", session::run),
    ("wire", codecs::wire),
    ("ysync", codecs::ysync),
];

/// Runs one target.
///
/// # Panics
/// When what it checks does not hold, or there is no target of that name.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, body) = TARGETS
        .iter()
        .find(|(target, _)| *target == name)
        .expect("a target of that name");
    body(bytes);
}
