//! Malicious and badly broken clients, byte by byte, against the binary as a process. After each attack the server answers
//! as before, has freed its memory, and has logged no credential.
//!
//! Every attack is bounded in size and time, and connects to 127.0.0.1 only.

#![allow(unreachable_pub)] // a test program exports nothing

mod bodies;
#[path = "../common/mod.rs"]
mod common;
mod connections;
mod heads;
mod http2;
mod journal;
mod memory;
mod requests;
mod schemas;
mod target;
