//! The `flowmock` binary as a process: flags, environment, output, exit codes, signals.

#![allow(unreachable_pub)] // a test binary exports nothing

#[cfg(unix)]
mod closed_pipes;
mod contract;
#[cfg(unix)]
mod contract_page;
mod healthcheck;
mod limits;
mod log;
mod pact;
mod process;
mod repeatable;
mod seed;
#[cfg(unix)]
mod signals;
mod start;
mod tls;
mod usage;
