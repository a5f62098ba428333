//! The `inkling` program.

fn main() {}
