//! What the benchmarks share: servers in processes of their own, and a client that is fast and does what it is told.

#![allow(dead_code)] // each benchmark uses a part

pub mod process;
pub mod socket;

/// What went wrong: the run ends with it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
