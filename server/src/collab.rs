//! The pure middle: it knows the rules and does nothing but compute. No clock, no randomness, no input or output.

pub mod bundle;
pub mod document;
pub mod effect;
pub mod gate;
pub mod hub;
pub mod link;
pub mod machine;
mod members;
pub mod plant;
pub mod rate;
pub mod room;
pub mod turns;
