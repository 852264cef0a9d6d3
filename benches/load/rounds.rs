//! The rounds: each measures every server under every workload, in turn.

use crate::arguments::Arguments;
use crate::support::Failure;
use crate::support::process::Server;
use crate::support::wrk;
use crate::workload::{self, Workload};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The numbers of TCP connections from which the load comes.
pub const CONNECTIONS: [usize; 3] = [1, 32, 256];

/// The figures of one server under one workload in one round.
pub struct Measurement {
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU time per request, in the server and in the kernel on its behalf.
    pub user_micros: f64,
    pub system_micros: f64,
    /// The resident memory of the server after the run.
    pub resident_kib: f64,
}

impl Measurement {
    pub fn cpu_micros(&self) -> f64 {
        self.user_micros + self.system_micros
    }
}

/// The measurements of a workload with a number of TCP connections.
pub struct Row {
    pub name: &'static str,
    pub connections: usize,
    pub rounds: Vec<Round>,
}

/// The measurements of all servers in one round.
pub struct Round {
    pub bare: Measurement,
    /// One for each of [`Arguments::server_args`].
    pub flowmocks: Vec<Measurement>,
}

/// Runs all rounds.
pub fn run(arguments: &Arguments) -> Result<Vec<Row>, Failure> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let mut rows = Vec::new();
    for workload in &workload::ALL {
        fs::write(folder.join(workload.name), serde_json::to_vec(&workload.constants(arguments.binary())?)?)?;
        let row = |connections| Row { name: workload.name, connections, rounds: Vec::new() };
        rows.extend(CONNECTIONS.map(row));
    }
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        let cases =
            workload::ALL.iter().flat_map(|workload| CONNECTIONS.map(|connections| (workload, connections)));
        for ((workload, connections), row) in cases.zip(&mut rows) {
            let case = Case { workload, connections, arguments, folder };
            let bare = case.bare()?;
            let flowmocks = arguments.server_args.iter().map(|flags| case.flowmock(flags));
            row.rounds.push(Round { bare, flowmocks: flowmocks.collect::<Result<_, _>>()? });
        }
    }
    Ok(rows)
}

/// A workload with a number of TCP connections. Every measurement starts a new server, so that the connections which one
/// round stores do not slow down the next.
struct Case<'a> {
    workload: &'a Workload,
    connections: usize,
    arguments: &'a Arguments,
    folder: &'a Path,
}

impl Case<'_> {
    fn bare(&self) -> Result<Measurement, Failure> {
        let server = Server::bare(self.arguments.worker_threads, &self.folder.join(self.workload.name))?;
        self.measure(&server, &["any".to_owned()])
    }

    fn flowmock(&self, flags: &str) -> Result<Measurement, Failure> {
        let flags: Vec<&str> = flags.split_whitespace().collect();
        let server = Server::start(self.arguments.binary(), self.arguments.worker_threads, &flags)?;
        let ids = self.workload.fill(&server)?;
        self.measure(&server, &ids)
    }

    fn measure(&self, server: &Server, ids: &[String]) -> Result<Measurement, Failure> {
        let requests = self.workload.requests(ids);
        let Arguments { load_threads, seconds, .. } = *self.arguments;
        let before = server.cpu_time()?;
        let figures = wrk::run(
            &requests,
            std::slice::from_ref(server),
            self.connections,
            load_threads,
            seconds,
            self.folder,
        )?;
        let after = server.cpu_time()?;
        let micros_each = |time: Duration| time.as_secs_f64() * 1e6 / figures.requests;
        Ok(Measurement {
            requests_per_second: figures.requests_per_second,
            p50_ms: figures.p50_ms,
            p99_ms: figures.p99_ms,
            user_micros: micros_each(after.user - before.user),
            system_micros: micros_each(after.system - before.system),
            resident_kib: server.resident_kib()? as f64,
        })
    }
}
