//! Measures whether the first requests after a start have to wait: the slowest request of a server's first second, and
//! the slowest of its second one. `cargo bench --bench start`; `cargo bench --bench start -- --help` lists its flags.
//!
//! It fails if, in the median of several servers, the slowest request of the first second takes more than 5 ms longer. A
//! single server proves nothing: on a machine with other work, any request may be delayed.

#![allow(unreachable_pub)] // a benchmark exports nothing

mod support;

use clap::Parser;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::Failure;
use support::process::{FLOWMOCK, Server};
use support::socket::{self, Client};

/// The largest allowed difference between the slowest request of the first second and that of the second one.
const MAX_DIFFERENCE: Duration = Duration::from_millis(5);

const SECOND: Duration = Duration::from_secs(1);

/// The time between two requests.
const PAUSE: Duration = Duration::from_micros(500);

/// Measures whether the first requests after a start have to wait.
#[derive(Parser, Debug)]
#[command(name = "start", bin_name = "cargo bench --bench start --")]
struct Arguments {
    /// The number of servers, one after the other.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    servers: u32,

    /// The worker threads of each server.
    #[arg(long, default_value_t = 1)]
    worker_threads: usize,

    /// The flowmock binary to test; by default the one that cargo built for this benchmark.
    #[arg(long)]
    binary: Option<PathBuf>,

    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let is_wanted = |argument: String| argument == "--bench" || argument == "--servers";
    if !std::env::args().any(is_wanted) {
        println!("the start is not measured: run `cargo bench --bench start`");
        return ExitCode::SUCCESS;
    }
    match measure(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("start: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Measures all servers. Returns whether no first request has to wait.
fn measure(arguments: &Arguments) -> Result<bool, Failure> {
    let binary = arguments.binary.as_deref().unwrap_or(Path::new(FLOWMOCK));
    println!("server  first request  slowest of the first second  of the second one");
    let mut differences = Vec::new();
    for server in 1..=arguments.servers {
        let [first, early, late] = slowest(&Server::start(binary, arguments.worker_threads, &[])?)?;
        println!("{server:6}  {:>10.2} ms  {:>24.2} ms  {:>14.2} ms", ms(first), ms(early), ms(late));
        differences.push(early.saturating_sub(late));
    }
    differences.sort_unstable();
    let median = differences[differences.len() / 2];
    println!("median of the differences: {:.2} ms, at most {:.0} ms", ms(median), ms(MAX_DIFFERENCE));
    Ok(median <= MAX_DIFFERENCE)
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The times of a server's first request, of the slowest in its first second, and of the slowest in its second one.
fn slowest(server: &Server) -> Result<[Duration; 3], Failure> {
    let body = r#"{"name":"orders","connectionSpec":{"id":"ecde33f2-c56f-46cc-bdea-ad151c16cd69"},"auth":{"specName":"Connection String Based Authentication","params":{"connectionString":"AccountName=acme;AccountKey=YQ=="}}}"#;
    let path = "/data/foundation/flowservice/connections";
    let create = socket::request("POST", path, &[], Some(body));
    let list = socket::request("GET", &format!("{path}?limit=5"), &[], None);
    let started = Instant::now();
    let mut client = Client::connect(server.address())?;
    let mut times = [Duration::ZERO; 3];
    for number in 0.. {
        let (request, status) = if number % 2 == 0 { (&create, 201) } else { (&list, 200) };
        let sent = Instant::now();
        client.send(request)?;
        client.answer(status)?;
        let took = sent.elapsed();
        if number == 0 {
            times[0] = took;
        }
        match sent - started {
            at if at < SECOND => times[1] = times[1].max(took),
            at if at < 2 * SECOND => times[2] = times[2].max(took),
            _ => break,
        }
        sleep(PAUSE);
    }
    Ok(times)
}
