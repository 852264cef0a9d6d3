//! The time of a verification over all replicas.

use super::cluster::Cluster;
use super::place::Place;
use super::requests;
use crate::arguments::Arguments;
use crate::support::Failure;
use crate::support::median::{quantile, sorted};
use crate::support::socket::{self, Client};
use std::thread;
use std::time::{Duration, Instant};

const REPLICAS: usize = 3;
/// The requests in each journal: as many as it keeps by default.
const JOURNAL: usize = 1000;
/// The clients that ask at one time, in turn.
const CLIENTS: [usize; 2] = [1, 8];

/// Measures and prints it.
pub fn print(arguments: &Arguments) -> Result<(), Failure> {
    let place = Place::Redis("everysec", REPLICAS, "current");
    let Some(cluster) = Cluster::start(place, arguments.worker_threads)? else { return Ok(()) };
    let creation = requests::creation();
    for server in &cluster.servers {
        socket::fill(server.address(), JOURNAL, |_| creation.clone())?;
    }
    println!("Verifications over {REPLICAS} replicas, each with {JOURNAL} requests in its journal:\n");
    println!("| | clients | a second | p50 ms | p99 ms |\n|---|--:|--:|--:|--:|");
    let addresses: Vec<&str> = cluster.servers.iter().map(|server| server.address()).collect();
    for query in ["", "?replicas=all"] {
        for clients in CLIENTS {
            let duration = Duration::from_secs(arguments.seconds.into());
            let times = verify(&addresses, query, clients, duration)?;
            println!(
                "| `verify{query}` | {clients} | {:.0} | {:.2} | {:.2} |",
                times.len() as f64 / duration.as_secs_f64(),
                quantile(&times, 0.5),
                quantile(&times, 0.99)
            );
        }
    }
    Ok(())
}

/// Lets clients verify for some time; returns how long each verification took, in milliseconds, in ascending order.
fn verify(addresses: &[&str], query: &str, clients: usize, duration: Duration) -> Result<Vec<f64>, Failure> {
    let body = r#"{"operation":"createConnection","times":{"atLeast":1}}"#;
    let request = socket::request("POST", &format!("/_flowmock/verify{query}"), &[], Some(body));
    let until = Instant::now() + duration;
    let client = |number: usize| -> Result<Vec<f64>, Failure> {
        let mut client = Client::connect(addresses[number % addresses.len()])?;
        let mut times = Vec::new();
        while Instant::now() < until {
            let sent = Instant::now();
            client.send(&request)?;
            client.answer(200)?;
            times.push(sent.elapsed().as_secs_f64() * 1e3);
        }
        Ok(times)
    };
    let times: Result<Vec<Vec<f64>>, Failure> = thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|number| scope.spawn(move || client(number))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a client panicked")?).collect()
    });
    Ok(sorted(times?.into_iter().flatten()))
}
