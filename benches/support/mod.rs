//! Code that the benchmarks share: servers in their own processes, clients, and what a table needs.

#![allow(dead_code)] // each benchmark uses a part

pub mod bare;
pub mod call;
pub mod connection;
#[path = "../../tests/common/environment.rs"]
mod environment;
pub mod machine;
pub mod median;
pub mod process;
#[path = "../../tests/common/process_memory.rs"]
mod process_memory;
#[cfg(unix)]
#[path = "../../tests/common/redis.rs"]
pub mod redis;
#[cfg(unix)]
#[path = "../../tests/common/signal.rs"]
mod signal;
pub mod socket;
pub mod wrk;

use std::time::Duration;

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// The error that ends a run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
