//! The soak test: for minutes, 64 clients create, read, list, change and delete connections in their own sandboxes,
//! provoke errors, reset their sandboxes and restore snapshots. Each client tracks the contents that its sandbox must
//! have. `cargo bench --bench soak`; `cargo bench --bench soak -- --help` lists its flags.
//!
//! It fails if an answer is not the expected one, if the server's memory grows after the warm-up, or if the state that
//! the server exports at the end differs in any connection from the clients' expectations. It needs Linux.

#![allow(unreachable_pub)] // a benchmark exports nothing

#[path = "../support/mod.rs"]
mod support;

mod calls;
mod client;
mod expected;
mod memory;
mod observer;
mod random;
mod tally;

use clap::Parser;
use client::Client;
use expected::ExpectedSandbox;
use memory::Memory;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};
use support::Failure;
use support::process::{FLOWMOCK, Server};
use support::socket::{self, IMS_ORG, SANDBOX};
use tally::Tally;

/// Runs clients against flowmock for minutes and checks every answer. Needs Linux.
#[derive(Parser, Debug)]
#[command(name = "soak", bin_name = "cargo bench --bench soak --")]
struct Arguments {
    /// The duration of the run, in seconds.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(3..))]
    seconds: u32,

    /// The number of clients; each has its own TCP connection and its own sandbox.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=100))]
    clients: u32,

    /// The seed of the clients' random choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// The flowmock binary to test; by default the one that cargo built for this benchmark.
    #[arg(long)]
    binary: Option<PathBuf>,

    /// An argument for the server, as in `--server-args=--contract=off`; may be repeated.
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    server_args: Vec<String>,

    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Whether `cargo bench` runs this program, or the caller gave `--seconds`. `cargo test --benches` runs it too, with
/// `--test`, and should not take minutes.
fn should_run() -> bool {
    let has = |wanted: &str| env::args().skip(1).any(|argument| argument == wanted);
    (has("--bench") || has("--seconds")) && !has("--test")
}

fn main() -> ExitCode {
    if !should_run() {
        println!("the soak test is skipped: run it with `cargo bench --bench soak`");
        return ExitCode::SUCCESS;
    }
    if !cfg!(target_os = "linux") {
        println!("the soak test is skipped: it reads /proc, which only Linux has");
        return ExitCode::SUCCESS;
    }
    match soak(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("soak: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn soak(arguments: &Arguments) -> Result<(), Failure> {
    let binary = arguments.binary.as_deref().unwrap_or(Path::new(FLOWMOCK));
    let flags = ["--log-level", "warn"].into_iter().chain(arguments.server_args.iter().map(String::as_str));
    let server = Server::start(binary, 0, &flags.collect::<Vec<_>>())?;
    let deadline = Instant::now() + Duration::from_secs(arguments.seconds.into());
    let (over, increments) = (AtomicBool::new(false), AtomicU64::new(0));
    let is_over = || Instant::now() >= deadline || over.load(Ordering::Relaxed);
    let (outcomes, memory, reads) = thread::scope(|scope| -> Result<_, Failure> {
        let observer = scope.spawn(|| {
            let reads = observer::observe(server.address(), is_over);
            over.fetch_or(reads.is_err(), Ordering::Relaxed);
            reads
        });
        let clients: Vec<_> = (0..arguments.clients)
            .map(|number| {
                let (address, increments, over) = (server.address(), &increments, &over);
                let seed = arguments.seed << 8 | u64::from(number);
                scope.spawn(move || {
                    let outcome = Client::connect(address, number, seed, increments)
                        .and_then(|client| client.work(is_over));
                    over.fetch_or(outcome.is_err(), Ordering::Relaxed); // one failure ends the run
                    outcome
                })
            })
            .collect();
        let memory = Memory::watch(&server, deadline, &over)?;
        let mut outcomes = Vec::new();
        for client in clients {
            outcomes.push(client.join().map_err(|_| "a client panicked")??);
        }
        let reads = observer.join().map_err(|_| "the observer panicked")??;
        Ok((outcomes, memory, reads))
    })?;
    let tally = outcomes.iter().map(|(_, tally)| *tally).sum::<Tally>();
    println!("{tally}");
    println!("{reads} reads of the journal, the contract report, the metrics and the state");
    println!("{memory}");
    let expected = outcomes.into_iter().map(|(expected, _)| expected);
    let compared = compare(&export(&server)?, expected, increments.into_inner())?;
    println!("{compared} connections in {} sandboxes are as their clients expect", arguments.clients);
    memory.check()
}

/// Reads the whole state of the server.
fn export(server: &Server) -> Result<Value, Failure> {
    let mut client = socket::Client::connect(server.address())?;
    client.send("GET /_flowmock/state HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    Ok(serde_json::from_slice(&client.answer(200)?)?)
}

/// Compares the exported state with the expected sandboxes and with the number of increments of the shared counter.
/// Returns the number of connections that were compared.
fn compare(
    state: &Value, sandboxes: impl Iterator<Item = ExpectedSandbox>, increments: u64,
) -> Result<usize, Failure> {
    let organisations = state["organisations"].as_array().ok_or("the state has no organisations")?;
    let in_sandbox = |ims_org: &str, name: &str| -> Vec<&Value> {
        let of_org = organisations.iter().filter(|org| org["imsOrgId"] == ims_org);
        let sandboxes = of_org.flat_map(|org| org["sandboxes"].as_array().into_iter().flatten());
        let named = sandboxes.filter(|sandbox| sandbox["name"] == name);
        named.flat_map(|sandbox| sandbox["connections"].as_array().into_iter().flatten()).collect()
    };
    let mut compared = 0;
    for expected in sandboxes {
        let stored = in_sandbox(IMS_ORG, &expected.name);
        if stored.len() != expected.len() {
            let (sandbox, stored, expected) = (&expected.name, stored.len(), expected.len());
            return Err(
                format!("{sandbox} contains {stored} connections, its client expects {expected}").into()
            );
        }
        for connection in stored {
            expected.check(connection)?;
            compared += 1;
        }
    }
    let stored = in_sandbox(IMS_ORG, SANDBOX);
    let count = stored.first().and_then(|connection| connection["count"].as_u64());
    if count != Some(increments) {
        return Err(
            format!("the clients incremented the counter {increments} times, it is at {count:?}").into()
        );
    }
    println!("the clients incremented a shared counter {increments} times with If-Match; none was lost");
    Ok(compared)
}
