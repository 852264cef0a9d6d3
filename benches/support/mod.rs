//! Code that the benchmarks share: servers in their own processes, and a fast client.

#![allow(dead_code)] // each benchmark uses a part

#[path = "../../tests/common/environment.rs"]
mod environment;
pub mod process;
#[path = "../../tests/common/process_memory.rs"]
mod process_memory;
pub mod socket;

/// The error that ends a run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
