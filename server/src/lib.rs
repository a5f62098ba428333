//! The Inkling server.
#![allow(
    missing_docs,
    reason = "a program's own library; modules and invariants are documented, not every field"
)]

pub mod actor;
pub mod collab;
pub mod db;
pub mod http;
pub mod materialize;
