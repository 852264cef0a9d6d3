//! How long creates take while the state is stored (compaction), and how long they take otherwise.

use super::cluster::Cluster;
use super::place::Place;
use super::requests;
use crate::arguments::Arguments;
use crate::support::Failure;
use crate::support::median::{quantile, sorted};
use crate::support::socket::Client;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: usize = 32;
/// How often the state is stored meanwhile, and how long that is waited for.
const TIMES: usize = 2;
const PATIENCE: Duration = Duration::from_secs(90);
/// The key that exists while the state is stored in Redis.
const LEASE: &str = "{flowmock}:lease:snapshot";

/// When a create began and ended, in seconds since the beginning.
type Create = Range<f64>;

/// Measures and prints it.
pub fn print(arguments: &Arguments) -> Result<(), Failure> {
    println!(
        "Creates from {CLIENTS} clients with {} connections stored, while the state is stored {TIMES} times and otherwise:\n",
        arguments.stored
    );
    println!(
        "| state | creates/s | otherwise: p50 ms | p99 ms | longest | while it is stored: p50 ms | p99 ms | longest | storing takes |"
    );
    println!("|---|{}", "--:|".repeat(8));
    let (never, always) = (Place::Folder("never"), Place::Folder("always"));
    for place in [never, always, Place::Redis("everysec", 1, "current"), Place::Redis("always", 1, "current")]
    {
        let is_folder = matches!(place, Place::Folder(_));
        let filled = if is_folder { never } else { place };
        let Some(mut cluster) = Cluster::start(filled, arguments.worker_threads)? else { continue };
        cluster.fill(arguments.stored)?;
        cluster.start_again(place)?;
        let (creates, stored) = creates(&cluster, is_folder)?;
        print_line(place, &creates, &stored);
    }
    Ok(())
}

fn print_line(place: Place, creates: &[Create], stored: &[Range<f64>]) {
    let while_stored =
        |create: &&Create| stored.iter().any(|range| create.start < range.end && create.end > range.start);
    let ms = |create: &Create| (create.end - create.start) * 1e3;
    let meanwhile = sorted(creates.iter().filter(while_stored).map(ms));
    let otherwise = sorted(creates.iter().filter(|create| !while_stored(create)).map(ms));
    let end = creates.iter().map(|create| create.end).fold(0.0, f64::max);
    let cells = |times: &[f64]| {
        let [p50, p99, longest] = [0.5, 0.99, 1.0].map(|share| quantile(times, share));
        format!("{p50:.1} | {p99:.1} | {longest:.0}")
    };
    let longest = stored.iter().map(|range| range.end - range.start).fold(0.0, f64::max);
    println!(
        "| {place} | {:.0} | {} | {} | {longest:.1} s |",
        creates.len() as f64 / end,
        cells(&otherwise),
        cells(&meanwhile)
    );
}

/// Creates connections until the state was stored often enough; returns the creates, and when the state was stored.
fn creates(cluster: &Cluster, is_folder: bool) -> Result<(Vec<Create>, Vec<Range<f64>>), Failure> {
    let (begun, is_done, creation) = (Instant::now(), AtomicBool::new(false), requests::creation());
    let since = || begun.elapsed().as_secs_f64();
    let client = || -> Result<Vec<Create>, Failure> {
        let mut client = Client::connect(cluster.servers[0].address())?;
        let mut creates = Vec::new();
        while !is_done.load(Ordering::Relaxed) {
            let sent = since();
            client.send(&creation)?;
            client.answer(201)?;
            creates.push(sent..since());
        }
        Ok(creates)
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let stored = watch(cluster, is_folder, begun);
        is_done.store(true, Ordering::Relaxed);
        let mut creates = Vec::new();
        for client in clients {
            creates.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok((creates, stored?))
    })
}

/// Waits until the state was stored often enough; returns when that was.
fn watch(cluster: &Cluster, is_folder: bool, begun: Instant) -> Result<Vec<Range<f64>>, Failure> {
    let (mut stored, mut since) = (Vec::new(), None);
    while stored.len() < TIMES && begun.elapsed() < PATIENCE {
        let now = begun.elapsed().as_secs_f64();
        let is_storing = if is_folder {
            is_storing(&cluster.state_folder())?
        } else {
            cluster.redis()?.command(&["EXISTS", LEASE]) == 1
        };
        match since {
            None if is_storing => since = Some(now),
            Some(from) if !is_storing => {
                stored.push(from..now);
                since = None;
            }
            _ => {}
        }
        thread::sleep(Duration::from_millis(3));
    }
    Ok(stored)
}

/// Whether a state is being written in a folder: then there is a newer log than the newest state.
fn is_storing(folder: &Path) -> Result<bool, Failure> {
    let (mut log, mut state) = (1, 1);
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number = |prefix: &str| name.strip_prefix(prefix)?.parse::<u64>().ok();
        log = log.max(number("log-").unwrap_or(1));
        state = state.max(number("state-").unwrap_or(1));
    }
    Ok(log > state)
}
