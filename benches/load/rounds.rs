//! The rounds: every server under every workload, in turn, again and again.

use crate::bare::Constant;
use crate::process::Server;
use crate::workload::Workload;
use crate::{Arguments, Failure, wrk};
use reqwest::blocking::Client;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contestant {
    Bare,
    /// With `--log-level warn`: nothing is logged.
    Quiet,
    /// As it comes: a line for each request.
    Logging,
}

impl Contestant {
    pub const ALL: [Self; 3] = [Self::Bare, Self::Quiet, Self::Logging];
}

/// One server under one workload, once.
pub struct Measured {
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU time for each request: the server's own, and the kernel's on its behalf.
    pub user_micros: f64,
    pub system_micros: f64,
}

impl Measured {
    pub fn cpu_micros(&self) -> f64 {
        self.user_micros + self.system_micros
    }
}

/// What each of [`Contestant::ALL`] did in one round.
pub type Round = [Measured; Contestant::ALL.len()];

/// For each workload its rounds.
pub fn run(workloads: &[Workload], arguments: &Arguments) -> Result<Vec<Vec<Round>>, Failure> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let client = Client::new();
    write_constants(workloads, &client, &folder.join("answers.json"))?;
    let mut results: Vec<Vec<Round>> = workloads.iter().map(|_| Vec::new()).collect();
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        for (workload, results) in workloads.iter().zip(&mut results) {
            let measured =
                Contestant::ALL.map(|contestant| measure(contestant, workload, &client, arguments, folder));
            let [bare, quiet, logging] = measured;
            results.push([bare?, quiet?, logging?]);
        }
    }
    Ok(results)
}

/// Writes what the bare server answers.
fn write_constants(workloads: &[Workload], client: &Client, file: &Path) -> Result<(), Failure> {
    let constant = |workload: &Workload| -> Result<Constant, Failure> {
        Ok(Constant {
            method: workload.method.to_string(),
            route: workload.route(),
            reads_json: workload.body.is_some(),
            status: workload.status,
            body: workload.answer(client)?,
        })
    };
    let constants = workloads.iter().map(constant).collect::<Result<Vec<_>, _>>()?;
    Ok(fs::write(file, serde_json::to_vec(&constants)?)?)
}

/// A new process each time: what a round of creations has stored must not weigh on the next.
fn measure(
    contestant: Contestant, workload: &Workload, client: &Client, arguments: &Arguments, folder: &Path,
) -> Result<Measured, Failure> {
    let threads = arguments.worker_threads;
    let (server, path) = if contestant == Contestant::Bare {
        (Server::bare(threads, &folder.join("answers.json"))?, workload.route().replace("{id}", "any"))
    } else {
        let flags: &[&str] = if contestant == Contestant::Quiet { &["--log-level", "warn"] } else { &[] };
        let server = Server::flowmock(threads, flags)?;
        let path = workload.prepare(client, &server)?;
        (server, path)
    };
    let before = server.cpu_time()?;
    let seen = wrk::run(workload, &server, &path, arguments.load_threads, arguments.seconds, folder)?;
    let after = server.cpu_time()?;
    let micros_each = |time: Duration| time.as_secs_f64() * 1e6 / seen.requests;
    Ok(Measured {
        requests_per_second: seen.requests_per_second,
        p50_ms: seen.p50_ms,
        p99_ms: seen.p99_ms,
        user_micros: micros_each(after.user - before.user),
        system_micros: micros_each(after.system - before.system),
    })
}
