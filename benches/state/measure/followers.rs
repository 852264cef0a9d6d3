//! What a replica costs that gets no requests: it applies the records of another one.

use super::cluster::Cluster;
use super::place::Place;
use super::requests::Kind;
use crate::arguments::Arguments;
use crate::support::median::median;
use crate::support::process::Server;
use crate::support::redis::Redis;
use crate::support::{Failure, wrk};
use std::slice::from_ref;
use std::thread::sleep;
use std::time::Duration;

const CLIENTS: usize = 32;

/// The figures of one round.
struct Measurement {
    /// CPU time for each create.
    writer_micros: f64,
    follower_micros: f64,
    redis_micros: f64,
    /// CPU time for a second without requests.
    idle_micros: f64,
    creates: f64,
    /// Memory for each create, in bytes.
    follower_bytes: f64,
    redis_bytes: f64,
}

/// Measures and prints these figures.
pub fn print(arguments: &Arguments) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut rounds = Vec::new();
    for _ in 0..arguments.rounds {
        let place = Place::Redis("everysec", 1, "current");
        let Some(mut cluster) = Cluster::start(place, arguments.worker_threads)? else { return Ok(()) };
        cluster.add()?;
        let [writer, follower] = &cluster.servers[..] else { return Err("there are not two servers".into()) };
        sleep(Duration::from_secs(2)); // a server prepares some things after its start
        let idle = cpu(follower)?;
        let seconds = Duration::from_secs(arguments.seconds.into());
        sleep(seconds);
        let idle = (cpu(follower)? - idle) / seconds.as_secs_f64();
        let redis = cluster.redis()?;
        let before = (cpu(writer)?, cpu(follower)?, figure(redis, "cpu", "used_cpu_")?);
        let memory = (follower.resident_kib()?, figure(redis, "memory", "used_memory:")?);
        let requests = Kind::Create.requests(&[]);
        let creates =
            wrk::run(&requests, from_ref(writer), CLIENTS, 1, arguments.seconds, folder.path())?.requests;
        sleep(Duration::from_millis(200)); // until the follower has looked once more
        rounds.push(Measurement {
            writer_micros: (cpu(writer)? - before.0) * 1e6 / creates,
            follower_micros: (cpu(follower)? - before.1) * 1e6 / creates,
            redis_micros: (figure(redis, "cpu", "used_cpu_")? - before.2) * 1e6 / creates,
            idle_micros: idle * 1e6,
            creates,
            follower_bytes: (follower.resident_kib()?.saturating_sub(memory.0) * 1024) as f64 / creates,
            redis_bytes: (figure(redis, "memory", "used_memory:")? - memory.1) / creates,
        });
    }
    let figure = |of: fn(&Measurement) -> f64| median(rounds.iter().map(of));
    println!(
        "Two replicas, of which one gets {:.0} creates in {} s from {CLIENTS} clients; Redis with `appendfsync everysec`:\n",
        figure(|it| it.creates),
        arguments.seconds
    );
    println!("| | |\n|---|--:|");
    println!(
        "| CPU time for each create, of the replica that gets it | {:.1} µs |",
        figure(|it| it.writer_micros)
    );
    println!("| of the other replica, which applies it | {:.1} µs |", figure(|it| it.follower_micros));
    println!("| of Redis | {:.1} µs |", figure(|it| it.redis_micros));
    println!("| CPU time of an idle replica for each second | {:.0} µs |", figure(|it| it.idle_micros));
    println!(
        "| memory for each create, of the other replica | {:.0} bytes |",
        figure(|it| it.follower_bytes)
    );
    println!(
        "| of Redis, while the state is stored from time to time | {:.0} bytes |",
        figure(|it| it.redis_bytes)
    );
    Ok(())
}

/// The CPU time of a server, in seconds.
fn cpu(server: &Server) -> Result<f64, Failure> {
    Ok(server.cpu_time()?.total().as_secs_f64())
}

/// The sum of the fields of a section of `INFO` whose names begin so. Those for children and threads are left out, which
/// are part of others.
pub fn figure(redis: &Redis, section: &str, prefix: &str) -> Result<f64, Failure> {
    let info = redis.command(&["INFO", section]);
    let lines = info.as_str().unwrap_or_default().lines().filter(|line| line.starts_with(prefix));
    let own = lines.filter(|line| !line.contains("_children") && !line.contains("_thread"));
    let values = own.filter_map(|line| line.split_once(':')?.1.trim().parse::<f64>().ok());
    Ok(values.sum())
}
