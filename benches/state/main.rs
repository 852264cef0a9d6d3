//! The benchmark of states that last and of states that are shared: what `--state` costs on this machine.
//! `cargo bench --bench state`; `cargo bench --bench state -- --help` lists its flags.
//!
//! It needs Linux and `wrk`, and `redis-server` or `valkey-server` for the parts with Redis, which are left out without it.
//! Servers, Redis and clients share one machine, so a figure is a lower bound of what each of them does alone. Where the state
//! is kept takes turns round by round, so that a machine whose speed drifts favours none.

#![allow(unreachable_pub)] // a benchmark exports nothing

#[path = "../support/mod.rs"]
mod support;

mod arguments;
#[cfg(unix)]
mod measure;

use arguments::Arguments;
use clap::Parser;
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    // `cargo test --benches` runs this program too, with `--test`, and should not take minutes.
    let has = |wanted: &str| env::args().any(|argument| argument == wanted);
    if !has("--bench") || has("--test") {
        println!("the state benchmark is skipped: run it with `cargo bench --bench state`");
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    if !cfg!(target_os = "linux") {
        println!("the state benchmark is skipped: it reads /proc, which only Linux has");
        return ExitCode::SUCCESS;
    }
    #[cfg(unix)]
    if let Err(failure) = measure::all(&arguments) {
        eprintln!("state: {failure}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
