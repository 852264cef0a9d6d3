//! The `flowmock` binary as a process: flags, environment variables, output, exit codes, signals.

#![allow(unreachable_pub)] // a test program exports nothing

#[cfg(unix)]
mod closed_pipes;
#[path = "../common/mod.rs"]
mod common;
mod contract;
#[cfg(unix)]
mod contract_docs;
#[cfg(unix)]
mod crash;
mod deterministic;
mod embedding;
mod fake_server;
mod flags;
mod healthcheck;
mod limits;
mod log;
mod pact;
mod seed_files;
#[cfg(unix)]
mod signals;
mod start;
#[cfg(target_os = "linux")]
mod threads;
mod tls;
#[cfg(target_os = "linux")]
mod unread_output;
mod verify;
