//! The load harness: what a request to flowmock costs next to the same request to a bare axum server, what an idle
//! flowmock costs, and what it costs to hold much. `cargo bench --bench load`; `cargo bench --bench load -- --help` lists
//! its flags.
//!
//! It needs Linux and `wrk`. Both servers are processes of their own with the same number of threads, and take turns
//! round by round, so that a machine whose speed drifts is unfair to neither. The figure to trust is the CPU time per
//! request: requests per second also depend on how much of the machine `wrk` and others take.
//!
//! A new row of the table is a new entry of [`workload::ALL`].

#![allow(unreachable_pub)] // a benchmark exports nothing

#[path = "../support/mod.rs"]
mod support;

mod bare;
mod idle;
mod machine;
mod rounds;
mod table;
mod workload;
mod wrk;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, thread};
use support::Failure;

/// Measures flowmock under load, next to a bare axum server. Needs Linux and wrk.
#[derive(Parser, Debug)]
#[command(name = "load", bin_name = "cargo bench --bench load --")]
struct Arguments {
    /// A first impression in a minute: one round of a second, few starts, a smaller fill.
    #[arg(long)]
    quick: bool,

    /// How often each server is measured; the table shows medians.
    #[arg(long, default_value_t = 5, default_value_if("quick", "true", "1"), value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// How long each measurement takes, in seconds.
    #[arg(long, default_value_t = 3, default_value_if("quick", "true", "1"), value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,

    /// Flags for flowmock, in one argument: `--server-args "--log-level warn"`. Given several times, each is measured;
    /// not given, flowmock is measured as it comes, its log going to /dev/null.
    #[arg(long, value_name = "FLAGS", default_value = "", allow_hyphen_values = true)]
    server_args: Vec<String>,

    /// How many threads each server has: by default half of the cores, at least one.
    #[arg(long, default_value_t = half_of_the_cores(), value_parser = at_least_one)]
    worker_threads: usize,

    /// How many threads wrk has: by default half of the cores, at least one.
    #[arg(long, default_value_t = half_of_the_cores(), value_parser = at_least_one)]
    load_threads: usize,

    /// How often flowmock is started to see how long that takes.
    #[arg(long, default_value_t = 20, default_value_if("quick", "true", "5"), value_parser = clap::value_parser!(u32).range(1..))]
    starts: u32,

    /// How many connections are created to see how much memory each takes.
    #[arg(long, default_value_t = 1_000_000, default_value_if("quick", "true", "50000"), value_parser = at_least_one)]
    fill: usize,

    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand, Debug)]
enum Role {
    /// The server to compare with: the harness starts itself again in this role.
    #[command(hide = true)]
    Bare { worker_threads: usize, answers: PathBuf },
}

fn half_of_the_cores() -> usize {
    thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&number| number > 0)
        .ok_or_else(|| "not a whole number of at least 1".to_owned())
}

/// Whether this is `cargo bench`, or the harness starting itself. `cargo test --benches` runs this too, with
/// the arguments of tests, and must not take long.
fn is_meant() -> bool {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    arguments.first().is_some_and(|first| first == "bare") || (has("--bench") && !has("--test"))
}

fn main() -> ExitCode {
    if !is_meant() {
        println!("nothing is measured here: run `cargo bench --bench load`");
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    let outcome = match &arguments.role {
        Some(Role::Bare { worker_threads, answers }) => bare::serve(*worker_threads, answers),
        None if !cfg!(target_os = "linux") => {
            println!("the load harness reads /proc, which only Linux has: nothing is measured");
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
    println!("{}\n", machine::described()?);
    let Arguments { rounds, seconds, worker_threads, load_threads, .. } = arguments;
    println!(
        "Medians of {rounds} rounds of {seconds} s each; server threads: {worker_threads}, wrk threads: {load_threads}; \
         {} connections stored before.\n",
        workload::STORED
    );
    let rows = rounds::run(arguments)?;
    table::print(&rows, &arguments.server_args);
    idle::print(&rows, arguments)
}
