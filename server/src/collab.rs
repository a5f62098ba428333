//! The pure middle: it knows the rules and does nothing but compute. No clock, no randomness, no input or output.

pub mod effect;
pub mod gate;
