//! [`Cluster`]: the servers of one [`Place`].

use super::place::Place;
use super::requests;
use crate::support::Failure;
use crate::support::process::Server;
use crate::support::redis::Redis;
use crate::support::socket::{self, Client};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// Servers with one state. They end when this is dropped, and what they stored is deleted.
pub struct Cluster {
    pub servers: Vec<Server>,
    place: Place,
    worker_threads: usize,
    redis: Option<Redis>,
    folder: TempDir,
}

impl Cluster {
    /// Starts servers with an empty state; `None` if they need Redis and there is none on this machine.
    pub fn start(place: Place, worker_threads: usize) -> Result<Option<Self>, Failure> {
        let mut redis = None;
        if let Place::Redis(fsync, ..) = place {
            redis = Redis::start_with(&["--appendonly", "yes", "--appendfsync", fsync]);
            if redis.is_none() {
                return Ok(None);
            }
        }
        let folder = tempfile::tempdir()?;
        let mut cluster = Self { servers: Vec::new(), place, worker_threads, redis, folder };
        for _ in 0..place.servers() {
            cluster.add()?;
        }
        Ok(Some(cluster))
    }

    /// Starts one more server, and waits until it is ready; returns how long that took.
    pub fn add(&mut self) -> Result<Duration, Failure> {
        let begun = Instant::now();
        let server = self.server(&self.state_folder())?;
        wait_until_ready(&server)?;
        self.servers.push(server);
        Ok(begun.elapsed())
    }

    /// Kills the servers.
    pub fn kill(&mut self) {
        self.servers.clear();
    }

    /// Kills the servers and starts one with another place for the same state.
    pub fn start_again(&mut self, place: Place) -> Result<(), Failure> {
        self.kill();
        self.place = place;
        self.add().map(drop)
    }

    fn server(&self, folder: &Path) -> Result<Server, Failure> {
        let (folder, url) = (folder.display().to_string(), self.redis.as_ref().map(Redis::url));
        let flags: Vec<&str> = match (self.place, &url) {
            (Place::Folder(sync), _) => vec!["--state", &folder, "--state-sync", sync],
            (Place::Redis(_, _, reads), Some(url)) => vec!["--state", url, "--state-reads", reads],
            _ => Vec::new(),
        };
        Server::flowmock(self.worker_threads, &flags)
    }

    /// The folder for `--state`.
    pub fn state_folder(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Redis, if it keeps the state.
    pub fn redis(&self) -> Result<&Redis, Failure> {
        self.redis.as_ref().ok_or_else(|| "the state is not in Redis".into())
    }

    /// Creates connections, without waiting for a disk.
    pub fn fill(&self, count: usize) -> Result<Vec<Vec<u8>>, Failure> {
        let creation = requests::creation();
        let fsync = |how: &str| {
            _ = self.redis.as_ref().map(|redis| redis.command(&["CONFIG", "SET", "appendfsync", how]));
        };
        fsync("no");
        let answers = socket::fill(self.servers[0].address(), count, |_| creation.clone())?;
        if let Place::Redis(how, ..) = self.place {
            fsync(how);
        }
        Ok(answers)
    }
}

/// Waits until the health of a server is 200.
pub fn wait_until_ready(server: &Server) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut client = Client::connect(server.address())?;
    loop {
        client.send(&socket::request("GET", flowmock::HEALTH_PATH, &[], None))?;
        if client.read()?.status == 200 {
            return Ok(());
        }
        if begun.elapsed() > READY_WITHIN {
            return Err("a server was not ready in time".into());
        }
        sleep(Duration::from_millis(2));
    }
}
