//! The Inkling server.
#![allow(
    missing_docs,
    reason = "a program's own library; modules and invariants are documented, not every field"
)]

pub mod collab;
pub mod http;
