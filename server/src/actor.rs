//! tokio shells around the pure machines, and the task that writes.

pub mod writer;
