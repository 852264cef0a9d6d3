//! The load benchmark: compares a request to flowmock with the same request to a bare axum server, and measures start-up
//! time and memory. `cargo bench --bench load`; `cargo bench --bench load -- --help` lists its flags.
//!
//! It needs Linux and `wrk`. Both servers run in their own processes with the same number of threads. They take turns
//! round by round, so that a machine whose speed drifts favours neither. The most reliable figure is the CPU time per
//! request: requests per second also depend on the CPU time that `wrk` and other processes take.
//!
//! To add a row to the table, add an entry to [`workload::ALL`].

#![allow(unreachable_pub)] // a benchmark exports nothing

#[path = "../support/mod.rs"]
mod support;

mod arguments;
mod idle;
mod rounds;
mod table;
mod workload;

use arguments::{Arguments, Role};
use clap::Parser;
use std::env;
use std::process::ExitCode;
use support::{Failure, bare, machine, wrk};

/// Whether `cargo bench` runs this program, or the benchmark starts itself. `cargo test --benches` runs it too, with
/// `--test`, and should not take minutes.
fn should_run() -> bool {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    arguments.first().is_some_and(|first| first == "bare") || (has("--bench") && !has("--test"))
}

fn main() -> ExitCode {
    if !should_run() {
        println!("the load benchmark is skipped: run it with `cargo bench --bench load`");
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    let outcome = match &arguments.role {
        Some(Role::Bare { worker_threads, answers }) => bare::serve(*worker_threads, answers),
        None if !cfg!(target_os = "linux") => {
            println!("the load benchmark is skipped: it reads /proc, which only Linux has");
            Ok(())
        }
        None => measure(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("load: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    wrk::check_installed()?;
    println!("{}\n", machine::description()?);
    let Arguments { rounds, seconds, worker_threads, load_threads, .. } = arguments;
    println!(
        "Medians of {rounds} rounds of {seconds} s each; server threads: {worker_threads}, wrk threads: {load_threads}; \
         {} connections stored before each.\n",
        workload::STORED
    );
    let rows = rounds::run(arguments)?;
    table::print(&rows, &arguments.server_args);
    idle::print(&rows, arguments)
}
