//! Creates and reads, for each [`Place`]: requests per second, how long they take, and the CPU time of all servers for each.

use super::cluster::Cluster;
use super::place::{self, Place};
use super::requests::{self, Kind};
use crate::arguments::Arguments;
use crate::support::median::median;
use crate::support::process::Server;
use crate::support::{Failure, wrk};
use std::path::Path;
use std::time::Duration;

/// The number of connections that are stored before.
const STORED: usize = 1000;

/// The figures of one place, one kind of request and one number of clients in one round.
struct Measurement {
    requests_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    cpu_micros: f64,
}

/// Those of all rounds.
struct Row {
    place: Place,
    kind: Kind,
    clients: usize,
    rounds: Vec<Measurement>,
}

/// Measures and prints a table for each kind of request and number of clients.
pub fn print(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { rounds, seconds, .. } = arguments;
    println!(
        "Medians of {rounds} rounds of {seconds} s each; {STORED} connections stored before. Servers, Redis and clients share \
         the cores. CPU µs is the CPU time of all flowmocks for each request, without Redis."
    );
    // Reads first: creates make the state larger.
    let cases: Vec<(Kind, usize)> = [Kind::Read, Kind::Create]
        .into_iter()
        .flat_map(|kind| arguments.clients.iter().map(move |&clients| (kind, clients)))
        .collect();
    let row = |place, (kind, clients)| Row { place, kind, clients, rounds: Vec::new() };
    let mut rows: Vec<Row> =
        place::ALL.iter().flat_map(|&place| cases.iter().map(move |&case| row(place, case))).collect();
    let folder = tempfile::tempdir()?;
    for round in 1..=*rounds {
        eprintln!("round {round} of {rounds}");
        for rows in rows.chunks_mut(cases.len()) {
            let Some(cluster) = Cluster::start(rows[0].place, arguments.worker_threads)? else { continue };
            let ids = requests::ids(&cluster.fill(STORED)?)?;
            for row in rows {
                row.rounds.push(measure(row, &cluster.servers, &ids, *seconds, folder.path())?);
            }
        }
    }
    for (kind, clients) in cases {
        println!("\n{} from {clients} clients:\n", kind.name());
        println!("| state | requests/s | p50 ms | p99 ms | CPU µs |\n|---|--:|--:|--:|--:|");
        for row in rows.iter().filter(|row| row.kind == kind && row.clients == clients) {
            print_line(row);
        }
    }
    Ok(())
}

fn measure(
    row: &Row, servers: &[Server], ids: &[String], seconds: u32, folder: &Path,
) -> Result<Measurement, Failure> {
    let cpu_time =
        || servers.iter().map(|server| Ok(server.cpu_time()?.total())).sum::<Result<Duration, Failure>>();
    let before = cpu_time()?;
    let requests = row.kind.requests(ids);
    let figures = wrk::run(&requests, servers, row.clients, 1, seconds, folder)
        .map_err(|error| format!("{}, {}: {error}", row.place, row.kind.name()))?;
    Ok(Measurement {
        requests_per_second: figures.requests_per_second,
        p50_ms: figures.p50_ms,
        p99_ms: figures.p99_ms,
        cpu_micros: (cpu_time()? - before).as_secs_f64() * 1e6 / figures.requests,
    })
}

fn print_line(row: &Row) {
    if row.rounds.is_empty() {
        return;
    }
    let figure = |of: fn(&Measurement) -> f64| median(row.rounds.iter().map(of));
    println!(
        "| {} | {:.0} | {:.2} | {:.2} | {:.0} |",
        row.place,
        figure(|it| it.requests_per_second),
        figure(|it| it.p50_ms),
        figure(|it| it.p99_ms),
        figure(|it| it.cpu_micros),
    );
}
