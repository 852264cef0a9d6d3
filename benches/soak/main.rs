//! The soak: 64 clients that write, read, list, change and delete in their own sandboxes for minutes, meet errors that
//! they asked for, reset their sandboxes and restore snapshots of them, while each keeps book of what must be there.
//! `cargo bench --bench soak`; `cargo bench --bench soak -- --help` lists its flags.
//!
//! It fails if an answer is not the one that was due, if the server's memory grows after it has warmed up, or if the state
//! that the server exports in the end is not, entity by entity, what the clients believe. It needs Linux.

#![allow(unreachable_pub)] // a benchmark exports nothing

#[path = "../support/mod.rs"]
mod support;

mod belief;
mod client;
mod dice;
mod memory;
mod observer;

use belief::Belief;
use clap::Parser;
use client::{Client, Tally};
use memory::Memory;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};
use support::Failure;
use support::process::{FLOWMOCK, Server};
use support::socket;

/// Soaks flowmock. Needs Linux.
#[derive(Parser, Debug)]
#[command(name = "soak", bin_name = "cargo bench --bench soak --")]
struct Arguments {
    /// How long it takes, in seconds.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(3..))]
    seconds: u32,

    /// How many clients there are, each with a TCP connection and a sandbox of its own.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=100))]
    clients: u32,

    /// Where the clients' choices begin: the same number, the same choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// The program to soak; by default the one that cargo built for this.
    #[arg(long)]
    binary: Option<PathBuf>,

    /// An argument for the server, as `--server-args=--contract=off`; can be given several times.
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    server_args: Vec<String>,

    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Whether this is `cargo bench`, or somebody says how long. `cargo test --benches` runs this too, with the arguments of
/// tests, and must not take long.
fn is_meant() -> bool {
    let has = |wanted: &str| env::args().skip(1).any(|argument| argument == wanted);
    (has("--bench") || has("--seconds")) && !has("--test")
}

fn main() -> ExitCode {
    if !is_meant() {
        println!("nothing is soaked here: run `cargo bench --bench soak`");
        return ExitCode::SUCCESS;
    }
    if !cfg!(target_os = "linux") {
        println!("the soak reads /proc, which only Linux has: nothing is soaked");
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
    let server = Server::of(binary, 0, &flags.collect::<Vec<_>>())?;
    let deadline = Instant::now() + Duration::from_secs(arguments.seconds.into());
    let (over, shared) = (AtomicBool::new(false), Shared::default());
    let is_over = || Instant::now() >= deadline || over.load(Ordering::Relaxed);
    let (outcomes, memory, looks) = thread::scope(|scope| -> Result<_, Failure> {
        let observer = scope.spawn(|| {
            let looks = observer::look_on(server.address(), is_over);
            over.fetch_or(looks.is_err(), Ordering::Relaxed);
            looks
        });
        let clients: Vec<_> = (0..arguments.clients)
            .map(|number| {
                let (address, shared, over) = (server.address(), &shared, &over);
                let seed = arguments.seed << 8 | u64::from(number);
                scope.spawn(move || {
                    let outcome = Client::connect(address, number, seed, shared)
                        .and_then(|client| client.work(is_over));
                    over.fetch_or(outcome.is_err(), Ordering::Relaxed); // one failure ends all
                    outcome
                })
            })
            .collect();
        let memory = Memory::watch(&server, deadline, &over)?;
        let mut outcomes = Vec::new();
        for client in clients {
            outcomes.push(client.join().map_err(|_| "a client panicked")??);
        }
        let looks = observer.join().map_err(|_| "the observer panicked")??;
        Ok((outcomes, memory, looks))
    })?;
    let tally = outcomes.iter().map(|(_, tally)| *tally).sum::<Tally>();
    println!("{tally}");
    println!("{looks} looks at the journal, the contract report, the metrics and the state");
    println!("{memory}");
    let compared = compare(&export(&server)?, outcomes.into_iter().map(|(belief, _)| belief), &shared)?;
    println!("{compared} connections in {} sandboxes are what their clients believe", arguments.clients);
    memory.check()
}

/// What the clients do together: one connection that all of them count in.
#[derive(Default)]
pub struct Shared {
    /// How often it was counted on.
    pub counted: AtomicU64,
}

fn export(server: &Server) -> Result<Value, Failure> {
    let mut client = socket::Client::connect(server.address())?;
    client.send("GET /_flowmock/state HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    Ok(serde_json::from_slice(&client.answer(200)?)?)
}

/// How many connections were compared.
fn compare(state: &Value, beliefs: impl Iterator<Item = Belief>, shared: &Shared) -> Result<usize, Failure> {
    let organisations = state["organisations"].as_array().ok_or("the state has no organisations")?;
    let in_sandbox = |ims_org: &str, name: &str| -> Vec<&Value> {
        let of_org = organisations.iter().filter(|org| org["imsOrgId"] == ims_org);
        let sandboxes = of_org.flat_map(|org| org["sandboxes"].as_array().into_iter().flatten());
        let named = sandboxes.filter(|sandbox| sandbox["name"] == name);
        named.flat_map(|sandbox| sandbox["connections"].as_array().into_iter().flatten()).collect()
    };
    let mut compared = 0;
    for belief in beliefs {
        let stored = in_sandbox(client::ORGANISATION, &belief.sandbox);
        if stored.len() != belief.len() {
            let (sandbox, stored, believed) = (&belief.sandbox, stored.len(), belief.len());
            return Err(
                format!("{sandbox} holds {stored} connections, its client believes in {believed}").into()
            );
        }
        for connection in stored {
            belief.check(connection)?;
            compared += 1;
        }
    }
    let counted = shared.counted.load(Ordering::Relaxed);
    let stored = in_sandbox(client::ORGANISATION, client::SHARED_SANDBOX);
    let count = stored.first().and_then(|connection| connection["count"].as_u64());
    if count != Some(counted) {
        return Err(format!("the clients counted to {counted} together, the server to {count:?}").into());
    }
    println!("the clients counted to {counted} in one connection, by If-Match, and so did the server");
    Ok(compared)
}
