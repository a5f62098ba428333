//! What the server and the tab both know: ids, limits, errors, the wire, the replica and the tab's session.
//!
//! Nothing here reads a clock, draws a random number or does input or output; all three are arguments.

pub mod api;
pub mod bundle;
pub mod error;
pub mod id;
pub mod inflate;
pub mod lib0;
pub mod limits;
mod plant;
pub mod replica;
pub mod session;
pub mod sorted;
pub mod wire;
pub mod ysync;
