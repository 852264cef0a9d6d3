//! Several servers that share a state through Redis, as processes beside a real Redis or Valkey. Where neither is installed,
//! every test says so and does nothing.

#![cfg(unix)]
#![allow(unreachable_pub)] // a test program exports nothing

mod api;
mod catching_up;
#[path = "../common/mod.rs"]
mod common;
mod deterministic;
mod encrypted;
mod flags;
mod hops;
mod linearizability;
mod outage;
mod replica;
