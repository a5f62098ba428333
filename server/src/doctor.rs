//! The doctor: what stands between browsers and this server, how the machine under it is, and the lines that mend what is wrong.
//!
//! A page of the tab (`web/editor/src/doctor`) and `inkling doctor URL` try the transports that tabs use from outside. What only the server can see
//! (whose request it takes this for, its clock, its disk) it judges itself, once for both: [`crate::http::doctor`], [`disk`].

pub mod disk;
pub mod finding;
mod here;
pub(crate) mod line;
mod outside;
pub mod remedy;
pub mod terminal;

use finding::Finding;
use remedy::Remedy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the server sees of a request that reached it, and what mends whatever is wrong.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Examination {
    /// Of the program.
    pub version: String,
    /// The largest body that a request may have, bytes.
    pub body_bytes_max: u64,
    /// Address, https, cookie, client and clock.
    pub findings: Vec<Finding>,
    /// The lines for each fault and proxy, for this server.
    pub remedies: Vec<Remedy>,
}

/// How long a body was when it arrived.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Arrived {
    /// Bytes.
    pub bytes: u64,
}
