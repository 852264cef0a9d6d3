//! Code for several test programs: requests and answers, clients, raw connections, and the binary as a process.

#![allow(dead_code, unreachable_pub, reason = "each test program uses a part, and exports nothing")]

pub mod answer;
pub mod api_client;
pub mod environment;
#[cfg(feature = "cli")]
pub mod process;
pub mod process_memory;
pub mod raw_connection;
pub mod requests;

use std::time::Duration;

/// The time after which a test fails if an expected event has not happened. A passing test never waits this long.
pub const PATIENCE: Duration = Duration::from_secs(20);
