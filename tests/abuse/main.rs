//! Clients that mean harm, or are broken so badly that it comes to the same: byte for byte, against the binary as
//! a process. After each the server answers as before, has given its memory back, and has logged no credential.
//!
//! All of it is bounded in count and time, and goes to 127.0.0.1 alone.

#![allow(unreachable_pub)] // a test binary exports nothing

mod bodies;
mod connections;
mod heads;
mod http2;
mod journal;
#[path = "../binary/process.rs"]
#[allow(dead_code, reason = "these tests need less of it than those of the binary")]
mod process;
mod requests;
mod target;
