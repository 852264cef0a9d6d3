//! Code for several test programs: requests and answers, clients, raw connections, the binary as a process, and Redis.

#![allow(dead_code, unreachable_pub, reason = "each test program uses a part, and exports nothing")]

pub mod answer;
pub mod api_client;
pub mod environment;
#[cfg(feature = "cli")]
pub mod process;
pub mod process_memory;
pub mod raw_connection;
#[cfg(all(unix, feature = "cli"))]
pub mod redis;
pub mod requests;
#[cfg(unix)]
pub mod signal;

use std::time::Duration;

/// The time after which a test fails if an expected event has not happened. A passing test never waits this long.
pub const PATIENCE: Duration = Duration::from_secs(20);
