//! tokio shells around the pure machines, and the task that writes.

mod audience;
pub mod connection;
pub mod contents;
mod document;
pub mod erasing;
pub mod hub;
pub mod local;
pub mod materializer;
pub mod outbox;
pub mod pace;
mod packing;
mod room;
pub mod sweeping;
mod task;
pub mod writer;
