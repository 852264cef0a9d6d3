//! The time of a start with many connections.

use super::cluster::{Cluster, wait_until_ready};
use super::followers::figure;
use super::place::Place;
use crate::arguments::Arguments;
use crate::support::Failure;
use crate::support::median::median;
use crate::support::process::Server;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The number of starts of which the median is shown.
const STARTS: usize = 3;

/// The time of a start, and its CPU time.
type Times = [Duration; 2];

/// Measures and prints it.
pub fn print(arguments: &Arguments) -> Result<(), Failure> {
    println!("Starts with {} connections, until health is 200, medians of {STARTS}:\n", arguments.stored);
    println!("| from | size | time | CPU time | CPU µs a connection |\n|---|--:|--:|--:|--:|");
    in_folders(arguments)?;
    in_redis(arguments)
}

fn in_folders(arguments: &Arguments) -> Result<(), Failure> {
    let place = Place::Folder("never");
    let Some(mut cluster) = Cluster::start(place, arguments.worker_threads)? else { return Ok(()) };
    let other = tempfile::tempdir()?;
    let logs = other.path().join("logs");
    fs::create_dir(&logs)?;
    keep_logs(&cluster.state_folder(), &logs, || cluster.fill(arguments.stored).map(drop))?;
    cluster.kill();
    row("the log alone", &logs, arguments)?;
    row("a stored state and the log", &cluster.state_folder(), arguments)
}

fn in_redis(arguments: &Arguments) -> Result<(), Failure> {
    let place = Place::Redis("everysec", 1, "current");
    let Some(mut cluster) = Cluster::start(place, arguments.worker_threads)? else { return Ok(()) };
    cluster.fill(arguments.stored)?;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let time = cluster.add()?;
        let server = cluster.servers.last().ok_or("no server was added")?;
        times.push([time, server.cpu_time()?.total()]);
    }
    let resident = cluster.servers.iter().map(Server::resident_kib).collect::<Result<Vec<_>, _>>()?;
    let redis = cluster.redis()?;
    let memory = |field| figure(redis, "memory", field).map(|bytes| bytes / 1e6);
    let (now, peak, resident_set) =
        (memory("used_memory:")?, memory("used_memory_peak:")?, memory("used_memory_rss:")?);
    print_row("Redis: a stored state and the log", now, &times, arguments);
    let mb = |kib: &u64| (kib * 1024) as f64 / 1e6;
    println!(
        "\nMemory after that: Redis {now:.0} MB, at most {peak:.0} MB, resident {resident_set:.0} MB; the replica that made the \
         connections {:.0} MB, a new one {:.0} MB.",
        median(resident.iter().take(1).map(mb)),
        median(resident.iter().skip(1).map(mb))
    );
    Ok(())
}

/// Does `work`, which writes logs into `from`, and keeps a link to each of them in `to`, since they are deleted when the
/// state was stored.
fn keep_logs(from: &Path, to: &Path, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let is_done = AtomicBool::new(false);
    let keep = || -> Result<(), std::io::Error> {
        let mut kept = BTreeSet::new();
        while !is_done.load(Ordering::Relaxed) {
            for entry in fs::read_dir(from)? {
                let name = entry?.file_name();
                if name.to_string_lossy().starts_with("log-") && kept.insert(name.clone()) {
                    fs::hard_link(from.join(&name), to.join(&name))?;
                }
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    };
    thread::scope(|scope| {
        let keeper = scope.spawn(keep);
        let worked = work();
        thread::sleep(Duration::from_millis(10)); // for a log that has just begun
        is_done.store(true, Ordering::Relaxed);
        keeper.join().map_err(|_| "the thread that keeps logs panicked")??;
        worked
    })
}

/// Starts a server with a folder and kills it; returns the time until it was ready, and its CPU time.
fn start(folder: &Path) -> Result<Times, Failure> {
    let begun = Instant::now();
    let folder = folder.display().to_string();
    let server = Server::flowmock(0, &["--state", &folder])?;
    wait_until_ready(&server)?;
    Ok([begun.elapsed(), server.cpu_time()?.total()])
}

fn row(name: &str, folder: &Path, arguments: &Arguments) -> Result<(), Failure> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    let times = (0..STARTS).map(|_| start(folder)).collect::<Result<Vec<_>, _>>()?;
    print_row(name, bytes as f64 / 1e6, &times, arguments);
    Ok(())
}

fn print_row(name: &str, megabytes: f64, times: &[Times], arguments: &Arguments) {
    let [time, cpu] = [0, 1].map(|at| median(times.iter().map(|times| times[at].as_secs_f64())));
    let each = cpu * 1e6 / arguments.stored as f64;
    println!("| {name} | {megabytes:.0} MB | {time:.2} s | {cpu:.2} s | {each:.1} |");
}
